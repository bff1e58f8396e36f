//! Preparation of items for the history: the one place where ids are assigned (5-2) and metadata is stamped (5-9).

use super::item::Item;
use super::rewriting::{Fate, Rewriting, push_members, valid};
use super::typed_metadata::is_filled;
use super::typed_metadata::members_of;
use super::{PASSTHROUGH, carries_metadata, id_prefix};
use crate::encoding::push_json_string;
use crate::error::{Code, Error, Result};
use crate::json::{Objects, pick};
use crate::metadata::members::push_signed;
use crate::ports::Ports;
use crate::uuid::{self, Uuid};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// Stands where an id is going to be: as many characters as a UUID.
const PLACEHOLDER: &str = "00000000-0000-0000-0000-000000000000";
/// Ids whose randomness is drawn together; their 10 bytes each stay below what browsers give at once.
const DRAWN_TOGETHER: usize = 4096;

/// What is done to items.
#[derive(Clone, Copy, Debug, Default)]
pub struct Preparation<'a> {
    /// Whether missing ids are assigned (5-4).
    pub item_ids: bool,
    /// The turn they belong to, for items that do not say.
    pub turn_id: Option<&'a str>,
    /// The time they come to be, unix seconds, for items that carry one and do not say.
    pub create_time: Option<i64>,
}

/// Assigns the missing ids if the feature is on (5-1 to 5-4). Errors: `items-invalid`, `random-failed`, `clock-out-of-range`.
pub fn assign_ids(items: String, enabled: bool, ports: &dyn Ports) -> Result<String> {
    prepare(items, &Preparation { item_ids: enabled, ..Preparation::default() }, ports)
}

/// Prepares new items for the history. Errors: `items-invalid`, `random-failed`, `clock-out-of-range`.
pub fn prepare(items: String, preparation: &Preparation<'_>, ports: &dyn Ports) -> Result<String> {
    if !preparation.item_ids && preparation.turn_id.is_none() && preparation.create_time.is_none() {
        return Ok(items);
    }
    let mut missing = Vec::new();
    match prepared(&items, preparation, &mut missing)? {
        None => Ok(items),
        Some(prepared) => filled_in(prepared, &missing, ports),
    }
}

/// The items with placeholders for new ids, whose places go into `missing`.
fn prepared(items: &str, preparation: &Preparation<'_>, missing: &mut Vec<usize>) -> Result<Option<String>> {
    let mut rewriting = Rewriting::new(items);
    let mut objects = valid(Objects::read(items))?;
    let mut written = String::new();
    while let Some((place, members)) = valid(objects.advance())? {
        let item = valid(Item::read(members))?;
        let prefix = id_prefix(&item.item_type).filter(|_| preparation.item_ids && item.lacks_id());
        let changes = [
            // A new id is written first, whatever stood there before.
            ("id", if prefix.is_some() { Fate::Removed } else { Fate::Kept }),
            (PASSTHROUGH, stamped(&item, preparation, &mut written)),
        ];
        if !Rewriting::is_needed(&changes) {
            continue;
        }
        rewriting.begin(&place);
        if let Some(prefix) = prefix {
            for part in ["\"id\":\"", prefix, "_"] {
                rewriting.out.push_str(part);
            }
            missing.push(rewriting.out.len());
            rewriting.out.push_str(PLACEHOLDER);
            rewriting.out.push('"');
        }
        push_members(&mut rewriting.out, members, &changes);
    }
    Ok(rewriting.into_text())
}

/// What becomes of an item's typed metadata. A new value is put into `written`.
fn stamped<'a>(item: &Item<'_>, preparation: &Preparation<'_>, written: &'a mut String) -> Fate<'a> {
    let members = members_of(item.passthrough);
    let mut values = [None; 2];
    pick(&members, &STAMPS, &mut values);
    let [turn_id, create_time] = values;
    let turn_id = preparation.turn_id.filter(|id| !id.is_empty() && !turn_id.is_some_and(is_filled));
    let create_time = preparation.create_time.filter(|_| create_time.is_none_or(|time| time == "null") && item.has_time());
    if !carries_metadata(&item.item_type) || (turn_id.is_none() && create_time.is_none()) {
        return Fate::Kept;
    }
    let [mut id_text, mut time_text] = [String::new(), String::new()];
    if let Some(turn_id) = turn_id {
        // The older form of the metadata may know it (5-11).
        let mut known = [None];
        pick(&members_of(item.older), &STAMPS, &mut known);
        match known {
            [Some(known)] if is_filled(known) => id_text.push_str(known),
            _ => push_json_string(&mut id_text, turn_id),
        }
    }
    if let Some(unix_s) = create_time {
        push_signed(&mut time_text, unix_s);
    }
    written.clear();
    written.push('{');
    let [turn_name, time_name] = STAMPS;
    push_members(written, &members, &[(turn_name, Fate::to(&id_text)), (time_name, Fate::to(&time_text))]);
    Fate::Set(written)
}

/// What a stamp consists of.
const STAMPS: [&str; 2] = ["turn_id", "create_time"];

/// Puts new ids where they are missing.
fn filled_in(items: String, missing: &[usize], ports: &dyn Ports) -> Result<String> {
    let mut bytes = items.into_bytes();
    for places in missing.chunks(DRAWN_TOGETHER) {
        let mut random = vec![0; places.len().saturating_mul(10)];
        ports.fill_random(&mut random)?;
        let unix_ms = uuid::clock(ports)?;
        for (place, random) in places.iter().zip(random.as_chunks().0) {
            let id = Uuid::v7(unix_ms, *random).canonical();
            if let Some(placeholder) = bytes.get_mut(*place..).and_then(|rest| rest.get_mut(..PLACEHOLDER.len())) {
                placeholder.copy_from_slice(id.as_bytes());
            }
        }
    }
    String::from_utf8(bytes).map_err(|_| Error::from(Code::Internal))
}
