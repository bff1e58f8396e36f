//! One registration with its attempts: what is retried, when, and what the last failure is called.

use super::key_digest;
use crate::clock_offset::ClockOffset;
use crate::digits;
use crate::error::{Code, Error, Result, excerpt};
use crate::flow::{Effects, Event, EventKind, Flow, HttpFailure, HttpRequest, HttpResponse};
use crate::http_date;
use crate::ports::Ports;
use crate::rejection::{Answer, Class, Rules};
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

/// Attempts in all (N8).
const ATTEMPTS: u32 = 3;
/// Delay before attempt 2, doubled before attempt 3 (N10).
const BASE_DELAY_MS: u64 = 200;
/// Longest wait a server may ask for (N11).
const LONGEST_RETRY_AFTER_S: u64 = 30;

/// What a kind of registration calls its failures.
pub(super) struct Answers {
    rejected: Code,
    used_up: Code,
}

impl Answers {
    pub(super) const AGENT: Self = Self { rejected: Code::AgentRegisterRejected, used_up: Code::BootstrapUnavailable };
    pub(super) const TASK: Self = Self { rejected: Code::TaskRegisterRejected, used_up: Code::TaskRegisterUnavailable };
    pub(super) const BOOTSTRAP_TASK: Self = Self { rejected: Code::TaskRegisterRejected, used_up: Code::BootstrapUnavailable };
}

/// Names a registration in its events.
#[derive(Clone, Debug)]
pub struct Label {
    subject: &'static str,
    conversation: Option<Rc<str>>,
    key_digest: Rc<str>,
}

impl Label {
    /// `cache_key` is what tells this registration from others; only its digest is shown.
    pub fn new(subject: &'static str, conversation: Option<&str>, cache_key: &[&str]) -> Self {
        Self { subject, conversation: conversation.map(Rc::from), key_digest: key_digest(cache_key).into() }
    }

    /// An event of this registration.
    pub fn event(&self, kind: EventKind, attempt: u32) -> Event {
        Event {
            kind,
            subject: self.subject,
            conversation: self.conversation.clone(),
            key_digest: self.key_digest.clone(),
            attempt,
            delay_ms: None,
            code: None,
        }
    }
}

pub(super) struct Exchange<'a> {
    effects: &'a Effects,
    ports: &'a dyn Ports,
    label: &'a Label,
    answers: Answers,
    /// Where a measured skew goes; taken by the one repeat that D2 allows.
    clock: Option<&'a ClockOffset>,
    /// Blanked out of quoted answers: a server may send back what it was sent (K14).
    secret: Option<&'a str>,
    attempt: u32,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        effects: &'a Effects,
        ports: &'a dyn Ports,
        label: &'a Label,
        answers: Answers,
        clock: Option<&'a ClockOffset>,
    ) -> Self {
        Self { effects, ports, label, answers, clock, secret: None, attempt: 1 }
    }

    pub(super) fn with_secret(self, secret: &'a str) -> Self {
        Self { secret: Some(secret), ..self }
    }

    /// Sends until an answer settles it, and returns the body of a 2xx answer. `request` is asked anew for each attempt (N9).
    pub(super) fn run<'r>(&'r mut self, request: &'r dyn Fn() -> Flow<'r, HttpRequest>) -> Flow<'r, Vec<u8>> {
        Box::pin(self.run_to_the_end(request))
    }

    async fn run_to_the_end<'r>(&'r mut self, request: &'r dyn Fn() -> Flow<'r, HttpRequest>) -> Result<Vec<u8>> {
        loop {
            self.effects.report(self.label.event(EventKind::Registering, self.attempt));
            let sent_ms = self.ports.now_ms();
            let answer = match request().await {
                Ok(request) => self.effects.http(request).await?,
                Err(error) => return self.settle(Err(error)),
            };
            match self.judge(answer, sent_ms) {
                Verdict::Success(body) => return Ok(body),
                Verdict::ClockCorrected => {}
                Verdict::Final(error) => return self.settle(Err(error)),
                Verdict::Retry(error) => match self.delay_ms(&error)? {
                    Some(delay_ms) => self.wait(delay_ms, error.code).await?,
                    None => return self.settle(Err(self.used_up(&error))),
                },
            }
        }
    }

    /// Reports how the registration ended.
    pub(super) fn settle<T>(&mut self, result: Result<T>) -> Result<T> {
        self.effects.report(match &result {
            Ok(_) => self.label.event(EventKind::Registered, self.attempt),
            Err(error) => Event { code: Some(error.code), ..self.label.event(EventKind::Failed, self.attempt) },
        });
        result
    }

    fn judge(&mut self, answer: core::result::Result<HttpResponse, HttpFailure>, sent_ms: i64) -> Verdict {
        let response = match answer {
            Ok(response) => response,
            Err(HttpFailure::Cancelled) => return Verdict::Final(Code::Cancelled.into()),
            Err(HttpFailure::Timeout) => return Verdict::Retry(Code::NetworkTimeout.into()),
            Err(HttpFailure::Connect) => return Verdict::Retry(Code::NetworkConnect.into()),
            Err(HttpFailure::Failed) => return Verdict::Retry(Code::NetworkFailed.into()),
        };
        match response.status {
            200..=299 if response.truncated => Verdict::Final(Error::from(Code::ResponseTooLarge).with_status(response.status)),
            200..=299 => Verdict::Success(response.body),
            300..=399 => Verdict::Final(Error::from(Code::RedirectRefused).with_status(response.status)),
            429 | 500..=599 => {
                let wait = response
                    .header("retry-after")
                    .and_then(|value| http_date::retry_after(value, response.header("date"), self.ports.now_ms()));
                let text = self.describe("could not be answered", &response);
                Verdict::Retry(Error::new(Code::ServerUnavailable, text).with_status(response.status).with_retry_after(wait))
            }
            401 if self.corrects_clock(&response, sent_ms) => Verdict::ClockCorrected,
            _ => {
                let text = self.describe("was refused", &response);
                let error = Error::new(self.answers.rejected, text).with_status(response.status);
                let answer = Answer::Response { status: response.status, body: &response.body, residual: None };
                let rejection = Rules::default().classify(&answer);
                Verdict::Final(match rejection.code {
                    Some(code) if matches!(rejection.class, Class::Clock | Class::Key) => error.with_cause(code.as_str()),
                    _ => error,
                })
            }
        }
    }

    /// D2: a clock answer to a task registration is repeated once, outside the attempts, when the measured skew is taken.
    fn corrects_clock(&mut self, response: &HttpResponse, sent_ms: i64) -> bool {
        if !self.clock.is_some_and(|clock| clock.learn(response, sent_ms, self.ports.now_ms())) {
            return false;
        }
        self.clock = None;
        self.effects.report(self.label.event(EventKind::ClockCorrected, self.attempt));
        true
    }

    /// N10 and N11: how long to wait before the next attempt; none when there is none.
    fn delay_ms(&self, error: &Error) -> Result<Option<u64>> {
        if self.attempt >= ATTEMPTS || error.retry_after_s.is_some_and(|seconds| seconds > LONGEST_RETRY_AFTER_S) {
            return Ok(None);
        }
        let base = BASE_DELAY_MS << self.attempt.saturating_sub(1);
        let asked = error.retry_after_s.unwrap_or(0).saturating_mul(1000);
        Ok(Some(asked.max(self.jittered(base)?)))
    }

    /// `base` times a factor uniform in 0.9..=1.1.
    fn jittered(&self, base: u64) -> Result<u64> {
        let mut draw = [0_u8; 4];
        self.ports.fill_random(&mut draw)?;
        let millionths = u64::from(u32::from_le_bytes(draw)).saturating_mul(200_001) >> 32;
        Ok(base.saturating_mul(millionths.saturating_add(900_000)).div_euclid(1_000_000))
    }

    async fn wait(&mut self, delay_ms: u64, code: Code) -> Result<()> {
        self.attempt = self.attempt.saturating_add(1);
        let event = self.label.event(EventKind::RetryScheduled, self.attempt);
        self.effects.report(Event { delay_ms: Some(delay_ms), code: Some(code), ..event });
        self.effects.sleep(delay_ms).await
    }

    /// N12.
    fn used_up(&self, last: &Error) -> Error {
        let text = ["the ", self.label.subject, " could not be registered: ", &last.message].concat();
        let error = Error::new(self.answers.used_up, text)
            .with_attempts(self.attempt)
            .with_retry_after(last.retry_after_s)
            .with_cause(last.code.as_str());
        match last.status {
            Some(status) => error.with_status(status),
            None => error,
        }
    }

    /// N6: operation, status and body text.
    fn describe(&self, what: &str, response: &HttpResponse) -> String {
        let mut text = ["registering the ", self.label.subject, " ", what, " with status "].concat();
        digits::push(&mut text, response.status.into(), 10);
        if !response.body.is_empty() {
            text.push_str(": ");
            text.push_str(&self.quote(&response.body));
        }
        text
    }

    fn quote(&self, body: &[u8]) -> String {
        match self.secret {
            Some(secret) => excerpt(&without(body, secret.as_bytes())),
            None => excerpt(body),
        }
    }
}

/// `body` with every `secret` in it blotted out. Compared byte by byte: the general text search is large.
fn without(body: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let [first, behind_first @ ..] = rest {
        match rest.strip_prefix(secret).filter(|_| !secret.is_empty()) {
            Some(behind_secret) => {
                out.extend_from_slice(b"[secret]");
                rest = behind_secret;
            }
            None => {
                out.push(*first);
                rest = behind_first;
            }
        }
    }
    out
}

enum Verdict {
    Success(Vec<u8>),
    ClockCorrected,
    Final(Error),
    Retry(Error),
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn n6_secrets_are_blotted_out_of_quoted_bodies() {
        for (body, expected) in [
            ("token s3cret!", "token [secret]!"),
            ("s3crets3cret", "[secret][secret]"),
            ("s3cre", "s3cre"),
            ("s3s3crett", "s3[secret]t"),
            ("", ""),
        ] {
            assert_eq!(without(body.as_bytes(), b"s3cret"), expected.as_bytes());
        }
        assert_eq!(without(b"any", b""), b"any");
    }
}
