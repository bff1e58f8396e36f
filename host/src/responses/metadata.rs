//! What goes with a request, apart from its body and credential.

mod batches;

use super::endpoint::{Endpoint, Fate};
use super::telemetry::RecordedIds;
use super::turn_state::{self, TurnState};
use crate::error::Error;
use crate::metadata::{Compaction, Description, DropReason, Dropped, Kind, Moment, Rendering, Transport};
use crate::provider::Provider;
use batches::Batches;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// What a request says about itself and what it belongs to. Get it from a [`TurnMetadata`](crate::metadata::TurnMetadata) or a
/// [`SessionMetadata`](crate::metadata::SessionMetadata); it is rendered for the endpoint when the request is sent, once for all its
/// attempts. `Debug` shows names, no values.
#[derive(Clone, Default)]
pub struct RequestMetadata {
    /// The conversation it belongs to.
    pub conversation: String,
    /// The task it is signed for: a normalised reference, or none for the run task.
    pub reference: Option<String>,
    /// What it says about itself.
    pub description: Option<Description>,
    /// The token of the turn.
    pub turn_state: Option<TurnState>,
    /// Further header fields. What the description renders goes before them, and each endpoint gets only what it takes (1D, §10).
    pub headers: Vec<(String, String)>,
    /// A flat map that was rendered elsewhere; nothing of it is sent beside a description's.
    pub client_metadata: BTreeMap<String, String>,
    /// What is recorded of it, where no description says so: not sent.
    pub recorded: RecordedMetadata,
}

/// What is only recorded (15-3).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedMetadata {
    /// `turn`, `compaction` or `memory`.
    pub kind: Option<String>,
    /// The compaction object.
    pub compaction: Option<Value>,
    /// What rendering left out.
    pub dropped: Vec<Dropped>,
}

/// The metadata of a request as one transport carries it: the same for all its attempts (1-2).
#[derive(Clone, Default)]
pub(crate) struct Rendered {
    /// Everything but turn state and attestation, which each attempt gets for itself.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) client_metadata: BTreeMap<String, String>,
    /// The body member (10-1); none without a description.
    pub(super) prompt_cache_key: Option<String>,
    pub(crate) dropped: Vec<Dropped>,
    pub(super) kind: Option<String>,
    pub(super) compaction: Option<Value>,
    pub(crate) ids: RecordedIds,
}

impl RequestMetadata {
    /// For a conversation, with nothing else.
    pub fn new(conversation: impl Into<String>) -> Self {
        Self { conversation: conversation.into(), ..Self::default() }
    }

    /// What this description says; the conversation is its thread.
    pub fn of(description: Description) -> Self {
        let conversation = description.snapshot().facts().thread_id.clone();
        Self { description: Some(description), ..Self::new(conversation) }
    }

    /// The same with the token of a turn.
    #[must_use]
    pub fn in_turn(mut self, turn: &TurnState) -> Self {
        self.turn_state = Some(turn.clone());
        self
    }

    /// The same, signed for the task of this normalised reference.
    #[must_use]
    pub fn for_task(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// For an endpoint over HTTP. `prompt_cache_key` is that of its body. Errors: `invalid-snapshot`, `config-invalid`.
    pub(crate) fn render(&self, endpoint: Endpoint, prompt_cache_key: Option<&str>) -> Result<Rendered, Error> {
        let Some(description) = &self.description else { return Ok(self.as_given(endpoint)) };
        let transport = transport(endpoint, description)?;
        let moment = Moment { prompt_cache_key: prompt_cache_key.map(Into::into), ..Moment::default() };
        let rendering = description.render(transport, &moment)?;
        let mut rendered = self.completed(endpoint, description, rendering);
        // On a WebSocket it goes with each message.
        if matches!(endpoint, Endpoint::Responses | Endpoint::Compact) {
            let additions = description.additions();
            let trace = [("traceparent", &additions.traceparent), ("tracestate", &additions.tracestate)];
            let trace = trace.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
            rendered.headers.extend(trace);
        }
        Ok(rendered)
    }

    /// For a websocket message: the flat map and what follows from it, turn state and clock included. Without a description the
    /// map that was given, with what each message adds. Errors: `invalid-snapshot`, `config-invalid`.
    pub(super) fn render_message(&self, moment: &Moment) -> Result<Rendered, Error> {
        let Some(description) = &self.description else { return Ok(self.given_message(moment)) };
        let rendering = description.render(Transport::WebsocketMessage, moment)?;
        Ok(self.completed(Endpoint::Socket, description, rendering))
    }

    /// Items as they are sent to a provider, where they are not sent as they are (5-6 to 5-12). Errors: `items-invalid`.
    pub(super) fn sent_items(
        &self,
        items: &[Value],
        provider: &Provider,
        stores: bool,
        dropped: &mut Vec<Dropped>,
    ) -> Result<Option<Box<RawValue>>, Error> {
        let Some(description) = &self.description else { return Ok(None) };
        let unwritten = |error| Error::internal(format!("items cannot be written as JSON: {error}"));
        let mut unknown = Vec::new();
        let mut sent = Batches::default();
        let mut filter = |batch: &str| -> Result<String, Error> {
            let (items, dropped) = description.filter_items(batch, &provider.name, base_url(provider), stores)?;
            unknown.extend(dropped);
            Ok(items)
        };
        for item in items {
            sent.add(&serde_json::to_string(item).map_err(unwritten)?, &mut filter)?;
        }
        let sent = sent.finish(&mut filter)?;
        unknown.sort();
        unknown.dedup();
        dropped.extend(unknown);
        RawValue::from_string(sent).map(Some).map_err(unwritten)
    }

    /// Whether the provider is one that stores responses (5-7).
    pub(super) fn is_stored_by(&self, provider: &Provider) -> Result<bool, Error> {
        let Some(description) = &self.description else { return Ok(false) };
        description.metadata().stores_responses(&provider.name, base_url(provider))
    }

    /// What was rendered, over the caller's own fields.
    fn completed(&self, endpoint: Endpoint, description: &Description, rendering: Rendering) -> Rendered {
        let mut rendered = Rendered {
            client_metadata: rendering.client_metadata,
            prompt_cache_key: Some(rendering.prompt_cache_key),
            ..self.recorded_of(description)
        };
        let own = select(endpoint, &self.headers, &mut rendered.dropped);
        let is_rendered = |name: &str| rendering.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        let (overwritten, own): (Vec<_>, Vec<_>) = own.into_iter().partition(|(name, _)| is_rendered(name));
        rendered.headers = own;
        rendered.headers.extend(select(endpoint, &rendering.headers, &mut rendered.dropped));
        rendered.dropped.extend(rendering.dropped);
        let drop = |reason| move |name: String| Dropped { name, reason };
        rendered.dropped.extend(overwritten.into_iter().map(|(name, _)| name).map(drop(DropReason::Overwritten)));
        rendered.dropped.extend(self.client_metadata.keys().cloned().map(drop(DropReason::Reserved)));
        rendered
    }

    /// The part of a record that a description tells: some transports carry less than there is to tell.
    fn recorded_of(&self, description: &Description) -> Rendered {
        let facts = description.snapshot().facts();
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let compaction = facts.compaction.as_ref().filter(|_| description.kind() == Some(Kind::Compaction));
        Rendered {
            kind: description.kind().map(|kind| kind.on_the_wire().to_owned()),
            compaction: compaction.map(recorded_compaction),
            ids: RecordedIds {
                session_id: filled(&facts.session_id),
                thread_id: filled(&facts.thread_id),
                turn_id: facts.turn_id.clone(),
                window_id: filled(&facts.window_id),
            },
            ..Rendered::default()
        }
    }

    /// 1E.
    fn given_message(&self, moment: &Moment) -> Rendered {
        let mut rendered = self.as_given(Endpoint::Socket);
        let turn_state = moment.turn_state.as_deref().cloned().map(|token| (turn_state::HEADER, token));
        let start_ms = moment.start_unix_ms.map(|ms| ("x-codex-ws-stream-request-start-ms", ms.to_string()));
        let carried = CARRIED.into_iter().filter_map(|(field, key)| {
            self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(field)).map(|(_, value)| (key, value.clone()))
        });
        let added = turn_state.into_iter().chain(start_ms).chain(carried);
        rendered.client_metadata.extend(added.map(|(key, value)| (key.to_owned(), value)));
        rendered
    }

    fn as_given(&self, endpoint: Endpoint) -> Rendered {
        let flat = |name: &str| self.client_metadata.get(name).cloned();
        let mut dropped = self.recorded.dropped.clone();
        Rendered {
            headers: select(endpoint, &self.headers, &mut dropped),
            client_metadata: self.client_metadata.clone(),
            prompt_cache_key: None,
            dropped,
            kind: self.recorded.kind.clone(),
            compaction: self.recorded.compaction.clone(),
            ids: RecordedIds {
                session_id: flat("session_id"),
                thread_id: flat("thread_id"),
                turn_id: flat("turn_id"),
                window_id: flat("x-codex-window-id"),
            },
        }
    }
}

impl Rendered {
    /// A header field of this name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Header fields that each message has as a key of its own, since a WebSocket has only one head.
const CARRIED: [(&str, &str); 3] = [
    ("x-openai-internal-codex-responses-lite", "ws_request_header_x_openai_internal_codex_responses_lite"),
    ("traceparent", "ws_request_header_traceparent"),
    ("tracestate", "ws_request_header_tracestate"),
];

/// The row of 1D. A compaction names the way it goes, and a prewarm goes over websockets only (1-18).
fn transport(endpoint: Endpoint, description: &Description) -> Result<Transport, Error> {
    let implementation = description.snapshot().facts().compaction.as_ref().map(|compaction| compaction.implementation.as_str());
    Ok(match (endpoint, description.kind(), implementation) {
        (Endpoint::Memories, ..) => Transport::MemoriesSummarize,
        (Endpoint::Preconnect, ..) => Transport::WebsocketPreconnect,
        (Endpoint::Socket, ..) => Transport::WebsocketHandshake,
        (Endpoint::Compact, Some(Kind::Compaction), Some("responses_compact")) => Transport::LegacyCompact,
        (Endpoint::Responses, Some(Kind::Compaction), Some("responses")) => Transport::LocalCompaction,
        (Endpoint::Responses, Some(Kind::Compaction), Some("responses_compaction_v2")) => Transport::CompactV2,
        (Endpoint::Responses, Some(Kind::Memory | Kind::DetachedMemory), _) => Transport::MemoryStageOne,
        (Endpoint::Responses, Some(Kind::Turn) | None, _) => Transport::Responses,
        (endpoint, kind, _) => {
            let kind = kind.map_or("no", Kind::as_str);
            return Err(Error::config(format!(
                "metadata of kind {kind} does not go to {}; a compaction has to name the implementation that is used",
                endpoint.path()
            )));
        }
    })
}

fn base_url(provider: &Provider) -> &str {
    provider.base_url.as_deref().unwrap_or_default()
}

/// What an endpoint takes of header fields.
fn select(endpoint: Endpoint, headers: &[(String, String)], dropped: &mut Vec<Dropped>) -> Vec<(String, String)> {
    let mut selected = Vec::with_capacity(headers.len());
    for (name, value) in headers {
        match endpoint.fate(name) {
            Fate::Sent => selected.push((name.clone(), value.clone())),
            Fate::Elsewhere => {}
            Fate::Reserved => dropped.push(Dropped { name: name.clone(), reason: DropReason::Reserved }),
        }
    }
    selected
}

fn recorded_compaction(compaction: &Compaction) -> Value {
    json!({
        "trigger": compaction.trigger,
        "reason": compaction.reason,
        "implementation": compaction.implementation,
        "phase": compaction.phase,
        "strategy": compaction.strategy,
    })
}

impl fmt::Debug for RequestMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestMetadata")
            .field("conversation", &self.conversation)
            .field("reference", &self.reference)
            .field("description", &self.description)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("client_metadata", &self.client_metadata.keys().collect::<Vec<_>>())
            .field("turn_state", &self.turn_state)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_fields_are_reported_and_debug_shows_no_value() {
        let mut metadata = RequestMetadata::new("c-1");
        metadata.headers = [("Authorization", "marker"), ("originator", "marker"), ("x-codex-installation-id", "marker")]
            .map(|(name, value)| (name.into(), value.into()))
            .into();
        metadata.client_metadata.insert("session_id".into(), "marker".into());
        let rendered = metadata.render(Endpoint::Responses, None).unwrap();
        assert_eq!(rendered.headers, [("originator".into(), "marker".into())]);
        assert_eq!(rendered.dropped, [Dropped { name: "Authorization".into(), reason: DropReason::Reserved }]);
        assert_eq!(rendered.header("Originator"), Some("marker"));
        assert!(!format!("{metadata:?}").contains("marker"));
    }
}
