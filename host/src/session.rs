//! One instance of the component, called directly: every exported function under its own name.
//!
//! [`crate::Agent`] and [`crate::Signer`] are what programs use; a session is for tools, servers and tests. It is
//! single-threaded like the component itself. After a trap every call fails with `internal`; make a new session.

mod agents;
mod enrollments;
mod handles;
mod metadata;
mod verifying;

pub use handles::{
    AgentHandle, EnrollmentHandle, KeyHandle, OperationHandle, ReplayHandle, ThreadsHandle, TurnsHandle, VerifyingKeyHandle,
};

use crate::component::bindings::Identity;
use crate::component::wit::{assertions, errors, keys, logins, operations, registrations, reveal, task_refs};
use crate::component::{Component, HostState, Instance};
use crate::error::Error;
use crate::ports::{Clock, Random};
use handles::Handle;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use wasmtime::Store;
use wasmtime::component::ResourceAny;
use zeroize::Zeroizing;

/// An instance of the component.
pub struct Session {
    instance: Instance,
    /// Tells the handles of this session from those of others.
    id: u64,
}

/// What one call of [`Session::resume`] brought.
#[derive(Debug)]
pub struct Step {
    /// What happened since the last call, oldest first.
    pub events: Vec<operations::Event>,
    /// Where the operation stands; an error ends it.
    pub progress: Result<operations::Progress, Error>,
}

type Answer<T> = wasmtime::Result<Result<T, ResourceAny>>;

impl Session {
    /// A new instance that reads this clock and this random source.
    pub fn new(component: &Component, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Self, Error> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let instance = component.instantiate(clock, random)?;
        Ok(Self { instance, id: NEXT.fetch_add(1, Ordering::Relaxed) })
    }

    /// Whether the instance can still be used.
    pub fn is_sound(&self) -> bool {
        self.instance.is_sound()
    }

    /// Every code the component can return.
    pub fn catalogue(&mut self) -> Result<Vec<errors::CodeDescription>, Error> {
        self.instance.call(|store, guest| guest.agent_identity_component_errors().call_catalogue(store))
    }

    /// The Unicode version that task references are normalised by.
    pub fn unicode_version(&mut self) -> Result<String, Error> {
        self.instance.call(|store, guest| guest.agent_identity_component_task_refs().call_unicode_version(store))
    }

    /// Reads a private key.
    pub fn import_key(&mut self, form: keys::PrivateForm, data: &[u8]) -> Result<KeyHandle, Error> {
        let id = self.id;
        self.ask(|store, guest| guest.agent_identity_component_keys().key().call_import(store, form, data))
            .map(|any| KeyHandle::new(any, id))
    }

    /// Makes a private key.
    pub fn generate_key(&mut self) -> Result<KeyHandle, Error> {
        let id = self.id;
        self.ask(|store, guest| guest.agent_identity_component_keys().key().call_generate(store)).map(|any| KeyHandle::new(any, id))
    }

    /// A key that a custodian keeps.
    pub fn custodial_key(&mut self, public_key: &[u8], key_id: &str, check: keys::CustodyCheck) -> Result<KeyHandle, Error> {
        let id = self.id;
        self.ask(|store, guest| guest.agent_identity_component_keys().key().call_custodial(store, public_key, key_id, check))
            .map(|any| KeyHandle::new(any, id))
    }

    /// The public half of a key.
    pub fn public_forms(&mut self, key: &KeyHandle) -> Result<keys::PublicForms, Error> {
        let key = self.own(key)?;
        self.instance.call(|store, guest| guest.agent_identity_component_keys().key().call_public(store, key))
    }

    /// The secret half, in PKCS#8 v1.
    pub fn reveal(&mut self, key: &KeyHandle, form: reveal::SecretForm) -> Result<Zeroizing<Vec<u8>>, Error> {
        let key = self.own(key)?;
        self.ask(|store, guest| guest.agent_identity_component_reveal().call_private_key(store, key, form)).map(Zeroizing::new)
    }

    /// Reads a public key.
    pub fn import_verifying_key(&mut self, form: keys::PublicForm, data: &[u8]) -> Result<VerifyingKeyHandle, Error> {
        let id = self.id;
        self.ask(|store, guest| guest.agent_identity_component_keys().verifying_key().call_import(store, form, data))
            .map(|any| VerifyingKeyHandle::new(any, id))
    }

    /// A public key in every form.
    pub fn verifying_forms(&mut self, key: &VerifyingKeyHandle) -> Result<keys::PublicForms, Error> {
        let key = self.own(key)?;
        self.instance.call(|store, guest| guest.agent_identity_component_keys().verifying_key().call_public(store, key))
    }

    /// A header value for the clock's present second.
    pub fn authorize(&mut self, key: &KeyHandle, agent_runtime_id: &str, task_id: &str, clock_offset_ms: i64) -> Result<String, Error> {
        let key = self.own(key)?;
        self.ask(|store, guest| {
            guest.agent_identity_component_assertions().call_authorize(store, key, agent_runtime_id, task_id, clock_offset_ms)
        })
    }

    /// A header value for a given second.
    pub fn authorize_at(&mut self, key: &KeyHandle, agent_runtime_id: &str, task_id: &str, timestamp: &str) -> Result<String, Error> {
        let key = self.own(key)?;
        self.ask(|store, guest| {
            guest.agent_identity_component_assertions().call_authorize_at(store, key, agent_runtime_id, task_id, timestamp)
        })
    }

    /// The text a custodian has to sign, for the clock's present second.
    pub fn prepare(&mut self, agent_runtime_id: &str, task_id: &str, clock_offset_ms: i64) -> Result<assertions::Prepared, Error> {
        self.ask(|store, guest| guest.agent_identity_component_assertions().call_prepare(store, agent_runtime_id, task_id, clock_offset_ms))
    }

    /// The text a custodian has to sign, for a given second.
    pub fn prepare_at(&mut self, agent_runtime_id: &str, task_id: &str, timestamp: &str) -> Result<assertions::Prepared, Error> {
        self.ask(|store, guest| guest.agent_identity_component_assertions().call_prepare_at(store, agent_runtime_id, task_id, timestamp))
    }

    /// A header value from a custodian's signature.
    pub fn assemble(
        &mut self,
        key: &KeyHandle,
        agent_runtime_id: &str,
        task_id: &str,
        timestamp: &str,
        signature: &[u8],
    ) -> Result<String, Error> {
        let key = self.own(key)?;
        self.ask(|store, guest| {
            guest.agent_identity_component_assertions().call_assemble(store, key, agent_runtime_id, task_id, timestamp, signature)
        })
    }

    /// Reads a header value; nothing is verified.
    pub fn parse_assertion(&mut self, header: &str) -> Result<assertions::Assertion, Error> {
        self.ask(|store, guest| guest.agent_identity_component_assertions().call_parse(store, header))
    }

    /// The one spelling of a reference; none is the run task.
    pub fn normalize(&mut self, reference: &task_refs::ExternalTaskRef) -> Result<Option<String>, Error> {
        self.ask(|store, guest| guest.agent_identity_component_task_refs().call_normalize(store, reference))
    }

    /// Signs a task registration for a given second.
    pub fn sign_task_at(
        &mut self,
        key: &KeyHandle,
        agent_runtime_id: &str,
        timestamp: &str,
        reference: Option<&task_refs::ExternalTaskRef>,
    ) -> Result<registrations::TaskRegistration, Error> {
        let key = self.own(key)?;
        self.ask(|store, guest| {
            guest.agent_identity_component_registrations().call_sign_task_at(store, key, agent_runtime_id, timestamp, reference)
        })
    }

    /// Reads a received task registration.
    pub fn parse_task(&mut self, path: &str, body: &[u8]) -> Result<registrations::ReceivedRegistration, Error> {
        self.ask(|store, guest| guest.agent_identity_component_registrations().call_parse_task(store, path, body))
    }

    /// The body of an agent registration.
    pub fn agent_body(&mut self, key: &VerifyingKeyHandle, description: &registrations::AgentDescription) -> Result<String, Error> {
        let key = self.own(key)?;
        self.instance.call(|store, guest| guest.agent_identity_component_registrations().call_agent_body(store, key, description))
    }

    /// The task id in the answer to a task registration.
    pub fn read_task_answer(&mut self, key: &KeyHandle, body: &[u8]) -> Result<String, Error> {
        let key = self.own(key)?;
        self.ask(|store, guest| guest.agent_identity_component_registrations().call_read_task_answer(store, key, body))
    }

    /// Seals a task id to a key.
    pub fn seal_task_id(&mut self, key: &VerifyingKeyHandle, task_id: &str) -> Result<String, Error> {
        let key = self.own(key)?;
        self.ask(|store, guest| guest.agent_identity_component_registrations().call_seal_task_id(store, key, task_id))
    }

    /// Verifies an identity JWT.
    pub fn verify_jwt(&mut self, jwt: &str, jwks: &[u8]) -> Result<(logins::Claims, KeyHandle), Error> {
        let (claims, key) = self.ask(|store, guest| guest.agent_identity_component_logins().call_verify_jwt(store, jwt, jwks))?;
        Ok((claims, KeyHandle::new(key, self.id)))
    }

    /// Reads the identity record of a stored document.
    pub fn read_record(&mut self, auth_json: &[u8], account_id: &str, chatgpt_user_id: &str) -> Result<logins::StoredIdentity, Error> {
        self.ask(|store, guest| guest.agent_identity_component_logins().call_read_record(store, auth_json, account_id, chatgpt_user_id))
    }

    /// The key inside a stored identity record.
    pub fn record_key(&mut self, auth_json: &[u8]) -> Result<KeyHandle, Error> {
        let id = self.id;
        self.ask(|store, guest| guest.agent_identity_component_logins().call_record_key(store, auth_json))
            .map(|any| KeyHandle::new(any, id))
    }

    /// Sets the identity record of a stored document, or of a new one.
    pub fn write_record(
        &mut self,
        auth_json: Option<&[u8]>,
        identity: &logins::Identity,
        key: &KeyHandle,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let key = self.own(key)?;
        self.ask(|store, guest| guest.agent_identity_component_reveal().call_write_record(store, auth_json, identity, key))
            .map(Zeroizing::new)
    }

    /// The base URLs in force.
    pub fn resolve_base_urls(
        &mut self,
        chatgpt_base_url: Option<&str>,
        authapi_override: Option<&str>,
        jwks_override: Option<&str>,
    ) -> Result<logins::BaseUrls, Error> {
        self.ask(|store, guest| {
            guest.agent_identity_component_logins().call_resolve_base_urls(store, chatgpt_base_url, authapi_override, jwks_override)
        })
    }

    /// Goes on with an operation.
    pub fn resume(&mut self, operation: &OperationHandle, outcome: Option<&operations::Outcome>) -> Result<Step, Error> {
        let operation = self.own(operation)?;
        let step =
            self.ask(|store, guest| guest.agent_identity_component_operations().operation().call_resume(store, operation, outcome))?;
        let progress = match step.progress {
            Ok(progress) => Ok(progress),
            Err(error) => Err(self.read(error)?),
        };
        Ok(Step { events: step.events, progress })
    }

    /// Gives a handle back: what it stands for is dropped inside the component, secrets overwritten.
    pub fn release(&mut self, handle: impl Handle) -> Result<(), Error> {
        let handle = self.own(&handle)?;
        self.instance.call(|store, _| handle.resource_drop(store))
    }

    /// The runtime's handle, if this session made it. One of a session that trapped stands for nothing any more.
    fn own(&self, handle: &impl Handle) -> Result<ResourceAny, Error> {
        if handle.session() == self.id {
            return Ok(handle.any());
        }
        Err(Error::internal("a handle of another session is used; its own may have trapped and been replaced".into()))
    }

    fn ask<T>(&mut self, call: impl FnOnce(&mut Store<HostState>, &Identity) -> Answer<T>) -> Result<T, Error> {
        let answer = self.instance.call(call)?;
        answer.or_else(|error| Err(self.read(error)?))
    }

    /// What the component says about a failure; the failure itself is dropped there.
    fn read(&mut self, error: ResourceAny) -> Result<Error, Error> {
        let info = self.instance.call(|store, guest| {
            let info = guest.agent_identity_component_errors().error().call_info(&mut *store, error)?;
            error.resource_drop(store)?;
            Ok(info)
        })?;
        Ok(info.into())
    }
}
