//! The facts of a request, from the bindings' types to the core's.

use crate::exports::metadata as wit;
use agent_identity_core::Error;
use agent_identity_core::metadata::{Additions, Compaction, Execution, SessionSource, Snapshot, Turn, TurnEvent, Workspace};
use alloc::string::String;

impl TryFrom<wit::Snapshot> for Snapshot {
    type Error = Error;

    fn try_from(snapshot: wit::Snapshot) -> Result<Self, Error> {
        let compaction = snapshot.compaction.map(|given| {
            Compaction::parse([&given.trigger, &given.reason, &given.implementation, &given.phase, &given.strategy].map(String::as_str))
        });
        Ok(Self {
            context_window_id: Self::uuid(snapshot.context_window_id.as_deref())?,
            forked_from_thread_id: Self::uuid(snapshot.forked_from_thread_id.as_deref())?,
            parent_thread_id: Self::uuid(snapshot.parent_thread_id.as_deref())?,
            compaction: compaction.transpose()?,
            installation_id: snapshot.installation_id,
            session_id: snapshot.session_id,
            thread_id: snapshot.thread_id,
            agent_name: snapshot.agent_name,
            turn_id: snapshot.turn_id,
            window_id: snapshot.window_id,
            window_number: snapshot.window_number,
            forked_from_ordinal_exclusive: snapshot.forked_from_ordinal_exclusive,
            thread_source: snapshot.thread_source,
            session_source: snapshot.session_source.into(),
            sandbox: snapshot.sandbox,
            sandbox_mode: snapshot.sandbox_mode,
            auto_review_enabled: snapshot.auto_review_enabled,
            workspaces: snapshot.workspaces.into_iter().map(Into::into).collect(),
            analytics_enabled: snapshot.analytics_enabled,
            configured_extras: snapshot.configured_extras,
            execution: snapshot.execution.map(|given| Execution {
                model: given.model,
                reasoning_effort: given.reasoning_effort,
                auto_review_enabled: given.auto_review_enabled,
            }),
            parent_response_id: snapshot.parent_response_id,
            is_reviewer_request: snapshot.is_reviewer_request,
            turn: snapshot.turn.into(),
        })
    }
}

impl From<wit::Workspace> for Workspace {
    fn from(given: wit::Workspace) -> Self {
        Self::new(given.root, given.associated_remote_urls, given.latest_git_commit_hash, given.has_changes)
    }
}

impl From<wit::SessionSource> for SessionSource {
    fn from(source: wit::SessionSource) -> Self {
        match source {
            wit::SessionSource::Root => Self::Root,
            wit::SessionSource::Subagent(kind) => Self::of_subagent(&kind),
            wit::SessionSource::Internal(name) => Self::of_internal(name),
        }
    }
}

impl From<wit::Turn> for Turn {
    fn from(turn: wit::Turn) -> Self {
        Self {
            parent_turn_id: turn.parent_turn_id,
            root_turn_id: turn.root_turn_id,
            turn_trigger: turn.turn_trigger,
            is_root_ambiguous: turn.is_root_ambiguous,
            turn_started_at_unix_ms: turn.turn_started_at_unix_ms,
            extras: turn.extras,
            user_input_requested: turn.user_input_requested,
        }
    }
}

impl From<Turn> for wit::Turn {
    fn from(turn: Turn) -> Self {
        Self {
            parent_turn_id: turn.parent_turn_id,
            root_turn_id: turn.root_turn_id,
            turn_trigger: turn.turn_trigger,
            is_root_ambiguous: turn.is_root_ambiguous,
            turn_started_at_unix_ms: turn.turn_started_at_unix_ms,
            extras: turn.extras,
            user_input_requested: turn.user_input_requested,
        }
    }
}

impl From<wit::TurnEvent> for TurnEvent {
    fn from(event: wit::TurnEvent) -> Self {
        match event {
            wit::TurnEvent::Parent(id) => Self::Parent(id),
            wit::TurnEvent::Root(id) => Self::Root(id),
            wit::TurnEvent::Triggered(trigger) => Self::Triggered(trigger),
            wit::TurnEvent::RootAmbiguous => Self::RootAmbiguous,
            wit::TurnEvent::Started(unix_ms) => Self::Started(unix_ms),
            wit::TurnEvent::Steered(extras) => Self::Steered(extras),
            wit::TurnEvent::UserInputRequested => Self::UserInputRequested,
        }
    }
}

impl<'a> From<&'a wit::Additions> for Additions<'a> {
    fn from(given: &'a wit::Additions) -> Self {
        Self {
            originator: given.originator.as_deref(),
            user_agent: given.user_agent.as_deref(),
            prompt_cache_key: given.prompt_cache_key.as_deref(),
            beta_features: &given.beta_features,
            turn_state: given.turn_state.as_deref(),
            responses_lite: given.responses_lite,
            timing_metrics: given.timing_metrics,
            us_residency: given.us_residency,
            attestation: given.attestation.as_deref(),
            request_start_unix_ms: given.request_start_unix_ms,
            traceparent: given.traceparent.as_deref(),
            tracestate: given.tracestate.as_deref(),
        }
    }
}
