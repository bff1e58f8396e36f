//! From a snapshot to the canonical string, the flat map and header fields (§1).

use super::additions::{Additions, prompt_cache_key};
use super::dropped::{DropList, DropReason, Dropped};
use super::extras;
use super::header_value::HeaderValue;
use super::members::{Quote, push_object, push_signed, sort};
use super::session_source::SessionSource;
use super::snapshot::{Kind, Snapshot, Texts, View};
use super::transport::{C, H, M, S, Transport, W};
use crate::encoding::{push_ascii_json_string, push_json_string};
use crate::error::Result;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// What a request carries.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendering {
    /// The source of truth on the wire, unless the transport has none. It only travels when there is a kind (1-10).
    pub canonical: Option<String>,
    /// The flat map, sorted by key; empty if the transport has none.
    pub client_metadata: Texts,
    /// Header fields, in the order of 1C and §10.
    pub headers: Vec<(&'static str, HeaderValue)>,
    /// What was left out.
    pub dropped: Vec<Dropped>,
}

/// What a tool call carries in `_meta["x-codex-turn-metadata"]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Meta {
    /// A JSON object.
    pub text: String,
    /// What was left out.
    pub dropped: Vec<Dropped>,
}

/// Renders what follows from the snapshot alone: 1A, 1B, 1C. Errors: `invalid-snapshot`.
pub fn render(snapshot: &Snapshot, kind: Option<Kind>, transport: Transport) -> Result<Rendering> {
    rendered(snapshot, kind, transport, None)
}

/// Renders everything that the endpoint takes, except its authorisation: [`render`], 1E and §10. Errors: `invalid-snapshot`.
pub fn request(snapshot: &Snapshot, kind: Option<Kind>, transport: Transport, additions: &Additions<'_>) -> Result<Rendering> {
    rendered(snapshot, kind, transport, Some(additions))
}

/// Renders the object for tool servers (1-21); to be done immediately before the call (1-23).
pub fn mcp(snapshot: &Snapshot) -> Meta {
    let mut dropped = DropList::default();
    let text = object(snapshot, View::Mcp, &mut dropped, push_json_string);
    Meta { text, dropped: dropped.into_vec() }
}

fn rendered(snapshot: &Snapshot, kind: Option<Kind>, transport: Transport, additions: Option<&Additions<'_>>) -> Result<Rendering> {
    snapshot.check(kind)?;
    let mut dropped = DropList::default();
    let canonical = transport.has_canonical.then(|| object(snapshot, View::Request(kind), &mut dropped, push_ascii_json_string));
    let sent = Sent {
        snapshot,
        canonical: canonical.as_deref().filter(|_| kind.is_some()),
        parent_thread_id: snapshot.parent_thread_id.map(|id| id.canonical()),
        letter: transport.letter,
    };
    let mut headers = Headers { letter: transport.letter, fields: Vec::with_capacity(20), dropped: &mut dropped };
    sent.push_direct(&mut headers);
    if let Some(additions) = additions {
        sent.push_additional(additions, &mut headers);
    }
    let headers = headers.fields;
    let client_metadata = if transport.has_flat_map { sent.flat_map(additions, &mut dropped) } else { Vec::new() };
    Ok(Rendering { canonical, client_metadata, headers, dropped: dropped.into_vec() })
}

/// The members of a view as a JSON object: in the order of 1A with the extras behind, or all sorted.
fn object(snapshot: &Snapshot, view: View, dropped: &mut DropList, quote: Quote) -> String {
    let mut members = snapshot.members(view);
    members.append(&mut extras::merged(snapshot, view, dropped));
    if view == View::Mcp {
        sort(&mut members);
    }
    let mut out = String::with_capacity(1024);
    push_object(&mut out, &members, quote);
    out
}

/// The values of one request.
struct Sent<'a> {
    snapshot: &'a Snapshot,
    canonical: Option<&'a str>,
    parent_thread_id: Option<String>,
    letter: u8,
}

impl Sent<'_> {
    /// 1C, and the installation id of legacy compaction (1D).
    fn push_direct(&self, headers: &mut Headers<'_>) {
        headers.push(&[
            ("x-codex-window-id", H | W | C, Some(&self.snapshot.window_id)),
            ("x-codex-turn-metadata", H | W | C, self.canonical),
            ("x-codex-parent-thread-id", H | W | C, self.parent_thread_id.as_deref()),
            ("x-openai-subagent", H | W | C | S, self.snapshot.session_source.subagent_header()),
            ("x-codex-installation-id", C, Some(&self.snapshot.installation_id)),
        ]);
    }

    /// §10.
    fn push_additional(&self, additions: &Additions<'_>, headers: &mut Headers<'_>) {
        const EVERYWHERE: u8 = H | W | C | S;
        let Snapshot { session_id, thread_id, session_source, .. } = self.snapshot;
        let cache_key;
        let session_id = if session_source.is_root() {
            cache_key = prompt_cache_key(additions.prompt_cache_key, session_source, self.parent_thread_id.as_deref(), session_id);
            &cache_key
        } else {
            session_id
        };
        let beta_features = additions.beta_features.join(",");
        let is_true = |flag: bool| flag.then_some("true");
        headers.push(&[
            ("originator", EVERYWHERE, additions.originator),
            ("User-Agent", EVERYWHERE, additions.user_agent),
            ("session-id", H | W | C, Some(session_id)),
            ("thread-id", H | W | C, Some(thread_id)),
            ("x-client-request-id", H | W, Some(thread_id)),
            ("x-codex-beta-features", H | W | C, Some(&*beta_features).filter(|features| !features.is_empty())),
            ("x-codex-turn-state", H | C, additions.turn_state),
            ("OpenAI-Beta", W, Some("responses_websockets=2026-02-06")),
            ("x-responsesapi-include-timing-metrics", W, is_true(additions.timing_metrics)),
            ("x-openai-internal-codex-responses-lite", H, is_true(additions.responses_lite)),
            ("x-openai-memgen-request", EVERYWHERE, is_true(*session_source == SessionSource::InternalMemoryConsolidation)),
            ("x-openai-internal-codex-residency", EVERYWHERE, additions.us_residency.then_some("us")),
            ("x-oai-attestation", H | W | C, additions.attestation),
        ]);
    }

    /// 1B and, in a websocket message, 1E. The rows are in the order of their keys.
    fn flat_map(&self, additions: Option<&Additions<'_>>, dropped: &mut DropList) -> Texts {
        let snapshot = self.snapshot;
        let additions = additions.copied().filter(|_| self.letter == M).unwrap_or_default();
        let parent_response_id = snapshot.parent_response_id.as_deref().filter(|_| snapshot.is_reviewer_request);
        let started = additions.request_start_unix_ms.map(|unix_ms| {
            let mut digits = String::new();
            push_signed(&mut digits, unix_ms);
            digits
        });
        let rows = [
            ("parent_response_id", parent_response_id),
            ("parent_turn_id", snapshot.parent_turn()),
            ("root_turn_id", snapshot.root_turn()),
            ("session_id", Some(&*snapshot.session_id)),
            ("thread_id", Some(&snapshot.thread_id)),
            ("turn_id", snapshot.turn_id.as_deref()),
            ("ws_request_header_traceparent", additions.traceparent),
            ("ws_request_header_tracestate", additions.tracestate),
            ("ws_request_header_x_openai_internal_codex_responses_lite", additions.responses_lite.then_some("true")),
            ("x-codex-installation-id", Some(&snapshot.installation_id)),
            ("x-codex-parent-thread-id", self.parent_thread_id.as_deref()),
            ("x-codex-turn-metadata", self.canonical),
            ("x-codex-turn-state", additions.turn_state),
            ("x-codex-window-id", Some(&snapshot.window_id)),
            ("x-codex-ws-stream-request-start-ms", started.as_deref()),
            ("x-openai-subagent", snapshot.session_source.subagent_header()),
        ];
        let mut map = Vec::with_capacity(rows.len());
        for (key, value) in rows {
            match value {
                None => {}
                Some("") => dropped.add(key, DropReason::Empty),
                Some(value) => map.push((key.into(), value.into())),
            }
        }
        map
    }
}

/// Header fields under construction.
struct Headers<'a> {
    letter: u8,
    fields: Vec<(&'static str, HeaderValue)>,
    dropped: &'a mut DropList,
}

impl Headers<'_> {
    /// Adds each row that the transport takes and that has a legal value (1-16).
    #[inline(never)]
    fn push(&mut self, rows: &[(&'static str, u8, Option<&str>)]) {
        for (name, letters, value) in rows {
            let Some(value) = value.filter(|_| letters & self.letter != 0) else { continue };
            match HeaderValue::new(value) {
                Ok(value) => self.fields.push((name, value)),
                Err(reason) => self.dropped.add(name, reason),
            }
        }
    }
}

impl fmt::Debug for Rendering {
    /// Names, no values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendering").field("headers", &self.headers).field("dropped", &self.dropped).finish_non_exhaustive()
    }
}

impl fmt::Debug for Meta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta").field("dropped", &self.dropped).finish_non_exhaustive()
    }
}
