//! From a snapshot to the canonical string, the flat map and header fields (§1).

use super::additions::{Additions, prompt_cache_key};
use super::dropped::{DropList, DropReason, Dropped};
use super::extras;
use super::header_value::HeaderValue;
use super::lineage::filled;
use super::members::{Member, Quote, Value, push_object, push_signed, sort, texts};
use super::snapshot::{Checked, Kind, Snapshot, Texts, View, Workspace};
use super::transport::{C, H, M, S, Transport, W};
use crate::encoding::{push_ascii_json_string, push_json_string};
use crate::error::Result;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// What a request carries.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendering {
    /// The source of truth on the wire, unless the transport has none. It only travels when there is a kind (1-10). For tool servers it is
    /// a JSON object, to be rendered immediately before the call (1-21 to 1-23).
    pub canonical: Option<String>,
    /// The flat map, sorted by key; empty if the transport has none.
    pub client_metadata: Texts,
    /// Header fields, in the order of 1C and §10.
    pub headers: Vec<(&'static str, HeaderValue)>,
    /// What was left out.
    pub dropped: Vec<Dropped>,
    /// The body member `prompt_cache_key` (10-1).
    pub prompt_cache_key: String,
}

/// Renders what follows from the snapshot alone: 1A, 1B, 1C. Errors: `invalid-snapshot`.
pub fn render(snapshot: &Snapshot, kind: Option<Kind>, transport: Transport) -> Result<Rendering> {
    rendered(snapshot, kind, transport, None)
}

/// Renders everything that the endpoint takes, except its authorisation: [`render`], 1E and §10. Errors: `invalid-snapshot`.
pub fn request(snapshot: &Snapshot, kind: Option<Kind>, transport: Transport, additions: &Additions) -> Result<Rendering> {
    rendered(snapshot, kind, transport, Some(additions))
}

fn rendered(snapshot: &Snapshot, kind: Option<Kind>, transport: Transport, additions: Option<&Additions>) -> Result<Rendering> {
    let detached;
    let (snapshot, workspaces, kind) = match kind {
        Some(Kind::DetachedMemory) => {
            detached = snapshot.detached();
            (&detached, &snapshot.workspaces, Some(Kind::Memory))
        }
        _ => (snapshot, &snapshot.workspaces, kind),
    };
    let checked = snapshot.check(kind)?;
    let mut dropped = DropList::default();
    let canonical = match transport {
        Transport::MCP => Some(object(&checked, workspaces, View::Mcp, &mut dropped, push_json_string)),
        _ => transport.has_canonical.then(|| object(&checked, workspaces, View::Request(kind), &mut dropped, push_ascii_json_string)),
    };
    let travelling = canonical.as_deref().filter(|_| kind.is_some());
    let (headers, client_metadata) = transported(&checked, travelling, transport.letter, additions, &mut dropped);
    let explicit = additions.and_then(|given| given.prompt_cache_key.as_deref());
    let parent = checked.parent_thread_id.as_deref();
    let prompt_cache_key = prompt_cache_key(explicit, &snapshot.session_source, parent, &snapshot.session_id);
    Ok(Rendering { canonical, client_metadata, headers, dropped: dropped.into_vec(), prompt_cache_key })
}

/// Header fields and flat keys: name, the transports that take it as a header, and those that take it as a flat key. First 1C with
/// the installation id of 1D, then §10, both in order, then what is a flat key only (1B, 1E). [`transported`] has the
/// values in the same order.
const ROWS: [(&str, u8, u8); 28] = [
    ("x-codex-window-id", H | W | C, H | M),
    ("x-codex-turn-metadata", H | W | C, H | M),
    ("x-codex-parent-thread-id", H | W | C, H | M),
    ("x-openai-subagent", H | W | C | S, H | M),
    ("x-codex-installation-id", C, H | M),
    ("originator", ADDED | H | W | C | S, 0),
    ("User-Agent", ADDED | H | W | C | S, 0),
    ("session-id", ADDED | H | W | C, 0),
    ("thread-id", ADDED | H | W | C, 0),
    ("x-client-request-id", ADDED | H | W, 0),
    ("x-codex-beta-features", ADDED | H | W | C, 0),
    ("x-codex-turn-state", ADDED | H | C, M),
    ("OpenAI-Beta", ADDED | W, 0),
    ("x-responsesapi-include-timing-metrics", ADDED | W, 0),
    ("x-openai-internal-codex-responses-lite", ADDED | H, 0),
    ("x-openai-memgen-request", ADDED | H | W | C | S, 0),
    ("x-openai-internal-codex-residency", ADDED | H | W | C | S, 0),
    ("x-oai-attestation", ADDED | H | W | C, 0),
    ("parent_response_id", 0, H | M),
    ("parent_turn_id", 0, H | M),
    ("root_turn_id", 0, H | M),
    ("session_id", 0, H | M),
    ("thread_id", 0, H | M),
    ("turn_id", 0, H | M),
    ("ws_request_header_traceparent", 0, M),
    ("ws_request_header_tracestate", 0, M),
    ("ws_request_header_x_openai_internal_codex_responses_lite", 0, M),
    ("x-codex-ws-stream-request-start-ms", 0, M),
];

/// Marks the header fields that are not the snapshot's own.
const ADDED: u8 = 128;

/// The header fields and the flat map of a transport.
#[inline(never)]
fn transported(
    checked: &Checked<'_>,
    canonical: Option<&str>,
    letter: u8,
    additions: Option<&Additions>,
    dropped: &mut DropList,
) -> (Vec<(&'static str, HeaderValue)>, Texts) {
    let nothing = Additions::default();
    let given = additions.unwrap_or(&nothing);
    let snapshot = checked.facts;
    let source = &snapshot.session_source;
    let cache_key = given.prompt_cache_key.as_deref().filter(|_| source.is_root());
    let mut beta_features = String::new();
    for feature in &given.beta_features {
        beta_features.push_str(if beta_features.is_empty() { "" } else { "," });
        beta_features.push_str(feature);
    }
    let is_true = |flag: bool| flag.then_some("true");
    let mut started = String::new();
    if let Some(unix_ms) = given.request_start_unix_ms {
        push_signed(&mut started, unix_ms);
    }
    let values: [Option<&str>; ROWS.len()] = [
        Some(&snapshot.window_id),
        canonical,
        checked.parent_thread_id.as_deref(),
        source.subagent_header(),
        Some(&snapshot.installation_id),
        given.originator.as_deref(),
        given.user_agent.as_deref(),
        // What the prompt cache key of a root agent is (10-1), and the session id of others.
        cache_key.or(Some(&snapshot.session_id)),
        Some(&snapshot.thread_id),
        Some(&snapshot.thread_id),
        filled(Some(&beta_features)),
        given.turn_state.as_deref(),
        Some("responses_websockets=2026-02-06"),
        is_true(given.timing_metrics),
        is_true(given.responses_lite),
        is_true(source.makes_memories()),
        given.us_residency.then_some("us"),
        given.attestation.as_deref(),
        snapshot.parent_response_id.as_deref().filter(|_| snapshot.is_reviewer_request),
        filled(snapshot.turn.parent_turn_id.as_deref()),
        snapshot.turn.root(),
        Some(&snapshot.session_id),
        Some(&snapshot.thread_id),
        snapshot.turn_id.as_deref(),
        given.traceparent.as_deref(),
        given.tracestate.as_deref(),
        is_true(given.responses_lite),
        filled(Some(&started)),
    ];
    let mut headers = Vec::with_capacity(16);
    let mut flat = Vec::with_capacity(16);
    for ((name, as_header, as_flat), value) in ROWS.iter().zip(&values) {
        let Some(value) = *value else { continue };
        if as_flat & letter != 0 {
            match value {
                "" => dropped.add(name, DropReason::Empty),
                _ => flat.push(Member { name, value: Value::Text(value) }),
            }
        }
        if as_header & letter != 0 && (as_header & ADDED == 0 || additions.is_some()) {
            match HeaderValue::new(value) {
                Ok(value) => headers.push((*name, value)),
                Err(reason) => dropped.add(name, reason),
            }
        }
    }
    sort(&mut flat);
    (headers, texts(&flat))
}

/// The members of a view as a JSON object: in the order of 1A with the extras behind, or all sorted.
fn object(checked: &Checked<'_>, workspaces: &[Workspace], view: View, dropped: &mut DropList, quote: Quote) -> String {
    let workspaces: Vec<_> = workspaces.iter().filter_map(|workspace| workspace.sanitized(dropped)).collect();
    let mut members = checked.members(&workspaces, view);
    members.append(&mut extras::merged(checked.facts, view, dropped));
    if view == View::Mcp {
        sort(&mut members);
    }
    let mut out = String::with_capacity(1024);
    push_object(&mut out, &members, quote);
    out
}

impl fmt::Debug for Rendering {
    /// Names, no values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendering").field("headers", &self.headers).field("dropped", &self.dropped).finish_non_exhaustive()
    }
}
