//! One instance: a task of its own runs it and every call into it.

use super::agent::Agent;
use super::calls::{Calls, Wish};
use super::convert;
use super::functions::Functions;
use super::imports::State;
use super::{shared, wit};
use crate::component::broken;
use crate::component::wit::agents::{AgentConfig, EnrollmentConfig};
use crate::error::Error;
use crate::signer::Key;
use std::fmt;
use std::sync::Arc;
use tokio::sync::mpsc;
use wasmtime::component::InstancePre;
use wasmtime::{Engine, Store};

/// An instance of the component. Cheap to clone, shared by threads; any number of calls are under way at once. After a trap nothing
/// in it can be trusted: every call fails with `internal`, and a new instance is to be made. It ends with its last handle.
#[derive(Clone)]
pub struct Instance(Arc<Calls>);

impl Instance {
    pub(super) async fn start(engine: &Engine, pre: &InstancePre<State>, state: State, deadline_ticks: u64) -> Result<Self, Error> {
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.limits);
        store.set_epoch_deadline(deadline_ticks);
        let instance = pre.instantiate_async(&mut store).await.map_err(broken)?;
        let functions = Functions::of(&mut store, &instance).map_err(broken)?;
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(serve(store, receiver));
        Ok(Self(Arc::new(Calls::new(sender, functions, deadline_ticks))))
    }

    /// The agent of an installation. Errors: `base-url-unsupported`, `config-invalid`.
    pub async fn enroll(&self, config: &EnrollmentConfig) -> Result<Agent, Error> {
        let handle = self.0.ask(|functions| functions.enroll, (convert::enrollment_config(config),)).await?;
        Ok(Agent::new(self.0.clone(), handle))
    }

    /// An agent whose identity and key the caller has. A custodial key is signed with by the custodian of the instance's imports.
    /// Errors: `runtime-id-invalid`, `record-invalid`, `base-url-unsupported`, `config-invalid`, the `key-…` codes.
    pub async fn open(&self, config: &AgentConfig, key: &Key) -> Result<Agent, Error> {
        let key = self.enter(key).await?;
        let opened = self.0.ask(|functions| functions.open, (convert::agent_config(config), key)).await;
        self.0.release(key);
        Ok(Agent::new(self.0.clone(), opened?))
    }

    async fn enter(&self, key: &Key) -> Result<wit::Key, Error> {
        match key {
            Key::Held { form, data } => self.0.ask(|functions| functions.import_key, (convert::private_form(*form), data.to_vec())).await,
            Key::Custodial { custodian, key_id, check } => {
                let public = custodian.public_key(key_id).map_err(|error| crate::signer::custodian_error(&error))?;
                let check = convert::custody_check(*check);
                self.0.ask(|functions| functions.custodial_key, (public.to_vec(), key_id.clone(), check)).await
            }
        }
    }

    /// Every code the component can return.
    pub async fn catalogue(&self) -> Result<Vec<shared::errors::CodeDescription>, Error> {
        self.0.call(|functions| functions.catalogue, ()).await
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Instance")
    }
}

/// Runs the instance until nobody holds it any more, or it traps. Calls that are under way then get no answer.
async fn serve(mut store: Store<State>, mut wishes: mpsc::UnboundedReceiver<Wish>) {
    loop {
        // Calls go on until something is to be dropped, which needs the store for itself; then they go on again.
        let released = store.run_concurrent(async |accessor| {
            loop {
                match wishes.recv().await {
                    Some(Wish::Call(call)) => drop(accessor.spawn(call)?),
                    Some(Wish::Release(handle)) => return Ok(Some(handle)),
                    None => return wasmtime::Result::Ok(None),
                }
            }
        });
        let ended = match released.await.and_then(|released| released) {
            Ok(None) => return,
            Ok(Some(handle)) => handle.resource_drop_async(&mut store).await,
            Err(trap) => Err(trap),
        };
        if let Err(trap) = ended {
            return tracing::error!(%trap, "the component trapped; its instance is thrown away");
        }
    }
}
