//! What came to the model endpoints lately, for whoever wants to see what a client really sends.

mod canonical;
mod decoding;
mod fields;

use super::answer::Refusal;
use super::endpoints::Endpoint;
use super::verifier::VerifiedAssertion;
use crate::driver::lock;
use crate::error::Error;
use axum::http::HeaderMap;
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::sync::Mutex;

/// Most requests held.
const MOST: usize = 256;
/// Most bytes of their descriptions, as JSON.
const MOST_BYTES: usize = 8 << 20;

/// One that passed V1 to V11, whatever became of it then.
pub(super) struct Arrival<'a> {
    pub(super) endpoint: Endpoint,
    /// Number of the WebSocket it came on.
    pub(super) socket: Option<u64>,
    /// Its own, or those of the handshake before it.
    pub(super) headers: &'a HeaderMap,
    pub(super) content: &'a Map<String, Value>,
    pub(super) verified: &'a VerifiedAssertion,
    pub(super) refusal: Option<&'a Refusal>,
}

/// Which of the requests are meant. Of an id, requests that name it in a header field, the flat map or the canonical string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Those of this session.
    pub session_id: Option<String>,
    /// Those of this thread.
    pub thread_id: Option<String>,
    /// Those of this turn.
    pub turn_id: Option<String>,
    /// Those of this agent.
    pub agent_runtime_id: Option<String>,
    /// Those that came after the one with this number.
    pub after: Option<u64>,
    /// The last so many of them.
    pub limit: Option<usize>,
}

/// Remembers them, decoded, without credentials: tokens and signatures are gone before anything is kept.
#[derive(Default)]
pub(super) struct Arrivals(Mutex<Held>);

#[derive(Default)]
struct Held {
    arrived: u64,
    bytes: usize,
    requests: VecDeque<Kept>,
}

struct Kept {
    number: u64,
    bytes: usize,
    described: Value,
}

impl Arrivals {
    pub(super) fn note(&self, now_ms: i64, arrival: &Arrival<'_>) {
        let mut described = decoding::describe(arrival, now_ms);
        let bytes = described.to_string().len();
        let mut held = lock(&self.0);
        held.arrived += 1;
        let number = held.arrived;
        described["number"] = number.into();
        held.bytes += bytes;
        held.requests.push_back(Kept { number, bytes, described });
        while held.requests.len() > MOST || held.bytes > MOST_BYTES {
            let Some(oldest) = held.requests.pop_front() else { break };
            held.bytes -= oldest.bytes;
        }
    }

    /// In the order in which they came.
    pub(super) fn select(&self, filter: &RequestFilter) -> Vec<Value> {
        let held = lock(&self.0);
        let newest_first = held.requests.iter().rev().take_while(|kept| filter.after.is_none_or(|after| kept.number > after));
        let matching = newest_first.filter(|kept| filter.is_met(&kept.described)).take(filter.limit.unwrap_or(MOST));
        let mut selected: Vec<Value> = matching.map(|kept| kept.described.clone()).collect();
        selected.reverse();
        selected
    }
}

impl RequestFilter {
    /// Errors: `config-invalid` for what is none of its members, or no number.
    pub(super) fn from_query(query: &str) -> Result<Self, Error> {
        let mut filter = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let number = || value.parse().map_err(|_| Error::config(format!("{name} is a number, not {value:?}")));
            match &*name {
                "session_id" => filter.session_id = Some(value.into_owned()),
                "thread_id" => filter.thread_id = Some(value.into_owned()),
                "turn_id" => filter.turn_id = Some(value.into_owned()),
                "agent_runtime_id" => filter.agent_runtime_id = Some(value.into_owned()),
                "after" => filter.after = Some(number()?),
                "limit" => filter.limit = Some(usize::try_from(number()?).unwrap_or(usize::MAX)),
                _ => return Err(Error::config(format!("requests are not told apart by {name:?}"))),
            }
        }
        Ok(filter)
    }

    fn is_met(&self, described: &Value) -> bool {
        let names = |wanted: &Option<String>, places: &[&str]| {
            wanted.as_deref().is_none_or(|id| places.iter().any(|place| described.pointer(place).and_then(Value::as_str) == Some(id)))
        };
        let session = [
            "/headers/session-id/text",
            "/client_metadata/session_id/text",
            "/headers/x-codex-turn-metadata/json/session_id",
            "/client_metadata/x-codex-turn-metadata/json/session_id",
        ];
        let thread = [
            "/headers/thread-id/text",
            "/headers/x-codex-window-id/thread_id",
            "/client_metadata/thread_id/text",
            "/headers/x-codex-turn-metadata/json/thread_id",
            "/client_metadata/x-codex-turn-metadata/json/thread_id",
        ];
        let turn = [
            "/client_metadata/turn_id/text",
            "/headers/x-codex-turn-metadata/json/turn_id",
            "/client_metadata/x-codex-turn-metadata/json/turn_id",
        ];
        names(&self.session_id, &session)
            && names(&self.thread_id, &thread)
            && names(&self.turn_id, &turn)
            && names(&self.agent_runtime_id, &["/agent_runtime_id"])
    }
}
