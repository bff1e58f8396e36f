//! The agent as what makes assertions for requests.

use super::{Agent, Headers};
use crate::agent::ResponseFacts;
use crate::auth::{Assertion, Attempt, Identities, Recovery};
use crate::error::Error;
use async_trait::async_trait;

/// How often a task that is had may be lost again before it is signed for.
const ROUNDS: u32 = 8;

#[async_trait]
impl Identities for Agent {
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Assertion, Error> {
        let (headers, task_id) = self.sign_ensured(attempt).await?;
        let headers = headers.into_iter().map(|(name, value)| (name, value.into())).collect();
        Ok(Assertion { headers, agent_runtime_id: self.agent_runtime_id().to_owned(), task_id })
    }

    async fn recover(&self, attempt: &Attempt<'_>, sent: &Assertion, refusal: &ResponseFacts) -> Result<Recovery, Error> {
        let rejection = self.on_response(refusal)?;
        match rejection.action.as_str() {
            "correct-clock-and-repeat" => Ok(Recovery::Repeat),
            "register-and-repeat" if self.0.replaces_tasks => {
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

impl Agent {
    /// Has a task and signs for it. Another request may learn in between that the task is refused; then the next one is signed for.
    async fn sign_ensured(&self, attempt: &Attempt<'_>) -> Result<(Headers, String), Error> {
        for _ in 1..ROUNDS {
            self.ensure_task(attempt.reference, Some(attempt.conversation)).await?;
            match self.sign(attempt.reference).await {
                Err(error) if error.code == "run-task-missing" => {}
                signed => return signed,
            }
        }
        self.sign(attempt.reference).await
    }
}
