//! Assertions for whichever managed login is in use.

use super::{Enrollment, ManagedLogin, ManagedLogins, WhileInUse};
use crate::agent::ResponseFacts;
use crate::auth::{Assertion, Attempt, Identities, Recovery};
use crate::error::{Advice, Error};
use async_trait::async_trait;
use std::sync::Arc;

/// Bootstraps an agent for the account in use and lets it make the assertions. Which account that is is asked before and after, so
/// that what was had for one that is no longer in use is never handed out (L4).
pub struct ManagedIdentities {
    enrollment: Enrollment,
    logins: Arc<dyn ManagedLogins>,
}

/// How often the login may change while an assertion is made.
const ROUNDS: u32 = 16;

impl ManagedIdentities {
    /// Assertions of this enrollment's agents.
    pub fn new(enrollment: Enrollment, logins: Arc<dyn ManagedLogins>) -> Self {
        Self { enrollment, logins }
    }

    async fn assertion(&self, login: &ManagedLogin, attempt: &Attempt<'_>) -> Result<Assertion, Error> {
        let in_use = WhileInUse { login: login.clone(), logins: self.logins.clone() };
        let agent = self.enrollment.bootstrap_while(in_use, Some(attempt.conversation)).await?;
        Identities::authorize(&agent, attempt).await
    }

    async fn is_in_use(&self, login: &ManagedLogin) -> Result<bool, Error> {
        Ok(self.logins.managed_login().await?.is_same_account(login))
    }
}

#[async_trait]
impl Identities for ManagedIdentities {
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Assertion, Error> {
        for _ in 0..ROUNDS {
            let login = self.logins.managed_login().await?;
            let made = self.assertion(&login, attempt).await;
            // A bootstrap that another account's overtook says nothing about this one.
            let is_overtaken = matches!(&made, Err(error) if error.code == "cancelled");
            if self.is_in_use(&login).await? && !is_overtaken {
                return made;
            }
        }
        Err(Error::new("cancelled", Advice::BackOff, "the login changes again and again; repeat when it has settled"))
    }

    async fn recover(&self, attempt: &Attempt<'_>, sent: &Assertion, refusal: &ResponseFacts) -> Result<Recovery, Error> {
        let login = self.logins.managed_login().await?;
        let signed = |agent: &crate::Agent| agent.agent_runtime_id() == sent.agent_runtime_id && login.is_of(agent);
        // When somebody else logged in meanwhile the refusal says nothing about the agent in use now.
        let Some(agent) = self.enrollment.agent().filter(signed) else { return Ok(Recovery::Surface(None)) };
        let recovery = agent.recover(attempt, sent, refusal).await?;
        if recovery == Recovery::Repeat && !self.is_in_use(&login).await? {
            return Ok(Recovery::Surface(None));
        }
        Ok(recovery)
    }

    fn can_register(&self) -> bool {
        true
    }
}
