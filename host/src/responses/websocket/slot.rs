//! The one connection of a session, and who has it.

use super::connection::{Connection, Keeper};
use crate::driver::lock;
use std::sync::{Arc, Mutex};

/// So many requests in a row that got no answer over a WebSocket, and the session uses HTTP.
const MOST_FAILURES: u32 = 3;

/// Where the connection is. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Slot(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Held while a connection is looked for or made.
    opening: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct State {
    place: Place,
    uses_http: bool,
    has_asked: bool,
    failures: u32,
}

#[derive(Default)]
enum Place {
    #[default]
    Empty,
    Idle(Keeper),
    /// An answer is being read.
    Taken,
}

/// The right to open a connection, or to take the one there is.
pub(super) type Opening = tokio::sync::OwnedMutexGuard<()>;

/// The connection, while a request uses it. Dropped, it is closed.
pub(super) struct Lease {
    slot: Slot,
    connection: Option<Connection>,
    /// Held where others had better wait.
    opening: Option<Opening>,
}

impl Slot {
    /// Waits until no other request opens a connection.
    pub(super) async fn opening(&self) -> Opening {
        self.0.opening.clone().lock_owned().await
    }

    pub(super) fn is_taken(&self) -> bool {
        matches!(lock(&self.0.state).place, Place::Taken)
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(lock(&self.0.state).place, Place::Empty)
    }

    /// The connection, if there is one that is good and not in use.
    pub(super) async fn idle(&self, _: &Opening) -> Option<Connection> {
        let keeper = {
            let place = &mut lock(&self.0.state).place;
            match std::mem::take(place) {
                Place::Idle(keeper) => keeper,
                other => {
                    *place = other;
                    return None;
                }
            }
        };
        keeper.recall().await
    }

    /// Takes a connection for a request. Others go over HTTP meanwhile, unless they are to wait for it.
    pub(super) fn lend(&self, connection: Connection, opening: Opening, others_wait: bool) -> Lease {
        lock(&self.0.state).place = Place::Taken;
        Lease { slot: self.clone(), connection: Some(connection), opening: Some(opening).filter(|_| others_wait) }
    }

    /// Keeps a connection for later.
    pub(super) fn keep(&self, connection: Connection) {
        let place = Keeper::new(connection).map_or(Place::Empty, Place::Idle);
        lock(&self.0.state).place = place;
    }

    pub(super) fn uses_http(&self) -> bool {
        lock(&self.0.state).uses_http
    }

    /// For the rest of the session (11-12).
    pub(super) fn use_http(&self) {
        lock(&self.0.state).uses_http = true;
    }

    pub(super) fn has_asked(&self) -> bool {
        lock(&self.0.state).has_asked
    }

    pub(super) fn ask(&self) {
        lock(&self.0.state).has_asked = true;
    }

    /// No answer came, or not all of it. Where that goes on, something between here and there lets no WebSocket through.
    pub(super) fn failed(&self) {
        let mut state = lock(&self.0.state);
        state.failures += 1;
        if state.failures >= MOST_FAILURES && !state.uses_http {
            tracing::warn!(failures = state.failures, "WebSockets keep failing; this session uses HTTP from now on");
            state.uses_http = true;
        }
    }

    pub(super) fn failures(&self) -> u32 {
        lock(&self.0.state).failures
    }

    fn answered(&self) {
        lock(&self.0.state).failures = 0;
    }
}

impl Lease {
    /// None once it was given back or given up.
    pub(super) fn connection(&mut self) -> Option<&mut Connection> {
        self.connection.as_mut()
    }

    /// The answer is whole.
    pub(super) fn give_back(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.slot.answered();
            self.slot.keep(connection);
            self.opening = None;
        }
    }

    /// What arrived on it is not what was to arrive.
    pub(super) fn give_up(&mut self, is_failure: bool) {
        if self.connection.take().is_some() {
            lock(&self.slot.0.state).place = Place::Empty;
            if is_failure {
                self.slot.failed();
            }
            self.opening = None;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.give_up(false);
    }
}
