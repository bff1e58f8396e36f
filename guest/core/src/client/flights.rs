//! Single flight: callers that want the same thing share one piece of work and its outcome (L6).
//!
//! Those who wait look again and again. A component can wake one of its tasks from another only through a stream to itself, which
//! every wait would have to be prepared for and not every runtime delivers.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

/// Milliseconds before the first look, doubled before each further one up to the second.
const FIRST_LOOK_MS: u64 = 4;
const LONGEST_LOOK_MS: u64 = 64;

/// Work under way, by what it is for.
pub(super) struct Flights<K: Ord, T>(RefCell<BTreeMap<K, Rc<Flight<T>>>>);

impl<K: Ord, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

/// One piece of work.
struct Flight<T> {
    outcome: RefCell<Option<T>>,
    is_over: Cell<bool>,
}

impl<K: Ord + Clone, T: Clone> Flights<K, T> {
    /// Joins the work under way for `key` or starts it. Work lives as long as the caller that started it: when that one is dropped, or
    /// its outcome says that it gave up, the next of those who wait starts anew. `waiting` is told when a wait begins.
    pub(super) async fn join<F, S>(
        &self,
        key: K,
        start: impl Fn() -> F,
        gave_up: impl Fn(&T) -> bool,
        waiting: impl Fn(),
        sleep: impl Fn(u64) -> S,
    ) -> T
    where
        F: Future<Output = T>,
        S: Future<Output = ()>,
    {
        loop {
            let under_way = self.0.borrow().get(&key).cloned();
            let Some(flight) = under_way else { return self.fly(key, start, gave_up).await };
            waiting();
            if let Some(outcome) = landed(&flight, &sleep).await {
                return outcome;
            }
        }
    }

    async fn fly<F: Future<Output = T>>(&self, key: K, start: impl Fn() -> F, gave_up: impl Fn(&T) -> bool) -> T {
        let flight = Rc::new(Flight { outcome: RefCell::new(None), is_over: Cell::new(false) });
        self.0.borrow_mut().insert(key.clone(), flight.clone());
        let landing = Landing { flights: self, key, flight };
        let outcome = start().await;
        if !gave_up(&outcome) {
            landing.flight.outcome.replace(Some(outcome.clone()));
        }
        outcome
    }
}

/// The outcome of a flight; none if it was given up.
async fn landed<T: Clone, S: Future<Output = ()>>(flight: &Flight<T>, sleep: &impl Fn(u64) -> S) -> Option<T> {
    let mut look_ms = FIRST_LOOK_MS;
    while !flight.is_over.get() {
        sleep(look_ms).await;
        // Time may pass at once; the others have their turn all the same.
        Turn::default().await;
        look_ms = look_ms.saturating_add(look_ms).min(LONGEST_LOOK_MS);
    }
    flight.outcome.borrow().clone()
}

/// Ends a flight, also when its work is dropped halfway.
struct Landing<'a, K: Ord, T> {
    flights: &'a Flights<K, T>,
    key: K,
    flight: Rc<Flight<T>>,
}

impl<K: Ord, T> Drop for Landing<'_, K, T> {
    fn drop(&mut self) {
        // From here on a caller finds what the work brought, or starts anew.
        self.flights.0.borrow_mut().remove(&self.key);
        self.flight.is_over.set(true);
    }
}

/// Lets the others have their turn.
#[derive(Default)]
pub(super) struct Turn(bool);

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
