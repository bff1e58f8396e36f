/** Response items. */

import type { ItemPreparation } from '../generated/types.js';
import type { Driver } from './driver.js';
import { type Time, TIME, askedAt } from './instant.js';
import { bool, defaulted, i64, option, raw, struct, text } from './json.js';
import { dropped, rawOf } from './metadata.js';
import { wholeOperation } from './operation.js';
import { feature, hex } from './question.js';

const DRAWN = { ...TIME, random_hex: option(hex) };
const OFF = defaulted(feature, () => false);

export const assignIds = wholeOperation(struct({ items: raw, enabled: feature, ...DRAWN }), (driver, input) =>
  prepared(driver, input, { itemIds: input.enabled }),
);

/** Ids and item metadata together, as items come into a history. */
export const prepare = wholeOperation(
  struct({ items: raw, item_ids: OFF, turn_id: option(text), create_time: option(i64), ...DRAWN }),
  (driver, input) => prepared(driver, input, { itemIds: input.item_ids, turnId: input.turn_id, createTime: input.create_time }),
);

function prepared(driver: Driver, input: Time & { items: string; random_hex: Uint8Array | undefined }, preparation: ItemPreparation) {
  if (preparation.itemIds) driver.setClock(askedAt(input));
  driver.setRandom(input.random_hex ?? new Uint8Array());
  return { items: itemsOf(driver.guest.metadata.prepareItems(input.items, preparation)) };
}

/** Without `store`, name and base URL decide (5-7). */
export const filter = wholeOperation(
  struct({
    items: raw,
    item_ids: OFF,
    store: option(bool),
    provider_name: text,
    base_url: option(text),
    item_metadata_form: option(text),
    content_item_kinds: OFF,
  }),
  (driver, input) => {
    const sent = driver.guest.metadata.filterItems(input.items, {
      itemIds: input.item_ids,
      store: input.store,
      providerName: input.provider_name,
      baseUrl: input.base_url ?? '',
      itemMetadataForm: input.item_metadata_form ?? 'passthrough',
      contentItemKinds: input.content_item_kinds,
    });
    return { items: itemsOf(sent.items), dropped: dropped(sent.dropped) };
  },
);

const itemsOf = (json: string) => rawOf(json, "the component's items are no JSON");
