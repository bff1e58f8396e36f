//! The replay window (`spec/identity.md` §11, V11 and V12): kept by the component, recorded in the database.

use super::sessions::Sessions;
use super::store::run::Earlier;
use super::store::{Pending, Store, Survives, accepted, run};
use crate::component::wit::verification::{Accepted, ReplayConfig, ReplayMode, ReplayStart};
use crate::driver::lock;
use crate::error::{Advice, Error};
use crate::session::{ReplayHandle, Session};
use std::sync::{Arc, Mutex};

/// Counts accepted assertions, over restarts.
pub(super) struct Replay {
    config: ReplayConfig,
    sessions: Arc<Sessions>,
    store: Store,
    /// None after a trap, until it is rebuilt from the database.
    window: tokio::sync::Mutex<Option<Window>>,
    seen: Mutex<Seen>,
}

struct Window {
    session: Session,
    handle: ReplayHandle,
    mark_s: Option<i64>,
    /// The mark a lost window began with. It is not a mark of V8: what lies below it is refused by the window itself, as
    /// `replay-store-unavailable`.
    lost_through_s: Option<i64>,
    stored_mark_s: Option<i64>,
}

/// What was last seen of the window, for readers that must not wait for it.
#[derive(Clone, Copy, Default)]
struct Seen {
    mark_s: Option<i64>,
    len: u32,
}

impl Replay {
    /// Takes over what the earlier run recorded. `config-invalid` if the configuration is out of range.
    pub(super) async fn open(config: ReplayConfig, sessions: Arc<Sessions>, store: Store) -> Result<Self, Error> {
        let boot_id = run::boot_id();
        let then = boot_id.clone();
        let earlier = store.run(Survives::Nothing, move |connection| run::earlier(connection, then.as_deref())).await?;
        let replay = Self { config, sessions, store, window: tokio::sync::Mutex::new(None), seen: Mutex::default() };
        let mut window = match earlier {
            Earlier::None => replay.start(&ReplayStart::New, None)?,
            Earlier::Recorded => replay.restore().await?,
            Earlier::Lost => {
                tracing::warn!("what was accepted before the machine stopped may be lost; assertions from before now are refused");
                replay.start(&ReplayStart::Lost, None)?
            }
        };
        let (recorded, mark_s) = (replay.is_recorded(), window.session.replay_mark(&window.handle)?);
        replay.store.run(Survives::PowerCut, move |connection| run::begin(connection, boot_id.as_deref(), recorded, mark_s)).await?;
        window.stored_mark_s = mark_s;
        *replay.window.lock().await = Some(window);
        Ok(replay)
    }

    /// V11: counts an accepted assertion and returns how often it was accepted by now. When this returns, the count outlives the
    /// process.
    pub(super) async fn admit(&self, accepted: &Accepted) -> Result<u32, Error> {
        let mut slot = self.window.lock().await;
        let mut count = self.count(&mut slot, accepted);
        if slot.is_none() {
            // The next window knows everything that was queued before this moment.
            *slot = Some(self.restore().await?);
            count = self.count(&mut slot, accepted);
        }
        let count = count?;
        let recorded = self.record(&mut slot, accepted, count);
        // Queued in the order of counting, waited for side by side.
        drop(slot);
        if let Some(recorded) = recorded
            && let Err(error) = recorded.committed().await
        {
            *self.window.lock().await = None;
            return Err(Error::new("replay-store-unavailable", Advice::BackOff, error.message));
        }
        Ok(count)
    }

    /// The mark of V8.
    pub(super) fn mark_s(&self) -> Option<i64> {
        lock(&self.seen).mark_s
    }

    /// Number of entries.
    pub(super) fn len(&self) -> u32 {
        lock(&self.seen).len
    }

    fn is_recorded(&self) -> bool {
        !matches!(self.config.mode, ReplayMode::Off)
    }

    /// Counts; empties the slot if the window trapped.
    fn count(&self, slot: &mut Option<Window>, accepted: &Accepted) -> Result<u32, Error> {
        let window = slot.as_mut().ok_or_else(|| Error::internal("the replay window is not open".into()))?;
        let count = window.session.admit(&window.handle, &accepted.replay_key, accepted.timestamp_s);
        if self.look(window).is_err() {
            *slot = None;
        }
        count
    }

    /// Queues what the next window has to know; none if there is nothing to know.
    fn record(&self, slot: &mut Option<Window>, accepted: &Accepted, count: u32) -> Option<Pending<()>> {
        if !self.is_recorded() {
            return None;
        }
        let new_mark_s = slot.as_mut().and_then(|window| {
            let is_new = window.mark_s > window.stored_mark_s;
            window.stored_mark_s = window.mark_s;
            window.mark_s.filter(|_| is_new)
        });
        let (key, timestamp_s) = (accepted.replay_key.clone(), accepted.timestamp_s);
        Some(self.store.submit(Survives::Process, move |connection| {
            if let Some(mark_s) = new_mark_s {
                accepted::forget_through(connection, mark_s)?;
            }
            accepted::record(connection, &key, timestamp_s, count)
        }))
    }

    fn look(&self, window: &mut Window) -> Result<(), Error> {
        window.mark_s = window.session.replay_mark(&window.handle)?;
        let len = window.session.replay_len(&window.handle)?;
        *lock(&self.seen) = Seen { mark_s: window.mark_s.filter(|_| window.mark_s != window.lost_through_s), len };
        Ok(())
    }

    /// From the database. Where that is more than an instance can hold, what was accepted so far is refused instead.
    async fn restore(&self) -> Result<Window, Error> {
        let (entries, mark_s) = self.store.run(Survives::Nothing, accepted::load).await?;
        self.start(&ReplayStart::Restored((entries, mark_s)), mark_s).or_else(|error| {
            tracing::error!(%error, "the replay window cannot be restored; assertions from before now are refused");
            self.start(&ReplayStart::Lost, None)
        })
    }

    fn start(&self, start: &ReplayStart, stored_mark_s: Option<i64>) -> Result<Window, Error> {
        let mut session = self.sessions.make()?;
        let handle = session.open_replay_window(self.config, start)?;
        let mut window = Window { session, handle, mark_s: None, lost_through_s: None, stored_mark_s };
        if matches!(start, ReplayStart::Lost) {
            window.lost_through_s = window.session.replay_mark(&window.handle)?;
        }
        self.look(&mut window)?;
        Ok(window)
    }
}

#[cfg(test)]
mod tests;
