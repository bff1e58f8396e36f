//! An observer that may do as it likes: it cannot fail or delay a request (metadata specification 15-1, 15-2).

use super::{Event, Observer};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};

/// Events that wait at most; further ones are lost.
const QUEUE: usize = 1024;

/// Tells an observer on a thread of its own, which begins with the first event and ends with this value.
pub struct QueuedObserver {
    observer: Arc<dyn Observer>,
    queue: OnceLock<SyncSender<Event>>,
    lost: AtomicU64,
}

impl QueuedObserver {
    /// Tells `observer`.
    pub fn new(observer: Arc<dyn Observer>) -> Self {
        Self { observer, queue: OnceLock::new(), lost: AtomicU64::new(0) }
    }

    /// Events that were lost because the observer was behind.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    fn start(&self) -> SyncSender<Event> {
        let (sender, receiver) = sync_channel::<Event>(QUEUE);
        let observer = self.observer.clone();
        let told = move || {
            for event in receiver {
                // The observer's panic ends neither the thread nor anything else.
                let _ = std::panic::catch_unwind(AssertUnwindSafe(|| observer.event(&event)));
            }
        };
        if let Err(error) = std::thread::Builder::new().name("agent-identity-events".into()).spawn(told) {
            tracing::warn!(%error, "no thread for an observer can be had; its events are lost");
        }
        sender
    }
}

impl Observer for QueuedObserver {
    fn event(&self, event: &Event) {
        if self.queue.get_or_init(|| self.start()).try_send(event.clone()).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::EventKind;
    use std::sync::{Barrier, Mutex};

    fn event(attempt: u32) -> Event {
        let text = String::new;
        Event { kind: EventKind::Reused, subject: text(), conversation: None, key_digest: text(), attempt, delay_ms: None, code: None }
    }

    struct Blocked {
        gate: Barrier,
        seen: Mutex<Vec<u32>>,
    }

    impl Observer for Blocked {
        fn event(&self, event: &Event) {
            if event.attempt == 0 {
                self.gate.wait();
            }
            self.seen.lock().unwrap().push(event.attempt);
            assert_ne!(event.attempt, 1, "of the test");
            if event.attempt == 2 {
                self.gate.wait();
            }
        }
    }

    #[test]
    fn r15_1_a_blocked_or_panicking_observer_delays_nothing_and_loses_the_newest() {
        let blocked = Arc::new(Blocked { gate: Barrier::new(2), seen: Mutex::default() });
        let queued = QueuedObserver::new(blocked.clone());
        for attempt in 0..2000 {
            queued.event(&event(attempt));
        }
        assert!(queued.lost() >= 2000 - 1 - 1024, "r15_2: the newest are lost and counted");
        blocked.gate.wait();
        blocked.gate.wait();
        assert_eq!(blocked.seen.lock().unwrap()[..3], [0, 1, 2], "in order, a panic in between");
    }
}
