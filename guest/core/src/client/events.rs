//! Events that wait to be asked for.

use crate::flow::Event;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::cell::RefCell;

/// Most events kept.
const MOST: usize = 1024;

/// What happened and was not asked for yet. Nobody need ask: the oldest make room.
#[derive(Default)]
pub(super) struct Events(RefCell<VecDeque<Event>>);

impl Events {
    pub(super) fn note(&self, events: impl IntoIterator<Item = Event>) {
        let mut kept = self.0.borrow_mut();
        for event in events {
            if kept.len() >= MOST {
                kept.pop_front();
            }
            kept.push_back(event);
        }
    }

    /// Oldest first.
    pub(super) fn take(&self) -> Vec<Event> {
        self.0.take().into()
    }
}
