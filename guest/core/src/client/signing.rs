//! Header fields, whoever keeps the key.

use super::{Client, InUse, Performer};
use crate::agent::{Agent, Headers};
use crate::assertion::Claim;
use crate::error::{Code, Result};
use crate::flow::{Effect, Outcome, SignRequest};
use crate::identifiers::TaskId;
use crate::skew;
use crate::task_ref::TaskRef;
use crate::timestamp::Timestamp;

/// How often a task that is had may be lost again before it is signed for.
const ROUNDS: u32 = 8;

impl<P: Performer> Client<P> {
    /// Has a task and signs for it. Another request may learn in between that the task is refused; then the next one is signed for.
    pub(super) async fn sign_ensured(
        &self,
        in_use: &InUse,
        reference: Option<&TaskRef>,
        conversation: Option<&str>,
    ) -> Result<(Headers, TaskId)> {
        let text = reference.map(TaskRef::as_str);
        for _ in 1..ROUNDS {
            self.have_task(in_use, reference.cloned(), conversation).await?;
            match self.sign(&in_use.agent, text).await {
                Err(error) if error.code == Code::RunTaskMissing => {}
                signed => return signed,
            }
        }
        self.sign(&in_use.agent, text).await
    }

    /// The header fields, and the task they are for.
    pub(super) async fn sign(&self, agent: &Agent, reference: Option<&str>) -> Result<(Headers, TaskId)> {
        let ticket = agent.ticket(reference)?;
        let claim = Claim {
            agent_runtime_id: ticket.agent_runtime_id,
            task_id: ticket.task_id,
            timestamp: Timestamp::from_unix_ms(skew::corrected(self.ports.now_ms(), ticket.clock_offset_ms))?,
        };
        let value = match agent.signer().custodial() {
            None => self.performer.guarded(|| agent.signer().held().map(|key| claim.authorize(key)))?,
            Some(key) => {
                let request = SignRequest { key_id: key.key_id().into(), text: claim.signed_text() };
                match self.performer.perform(Effect::Sign(request)).await {
                    Outcome::Sign(Ok(signature)) => agent.signer().assemble(&claim, &signature)?,
                    Outcome::Sign(Err(failure)) => return Err(failure.into()),
                    _ => return Err(Code::OutcomeMismatch.into()),
                }
            }
        };
        let mut headers = Headers::with_capacity(3);
        headers.push(("Authorization".into(), value));
        headers.extend(ticket.account_headers);
        Ok((headers, claim.task_id))
    }
}
