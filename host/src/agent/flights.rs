//! Single flight: callers that want the same thing share one piece of work and its outcome (L6).

use crate::driver::lock;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// Work under way, by what it is for.
pub(crate) struct Flights<K, T> {
    under_way: Mutex<HashMap<K, watch::Receiver<Option<T>>>>,
}

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self { under_way: Mutex::default() }
    }
}

impl<K, T> Flights<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Joins the work under way for `key`, after `waiting`, or starts it. The work runs on a task of its own, so whoever stops
    /// waiting stops nothing. None if it panicked.
    pub(crate) async fn join<F>(self: &Arc<Self>, key: K, start: impl FnOnce() -> F, waiting: impl FnOnce()) -> Option<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let (mut outcome, joined) = {
            let mut under_way = lock(&self.under_way);
            match under_way.get(&key) {
                Some(outcome) => (outcome.clone(), true),
                None => {
                    let (sender, outcome) = watch::channel(None);
                    under_way.insert(key.clone(), outcome.clone());
                    let landing = Landing { flights: self.clone(), key };
                    let work = start();
                    tokio::spawn(async move {
                        let result = work.await;
                        // From here on a caller finds what the work brought, or starts anew.
                        drop(landing);
                        sender.send_replace(Some(result));
                    });
                    (outcome, false)
                }
            }
        };
        if joined {
            waiting();
        }
        let landed = outcome.wait_for(Option::is_some).await.ok()?;
        landed.clone()
    }
}

/// Removes a flight when its work ends, panics included.
struct Landing<K: Eq + Hash, T> {
    flights: Arc<Flights<K, T>>,
    key: K,
}

impl<K: Eq + Hash, T> Drop for Landing<K, T> {
    fn drop(&mut self) {
        lock(&self.flights.under_way).remove(&self.key);
    }
}

#[cfg(test)]
mod tests;
