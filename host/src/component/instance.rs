//! One instance of the component: a store with limits, which is thrown away after a trap.

use super::bindings::agent_identity::component::{clock, random};
use super::bindings::{Identity, IdentityPre};
use crate::error::Error;
use crate::ports::{Clock, Random};
use std::sync::Arc;
use wasmtime::{Engine, Store, StoreLimits, StoreLimitsBuilder};

/// What the component's imports read, and the limits of its store.
pub(crate) struct HostState {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    limits: StoreLimits,
}

impl HostState {
    pub(super) fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>, memory_limit: usize) -> Self {
        Self { clock, random, limits: limits(memory_limit) }
    }
}

impl clock::Host for HostState {
    fn now(&mut self) -> i64 {
        self.clock.now_ms()
    }

    fn monotonic(&mut self) -> u64 {
        self.clock.monotonic_ms()
    }
}

impl random::Host for HostState {
    fn bytes(&mut self, len: u32) -> Result<Vec<u8>, ()> {
        draw(&*self.random, len)
    }
}

/// What a store may have.
pub(crate) fn limits(memory_limit: usize) -> StoreLimits {
    StoreLimitsBuilder::new().memory_size(memory_limit).instances(16).tables(16).memories(4).build()
}

/// Random bytes for a component. No caller needs more than 64 KiB, and no browser gives more at once; a larger wish would be a fault
/// in the component.
pub(crate) fn draw(random: &dyn Random, len: u32) -> Result<Vec<u8>, ()> {
    if len > 65_536 {
        return Err(());
    }
    let mut bytes = vec![0; len as usize];
    random.fill(&mut bytes).map_err(|_| ())?;
    Ok(bytes)
}

/// A store with the component in it. After a trap nothing in it can be trusted, so every further call fails.
pub(crate) struct Instance {
    store: Store<HostState>,
    guest: Identity,
    deadline_ticks: u64,
    trapped: bool,
}

impl Instance {
    pub(super) fn new(engine: &Engine, pre: &IdentityPre<HostState>, state: HostState, deadline_ticks: u64) -> Result<Self, Error> {
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.limits);
        store.set_epoch_deadline(deadline_ticks);
        let guest = pre.instantiate(&mut store).map_err(super::engine::broken)?;
        Ok(Self { store, guest, deadline_ticks, trapped: false })
    }

    /// Calls into the component. A trap is `internal` and spoils the instance.
    pub(crate) fn call<T>(&mut self, call: impl FnOnce(&mut Store<HostState>, &Identity) -> wasmtime::Result<T>) -> Result<T, Error> {
        if self.trapped {
            return Err(Error::internal("this instance of the component has trapped; make a new one".into()));
        }
        self.store.set_epoch_deadline(self.deadline_ticks);
        call(&mut self.store, &self.guest).map_err(|trap| {
            self.trapped = true;
            tracing::error!(%trap, "the component trapped; its instance is thrown away");
            Error::internal(format!("the component trapped: {}", trap.root_cause()))
        })
    }

    /// Whether the instance can still be used.
    pub(crate) fn is_sound(&self) -> bool {
        !self.trapped
    }
}
