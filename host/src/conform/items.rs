//! Response items.

use super::driver::Driver;
use super::instant::asked_at;
use super::metadata::{Dropped, dropped};
use super::question::{Hex, Switch};
use crate::component::wit::metadata::{ItemPreparation, ItemTarget};
use crate::error::Error;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Deserialize)]
pub(super) struct AssignInput {
    items: Box<RawValue>,
    enabled: Switch,
    now_ms: Option<i64>,
    now: Option<String>,
    random_hex: Option<Hex>,
}

#[derive(Serialize)]
pub(super) struct Items {
    items: Box<RawValue>,
}

pub(super) fn assign_ids(driver: &mut Driver, input: AssignInput) -> Result<Items, Error> {
    let preparation = ItemPreparation { item_ids: input.enabled.0, turn_id: None, create_time: None };
    if preparation.item_ids {
        driver.set_clock(asked_at(input.now_ms, input.now.as_deref())?);
    }
    prepared(driver, &input.items, &preparation, input.random_hex)
}

#[derive(Deserialize)]
pub(super) struct PrepareInput {
    items: Box<RawValue>,
    #[serde(default)]
    item_ids: Switch,
    turn_id: Option<String>,
    create_time: Option<i64>,
    now_ms: Option<i64>,
    now: Option<String>,
    random_hex: Option<Hex>,
}

/// Ids and item metadata together, as items come into a history.
pub(super) fn prepare(driver: &mut Driver, input: PrepareInput) -> Result<Items, Error> {
    let preparation = ItemPreparation { item_ids: input.item_ids.0, turn_id: input.turn_id, create_time: input.create_time };
    if preparation.item_ids {
        driver.set_clock(asked_at(input.now_ms, input.now.as_deref())?);
    }
    prepared(driver, &input.items, &preparation, input.random_hex)
}

fn prepared(driver: &mut Driver, items: &RawValue, preparation: &ItemPreparation, random: Option<Hex>) -> Result<Items, Error> {
    driver.set_random(random.map(|random| random.0).unwrap_or_default());
    Ok(Items { items: raw(driver.session.prepare_items(items.get(), preparation)?)? })
}

#[derive(Deserialize)]
pub(super) struct FilterInput {
    items: Box<RawValue>,
    #[serde(default)]
    item_ids: Switch,
    store: Option<bool>,
    provider_name: String,
    base_url: Option<String>,
    item_metadata_form: Option<String>,
    #[serde(default)]
    content_item_kinds: Switch,
}

#[derive(Serialize)]
pub(super) struct Sent {
    items: Box<RawValue>,
    dropped: Vec<Dropped>,
}

/// Without `store`, name and base URL decide (5-7).
pub(super) fn filter(driver: &mut Driver, input: FilterInput) -> Result<Sent, Error> {
    let target = ItemTarget {
        item_ids: input.item_ids.0,
        store: input.store,
        provider_name: input.provider_name,
        base_url: input.base_url.unwrap_or_default(),
        item_metadata_form: input.item_metadata_form.unwrap_or_else(|| "passthrough".into()),
        content_item_kinds: input.content_item_kinds.0,
    };
    let sent = driver.session.filter_items(input.items.get(), &target)?;
    Ok(Sent { items: raw(sent.items)?, dropped: dropped(sent.dropped) })
}

fn raw(items: String) -> Result<Box<RawValue>, Error> {
    RawValue::from_string(items).map_err(|_| Error::internal("the component's items are no JSON".into()))
}
