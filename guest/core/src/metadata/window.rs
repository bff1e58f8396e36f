//! Context windows: what is between two compactions of a thread (3-11 to 3-14).

use crate::encoding::push_decimal;
use crate::error::{Code, Result};
use crate::json::{Objects, pick, text};
use crate::ports::Ports;
use crate::uuid::Uuid;
use alloc::string::String;

/// The window of a thread. It belongs to the history, not to a transport (3-12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    thread_id: String,
    number: u64,
    /// In the order of [`IDS`].
    ids: [Option<Uuid>; IDS.len()],
}

/// The UUIDs of a record: those of the first, the previous and this window.
const IDS: [&str; 3] = ["first_window_id", "previous_window_id", "window_id"];
/// What a record says.
const RECORD: [&str; 4] = ["first_window_id", "previous_window_id", "window_id", "window_number"];

impl Window {
    /// The first window of a new or forked thread (3-14). Errors: `random-failed`, `clock-out-of-range`.
    pub fn start(thread_id: &str, ports: &dyn Ports) -> Result<Self> {
        let id = Some(Uuid::generate(ports)?);
        Ok(Self { thread_id: thread_id.into(), number: 0, ids: [id, None, id] })
    }

    /// The window of a resumed thread (3-13). `records` is a JSON array of the compaction records that were not rolled back, oldest
    /// first. Older records hold no UUIDs; the window then has none until the next compaction. Errors: `items-invalid`.
    pub fn resume(thread_id: &str, records: &str) -> Result<Self> {
        let mut window = Self { thread_id: thread_id.into(), number: 0, ids: [None; IDS.len()] };
        let mut objects = Objects::read(records).ok_or(Code::ItemsInvalid)?;
        let mut newest = [None; RECORD.len()];
        while let Some((_, members)) = objects.advance().ok_or(Code::ItemsInvalid)? {
            newest = [None; RECORD.len()];
            pick(members, &RECORD, &mut newest);
            window.number = window.number.saturating_add(1);
        }
        let [.., legacy, number] = newest.map(|value| value.and_then(|value: &str| value.parse().ok()));
        window.number = number.or(legacy).unwrap_or(window.number);
        for (id, value) in window.ids.iter_mut().zip(&newest) {
            *id = value.and_then(text).and_then(|value| Some(Uuid::parse(&value)?.0));
        }
        Ok(window)
    }

    /// A compaction was installed: the next window begins. To be called for no other outcome of a compaction (3-11). Errors:
    /// `random-failed`, `clock-out-of-range`.
    pub fn install_compaction(&mut self, ports: &dyn Ports) -> Result<()> {
        let next = Some(Uuid::generate(ports)?);
        let [first, _, before] = self.ids;
        self.ids = [first.or(before).or(next), before, next];
        self.number = self.number.saturating_add(1);
        Ok(())
    }

    /// What the history keeps of this window, a JSON object (3-12).
    pub fn record(&self) -> String {
        let mut record = String::from("{\"window_number\":");
        push_decimal(&mut record, self.number);
        for (id, name) in self.ids.iter().zip(&IDS) {
            if let Some(id) = id {
                for part in [",\"", name, "\":\"", &id.canonical(), "\""] {
                    record.push_str(part);
                }
            }
        }
        record.push('}');
        record
    }

    /// Value of `window_id`: thread id and number (3-11).
    pub fn id(&self) -> String {
        let mut id = self.thread_id.clone();
        id.push(':');
        push_decimal(&mut id, self.number);
        id
    }

    /// Value of `window_number`.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Value of `context_window_id`.
    pub fn context_id(&self) -> Option<Uuid> {
        let [_, _, current] = self.ids;
        current
    }
}
