//! Registering: texts, bodies, answers, sealed task ids and references.

use super::assertions::{Second, prepared};
use super::driver::Driver;
use super::question::{Hex, Reference, Text};
use crate::component::wit::registrations::AgentDescription;
use crate::component::wit::task_refs::ExternalTaskRef;
use crate::error::Error;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct SignInput<'a> {
    seed_hex: Hex,
    #[serde(borrow)]
    agent_runtime_id: Text<'a>,
    #[serde(borrow)]
    timestamp: Option<Text<'a>>,
    now_ms: Option<i64>,
    #[serde(borrow)]
    now: Option<Text<'a>>,
    external_task_ref: Option<Reference>,
}

#[derive(Serialize)]
pub(super) struct Signed {
    path: String,
    body: String,
    signed_text: String,
}

pub(super) fn sign(driver: &mut Driver, input: SignInput<'_>) -> Result<Signed, Error> {
    let second = Second { timestamp: input.timestamp.as_deref(), now_ms: input.now_ms, now: input.now.as_deref() };
    // Only for the spelling of the clock's second; the task in it is never used.
    let timestamp = prepared(driver, &input.agent_runtime_id, "task", &second)?.timestamp;
    let reference = input.external_task_ref.map(ExternalTaskRef::from);
    let (session, key) = driver.with_key(&input.seed_hex.0)?;
    let signed = session.sign_task_at(key, &input.agent_runtime_id, &timestamp, reference.as_ref())?;
    Ok(Signed { path: signed.path, body: signed.body, signed_text: signed.signed_text })
}

#[derive(Deserialize)]
pub(super) struct AgentInput {
    source: String,
    os: String,
    public_key_hex: Hex,
    agent_version: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Body {
    body: String,
}

pub(super) fn agent_body(driver: &mut Driver, input: AgentInput) -> Result<Body, Error> {
    let description = AgentDescription { source: input.source, os: input.os, agent_version: input.agent_version };
    let (session, key) = driver.with_verifying_key(&input.public_key_hex.0)?;
    Ok(Body { body: session.agent_body(key, &description)? })
}

#[derive(Deserialize)]
pub(super) struct AnswerInput<'a> {
    seed_hex: Hex,
    #[serde(borrow)]
    body: Text<'a>,
}

#[derive(Serialize)]
pub(super) struct TaskId {
    task_id: String,
}

pub(super) fn read_task_answer(driver: &mut Driver, input: AnswerInput<'_>) -> Result<TaskId, Error> {
    let (session, key) = driver.with_key(&input.seed_hex.0)?;
    Ok(TaskId { task_id: session.read_task_answer(key, input.body.as_bytes())? })
}

#[derive(Deserialize)]
pub(super) struct UnsealInput<'a> {
    seed_hex: Hex,
    #[serde(borrow)]
    encrypted_task_id: Text<'a>,
}

/// The component opens sealed ids inside answers, so one is put around this.
pub(super) fn unseal(driver: &mut Driver, input: UnsealInput<'_>) -> Result<TaskId, Error> {
    let answer = serde_json::json!({ "encrypted_task_id": &*input.encrypted_task_id }).to_string();
    let (session, key) = driver.with_key(&input.seed_hex.0)?;
    Ok(TaskId { task_id: session.read_task_answer(key, answer.as_bytes())? })
}

#[derive(Deserialize)]
pub(super) struct SealInput<'a> {
    public_key_hex: Hex,
    #[serde(borrow)]
    task_id: Text<'a>,
    random_hex: Hex,
}

#[derive(Serialize)]
pub(super) struct Sealed {
    encrypted_task_id: String,
}

pub(super) fn seal(driver: &mut Driver, input: SealInput<'_>) -> Result<Sealed, Error> {
    driver.set_random(input.random_hex.0);
    let (session, key) = driver.with_verifying_key(&input.public_key_hex.0)?;
    Ok(Sealed { encrypted_task_id: session.seal_task_id(key, &input.task_id)? })
}

#[derive(Serialize)]
pub(super) struct Normalized {
    r#ref: Option<String>,
}

pub(super) fn normalize(driver: &mut Driver, input: Reference) -> Result<Normalized, Error> {
    Ok(Normalized { r#ref: driver.session.normalize(&input.into())? })
}
