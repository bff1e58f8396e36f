//! The agent as what makes assertions for requests.

use super::Agent;
use crate::agent::ResponseFacts;
use crate::auth::{Assertion, Attempt, Identities, Recovery};
use crate::error::Error;
use async_trait::async_trait;

#[async_trait]
impl Identities for Agent {
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Assertion, Error> {
        let task_id = self.ensure_task(attempt.reference, Some(attempt.conversation)).await?;
        let headers = Self::authorize(self, attempt.reference).await?;
        let headers = headers.into_iter().map(|(name, value)| (name, value.into())).collect();
        Ok(Assertion { headers, agent_runtime_id: self.agent_runtime_id().to_owned(), task_id })
    }

    async fn recover(&self, attempt: &Attempt<'_>, sent: &Assertion, refusal: &ResponseFacts) -> Result<Recovery, Error> {
        let rejection = self.on_response(refusal)?;
        match rejection.action.as_str() {
            "correct-clock-and-repeat" => Ok(Recovery::Repeat),
            "register-and-repeat" => {
                self.replace_task(attempt.reference, &sent.task_id, Some(attempt.conversation)).await?;
                Ok(Recovery::Repeat)
            }
            _ => Ok(Recovery::Surface(rejection.code)),
        }
    }

    fn can_register(&self) -> bool {
        true
    }
}
