//! Context windows: what is between two compactions of a thread (3-11 to 3-14).

use super::members::{Member, Value, push_object};
use super::snapshot::Snapshot;
use crate::encoding::{push_decimal, push_json_string};
use crate::error::{Code, Error, Result};
use crate::json::{Object, elements, text};
use crate::ports::Ports;
use crate::uuid::Uuid;
use alloc::string::String;

/// The window of a thread. It belongs to the history, not to a transport (3-12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    thread_id: String,
    number: u64,
    first: Option<Uuid>,
    previous: Option<Uuid>,
    current: Option<Uuid>,
}

impl Window {
    /// The first window of a new or forked thread (3-14). Errors: `random-failed`, `clock-out-of-range`.
    pub fn start(thread_id: &str, ports: &dyn Ports) -> Result<Self> {
        let current = Some(Uuid::generate(ports)?);
        Ok(Self { thread_id: thread_id.into(), number: 0, first: current, previous: None, current })
    }

    /// The window of a resumed thread (3-13). `records` is a JSON array of the compaction records that were not rolled back, oldest
    /// first. Older records hold no UUIDs; the window then has none until the next compaction. Errors: `items-invalid`.
    pub fn resume(thread_id: &str, records: &str) -> Result<Self> {
        let invalid = || Error::new(Code::ItemsInvalid, "the compaction records are not a JSON array of objects");
        let records = elements(records).ok_or_else(invalid)?;
        let mut window = Self { thread_id: thread_id.into(), number: 0, first: None, previous: None, current: None };
        if let Some(newest) = records.last() {
            let newest = Object::read(newest).ok_or_else(invalid)?;
            let number = |name| newest.unsigned(name).ok();
            let uuid = |name| newest.value(name).ok().flatten().and_then(text).and_then(|text| Some(Uuid::parse(&text)?.0));
            window.number = number("window_number").or_else(|| number("window_id")).or(u64::try_from(records.len()).ok()).unwrap_or(0);
            window.first = uuid("first_window_id");
            window.previous = uuid("previous_window_id");
            window.current = uuid("window_id");
        }
        Ok(window)
    }

    /// A compaction was installed: the next window begins. Returns the members that go into its record in the history, as a JSON
    /// object. To be called for no other outcome of a compaction (3-11). Errors: `random-failed`, `clock-out-of-range`.
    pub fn install_compaction(&mut self, ports: &dyn Ports) -> Result<String> {
        let next = Uuid::generate(ports)?;
        self.previous = self.current.replace(next);
        self.first = self.first.or(self.previous).or(self.current);
        self.number = self.number.saturating_add(1);
        let members = [
            Member { name: "window_number", value: Value::Unsigned(self.number) },
            Member { name: "first_window_id", value: Value::id(self.first) },
            Member { name: "previous_window_id", value: Value::id(self.previous) },
            Member { name: "window_id", value: Value::id(self.current) },
        ];
        let mut record = String::new();
        push_object(&mut record, &members, push_json_string);
        Ok(record)
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
        self.current
    }

    /// The snapshot with this window.
    #[must_use]
    pub fn stamp(&self, snapshot: Snapshot) -> Snapshot {
        Snapshot { window_id: self.id(), window_number: Some(self.number), context_window_id: self.current, ..snapshot }
    }
}
