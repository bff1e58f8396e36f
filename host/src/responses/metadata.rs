//! What goes with a request, apart from its body and credential.

use super::endpoint::{Endpoint, Fate};
use super::turn_state::TurnState;
use crate::provider::{DropReason, Dropped};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// The rendering of a request's metadata, ready to be sent, and what it belongs to. Each endpoint gets only what it takes
/// (`spec/metadata.md` 1D, §10): give everything. `Debug` shows names, no values.
#[derive(Clone, Default)]
pub struct RequestMetadata {
    /// The conversation it belongs to.
    pub conversation: String,
    /// The task it is signed for: a normalised reference, or none for the run task.
    pub reference: Option<String>,
    /// Header fields, with `x-codex-installation-id` for compaction among them.
    pub headers: Vec<(String, String)>,
    /// The flat map, sent as body member `client_metadata` of `responses` and nowhere else.
    pub client_metadata: BTreeMap<String, String>,
    /// The token of the turn.
    pub turn_state: Option<TurnState>,
    /// What is recorded beside: not sent.
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

/// The fields of one endpoint.
pub(super) struct Selected {
    pub(super) headers: Vec<(String, String)>,
    pub(super) dropped: Vec<Dropped>,
}

impl RequestMetadata {
    /// For a conversation, with nothing else.
    pub fn new(conversation: impl Into<String>) -> Self {
        Self { conversation: conversation.into(), ..Self::default() }
    }

    /// The same with the token of a turn.
    #[must_use]
    pub fn in_turn(mut self, turn: &TurnState) -> Self {
        self.turn_state = Some(turn.clone());
        self
    }

    pub(super) fn select(&self, endpoint: Endpoint) -> Selected {
        let mut selected = Selected { headers: Vec::new(), dropped: self.recorded.dropped.clone() };
        for (name, value) in &self.headers {
            match endpoint.fate(name) {
                Fate::Sent => selected.headers.push((name.clone(), value.clone())),
                Fate::Elsewhere => {}
                Fate::Reserved => selected.dropped.push(Dropped { name: name.clone(), reason: DropReason::Reserved }),
            }
        }
        selected
    }

    /// A header field of this name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for RequestMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestMetadata")
            .field("conversation", &self.conversation)
            .field("reference", &self.reference)
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
        let selected = metadata.select(Endpoint::Responses);
        assert_eq!(selected.headers, [("originator".into(), "marker".into())]);
        assert_eq!(selected.dropped, [Dropped { name: "Authorization".into(), reason: DropReason::Reserved }]);
        assert_eq!(metadata.header("Originator"), Some("marker"));
        assert!(!format!("{metadata:?}").contains("marker"));
    }
}
