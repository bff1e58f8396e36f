//! Making and reading assertions, and the identifiers in them.

use super::driver::Driver;
use super::instant::asked_at;
use super::question::{Base64, Hex, Text, base64_text};
use crate::component::wit::assertions::Prepared;
use crate::component::wit::keys::CustodyCheck;
use crate::error::Error;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct SignInput<'a> {
    seed_hex: Hex,
    #[serde(borrow)]
    agent_runtime_id: Text<'a>,
    #[serde(borrow)]
    task_id: Text<'a>,
    #[serde(borrow)]
    timestamp: Option<Text<'a>>,
    now_ms: Option<i64>,
    #[serde(borrow)]
    now: Option<Text<'a>>,
}

#[derive(Serialize)]
pub(super) struct Signed {
    header: String,
    signed_text: String,
}

pub(super) fn sign(driver: &mut Driver, input: SignInput<'_>) -> Result<Signed, Error> {
    let prepared = prepared(
        driver,
        &input.agent_runtime_id,
        &input.task_id,
        &Second { timestamp: input.timestamp.as_deref(), now_ms: input.now_ms, now: input.now.as_deref() },
    )?;
    let (session, key) = driver.with_key(&input.seed_hex.0)?;
    let header = match input.timestamp {
        Some(timestamp) => session.authorize_at(key, &input.agent_runtime_id, &input.task_id, &timestamp)?,
        None => session.authorize(key, &input.agent_runtime_id, &input.task_id, 0)?,
    };
    Ok(Signed { header, signed_text: text_of(prepared)? })
}

#[derive(Deserialize)]
pub(super) struct PrepareInput<'a> {
    public_key_hex: Hex,
    #[serde(borrow)]
    agent_runtime_id: Text<'a>,
    #[serde(borrow)]
    task_id: Text<'a>,
    #[serde(borrow)]
    timestamp: Option<Text<'a>>,
    now_ms: Option<i64>,
    #[serde(borrow)]
    now: Option<Text<'a>>,
}

#[derive(Serialize)]
pub(super) struct ToSign {
    signed_text_base64: String,
}

pub(super) fn prepare(driver: &mut Driver, input: PrepareInput<'_>) -> Result<ToSign, Error> {
    driver.with_verifying_key(&input.public_key_hex.0)?;
    let second = Second { timestamp: input.timestamp.as_deref(), now_ms: input.now_ms, now: input.now.as_deref() };
    let prepared = prepared(driver, &input.agent_runtime_id, &input.task_id, &second)?;
    Ok(ToSign { signed_text_base64: base64_text(&prepared.text) })
}

#[derive(Deserialize)]
pub(super) struct AssembleInput<'a> {
    public_key_hex: Hex,
    signature_base64: Base64,
    #[serde(borrow)]
    agent_runtime_id: Text<'a>,
    #[serde(borrow)]
    task_id: Text<'a>,
    #[serde(borrow)]
    timestamp: Option<Text<'a>>,
    now_ms: Option<i64>,
    #[serde(borrow)]
    now: Option<Text<'a>>,
}

#[derive(Serialize)]
pub(super) struct Assembled {
    header: String,
}

/// Every signature is verified: an answer does not depend on the one before.
pub(super) fn assemble(driver: &mut Driver, input: AssembleInput<'_>) -> Result<Assembled, Error> {
    let second = Second { timestamp: input.timestamp.as_deref(), now_ms: input.now_ms, now: input.now.as_deref() };
    let prepared = prepared(driver, &input.agent_runtime_id, &input.task_id, &second)?;
    let session = &mut driver.session;
    let key = session.custodial_key(&input.public_key_hex.0, "conform", CustodyCheck::Always)?;
    let header = session.assemble(&key, &input.agent_runtime_id, &input.task_id, &prepared.timestamp, &input.signature_base64.0);
    session.release(key)?;
    Ok(Assembled { header: header? })
}

#[derive(Deserialize)]
pub(super) struct ParseInput<'a> {
    #[serde(borrow)]
    header: Text<'a>,
}

#[derive(Serialize)]
pub(super) struct Parsed {
    agent_runtime_id: String,
    task_id: String,
    timestamp: String,
    signature_base64: String,
}

pub(super) fn parse(driver: &mut Driver, input: ParseInput<'_>) -> Result<Parsed, Error> {
    let assertion = driver.session.parse_assertion(&input.header)?;
    Ok(Parsed {
        agent_runtime_id: assertion.agent_runtime_id,
        task_id: assertion.task_id,
        timestamp: assertion.timestamp,
        signature_base64: base64_text(&assertion.signature),
    })
}

#[derive(Deserialize)]
pub(super) struct IdentifierInput<'a> {
    kind: IdentifierKind,
    #[serde(borrow)]
    value: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum IdentifierKind {
    RuntimeId,
    TaskId,
    Timestamp,
}

#[derive(Serialize)]
pub(super) struct Checked {
    #[serde(skip_serializing_if = "Option::is_none")]
    path_segment: Option<String>,
}

/// The component checks identifiers where it uses them: here in a text that nobody signs, and in a path.
pub(super) fn check_identifier(driver: &mut Driver, input: IdentifierInput<'_>) -> Result<Checked, Error> {
    const SECOND: &str = "2026-01-01T00:00:00Z";
    let value: &str = &input.value;
    let path_segment = match input.kind {
        IdentifierKind::RuntimeId => Some(path_segment(driver, value, SECOND)?),
        IdentifierKind::TaskId => driver.session.prepare_at("agent", value, SECOND).map(|_| None)?,
        IdentifierKind::Timestamp => driver.session.prepare_at("agent", "task", value).map(|_| None)?,
    };
    Ok(Checked { path_segment })
}

fn path_segment(driver: &mut Driver, agent_runtime_id: &str, timestamp: &str) -> Result<String, Error> {
    let (session, key) = driver.with_key(&[7; 32])?;
    let path = session.sign_task_at(key, agent_runtime_id, timestamp, None)?.path;
    let segment = path.strip_prefix("/v1/agent/").and_then(|rest| rest.strip_suffix("/task/register"));
    segment.map(Into::into).ok_or_else(|| Error::internal("the path of a task registration has another form".into()))
}

/// The second a text is for: given, or that of the clock.
pub(super) struct Second<'a> {
    pub(super) timestamp: Option<&'a str>,
    pub(super) now_ms: Option<i64>,
    pub(super) now: Option<&'a str>,
}

/// The text to be signed for this second.
pub(super) fn prepared(driver: &mut Driver, agent_runtime_id: &str, task_id: &str, second: &Second<'_>) -> Result<Prepared, Error> {
    match second.timestamp {
        Some(timestamp) => driver.session.prepare_at(agent_runtime_id, task_id, timestamp),
        None => {
            driver.set_clock(asked_at(second.now_ms, second.now)?);
            driver.session.prepare(agent_runtime_id, task_id, 0)
        }
    }
}

fn text_of(prepared: Prepared) -> Result<String, Error> {
    String::from_utf8(prepared.text).map_err(|_| Error::internal("a text to be signed is not UTF-8".into()))
}
