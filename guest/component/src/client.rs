//! Interface `client` of the world `agent`: the core's client over the imports, which are awaited.

use crate::Component;
use crate::agents::{account, identity, normalized_already, open, rejected};
use crate::bindings::exports::agent_identity::agent::client as wit;
use crate::exports::agents::{AgentConfig, ManagedLogin};
use crate::exports::errors::Error;
use crate::exports::keys::{Key, KeyBorrow, VerifyingKeyBorrow};
use crate::exports::logins::Identity;
use crate::exports::operations::Event;
use crate::imports::http::Request;
use crate::keys::KeyResource;
use crate::ports::HostPorts;
use agent_identity_core::Result as CoreResult;
use agent_identity_core::client::{Answer, Client, SignedRequest, drive, method};
use agent_identity_core::enrollment::EnrollmentConfig;
use agent_identity_core::flow::{Completion, HttpRequest, Operation};
use agent_identity_core::identifiers::AgentRuntimeId;
use agent_identity_core::keys::PublicKey;
use agent_identity_core::registering::AgentRegistration;
use agent_identity_core::registration::AgentDescription;
use agent_identity_core::task_ref::TaskRef;
use agent_identity_core::{Code, Error as CoreError};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use performer::Imports;
use zeroize::Zeroizing;

mod performer;

/// An agent whose calls are awaited.
pub(crate) struct ClientResource(Client<Imports>);

impl wit::Guest for Component {
    type Agent = ClientResource;

    async fn register_agent(
        authapi_base: String,
        key: VerifyingKeyBorrow<'_>,
        description: AgentDescription,
        access_token: String,
        fedramp: bool,
    ) -> Result<String, Error> {
        let token = Zeroizing::new(access_token);
        let base = authapi_base.trim_end_matches('/');
        let registration = AgentRegistration::new(base, key.get::<PublicKey>(), &description, token, fedramp)?;
        let operation =
            Operation::new(|effects| async move { registration.run(&effects, &HostPorts).await.map(Completion::AgentRegistered) });
        match drive(&Imports, operation, |_| {}).await? {
            Completion::AgentRegistered(id) => Ok(id.as_str().into()),
            _ => Err(CoreError::from(Code::Internal).into()),
        }
    }
}

impl wit::GuestAgent for ClientResource {
    fn enroll(config: EnrollmentConfig) -> Result<wit::Agent, Error> {
        Ok(wit::Agent::new(Self(Client::enroll(config, Imports, Rc::new(HostPorts))?)))
    }

    fn open(config: AgentConfig, key: KeyBorrow<'_>) -> Result<wit::Agent, Error> {
        Ok(wit::Agent::new(Self(Client::open(open(&config, key)?, Imports, Rc::new(HostPorts)))))
    }

    async fn bootstrap(&self, login: ManagedLogin, conversation: Option<String>) -> Result<String, Error> {
        let (account, token) = account(login);
        signed_in(self.0.bootstrap(account, token, conversation).await)
    }

    async fn login(&self, jwt: String) -> Result<String, Error> {
        signed_in(self.0.login(jwt.into()).await)
    }

    async fn load(&self) -> Result<String, Error> {
        signed_in(self.0.load().await)
    }

    async fn rotate(&self, access_token: String) -> Result<String, Error> {
        signed_in(self.0.rotate(access_token.into()).await)
    }

    async fn finish_rotation(&self, accept: bool) -> Result<String, Error> {
        signed_in(self.0.finish_rotation(accept).await)
    }

    async fn logout(&self) -> Result<(), Error> {
        Ok(self.0.logout().await?)
    }

    async fn ensure_task(&self, reference: Option<String>, conversation: Option<String>) -> Result<String, Error> {
        let task_id = self.0.ensure_task(normalized(reference)?, conversation.as_deref()).await?;
        Ok(task_id.as_str().into())
    }

    async fn authorize(&self, reference: Option<String>) -> Result<Vec<(String, String)>, Error> {
        Ok(self.0.authorize(reference.as_deref()).await?)
    }

    async fn send_signed(&self, request: Request, reference: Option<String>, conversation: Option<String>) -> Result<wit::Answer, Error> {
        let request = HttpRequest {
            method: method(&request.method)?,
            url: request.url,
            headers: request.headers,
            body: request.body,
            timeout_ms: request.timeout_ms,
            success_limit: request.success_limit,
            error_limit: request.error_limit,
        };
        let request = SignedRequest { request, reference: normalized(reference)?, conversation };
        let Answer { response, judgement, repeated } = self.0.send_signed(request).await?;
        Ok(wit::Answer { response, rejection: rejected(judgement), repeated })
    }

    fn adopt_task(&self, reference: Option<String>, task_id: String) -> Result<(), Error> {
        Ok(self.0.adopt_task(reference, &task_id)?)
    }

    fn identity(&self) -> Option<Identity> {
        self.0.agent().map(|agent| identity(&agent))
    }

    fn key(&self) -> Option<Key> {
        self.0.agent().map(|agent| Key::new(KeyResource(agent.signer().clone())))
    }

    fn clock_offset_ms(&self) -> i64 {
        self.0.agent().map_or(0, |agent| agent.clock().ms())
    }

    fn take_events(&self) -> Vec<Event> {
        self.0.take_events().into_iter().map(Into::into).collect()
    }
}

fn normalized(reference: Option<String>) -> Result<Option<TaskRef>, CoreError> {
    reference.as_deref().map(normalized_already).transpose()
}

fn signed_in(id: CoreResult<AgentRuntimeId>) -> Result<String, Error> {
    Ok(id?.as_str().into())
}
