//! A program's requests: signed, sent, and repeated once if that is the way to recover (D2).

use agent_identity_host::Error;
use agent_identity_host::agent::ResponseFacts;
use agent_identity_host::auth::{Assertion, Attempt, Identities, Recovery, Scope};
use agent_identity_host::ports::{Clock, Http, HttpFailure, HttpRequest, HttpResponse};
use serde_json::Value;

/// What makes requests, and where to.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    /// Signs.
    pub identities: &'a dyn Identities,
    /// Sends.
    pub http: &'a dyn Http,
    /// Tells when.
    pub clock: &'a dyn Clock,
    /// A model endpoint.
    pub url: &'a str,
}

/// What came of an attempt.
#[derive(Debug)]
pub struct Answered {
    /// What it was signed with.
    pub signed: Assertion,
    /// The answer, or why there is none.
    pub answer: Result<HttpResponse, HttpFailure>,
    /// Uncorrected wall clock before and after.
    pub times_ms: (i64, i64),
}

/// How a request ended.
#[derive(Debug)]
pub struct Ended {
    /// The last attempt.
    pub last: Answered,
    /// How often it was sent.
    pub sent: u32,
    /// The code that explains a refusal that was not repeated.
    pub refusal: Option<String>,
}

/// An attempt for the run task, or for a reference.
pub fn attempt(reference: Option<&str>) -> Attempt<'_> {
    Attempt::new(Scope::Scoped, "conversation", "responses").for_task(reference)
}

impl Caller<'_> {
    /// A whole request.
    pub async fn call(&self, reference: Option<&str>) -> Result<Ended, Error> {
        let attempt = attempt(reference);
        let first = self.attempt(&attempt).await?;
        match self.recover(&attempt, &first).await? {
            Recovery::Repeat => Ok(Ended { last: self.attempt(&attempt).await?, sent: 2, refusal: None }),
            Recovery::Surface(refusal) => Ok(Ended { last: first, sent: 1, refusal }),
        }
    }

    /// One attempt.
    pub async fn attempt(&self, attempt: &Attempt<'_>) -> Result<Answered, Error> {
        Ok(self.send(self.identities.authorize(attempt).await?).await)
    }

    /// Sends what was signed.
    pub async fn send(&self, signed: Assertion) -> Answered {
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        headers.extend(signed.headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())));
        let request = HttpRequest {
            method: "POST".into(),
            url: self.url.into(),
            headers,
            body: b"{}".to_vec(),
            timeout_ms: 30_000,
            success_limit: 1 << 20,
            error_limit: 64 << 10,
        };
        let sent_ms = self.clock.now_ms();
        let answer = self.http.send(request).await;
        Answered { signed, answer, times_ms: (sent_ms, self.clock.now_ms()) }
    }

    /// What is to be done about an attempt.
    pub async fn recover(&self, attempt: &Attempt<'_>, answered: &Answered) -> Result<Recovery, Error> {
        match answered.refusal() {
            Some(refusal) => self.identities.recover(attempt, &answered.signed, &refusal).await,
            None => Ok(Recovery::Surface(None)),
        }
    }
}

impl Answered {
    /// The status; 0 if there was no answer.
    pub fn status(&self) -> u16 {
        self.answer.as_ref().map_or(0, |answer| answer.status)
    }

    /// What a 401 or 403 says.
    pub fn refusal(&self) -> Option<ResponseFacts> {
        let answer = self.answer.as_ref().ok().filter(|answer| matches!(answer.status, 401 | 403))?;
        let field = |name: &str| answer.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
        Some(ResponseFacts {
            status: Some(answer.status),
            date: field("date"),
            age: field("age"),
            body: answer.body.clone(),
            sent_ms: self.times_ms.0,
            received_ms: self.times_ms.1,
        })
    }

    /// What the authority verified: the object in the last event of its stream.
    pub fn verified(&self) -> Value {
        let body = self.answer.as_ref().map(|answer| String::from_utf8_lossy(&answer.body).into_owned()).unwrap_or_default();
        let last = body.lines().filter_map(|line| line.strip_prefix("data: ")).next_back().unwrap_or("null");
        serde_json::from_str::<Value>(last).map(|mut event| event["verified"].take()).unwrap_or_default()
    }
}

impl Ended {
    /// The status of the last answer; 0 if there was none.
    pub fn status(&self) -> u16 {
        self.last.status()
    }
}
