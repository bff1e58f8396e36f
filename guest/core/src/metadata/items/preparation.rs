//! Preparation of items for the history: the one place where ids are assigned (5-2) and metadata is stamped (5-9).

use super::item::Item;
use super::rewriting::{Fate, PLACEHOLDER, Rewriting, valid};
use super::typed_metadata::{is_filled, members_of};
use super::{PASSTHROUGH, carries_metadata, id_prefix};
use crate::encoding::push_json_string;
use crate::error::{Code, Error, Result};
use crate::json::{Objects, pick};
use crate::metadata::members::push_signed;
use crate::ports::Ports;
use crate::uuid::{self, Uuid};
use alloc::string::String;
use alloc::vec;

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
    let usual = [false, true].map(|has_time| stamp([None; 2], has_time, preparation));
    let mut rewriting = Rewriting::new(&items);
    let mut objects = valid(Objects::read(&items))?;
    while let Some((place, members)) = valid(objects.advance())? {
        let item = valid(Item::read(members))?;
        let prefix = id_prefix(&item.item_type).filter(|_| preparation.item_ids && item.lacks_id());
        let has_time = item.has_time();
        let [untimed, timed] = &usual;
        let own;
        let stamp = match [item.passthrough, item.older] {
            _ if !carries_metadata(&item.item_type) => None,
            // Most items bring no metadata, and all these get the same.
            [None, None] => (if has_time { timed } else { untimed }).as_deref(),
            given => {
                own = stamp(given, has_time, preparation);
                own.as_deref()
            }
        };
        let changes = [("id", prefix.map_or(Fate::Kept, Fate::Id)), (PASSTHROUGH, stamp.map_or(Fate::Kept, Fate::Set))];
        rewriting.change(&place, members, &changes);
    }
    let ids = core::mem::take(&mut rewriting.ids);
    match rewriting.into_text() {
        None => Ok(items),
        Some(prepared) => filled_in(prepared, &ids, ports),
    }
}

/// The typed metadata of an item with what it lacks, from what it brings in both forms; none if it lacks nothing.
fn stamp([passthrough, older]: [Option<&str>; 2], has_time: bool, preparation: &Preparation<'_>) -> Option<String> {
    let members = members_of(passthrough);
    let mut values = [None; 2];
    pick(&members, &STAMPS, &mut values);
    let [turn_id, create_time] = values;
    let turn_id = preparation.turn_id.filter(|id| !id.is_empty() && !turn_id.is_some_and(is_filled));
    let create_time = preparation.create_time.filter(|_| has_time && create_time.is_none_or(|time| time == "null"));
    if turn_id.is_none() && create_time.is_none() {
        return None;
    }
    let [mut id_text, mut time_text] = [String::new(), String::new()];
    if let Some(turn_id) = turn_id {
        // The older form of the metadata may know it (5-11).
        let mut known = [None];
        pick(&members_of(older), &STAMPS, &mut known);
        match known {
            [Some(known)] if is_filled(known) => id_text.push_str(known),
            _ => push_json_string(&mut id_text, turn_id),
        }
    }
    if let Some(unix_s) = create_time {
        push_signed(&mut time_text, unix_s);
    }
    let [turn_name, time_name] = STAMPS;
    let object = passthrough.filter(|object| object.starts_with('{')).unwrap_or("{}");
    let mut rewriting = Rewriting::new(object);
    rewriting.change(&(0..object.len()), &members, &[(turn_name, Fate::to(&id_text)), (time_name, Fate::to(&time_text))]);
    rewriting.into_text()
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
            let id = Uuid::v7(unix_ms, *random).characters();
            if let Some(placeholder) = bytes.get_mut(*place..).and_then(|rest| rest.get_mut(..PLACEHOLDER.len())) {
                placeholder.copy_from_slice(&id);
            }
        }
    }
    String::from_utf8(bytes).map_err(|_| Error::from(Code::Internal))
}
