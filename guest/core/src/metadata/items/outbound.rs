//! What is sent of the items of a history (5-6 to 5-12). The history itself keeps everything.

use super::item::Item;
use super::rewriting::{Fate, Rewriting, push_member, valid};
use super::typed_metadata::{TURN_ID, push_typed};
use super::{METADATA, PASSTHROUGH, carries_metadata, is_prefixed};
use crate::error::{Code, Error, Result};
use crate::json::{Objects, text};
use crate::metadata::dropped::{DropList, Dropped};
use alloc::string::String;
use alloc::vec::Vec;

/// The provider to which item metadata is sent.
const OPENAI: &str = "OpenAI";

/// In which form item metadata is sent (5-11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ItemMetadataForm {
    /// As `internal_chat_message_metadata_passthrough`.
    #[default]
    Passthrough,
    /// As `metadata` with the turn id, for older services.
    Metadata,
    /// Not at all.
    Off,
}

/// For whom items are meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outbound<'a> {
    /// Whether the feature `item_ids` is on.
    pub item_ids: bool,
    /// Whether the service stores the response; see [`stores_responses`](super::stores_responses).
    pub store: bool,
    /// Name of the provider.
    pub provider_name: &'a str,
    /// Form of the item metadata.
    pub form: ItemMetadataForm,
    /// Whether the feature of content item kinds is on.
    pub content_item_kinds: bool,
}

/// Items as they are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// A JSON array.
    pub items: String,
    /// Keys of item metadata that were left out because nobody knows them.
    pub dropped: Vec<Dropped>,
}

/// Filters items for a provider. Errors: `items-invalid`.
pub fn outbound(items: String, target: &Outbound<'_>) -> Result<Sent> {
    let mut dropped = DropList::default();
    let filtered = filtered(&items, target, &mut dropped)?;
    Ok(Sent { items: filtered.unwrap_or(items), dropped: dropped.into_vec() })
}

impl ItemMetadataForm {
    /// Every value.
    pub const ALL: [Self; 3] = [Self::Passthrough, Self::Metadata, Self::Off];

    /// The spelling of the setting.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passthrough => "passthrough",
            Self::Metadata => "metadata",
            Self::Off => "off",
        }
    }

    /// Reads the setting; `config-invalid` for any other text.
    pub fn parse(text: &str) -> Result<Self> {
        Self::ALL
            .iter()
            .find(|form| form.as_str() == text)
            .copied()
            .ok_or_else(|| Error::new(Code::ConfigInvalid, "item_metadata_form is not one of passthrough, metadata, off"))
    }
}

fn filtered(items: &str, target: &Outbound<'_>, dropped: &mut DropList) -> Result<Option<String>> {
    let mut rewriting = Rewriting::new(items);
    let mut objects = valid(Objects::read(items))?;
    let mut written = String::new();
    while let Some((place, members)) = valid(objects.advance())? {
        let item = valid(Item::read(members))?;
        let id = item.id.filter(|id| !may_send_id(id, target));
        let args = item.encrypted_args.filter(|_| target.provider_name != OPENAI && item.item_type == "function_call");
        let [passthrough, older] = metadata_fates(&item, target, &mut written, dropped);
        let changes =
            [("id", Fate::without(id)), (Item::ENCRYPTED_ARGS, Fate::without(args)), (PASSTHROUGH, passthrough), (METADATA, older)];
        rewriting.change(&place, members, &changes);
    }
    Ok(rewriting.into_text())
}

/// 5-6: unprefixed ids never leave; prefixed ones do if the feature is on or the service stores the response.
fn may_send_id(id: &str, target: &Outbound<'_>) -> bool {
    (target.item_ids || target.store) && text(id).is_some_and(|id| is_prefixed(&id))
}

/// What becomes of the item metadata in its two forms (5-8 to 5-11). A new value is put into `written`.
fn metadata_fates<'a>(item: &Item<'_>, target: &Outbound<'_>, written: &'a mut String, dropped: &mut DropList) -> [Fate<'a>; 2] {
    let (passthrough, older) = (item.passthrough, item.older);
    let nowhere = [Fate::without(passthrough), Fate::without(older)];
    let is_sent = target.provider_name == OPENAI && target.form != ItemMetadataForm::Off && carries_metadata(&item.item_type);
    if passthrough.or(older).is_none() || !is_sent {
        return nowhere;
    }
    written.clear();
    written.push('{');
    let of_older = push_typed(&mut String::new(), older, false, dropped);
    let typed = push_typed(written, passthrough, target.content_item_kinds, dropped);
    if target.form == ItemMetadataForm::Metadata {
        written.truncate(1);
        if let Some(turn_id) = typed.turn_id.or(of_older.turn_id) {
            push_member(written, TURN_ID, turn_id);
        }
    } else if let (None, Some(turn_id)) = (typed.turn_id, of_older.turn_id) {
        push_member(written, TURN_ID, turn_id);
    } else if typed.is_clean && older.is_none() && written.len() > 1 {
        return [Fate::Kept; 2];
    }
    if written.len() == 1 {
        return nowhere;
    }
    written.push('}');
    let [without_passthrough, without_older] = nowhere;
    match target.form {
        ItemMetadataForm::Metadata => [without_passthrough, Fate::Set(written)],
        _ => [Fate::Set(written), without_older],
    }
}
