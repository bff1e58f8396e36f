//! Strict verification: every check of V4 to V10 in order; the first failure is the verdict (`spec/identity.md` §11).

use crate::assertion::Assertion;
use crate::error::{Code, Error, Result};
use crate::keys::PublicKey;
use crate::registration::ReceivedRegistration;
use crate::timestamp::{self, Timestamp};
use sha2::{Digest, Sha256};

/// The acceptance window. Both ends are inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    max_age_s: u32,
    ahead_s: u32,
}

impl Policy {
    /// Age up to 300 s, 10 s ahead.
    pub const USUAL: Self = Self { max_age_s: 300, ahead_s: 10 };

    /// Age 1 to 900 s, ahead 0 to 60 s; `config-invalid` otherwise.
    pub fn new(max_age_s: u32, ahead_s: u32) -> Result<Self> {
        if !(1..=900).contains(&max_age_s) || ahead_s > 60 {
            return Err(Error::new(Code::ConfigInvalid, "the acceptance window allows an age of 1 to 900 s and 0 to 60 s ahead"));
        }
        Ok(Self { max_age_s, ahead_s })
    }

    /// How old an assertion may be, seconds.
    pub fn max_age_s(self) -> u32 {
        self.max_age_s
    }

    /// How far ahead a timestamp may lie, seconds.
    pub fn ahead_s(self) -> u32 {
        self.ahead_s
    }

    /// The last millisecond at which something of that timestamp could be accepted or, after the clock steps back, accepted again.
    pub fn retain_until_ms(self, timestamp: Timestamp) -> i64 {
        timestamp.unix_ms().saturating_add(seconds(self.max_age_s)).saturating_add(seconds(self.ahead_s))
    }

    fn check(self, now_ms: i64, timestamp: Timestamp, mark_s: Option<i64>) -> Result<()> {
        let age_ms = now_ms.saturating_sub(timestamp.unix_ms());
        if age_ms > seconds(self.max_age_s) {
            return Err(Error::new(
                Code::AssertionExpired,
                "the timestamp is older than the acceptance window; sign anew, and check the clock",
            ));
        }
        if mark_s.is_some_and(|mark| timestamp.unix_seconds() <= mark) {
            return Err(Error::new(Code::AssertionExpired, "the timestamp lies before what the replay window still knows; sign anew"));
        }
        if age_ms.saturating_neg() > seconds(self.ahead_s) {
            return Err(Error::new(Code::AssertionNotYetValid, "the timestamp lies in the future; check the clock of the signer"));
        }
        Ok(())
    }
}

/// What the verifier knows about the task named in an assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Known for this agent.
    Known,
    /// Known and ended.
    Ended,
    /// Not known for this agent.
    Unknown,
    /// Not looked up; V10 is left out.
    Unchecked,
}

/// What the verifier knows beside the received bytes.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Key of the agent; none when it is not registered.
    pub agent: Option<&'a PublicKey>,
    /// Whether the agent was revoked.
    pub revoked: bool,
    /// Account the agent is registered under.
    pub registered_account: Option<&'a str>,
    /// Value of `ChatGPT-Account-ID`, if sent.
    pub sent_account: Option<&'a str>,
    /// The task.
    pub task: TaskState,
    /// Greatest timestamp the replay window has removed.
    pub mark_s: Option<i64>,
}

/// What is left for replay protection once everything else holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// SHA-256 over raw public key and signed bytes.
    pub replay_key: [u8; 32],
    /// The timestamp.
    pub timestamp: Timestamp,
    /// Until when the replay key has to be remembered, inclusive.
    pub retain_until_ms: i64,
}

/// Verifies an assertion: V5 to V10.
pub fn assertion(assertion: &Assertion, facts: &Facts<'_>, policy: Policy, now_ms: i64) -> Result<Accepted> {
    let text = assertion.claim.signed_text();
    let key = signed_by(facts, &text, &assertion.signature)?;
    if facts.sent_account.is_some_and(|sent| facts.registered_account != Some(sent)) {
        return Err(Code::AccountMismatch.into());
    }
    policy.check(now_ms, assertion.claim.timestamp, facts.mark_s)?;
    match facts.task {
        TaskState::Known | TaskState::Unchecked => Ok(accepted(key, &text, assertion.claim.timestamp, policy)),
        TaskState::Ended => Err(Code::TaskEnded.into()),
        TaskState::Unknown => Err(Code::TaskUnknown.into()),
    }
}

/// Verifies a task registration: V5, V6, V8 and V9.
pub fn registration(received: &ReceivedRegistration, facts: &Facts<'_>, policy: Policy, now_ms: i64) -> Result<Accepted> {
    let text = received.signed_text();
    let key = signed_by(facts, text.as_bytes(), &received.signature)?;
    policy.check(now_ms, received.timestamp, facts.mark_s)?;
    Ok(accepted(key, text.as_bytes(), received.timestamp, policy))
}

/// V5 and V6.
fn signed_by<'a>(facts: &Facts<'a>, text: &[u8], signature: &[u8; 64]) -> Result<&'a PublicKey> {
    let key = facts.agent.ok_or(Code::AgentUnknown)?;
    if facts.revoked {
        return Err(Code::AgentRevoked.into());
    }
    if key.verify_strict(text, signature) { Ok(key) } else { Err(Code::SignatureInvalid.into()) }
}

fn accepted(key: &PublicKey, text: &[u8], timestamp: Timestamp, policy: Policy) -> Accepted {
    let replay_key = Sha256::new().chain_update(key.as_bytes()).chain_update(text).finalize().into();
    Accepted { replay_key, timestamp, retain_until_ms: policy.retain_until_ms(timestamp) }
}

fn seconds(value: u32) -> i64 {
    timestamp::ms(i64::from(value))
}
