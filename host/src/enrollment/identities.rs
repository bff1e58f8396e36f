//! Assertions for whichever managed login is in use.

use super::{Enrollment, ManagedLogins};
use crate::agent::ResponseFacts;
use crate::auth::{Assertion, Attempt, Identities, Recovery};
use crate::error::Error;
use async_trait::async_trait;
use std::sync::Arc;

/// Bootstraps an agent for the account in use and lets it make the assertions. The account is asked for anew each time, so that a
/// request never carries an assertion of another one (L4).
pub struct ManagedIdentities {
    enrollment: Enrollment,
    logins: Arc<dyn ManagedLogins>,
}

impl ManagedIdentities {
    /// Assertions of this enrollment's agents.
    pub fn new(enrollment: Enrollment, logins: Arc<dyn ManagedLogins>) -> Self {
        Self { enrollment, logins }
    }
}

#[async_trait]
impl Identities for ManagedIdentities {
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Assertion, Error> {
        let login = self.logins.managed_login().await?;
        let agent = self.enrollment.bootstrap(&login, Some(attempt.conversation)).await?;
        Identities::authorize(&agent, attempt).await
    }

    async fn recover(&self, attempt: &Attempt<'_>, sent: &Assertion, refusal: &ResponseFacts) -> Result<Recovery, Error> {
        match self.enrollment.agent().filter(|agent| agent.agent_runtime_id() == sent.agent_runtime_id) {
            Some(agent) => agent.recover(attempt, sent, refusal).await,
            // Somebody else logged in meanwhile: the refusal says nothing about the agent in use now.
            None => Ok(Recovery::Surface(None)),
        }
    }

    fn can_register(&self) -> bool {
        true
    }
}
