//! Requests that are signed, sent, judged, and repeated at most once (D1, D2).

use super::{Client, InUse, Performer, no_agent};
use crate::agent::Headers;
use crate::base_urls;
use crate::clock_offset::{Judgement, Observed};
use crate::error::{Code, Error, Result};
use crate::flow::{Effect, HttpRequest, HttpResponse, Outcome};
use crate::identifiers::TaskId;
use crate::rejection::{Action, Answer as Judged, Rules};
use crate::task_ref::TaskRef;
use alloc::rc::Rc;
use alloc::string::String;
use zeroize::Zeroize;

/// A request that is to be signed. The caller says by sending it here that it may carry the assertion, which is a credential.
#[derive(Debug)]
pub struct SignedRequest {
    /// The request. Fields of the same name as those of the signature are replaced.
    pub request: HttpRequest,
    /// The task to sign for; none for the run task. It is registered if need be.
    pub reference: Option<TaskRef>,
    /// Only names the conversation in events.
    pub conversation: Option<String>,
}

/// The final answer, and what it means.
#[derive(Clone, Debug)]
pub struct Answer {
    /// As it came.
    pub response: HttpResponse,
    /// What it means for the identity; of a repeated request the second answer is judged.
    pub judgement: Judgement,
    /// Whether the request was sent twice.
    pub repeated: bool,
}

/// The methods that requests may have. Errors: `config-invalid`.
pub fn method(text: &str) -> Result<&'static str> {
    const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    let known = METHODS.into_iter().find(|known| *known == text);
    known.ok_or_else(|| Error::new(Code::ConfigInvalid, "the method of the request is none of those that are sent"))
}

impl<P: Performer> Client<P> {
    /// Signs and sends. A request refused with 401 for its task or for the clock is signed anew and repeated once. When the
    /// assertion cannot be built nothing is sent (A6).
    pub async fn send_signed(&self, request: SignedRequest) -> Result<Answer> {
        base_urls::check_url(&request.request.url)?;
        let in_use = self.in_use()?;
        let (first, sent) = self.attempt(&in_use, &request).await?;
        // When somebody else logged in meanwhile the refusal says nothing about the agent in use now.
        if !self.is_in_use(&in_use) {
            return Ok(first);
        }
        match first.judgement.rejection.action {
            Action::CorrectClockAndRepeat => {}
            Action::RegisterAndRepeat => {
                self.replace_task(&in_use, request.reference.clone(), request.conversation.as_deref(), &sent).await?;
            }
            Action::BackOff | Action::Surface | Action::Pass => return Ok(first),
        }
        if !self.is_in_use(&in_use) {
            return Ok(first);
        }
        let (second, _) = self.attempt(&in_use, &request).await?;
        Ok(Answer { repeated: true, ..second })
    }

    /// One attempt, and the task it was signed for.
    async fn attempt(&self, in_use: &InUse, request: &SignedRequest) -> Result<(Answer, TaskId)> {
        let (signature, task_id) = self.sign_ensured(in_use, request.reference.as_ref(), request.conversation.as_deref()).await?;
        if !self.is_in_use(in_use) {
            return Err(no_agent());
        }
        let sent_ms = self.ports.now_ms();
        let response = match self.performer.perform(Effect::Http(signed(&request.request, signature))).await {
            Outcome::Http(answer) => answer?,
            _ => return Err(Code::OutcomeMismatch.into()),
        };
        let judgement = judge(in_use, &response, sent_ms, self.ports.now_ms())?;
        Ok((Answer { response, judgement, repeated: false }, task_id))
    }

    fn is_in_use(&self, in_use: &InUse) -> bool {
        self.agent().is_some_and(|agent| Rc::ptr_eq(&agent, &in_use.agent))
    }
}

/// Only a refusal says anything about the clock; any other answer passes, whatever its `Date`.
fn judge(in_use: &InUse, response: &HttpResponse, sent_ms: i64, received_ms: i64) -> Result<Judgement> {
    let (status, body) = (response.status, &*response.body);
    if !matches!(status, 401 | 403) {
        let rejection = Rules::default().classify(&Judged::Response { status, body, residual: None });
        return Ok(Judgement { rejection, skew_ms: None });
    }
    let (date, age) = (response.header("date"), response.header("age"));
    in_use.agent.clock().observe(&Observed { status, date, age, body, sent_ms, received_ms })
}

fn signed(request: &HttpRequest, signature: Headers) -> HttpRequest {
    let is_replaced = |name: &str| signature.iter().any(|(signed, _)| signed.eq_ignore_ascii_case(name));
    let mut headers: Headers = request.headers.iter().filter(|(name, _)| !is_replaced(name)).cloned().collect();
    headers.extend(signature);
    HttpRequest { headers, url: request.url.clone(), body: request.body.clone(), ..*request }
}

/// Its fields may hold other credentials of the caller, and its body anything.
impl Drop for SignedRequest {
    fn drop(&mut self) {
        self.request.headers.iter_mut().for_each(|(_, value)| value.zeroize());
        self.request.body.zeroize();
    }
}
