//! Identities and tokens that record what they are asked.

use super::*;
use crate::provider::ConfigContext;
use std::collections::VecDeque;

/// Answers with the failures it is given, one for each request, and with an assertion once they are used up.
pub(super) struct Recorder {
    pub(super) asked: Mutex<Vec<String>>,
    failures: Mutex<VecDeque<Error>>,
    recoveries: Mutex<VecDeque<Recovery>>,
    can_register: bool,
}

impl Recorder {
    pub(super) fn new() -> Arc<Self> {
        Self::failing([])
    }

    pub(super) fn failing<const N: usize>(codes: [&str; N]) -> Arc<Self> {
        Self::make(&codes, true)
    }

    /// Where nothing can be registered.
    pub(super) fn offline<const N: usize>(codes: [&str; N]) -> Arc<Self> {
        Self::make(&codes, false)
    }

    fn make(codes: &[&str], can_register: bool) -> Arc<Self> {
        let failures = codes.iter().map(|code| Error { attempts: Some(3), ..Error::new(code, Advice::BackOff, "scripted") }).collect();
        Arc::new(Self { asked: Mutex::default(), failures: Mutex::new(failures), recoveries: Mutex::default(), can_register })
    }

    pub(super) fn recovering(recovery: Recovery) -> Arc<Self> {
        let recorder = Self::new();
        lock(&recorder.recoveries).push_back(recovery);
        recorder
    }

    pub(super) fn asked(&self) -> usize {
        lock(&self.asked).len()
    }
}

#[async_trait]
impl Identities for Recorder {
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Assertion, Error> {
        lock(&self.asked).push(format!("{} {:?}", attempt.conversation, attempt.reference));
        // As a registration would be, so that others run meanwhile.
        tokio::task::yield_now().await;
        if let Some(failure) = lock(&self.failures).pop_front() {
            return Err(failure);
        }
        let fields = [("Authorization", "AgentAssertion signed"), ("ChatGPT-Account-ID", "acct-1")];
        let headers = fields.map(|(name, value)| (name.to_owned(), value.into())).into();
        Ok(Assertion { headers, agent_runtime_id: "agent-123".into(), task_id: "task-123".into() })
    }

    async fn recover(&self, attempt: &Attempt<'_>, sent: &Assertion, _refusal: &ResponseFacts) -> Result<Recovery, Error> {
        lock(&self.asked).push(format!("refused {} {}", attempt.conversation, sent.task_id));
        Ok(lock(&self.recoveries).pop_front().unwrap_or(Recovery::Surface(None)))
    }

    fn can_register(&self) -> bool {
        self.can_register
    }
}

/// Hands out `access-1`, and after each renewal the next one.
pub(super) struct Tokens {
    number: Mutex<u32>,
    pub(super) asked: Mutex<u32>,
    renewable: bool,
}

impl Tokens {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { number: Mutex::new(1), asked: Mutex::default(), renewable: false })
    }

    pub(super) fn renewable() -> Arc<Self> {
        Arc::new(Self { number: Mutex::new(1), asked: Mutex::default(), renewable: true })
    }
}

#[async_trait]
impl TokenSource for Tokens {
    async fn tokens(&self) -> Result<ChatgptTokens, Error> {
        *lock(&self.asked) += 1;
        let access_token = format!("access-{}", lock(&self.number)).into();
        Ok(ChatgptTokens { access_token, account_id: Some("acct-1".into()), fedramp: true })
    }

    async fn renew(&self, refused: &ChatgptTokens) -> Result<bool, Error> {
        let mut number = lock(&self.number);
        if self.renewable && refused.access_token.expose() == format!("access-{number}") {
            *number += 1;
        }
        Ok(self.renewable)
    }
}

pub(super) fn agent_login(identities: &Arc<Recorder>) -> Login {
    Login::AgentIdentity(identities.clone())
}

pub(super) fn managed_login(identities: &Arc<Recorder>) -> Login {
    Login::ManagedChatgpt { tokens: Tokens::new(), identities: identities.clone() }
}

/// A provider with these members.
pub(super) fn provider(mut members: serde_json::Value) -> Provider {
    members["name"] = "Mine".into();
    let context = ConfigContext { folder: "/".into(), client_version: "1".into() };
    Provider::from_config("mine", members, &context).unwrap()
}
