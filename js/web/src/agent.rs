//! An agent: how an installation comes by it, and what it signs.

use crate::browser::Browser;
use crate::host::Host;
use crate::key::Key;
use crate::realm::Realm;
use crate::request::Request;
use agent_identity_core::agent::{self as core, AgentConfig, Headers};
use agent_identity_core::client::{Answer, Client, drive};
use agent_identity_core::enrollment::{Account, EnrollmentConfig};
use agent_identity_core::flow::{Completion, Event, Operation};
use agent_identity_core::identifiers::{AgentRuntimeId, TaskId};
use agent_identity_core::registering::AgentRegistration;
use agent_identity_core::registration::AgentDescription;
use agent_identity_core::secret_text::SecretText;
use agent_identity_core::task_ref::TaskRef;
use agent_identity_core::{Code, Error, Result};
use std::rc::Rc;
use zeroize::Zeroizing;

/// An agent identity and what is signed with it. Callers that want the same thing at once share it; dropping a future cancels it.
pub struct Agent(Client<Browser>);

impl Agent {
    /// The agent that an enrollment with this configuration comes to hold: bootstrap, log in or load next. Its documents lie in the database
    /// of the host. Errors: `base-url-unsupported`, `config-invalid`.
    pub fn enroll(config: EnrollmentConfig, host: &Host) -> Result<Self> {
        Ok(Self(Client::enroll(config, Browser(host.clone()), Rc::new(Realm))?))
    }

    /// An agent that was registered before. Errors: `runtime-id-invalid`, `base-url-unsupported`, `config-invalid`.
    pub fn open(config: &AgentConfig<'_>, key: &Key, host: &Host) -> Result<Self> {
        let agent = core::Agent::open(config, key.0.clone())?;
        Ok(Self(Client::open(agent, Browser(host.clone()), Rc::new(Realm))))
    }

    /// Registers an agent with an access token, for [`Self::open`]. Errors: the `agent-register-…` codes.
    pub async fn register(
        authapi_base: &str,
        key: &Key,
        description: &AgentDescription,
        access_token: String,
        host: &Host,
    ) -> Result<AgentRuntimeId> {
        let (base, token) = (authapi_base.trim_end_matches('/'), Zeroizing::new(access_token));
        let registration = AgentRegistration::new(base, key.public(), description, token, false)?;
        let operation = Operation::new(|effects| async move { registration.run(&effects, &Realm).await.map(Completion::AgentRegistered) });
        match drive(&Browser(host.clone()), operation, |_| {}).await? {
            Completion::AgentRegistered(id) => Ok(id),
            _ => Err(Code::Internal.into()),
        }
    }

    /// Has an agent for this account: the stored one, else a new one with a new key, stored only when agent and run task are registered.
    /// Errors: the `agent-register-…`, `task-register-…` and `store-…` codes.
    pub async fn bootstrap(&self, account: Account, access_token: String) -> Result<AgentRuntimeId> {
        self.0.bootstrap(account, SecretText::from(access_token), None).await
    }

    /// Logs in with an identity JWT, and stores it. Errors: the `jwt-…`, `jwks-…` and `key-…` codes.
    pub async fn login(&self, jwt: String) -> Result<AgentRuntimeId> {
        self.0.login(SecretText::from(jwt)).await
    }

    /// Takes the stored identity, whosever it is. Nothing is registered. Errors: `auth-material-missing`, `record-invalid`.
    pub async fn load(&self) -> Result<AgentRuntimeId> {
        self.0.load().await
    }

    /// Registers a new key beside the one in use, and returns the runtime id that waits until the rotation is finished.
    pub async fn rotate(&self, access_token: String) -> Result<AgentRuntimeId> {
        self.0.rotate(SecretText::from(access_token)).await
    }

    /// Puts the new key in the place of the old one; with `false` drops it.
    pub async fn finish_rotation(&self, accept: bool) -> Result<AgentRuntimeId> {
        self.0.finish_rotation(accept).await
    }

    /// Forgets the identity and its tasks, here and in the database.
    pub async fn logout(&self) -> Result<()> {
        self.0.logout().await
    }

    /// The id the backend gave the agent in use.
    pub fn agent_runtime_id(&self) -> Option<AgentRuntimeId> {
        self.0.agent().map(|agent| agent.agent_runtime_id().clone())
    }

    /// Its key, as a hold of its own.
    pub fn key(&self) -> Option<Key> {
        self.0.agent().map(|agent| Key(agent.signer().clone()))
    }

    /// The task of a normalised reference, or the run task: the one known, else the one stored, else a new one, which is then stored.
    /// Errors: `task-register-…`, `sealed-…`, `config-invalid`.
    pub async fn ensure_task(&self, reference: Option<&str>) -> Result<TaskId> {
        self.0.ensure_task(reference.map(normalized).transpose()?, None).await
    }

    /// Takes a task that was registered earlier. Errors: `task-id-invalid`.
    pub fn adopt_task(&self, reference: Option<&str>, task_id: &str) -> Result<()> {
        self.0.adopt_task(reference.map(Into::into), task_id)
    }

    /// The header fields of one request: `Authorization` and the account fields. The task must be known; build them anew for every attempt.
    /// Errors: `run-task-missing`, `clock-out-of-range`, `signature-invalid`.
    pub async fn authorize(&self, reference: Option<&str>) -> Result<Headers> {
        self.0.authorize(reference).await
    }

    /// Signs and sends a request with `fetch`. One that is refused with 401 for its task or for the clock is signed anew and repeated once (D1,
    /// D2). Without the header nothing is sent (A6). Errors: those of [`Self::ensure_task`] and [`Self::authorize`], the `network-…` codes.
    pub async fn send(&self, request: Request) -> Result<Answer> {
        self.0.send_signed(request.0).await
    }

    /// What happened since the last call, oldest first.
    pub fn take_events(&self) -> Vec<Event> {
        self.0.take_events()
    }
}

/// A reference in its one spelling.
pub(crate) fn normalized(text: &str) -> Result<TaskRef> {
    TaskRef::from_normalized(text).ok_or_else(|| Error::new(Code::ConfigInvalid, "the task reference is not a normalised one"))
}
