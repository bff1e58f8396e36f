//! Nothing known: so that a record is written with what is known, and `..Default::default()`.
#![expect(clippy::derivable_impls, reason = "the types are generated")]

use crate::component::wit::metadata::{
    Execution, ItemPreparation, ItemTarget, OriginatorCandidates, OriginatorRules, SessionSource, Snapshot, ThreadOrigin, Turn, UserAgent,
    Workspace,
};

impl Default for SessionSource {
    fn default() -> Self {
        Self::Root
    }
}

impl Default for ThreadOrigin {
    fn default() -> Self {
        Self { session_source: SessionSource::Root, thread_source: None, agent_path: None, thread_id: String::new(), session_id: None }
    }
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            parent_turn_id: None,
            root_turn_id: None,
            is_root_ambiguous: false,
            turn_trigger: None,
            turn_started_at_unix_ms: None,
            extras: Vec::new(),
            user_input_requested: false,
        }
    }
}

impl Default for Execution {
    fn default() -> Self {
        Self { model: String::new(), reasoning_effort: None, auto_review_enabled: None }
    }
}

impl Default for Workspace {
    fn default() -> Self {
        Self { root: String::new(), associated_remote_urls: Vec::new(), latest_git_commit_hash: None, has_changes: None }
    }
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            installation_id: String::new(),
            session_id: String::new(),
            thread_id: String::new(),
            agent_name: None,
            turn_id: None,
            window_id: String::new(),
            window_number: None,
            context_window_id: None,
            forked_from_thread_id: None,
            forked_from_ordinal_exclusive: None,
            parent_thread_id: None,
            thread_source: None,
            session_source: SessionSource::Root,
            sandbox: None,
            sandbox_mode: None,
            auto_review_enabled: None,
            workspaces: Vec::new(),
            analytics_enabled: None,
            compaction: None,
            configured_extras: Vec::new(),
            execution: None,
            parent_response_id: None,
            is_reviewer_request: false,
            turn: Turn::default(),
        }
    }
}

impl Default for ItemPreparation {
    fn default() -> Self {
        Self { item_ids: false, turn_id: None, create_time: None }
    }
}

impl Default for ItemTarget {
    fn default() -> Self {
        Self {
            item_ids: false,
            store: None,
            provider_name: String::new(),
            base_url: String::new(),
            item_metadata_form: super::ItemMetadataForm::default().as_str().into(),
            content_item_kinds: false,
        }
    }
}

impl Default for OriginatorCandidates {
    fn default() -> Self {
        Self { env: None, service_name: None, persisted: None, inherited: None, process: None }
    }
}

impl Default for OriginatorRules {
    fn default() -> Self {
        Self { mode: "env-first".into(), exact_names: false, replacements: Vec::new() }
    }
}

impl Default for UserAgent {
    fn default() -> Self {
        let [originator, version, os, os_version, terminal] = [const { String::new() }; 5];
        Self { originator, version, os, os_version, arch: None, terminal, suffix: None }
    }
}
