//! The tasks an agent knows, by normalised reference; none is the run task.

use crate::identifiers::TaskId;
use alloc::string::String;
use alloc::vec::Vec;

/// Sorted by reference. Looking up is logarithmic; taking a new one moves the rest, which is nothing beside registering it.
#[derive(Default)]
pub(super) struct Tasks(Vec<(Option<String>, TaskId)>);

impl Tasks {
    pub(super) fn get(&self, reference: Option<&str>) -> Option<&TaskId> {
        let at = self.find(reference).ok()?;
        self.0.get(at).map(|(_, id)| id)
    }

    pub(super) fn insert(&mut self, reference: Option<String>, id: TaskId) {
        match self.find(reference.as_deref()) {
            Ok(at) => {
                if let Some(entry) = self.0.get_mut(at) {
                    entry.1 = id;
                }
            }
            Err(at) => self.0.insert(at, (reference, id)),
        }
    }

    pub(super) fn remove(&mut self, reference: Option<&str>) -> Option<TaskId> {
        let at = self.find(reference).ok()?;
        Some(self.0.remove(at).1)
    }

    fn find(&self, reference: Option<&str>) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_deref().cmp(&reference))
    }
}
