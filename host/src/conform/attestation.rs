//! The attestation envelope: one operation, answered with the outcome of the question.

use super::driver::Driver;
use super::metadata::Dropped;
use crate::component::wit::operations::{Attestation, Completion, Effect, Outcome, Progress};
use crate::error::Error;
use crate::session::OperationHandle;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
pub(super) struct EnvelopeInput {
    status: u8,
    /// Anything but a string that is not empty is a malformed reply (9-2).
    token: Option<Value>,
}

#[derive(Serialize)]
pub(super) struct Envelope {
    header: Option<String>,
    dropped: Vec<Dropped>,
}

pub(super) fn envelope(driver: &mut Driver, input: EnvelopeInput) -> Result<Envelope, Error> {
    let attestation = match (input.status, input.token) {
        (0, Some(Value::String(token))) => Attestation::Token(token),
        (0 | 4, _) => Attestation::Malformed,
        (1, _) => Attestation::Timeout,
        (2, _) => Attestation::Failed,
        (3, _) => Attestation::Cancelled,
        _ => return Err(Error::config("the member `status` of `input` is none of 0 to 4")),
    };
    let operation = driver.session.begin_attest()?;
    let header = attested(driver, &operation, attestation);
    driver.session.release(operation)?;
    let header = header?;
    let dropped = match header {
        Some(_) => Vec::new(),
        None => vec![Dropped { name: "x-oai-attestation".into(), reason: "illegal".into() }],
    };
    Ok(Envelope { header, dropped })
}

fn attested(driver: &mut Driver, operation: &OperationHandle, attestation: Attestation) -> Result<Option<String>, Error> {
    let asked = driver.session.resume(operation, None)?.progress?;
    if !matches!(asked, Progress::Effect(Effect::Attest(100))) {
        return Err(Error::internal("an attestation asks for something else than an answer within 100 ms".into()));
    }
    match driver.session.resume(operation, Some(&Outcome::Attest(attestation)))?.progress? {
        Progress::Done(Completion::Attested(header)) => Ok(header),
        _ => Err(Error::internal("an attestation ended as something else".into())),
    }
}
