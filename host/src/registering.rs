//! Registering a new agent.

use crate::component::Component;
use crate::component::wit::keys::PublicForm;
use crate::component::wit::registrations::AgentDescription;
use crate::driver::Completion;
use crate::error::Error;
use crate::ports::Http;
use crate::surroundings::Surroundings;
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

/// An agent registration: what the backend is asked, and what asks it.
pub struct AgentRegistration {
    authapi_base: String,
    public_key: Vec<u8>,
    description: AgentDescription,
    fedramp: bool,
    surroundings: Surroundings,
}

impl AgentRegistration {
    /// Registers the 32 raw bytes of a public key at `authapi_base`.
    pub fn new(authapi_base: impl Into<String>, public_key: impl Into<Vec<u8>>, description: AgentDescription) -> Self {
        Self {
            authapi_base: authapi_base.into(),
            public_key: public_key.into(),
            description,
            fedramp: false,
            surroundings: Surroundings::default(),
        }
    }

    /// Whether the request carries `X-OpenAI-Fedramp: true`. Default: no.
    #[must_use]
    pub fn fedramp(mut self, fedramp: bool) -> Self {
        self.fedramp = fedramp;
        self
    }

    /// Clock, randomness, HTTP and observer; storage is not used.
    #[must_use]
    pub fn surroundings(mut self, surroundings: Surroundings) -> Self {
        self.surroundings = surroundings;
        self
    }

    /// What makes HTTP requests. Default: `ReqwestHttp`, with the feature `client`.
    #[must_use]
    pub fn http(mut self, http: Arc<dyn Http>) -> Self {
        self.surroundings = self.surroundings.http(http);
        self
    }

    /// Registers with an access token and returns the runtime id. Retried as the specification says.
    /// Errors: `base-url-unsupported`, `agent-register-rejected`, `agent-response-undecodable`, `bootstrap-unavailable`.
    pub async fn run(self, component: &Component, access_token: &Zeroizing<String>) -> Result<String, Error> {
        let mut session = self.surroundings.session(component)?;
        let key = session.import_verifying_key(PublicForm::Raw, &self.public_key)?;
        let operation = session.begin_register_agent(&self.authapi_base, &key, &self.description, access_token, self.fedramp)?;
        let performer = self.surroundings.performer(None)?;
        match performer.run(&Mutex::new(session), operation).await? {
            Completion::AgentRegistered(id) => Ok(id),
            _ => Err(Error::internal("an agent registration ended as something else".into())),
        }
    }
}
