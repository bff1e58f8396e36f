//! Thread and turn ids that callers choose (`spec/metadata.md` §4): one spelling, and none used twice.
//!
//! Checking and reserving are one call each, and a call that fails changes nothing. Hosts serve concurrent callers one call at a time.

use crate::error::{Code, Error, Result};
use crate::uuid::Uuid;
use alloc::string::String;
use alloc::vec::Vec;

/// The threads that are loaded or being started.
#[derive(Clone, Debug, Default)]
pub struct KnownThreads(Vec<Thread>);

#[derive(Clone, Debug)]
struct Thread {
    id: Uuid,
    history: Option<String>,
}

/// What a resumed thread is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resumed {
    /// Running: go on with it.
    Live(Uuid),
    /// Reserved: load it.
    Reserved(Uuid),
}

impl KnownThreads {
    /// Takes the id of a new thread, the caller's or a generated one. Errors: `invalid-thread-id`, `duplicate-thread-id`.
    ///
    /// Next, the host looks it up in its store and says so by [`Self::settle`].
    pub fn reserve(&mut self, text: &str) -> Result<Uuid> {
        let id = choosable(text, Code::InvalidThreadId)?;
        if self.find(id).is_some() {
            return Err(Code::DuplicateThreadId.into());
        }
        self.0.push(Thread { id, history: None });
        Ok(id)
    }

    /// Keeps a reserved id unless the store has it, which no other caller can change now; `path` is where its history will be. Errors:
    /// `duplicate-thread-id`; the id is released then.
    pub fn settle(&mut self, id: &str, is_stored: bool, path: Option<String>) -> Result<()> {
        if is_stored {
            self.release(id);
            return Err(Code::DuplicateThreadId.into());
        }
        if let Some(thread) = Uuid::parse_metadata(id).and_then(|id| self.find(id)) {
            thread.history = path;
        }
        Ok(())
    }

    /// Takes the thread of a stored history, unless it is running. `asked` is the id a caller gave beside it, `history` the path if
    /// one was named. Errors: `thread-id-with-resume`, `thread-path-conflict`, `invalid-thread-id`.
    pub fn resume(&mut self, asked: Option<&str>, stored: &str, history: Option<&str>) -> Result<Resumed> {
        if asked.is_some() {
            return Err(Code::ThreadIdWithResume.into());
        }
        let id = choosable(stored, Code::InvalidThreadId)?;
        match self.find(id) {
            Some(thread) if history.is_some() && history != thread.history.as_deref() => Err(Code::ThreadPathConflict.into()),
            Some(_) => Ok(Resumed::Live(id)),
            None => {
                self.0.push(Thread { id, history: history.map(String::from) });
                Ok(Resumed::Reserved(id))
            }
        }
    }

    /// Gives up a thread whose start failed, or that is unloaded.
    pub fn release(&mut self, id: &str) {
        let id = Uuid::parse_metadata(id);
        self.0.retain(|thread| Some(thread.id) != id);
    }

    fn find(&mut self, id: Uuid) -> Option<&mut Thread> {
        self.0.iter_mut().find(|thread| thread.id == id)
    }
}

/// The turns of one loaded thread. Dropped with it.
#[derive(Clone, Debug, Default)]
pub struct KnownTurns {
    /// In ascending order. Ids that are no UUIDs are not here: no caller can choose one.
    ids: Vec<Uuid>,
    has_history: bool,
}

/// What became of a caller's turn id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// It is the turn's id.
    Reserved(Uuid),
    /// Read the stored history, hand its ids to [`KnownTurns::fill`], and ask again. Nothing is reserved.
    HistoryNeeded,
}

impl KnownTurns {
    /// Takes a caller's turn id. Errors: `invalid-turn-id`, `duplicate-turn-id`.
    pub fn reserve(&mut self, text: &str) -> Result<Reservation> {
        let id = choosable(text, Code::InvalidTurnId)?;
        if !self.has_history {
            return Ok(Reservation::HistoryNeeded);
        }
        if !self.add(id) {
            return Err(Code::DuplicateTurnId.into());
        }
        Ok(Reservation::Reserved(id))
    }

    /// Takes over the turn ids of the stored history, none if it cannot be read. Only the first history counts. Errors:
    /// `turn-history-unreadable`; the turn is to be refused, and the next caller's id asks for the history again (4-7).
    pub fn fill(&mut self, history: Option<&[String]>) -> Result<()> {
        if self.has_history {
            return Ok(());
        }
        let history = history.ok_or(Code::TurnHistoryUnreadable)?;
        self.has_history = true;
        history.iter().for_each(|id| self.note(id));
        Ok(())
    }

    /// Remembers the id of a turn that begins, whoever chose it.
    pub fn note(&mut self, id: &str) {
        if let Some(id) = Uuid::parse_metadata(id) {
            self.add(id);
        }
    }

    /// Whether the id is new.
    #[inline(never)]
    fn add(&mut self, id: Uuid) -> bool {
        // Ids grow with time, so this one mostly goes last.
        match self.ids.binary_search(&id) {
            Ok(_) => false,
            Err(place) => {
                self.ids.insert(place, id);
                true
            }
        }
    }
}

/// An id that a caller may choose (4-1), or this code.
#[inline(never)]
fn choosable(text: &str, otherwise: Code) -> Result<Uuid> {
    Uuid::parse_metadata(text).filter(|id| !id.is_nil()).ok_or_else(|| Error::from(otherwise))
}

#[cfg(test)]
mod tests;
