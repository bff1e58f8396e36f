//! Ids that callers choose.

use super::{ThreadsResource, TurnsResource};
use crate::exports::errors::Error;
use crate::exports::metadata as wit;
use crate::ports::HostPorts;
use agent_identity_core::caller_ids::{KnownThreads, KnownTurns, Reservation, Resumed};
use agent_identity_core::uuid::Uuid;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

impl wit::GuestKnownThreads for ThreadsResource {
    fn new() -> Self {
        Self(RefCell::new(KnownThreads::default()))
    }

    fn reserve(&self, id: Option<String>) -> Result<String, Error> {
        Ok(self.0.borrow_mut().reserve(&given_or_new(id)?)?.canonical())
    }

    fn settle(&self, id: String, is_stored: bool, path: Option<String>) -> Result<(), Error> {
        Ok(self.0.borrow_mut().settle(&id, is_stored, path)?)
    }

    fn resume(&self, asked: Option<String>, stored: String, path: Option<String>) -> Result<bool, Error> {
        let resumed = self.0.borrow_mut().resume(asked.as_deref(), &stored, path.as_deref())?;
        Ok(matches!(resumed, Resumed::Live(_)))
    }

    fn release(&self, id: String) {
        self.0.borrow_mut().release(&id);
    }
}

impl wit::GuestKnownTurns for TurnsResource {
    fn new() -> Self {
        Self(RefCell::new(KnownTurns::default()))
    }

    fn reserve(&self, id: Option<String>) -> Result<Option<String>, Error> {
        let mut turns = self.0.borrow_mut();
        let Some(id) = id else {
            let id = given_or_new(None)?;
            turns.note(&id);
            return Ok(Some(id));
        };
        Ok(match turns.reserve(&id)? {
            Reservation::Reserved(id) => Some(id.canonical()),
            Reservation::HistoryNeeded => None,
        })
    }

    fn fill(&self, history: Option<Vec<String>>) -> Result<(), Error> {
        Ok(self.0.borrow_mut().fill(history.as_deref())?)
    }
}

/// The caller's id, or a new one (4-9).
fn given_or_new(id: Option<String>) -> Result<String, Error> {
    match id {
        Some(id) => Ok(id),
        None => Ok(Uuid::generate(&HostPorts)?.canonical()),
    }
}
