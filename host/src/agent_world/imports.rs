//! The five imports, on the same ports as the first world's effects.

use super::bindings::agent_identity::component::random;
use super::imported::{clock, custodian, http, storage};
use crate::component::wit::operations::{self as effects, Effect, Outcome};
use crate::component::{draw, limits};
use crate::driver::Performer;
use crate::error::Error;
use crate::ports::{Clock, Custodian, Random};
use crate::surroundings::Surroundings;
use std::collections::HashMap;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use wasmtime::component::{Accessor, GuestTaskId, HasData};
use wasmtime::{AsContextMut, StoreLimits};

/// What an instance is given: HTTP, storage, clocks, randomness, and a custodian if there is one.
#[derive(Clone, Debug, Default)]
pub struct Imports {
    surroundings: Surroundings,
    custodian: Option<Kept>,
}

#[derive(Clone)]
struct Kept(Arc<dyn Custodian>);

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Custodian")
    }
}

impl Imports {
    /// Clocks, randomness, HTTP, storage and timer. Its observer and its attestor are not used: events are asked for with
    /// [`Agent::take_events`](super::Agent::take_events).
    #[must_use]
    pub fn surroundings(mut self, surroundings: Surroundings) -> Self {
        self.surroundings = surroundings;
        self
    }

    /// Who keeps custodial keys. Default: nobody; the import is then `unsupported`.
    #[must_use]
    pub fn custodian(mut self, custodian: Arc<dyn Custodian>) -> Self {
        self.custodian = Some(Kept(custodian));
        self
    }
}

/// What the store of an instance holds.
pub(super) struct State {
    performer: Performer,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    pub(super) limits: StoreLimits,
    deadline_ticks: u64,
    /// Calls under way, by which the imports know for whom they work.
    pub(super) calls: HashMap<GuestTaskId, CancellationToken>,
}

impl State {
    pub(super) fn new(imports: Imports, memory_limit: usize, deadline_ticks: u64) -> Result<Self, Error> {
        let Imports { surroundings, custodian } = imports;
        Ok(Self {
            clock: surroundings.clock.clone(),
            random: surroundings.random.clone(),
            performer: surroundings.performer(custodian.map(|Kept(custodian)| custodian))?,
            limits: limits(memory_limit),
            deadline_ticks,
            calls: HashMap::new(),
        })
    }
}

/// How the linker finds the state.
pub(super) struct Linked;

impl HasData for Linked {
    type Data<'a> = &'a mut State;
}

/// Performs an effect for the call that asks for it; none once that call is cancelled. The component then has its deadline anew.
async fn perform<T: Send>(accessor: &Accessor<T, Linked>, effect: Effect) -> Option<Outcome> {
    let (performer, cancelled) = accessor.with(|mut access| {
        let caller = access.as_context_mut().async_call_stack().ok().and_then(Iterator::last);
        let state = access.get();
        (state.performer.clone(), caller.and_then(|caller| state.calls.get(&caller).cloned()).unwrap_or_default())
    });
    let outcome = tokio::select! {
        biased;
        () = cancelled.cancelled() => None,
        outcome = performer.perform(effect) => Some(outcome),
    };
    accessor.with(|mut access| {
        let ticks = access.get().deadline_ticks;
        access.as_context_mut().set_epoch_deadline(ticks);
    });
    outcome
}

impl<T: Send> http::HostWithStore<T> for Linked {
    async fn send(accessor: &Accessor<T, Self>, request: http::Request) -> Result<http::Response, http::Error> {
        match perform(accessor, Effect::Http(request.into())).await {
            Some(Outcome::Http(answer)) => answer.map(Into::into).map_err(Into::into),
            _ => Err(http::Error::Cancelled),
        }
    }
}

impl<T: Send> storage::HostWithStore<T> for Linked {
    async fn load(accessor: &Accessor<T, Self>, name: String) -> Result<Option<storage::Loaded>, storage::Error> {
        match perform(accessor, Effect::Load(name)).await {
            Some(Outcome::Load(loaded)) => loaded.map(|loaded| loaded.map(Into::into)).map_err(Into::into),
            _ => Err(storage::Error::Cancelled),
        }
    }

    async fn store(accessor: &Accessor<T, Self>, name: String, document: Vec<u8>, revision: Option<String>) -> Result<(), storage::Error> {
        match perform(accessor, Effect::Store(effects::StoreRequest { name, document, revision })).await {
            Some(Outcome::Store(stored)) => stored.map_err(Into::into),
            _ => Err(storage::Error::Cancelled),
        }
    }

    async fn erase(accessor: &Accessor<T, Self>, name: String) -> Result<(), storage::Error> {
        match perform(accessor, Effect::Erase(name)).await {
            Some(Outcome::Erase(erased)) => erased.map_err(Into::into),
            _ => Err(storage::Error::Cancelled),
        }
    }
}

impl<T: Send> custodian::HostWithStore<T> for Linked {
    async fn sign(accessor: &Accessor<T, Self>, key_id: String, text: Vec<u8>) -> Result<Vec<u8>, custodian::Error> {
        match perform(accessor, Effect::Sign(effects::SignRequest { key_id, text })).await {
            Some(Outcome::Sign(signature)) => signature.map_err(Into::into),
            _ => Err(custodian::Error::Cancelled),
        }
    }

    async fn unseal(accessor: &Accessor<T, Self>, key_id: String, sealed: Vec<u8>) -> Result<Vec<u8>, custodian::Error> {
        match perform(accessor, Effect::Unseal(effects::UnsealRequest { key_id, sealed })).await {
            Some(Outcome::Unseal(opened)) => opened.map_err(Into::into),
            _ => Err(custodian::Error::Cancelled),
        }
    }
}

impl<T: Send> clock::HostWithStore<T> for Linked {
    async fn wait(accessor: &Accessor<T, Self>, ms: u64) {
        // Of a call that was cancelled the next effect says so.
        perform(accessor, Effect::Sleep(ms)).await;
    }
}

impl clock::Host for State {
    fn now(&mut self) -> i64 {
        self.clock.now_ms()
    }

    fn monotonic(&mut self) -> u64 {
        self.clock.monotonic_ms()
    }
}

impl random::Host for State {
    fn bytes(&mut self, len: u32) -> Result<Vec<u8>, ()> {
        draw(&*self.random, len)
    }
}

impl http::Host for State {}

impl storage::Host for State {}

impl custodian::Host for State {}
