//! The requests of the demo: good ones, and three that must be refused.

use super::backend::Backend;
use super::story::{Step, Story};
use super::{ACCOUNT, DemoAgent, no_such};
use crate::agent::Headers;
use crate::authority::RunningAuthority;
use crate::cli::failure::Failure;
use crate::cli::time::timestamp;
use crate::error::advice_text;
use crate::ports::Clock;
use crate::session::{KeyHandle, VerifyingKeyHandle};
use crate::system::SystemClock;
use crate::types::PublicForm;
use crate::types::verification::{Facts, Policy, TaskState};
use crate::{Error, Session};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::time::{Duration, Instant};

/// The default cap of the authority: parallel requests of one second carry the same header.
const CAP: usize = 32;

/// One more second than the authority's window.
const TOO_OLD_S: i64 = 301;

/// Sends the demo's requests.
pub struct Attempts<'a> {
    backend: Backend,
    agent: &'a DemoAgent,
    session: &'a mut Session,
    key: &'a KeyHandle,
}

impl<'a> Attempts<'a> {
    pub fn new(authority: &RunningAuthority, agent: &'a DemoAgent, session: &'a mut Session, key: &'a KeyHandle) -> Result<Self, Failure> {
        Ok(Self { backend: Backend::new(authority.responses_url())?, agent, session, key })
    }

    /// A request as any program sends it; gives back its header fields.
    pub async fn accepted(&mut self, story: &mut Story<'_>, what: &str, reference: Option<&str>) -> Result<Headers, Failure> {
        let headers = self.agent.agent.authorize(reference).await?;
        let answer = self.backend.post(&headers).await?;
        let details = answer.text.iter().map(|text| format!("{text:?}")).chain([answer.summary()]).collect();
        story.step(&Step { what, expected: "200 accepted".into(), got: answer.outcome(), details, took: answer.took })?;
        Ok(headers)
    }

    /// The same header until the backend has had enough of it. It was used once before.
    pub async fn replayed(&mut self, story: &mut Story<'_>, headers: &Headers) -> Result<(), Failure> {
        let started = Instant::now();
        let mut uses = 1;
        let answer = loop {
            uses += 1;
            let answer = self.backend.post(headers).await?;
            if answer.status != 200 || uses > CAP + 1 {
                break answer;
            }
        };
        let expected = format!("429 assertion-replayed at use {}", CAP + 1);
        let got = format!("{} at use {uses}", answer.outcome());
        let details = self.advice(answer.code.as_deref())?;
        story.step(&Step { what: "a header used again and again", expected, got, details, took: started.elapsed() })
    }

    /// A header that was good five minutes ago.
    pub async fn expired(&mut self, story: &mut Story<'_>) -> Result<(), Failure> {
        let then = timestamp(SystemClock.now_ms().div_euclid(1000) - TOO_OLD_S);
        let value = self.session.authorize_at(self.key, &self.agent.id, &self.agent.run_task, &then)?;
        let what = format!("a header {TOO_OLD_S} s old");
        self.refused(story, &what, &value, "401 assertion-expired").await
    }

    /// A good header whose task was exchanged for another one of the same agent.
    pub async fn tampered(&mut self, story: &mut Story<'_>, headers: &Headers) -> Result<(), Failure> {
        let value = headers.iter().find(|(name, _)| name == "Authorization").map(|(_, value)| value).ok_or_else(|| no_such("header"))?;
        let (scheme, token) = value.split_once(' ').ok_or_else(|| no_such("token"))?;
        let envelope = URL_SAFE_NO_PAD.decode(token).ok().and_then(|envelope| String::from_utf8(envelope).ok());
        let envelope = envelope.ok_or_else(|| no_such("envelope"))?;
        let altered = envelope.replace(&self.agent.run_task, &self.agent.thread_task);
        let value = format!("{scheme} {}", URL_SAFE_NO_PAD.encode(altered));
        self.refused(story, "a header with another task in it", &value, "401 signature-invalid").await
    }

    /// How long signing and verifying take, without HTTP.
    pub fn timings(&mut self, story: &mut Story<'_>) -> Result<(), Failure> {
        const ROUNDS: u32 = 300;
        let started = Instant::now();
        let mut header = String::new();
        for _ in 0..ROUNDS {
            header = self.session.authorize(self.key, &self.agent.id, &self.agent.run_task, 0)?;
        }
        let signing = started.elapsed() / ROUNDS;
        let public = self.session.public_forms(self.key)?.raw;
        let public = self.session.import_verifying_key(PublicForm::Raw, &public)?;
        let started = Instant::now();
        for _ in 0..ROUNDS {
            self.verify(&header, &public)?;
        }
        let verifying: Duration = started.elapsed() / ROUNDS;
        story.timing("sign_us", "to sign a header", signing, &format!("mean of {ROUNDS}"))?;
        story.timing("verify_us", "to verify a header, strictly", verifying, &format!("mean of {ROUNDS}"))
    }

    async fn refused(&mut self, story: &mut Story<'_>, what: &str, value: &str, expected: &str) -> Result<(), Failure> {
        let headers = [("Authorization".to_owned(), value.to_owned()), ("ChatGPT-Account-ID".to_owned(), ACCOUNT.to_owned())];
        let answer = self.backend.post(&headers).await?;
        let details = self.advice(answer.code.as_deref())?;
        story.step(&Step { what, expected: expected.into(), got: answer.outcome(), details, took: answer.took })
    }

    /// What the component's own list says about a verdict.
    fn advice(&mut self, code: Option<&str>) -> Result<Vec<String>, Failure> {
        let catalogue = self.session.catalogue()?;
        let Some(row) = catalogue.into_iter().find(|row| Some(row.code.as_str()) == code) else { return Ok(Vec::new()) };
        let step = crate::cli::failure::next_step(&Error::new(&row.code, row.advice, ""));
        Ok(vec![format!("advice {}: {step}", advice_text(row.advice))])
    }

    fn verify(&mut self, header: &str, public: &VerifyingKeyHandle) -> Result<(), Error> {
        let known = Facts { revoked: false, registered_account: None, sent_account: None, task: TaskState::Known, mark_s: None };
        let policy = Policy { max_age_s: 300, ahead_s: 10 };
        self.session.verify_assertion(header, Some(public), &known, policy).map(drop)
    }
}
