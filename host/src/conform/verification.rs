//! Verifying, and replay windows.

use super::driver::Driver;
use super::instant::{asked_at, timestamp_seconds};
use super::question::{Hex, Text, hex_text};
use crate::component::wit::verification::{Facts, Policy, ReplayConfig, ReplayMode, ReplayStart, TaskState};
use crate::error::{Advice, Error};
use crate::session::{ReplayHandle, Session};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct AssertionInput<'a> {
    #[serde(borrow)]
    header: Text<'a>,
    public_key_hex: Hex,
    now_ms: Option<i64>,
    #[serde(borrow)]
    now: Option<Text<'a>>,
    max_age_s: Option<u32>,
    ahead_s: Option<u32>,
    account_id: Option<String>,
    expected_account_id: Option<String>,
}

#[derive(Serialize)]
pub(super) struct AcceptedAssertion {
    verdict: &'static str,
    agent_runtime_id: String,
    task_id: String,
    timestamp: String,
    replay_key_hex: String,
    retain_until_ms: i64,
}

pub(super) fn assertion(driver: &mut Driver, input: AssertionInput<'_>) -> Result<AcceptedAssertion, Error> {
    driver.set_clock(asked_at(input.now_ms, input.now.as_deref())?);
    let facts = facts(input.expected_account_id, input.account_id);
    let fields = driver.session.parse_assertion(&input.header)?;
    let (session, key) = driver.with_verifying_key(&input.public_key_hex.0).map_err(no_key)?;
    let accepted = session.verify_assertion(&input.header, Some(key), &facts, policy(input.max_age_s, input.ahead_s))?;
    Ok(AcceptedAssertion {
        verdict: ACCEPTED,
        agent_runtime_id: fields.agent_runtime_id,
        task_id: fields.task_id,
        timestamp: fields.timestamp,
        replay_key_hex: hex_text(&accepted.replay_key),
        retain_until_ms: accepted.retain_until_ms,
    })
}

#[derive(Deserialize)]
pub(super) struct RegistrationInput<'a> {
    #[serde(borrow)]
    path: Text<'a>,
    #[serde(borrow)]
    body: Text<'a>,
    public_key_hex: Hex,
    now_ms: Option<i64>,
    #[serde(borrow)]
    now: Option<Text<'a>>,
    max_age_s: Option<u32>,
    ahead_s: Option<u32>,
}

#[derive(Serialize)]
pub(super) struct AcceptedRegistration {
    verdict: &'static str,
    external_task_ref: Option<String>,
    replay_key_hex: String,
}

pub(super) fn registration(driver: &mut Driver, input: RegistrationInput<'_>) -> Result<AcceptedRegistration, Error> {
    driver.set_clock(asked_at(input.now_ms, input.now.as_deref())?);
    let body = input.body.as_bytes();
    let fields = driver.session.parse_task(&input.path, body)?;
    let (session, key) = driver.with_verifying_key(&input.public_key_hex.0).map_err(no_key)?;
    let policy = policy(input.max_age_s, input.ahead_s);
    let accepted = session.verify_registration(&input.path, body, Some(key), &facts(None, None), policy)?;
    Ok(AcceptedRegistration {
        verdict: ACCEPTED,
        external_task_ref: fields.external_task_ref,
        replay_key_hex: hex_text(&accepted.replay_key),
    })
}

#[derive(Deserialize)]
pub(super) struct SignatureInput {
    public_key_hex: Hex,
    message_hex: Hex,
    signature_hex: Hex,
}

#[derive(Serialize)]
pub(super) struct Validity {
    valid: bool,
}

pub(super) fn signature(driver: &mut Driver, input: SignatureInput) -> Result<Validity, Error> {
    let SignatureInput { public_key_hex, message_hex, signature_hex } = input;
    Ok(Validity { valid: driver.session.verify_signature(&public_key_hex.0, &message_hex.0, &signature_hex.0)? })
}

#[derive(Deserialize)]
pub(super) struct ReplayInput {
    mode: ModeName,
    cap: Option<u32>,
    max_age_s: Option<u32>,
    ahead_s: Option<u32>,
    capacity: Option<u32>,
    events: Vec<Event>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ModeName {
    Off,
    Cap,
    Strict,
}

#[derive(Deserialize)]
struct Event {
    now_ms: Option<i64>,
    now: Option<String>,
    replay_key_hex: Hex,
    timestamp: String,
}

#[derive(Serialize)]
pub(super) struct Replayed {
    verdicts: Vec<String>,
    entries_after: u32,
}

/// Only replay protection: the window of V8 and V9 is the business of `assertion.verify`.
pub(super) fn replay(driver: &mut Driver, input: ReplayInput) -> Result<Replayed, Error> {
    let config = ReplayConfig {
        mode: match input.mode {
            ModeName::Off => ReplayMode::Off,
            ModeName::Cap => ReplayMode::Cap(input.cap.unwrap_or(32)),
            ModeName::Strict => ReplayMode::Strict,
        },
        policy: policy(input.max_age_s, input.ahead_s),
        capacity: input.capacity.unwrap_or(1_000_000),
    };
    let window = driver.session.open_replay_window(config, &ReplayStart::New)?;
    let verdicts: Result<Vec<_>, _> = input.events.iter().map(|event| verdict(driver, &window, event)).collect();
    let entries_after = driver.session.replay_len(&window);
    driver.session.release(window)?;
    Ok(Replayed { verdicts: verdicts?, entries_after: entries_after? })
}

fn verdict(driver: &mut Driver, window: &ReplayHandle, event: &Event) -> Result<String, Error> {
    driver.set_clock(asked_at(event.now_ms, event.now.as_deref())?);
    let timestamp = timestamp_seconds(&event.timestamp);
    let timestamp = timestamp.ok_or_else(|| Error::config("the member `timestamp` of an event is none of the wire form"))?;
    admit(&mut driver.session, window, &event.replay_key_hex.0, timestamp)
}

fn admit(session: &mut Session, window: &ReplayHandle, key: &[u8], timestamp: i64) -> Result<String, Error> {
    match session.admit(window, key, timestamp) {
        Ok(_) => Ok(ACCEPTED.into()),
        Err(refused) if REPLAY_VERDICTS.contains(&refused.code.as_str()) => Ok(refused.code),
        Err(error) => Err(error),
    }
}

const ACCEPTED: &str = "accepted";
const REPLAY_VERDICTS: [&str; 3] = ["assertion-replayed", "assertion-expired", "replay-store-unavailable"];

fn policy(max_age_s: Option<u32>, ahead_s: Option<u32>) -> Policy {
    Policy { max_age_s: max_age_s.unwrap_or(300), ahead_s: ahead_s.unwrap_or(10) }
}

fn facts(registered_account: Option<String>, sent_account: Option<String>) -> Facts {
    Facts { revoked: false, registered_account, sent_account, task: TaskState::Unchecked, mark_s: None }
}

/// No signature is valid under a key that the strict rule refuses (V6).
fn no_key(error: Error) -> Error {
    match error.code.as_str() {
        "key-public-invalid" => Error::new("signature-invalid", Advice::FixConfig, error.message),
        _ => error,
    }
}
