//! Pure decisions: scope, rejected requests, clock skew.

use super::driver::Driver;
use super::question::Text;
use crate::component::wit::agents::{ResponseFacts, ScopeInputs, SkewInputs};
use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub(super) struct ScopeInput {
    scope: String,
    provider: String,
    policy: String,
    login: String,
    state: String,
    fallback: Option<bool>,
    can_register: Option<bool>,
    failure: Option<String>,
}

#[derive(Serialize)]
pub(super) struct ScopeAnswer {
    row: String,
    result: String,
    code: Option<String>,
    engage_fallback: bool,
}

pub(super) fn decide_scope(driver: &mut Driver, input: ScopeInput) -> Result<ScopeAnswer, Error> {
    let decision = driver.session.decide_scope(&ScopeInputs {
        scope: input.scope,
        provider: input.provider,
        policy: input.policy,
        login: input.login,
        state: input.state,
        fallback: input.fallback.unwrap_or(false),
        can_register: input.can_register.unwrap_or(true),
        failure: input.failure,
    })?;
    Ok(ScopeAnswer { row: decision.row, result: decision.outcome, code: decision.code, engage_fallback: decision.engage_fallback })
}

#[derive(Deserialize)]
pub(super) struct SkewInput {
    sent_ms: i64,
    received_ms: i64,
    date: Option<String>,
    age: Option<String>,
    offset_ms: Option<i64>,
    threshold_s: Option<u32>,
}

#[derive(Serialize)]
pub(super) struct Skew {
    skew_ms: Option<i64>,
    used: bool,
}

pub(super) fn measure_skew(driver: &mut Driver, input: SkewInput) -> Result<Skew, Error> {
    let measured = driver.session.measure_skew(&SkewInputs {
        sent_ms: input.sent_ms,
        received_ms: input.received_ms,
        date: input.date,
        age: input.age,
        offset_ms: input.offset_ms.unwrap_or(0),
        threshold_s: input.threshold_s,
    })?;
    Ok(Skew { skew_ms: measured.skew_ms, used: measured.used })
}

#[derive(Deserialize)]
pub(super) struct RejectionInput<'a> {
    status: Option<u16>,
    headers: Option<Headers>,
    #[serde(borrow)]
    body: Option<Text<'a>>,
    sent_ms: Option<i64>,
    received_ms: Option<i64>,
    offset_ms: Option<i64>,
    threshold_s: Option<u32>,
}

/// Header fields as pairs or as an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Headers {
    Pairs(Vec<(String, String)>),
    Object(BTreeMap<String, String>),
}

#[derive(Serialize)]
pub(super) struct Rejection {
    class: String,
    code: Option<String>,
    action: String,
    skew_ms: Option<i64>,
}

pub(super) fn classify_rejection(driver: &mut Driver, input: RejectionInput<'_>) -> Result<Rejection, Error> {
    let headers = input.headers.map(Headers::into_pairs).unwrap_or_default();
    // Without both clock readings there is nothing to measure a skew by.
    let times = input.sent_ms.zip(input.received_ms);
    let facts = ResponseFacts {
        status: input.status,
        date: times.and_then(|_| field(&headers, "date")),
        age: field(&headers, "age"),
        body: input.body.map(|body| body.as_bytes().to_vec()).unwrap_or_default(),
        sent_ms: times.map_or(0, |(sent, _)| sent),
        received_ms: times.map_or(0, |(_, received)| received),
    };
    let judged = driver.session.classify_response(&facts, input.offset_ms.unwrap_or(0), input.threshold_s)?;
    Ok(Rejection { class: judged.class, code: judged.code, action: judged.action, skew_ms: judged.skew_ms })
}

impl Headers {
    fn into_pairs(self) -> Vec<(String, String)> {
        match self {
            Self::Pairs(pairs) => pairs,
            Self::Object(object) => object.into_iter().collect(),
        }
    }
}

fn field(headers: &[(String, String)], name: &str) -> Option<String> {
    headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
}
