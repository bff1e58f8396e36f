//! The tasks an agent knows, by normalised reference; none is the run task.

use crate::identifiers::TaskId;
use alloc::string::String;
use alloc::vec::Vec;

/// Refused tasks remembered.
const MOST_REFUSED: usize = 64;

/// Sorted by reference. Looking up is logarithmic; taking a new one moves the rest, which is nothing beside registering it.
#[derive(Default)]
pub(super) struct Tasks {
    known: Vec<(Option<String>, TaskId)>,
    /// Tasks that the backend refused: what storage says of them is not to be believed again.
    refused: Vec<TaskId>,
}

impl Tasks {
    pub(super) fn get(&self, reference: Option<&str>) -> Option<&TaskId> {
        let at = self.find(reference).ok()?;
        self.known.get(at).map(|(_, id)| id)
    }

    pub(super) fn insert(&mut self, reference: Option<String>, id: TaskId) {
        match self.find(reference.as_deref()) {
            Ok(at) => {
                if let Some(entry) = self.known.get_mut(at) {
                    entry.1 = id;
                }
            }
            Err(at) => self.known.insert(at, (reference, id)),
        }
    }

    pub(super) fn remove(&mut self, reference: Option<&str>) -> Option<TaskId> {
        let at = self.find(reference).ok()?;
        Some(self.known.remove(at).1)
    }

    /// Notes that the backend refused a task.
    pub(super) fn refuse(&mut self, id: TaskId) {
        if self.refused.len() >= MOST_REFUSED {
            self.refused.remove(0);
        }
        self.refused.push(id);
    }

    pub(super) fn is_refused(&self, id: &TaskId) -> bool {
        self.refused.contains(id)
    }

    fn find(&self, reference: Option<&str>) -> Result<usize, usize> {
        self.known.binary_search_by(|(known, _)| known.as_deref().cmp(&reference))
    }
}
