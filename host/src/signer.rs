//! Signs on several threads at once: a pool of instances, each holding the key.

use crate::component::Component;
use crate::component::wit::keys::{CustodyCheck, PrivateForm};
use crate::driver::lock;
use crate::error::{Advice, Error};
use crate::ports::{Clock, Custodian, CustodianError, Random};
use crate::session::{KeyHandle, Session};
use std::fmt;
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

/// A signing key, as instances of the component get it.
#[derive(Clone)]
pub enum Key {
    /// Held in the component. The host keeps the bytes too, overwritten on drop: an instance that trapped is made anew from them.
    Held {
        /// How `data` is to be read.
        form: PrivateForm,
        /// The key.
        data: Arc<Zeroizing<Vec<u8>>>,
    },
    /// Kept by a custodian; it never enters the component.
    Custodial {
        /// Who keeps it.
        custodian: Arc<dyn Custodian>,
        /// The custodian's name for it.
        key_id: String,
        /// Which of its signatures are verified before use.
        check: CustodyCheck,
    },
}

impl Key {
    /// A key held in the component.
    pub fn held(form: PrivateForm, data: impl Into<Vec<u8>>) -> Self {
        Self::Held { form, data: Arc::new(Zeroizing::new(data.into())) }
    }

    /// A key that a custodian keeps; its first signature in each instance is verified.
    pub fn custodial(custodian: Arc<dyn Custodian>, key_id: impl Into<String>) -> Self {
        Self::Custodial { custodian, key_id: key_id.into(), check: CustodyCheck::First }
    }

    /// Gives the key to a session.
    pub(crate) fn enter(&self, session: &mut Session) -> Result<KeyHandle, Error> {
        match self {
            Self::Held { form, data } => session.import_key(*form, data),
            Self::Custodial { custodian, key_id, check } => {
                let public = custodian.public_key(key_id).map_err(|error| custodian_error(&error))?;
                session.custodial_key(&public, key_id, *check)
            }
        }
    }

    pub(crate) fn custodian(&self) -> Option<Arc<dyn Custodian>> {
        match self {
            Self::Held { .. } => None,
            Self::Custodial { custodian, .. } => Some(custodian.clone()),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held { form, .. } => write!(f, "Key(held, {form:?})"),
            Self::Custodial { key_id, .. } => write!(f, "Key(custodial, {key_id})"),
        }
    }
}

/// Builds `Authorization` values from any number of threads.
pub struct Signer {
    component: Component,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    key: Key,
    idle: Mutex<Vec<Signing>>,
}

/// An instance with the key in it.
struct Signing {
    session: Session,
    key: KeyHandle,
}

/// Instances kept for later; more are made while more threads sign at once.
const MOST_IDLE: usize = 32;

impl Signer {
    /// Checks that the key can be used, by making the first instance.
    pub fn new(component: Component, clock: Arc<dyn Clock>, random: Arc<dyn Random>, key: Key) -> Result<Self, Error> {
        let signer = Self { component, clock, random, key, idle: Mutex::default() };
        signer.put_back(signer.make()?);
        Ok(signer)
    }

    /// The header value for the present second.
    pub async fn authorize(&self, agent_runtime_id: &str, task_id: &str, clock_offset_ms: i64) -> Result<String, Error> {
        match &self.key {
            Key::Held { .. } => self.with(|signing| signing.session.authorize(&signing.key, agent_runtime_id, task_id, clock_offset_ms)),
            Key::Custodial { custodian, key_id, .. } => {
                let prepared = self.with(|signing| signing.session.prepare(agent_runtime_id, task_id, clock_offset_ms))?;
                let signature = custodian.sign(key_id, &prepared.text).await.map_err(|error| custodian_error(&error))?;
                self.with(|signing| signing.session.assemble(&signing.key, agent_runtime_id, task_id, &prepared.timestamp, &signature))
            }
        }
    }

    /// Runs a call on an instance of the pool. After a trap the instance is thrown away and the call is made once more on a new one.
    fn with<T>(&self, call: impl Fn(&mut Signing) -> Result<T, Error>) -> Result<T, Error> {
        let mut signing = self.take()?;
        let result = call(&mut signing);
        if signing.session.is_sound() {
            self.put_back(signing);
            return result;
        }
        let mut fresh = self.make()?;
        let result = call(&mut fresh);
        if fresh.session.is_sound() {
            self.put_back(fresh);
        }
        result
    }

    fn take(&self) -> Result<Signing, Error> {
        let idle = lock(&self.idle).pop();
        idle.map_or_else(|| self.make(), Ok)
    }

    fn put_back(&self, signing: Signing) {
        let mut idle = lock(&self.idle);
        if idle.len() < MOST_IDLE {
            idle.push(signing);
        }
    }

    fn make(&self) -> Result<Signing, Error> {
        let mut session = Session::new(&self.component, self.clock.clone(), self.random.clone())?;
        let key = self.key.enter(&mut session)?;
        Ok(Signing { session, key })
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({:?})", self.key)
    }
}

pub(crate) fn custodian_error(error: &CustodianError) -> Error {
    let mut refused = Error::new("signature-invalid", Advice::FixConfig, format!("the custodian did not sign: {error}"));
    refused.cause = Some("custodian".into());
    refused
}
