//! What stays the same for a thread as long as it is loaded (1-3).

use super::additions::Additions;
use super::description::Description;
use super::items::ItemRules;
use super::kind::Kind;
use super::renderer::Metadata;
use super::snapshot::Snapshot;
use super::turn::TurnMetadata;
use super::{Facts, Lineage, SessionSource, ThreadOrigin, Window};
use crate::driver::lock;
use crate::error::Error;
use crate::trace_context::TraceContext;
use std::fmt;
use std::sync::{Arc, Mutex};

/// The facts of a loaded thread and of the program it runs in. `Debug` shows ids only.
#[derive(Clone, Default)]
pub struct SessionFacts {
    /// Of the client's home directory (§7).
    pub installation_id: String,
    /// Shared by a root thread and everything that descends from it; empty: the thread's own id (3-2).
    pub session_id: String,
    /// The thread.
    pub thread_id: String,
    /// Path of the agent; none: `/root` (3-7).
    pub agent_name: Option<String>,
    /// Who the session works for.
    pub session_source: SessionSource,
    /// The label given when the thread was started, such as `user` (3-9).
    pub thread_source: Option<String>,
    /// The thread that spawned this one.
    pub parent_thread_id: Option<String>,
    /// The thread whose history was copied.
    pub forked_from_thread_id: Option<String>,
    /// How much of it was copied.
    pub forked_from_ordinal_exclusive: Option<u64>,
    /// The sandbox, a tag of the host (8-4).
    pub sandbox: Option<String>,
    /// `danger-full-access`, `external-sandbox`, `read-only` or `workspace-write`.
    pub sandbox_mode: Option<String>,
    /// Whether approvals are reviewed automatically.
    pub auto_review_enabled: Option<bool>,
    /// Whether analytics are on.
    pub analytics_enabled: Option<bool>,
    /// What the configuration adds to every request (2-1).
    pub configured_extras: Vec<(String, String)>,
    /// Who the program is for this thread; see [`Metadata::originator`].
    pub originator: Option<String>,
    /// See [`Metadata::user_agent`].
    pub user_agent: Option<String>,
    /// Instead of the prompt cache key that follows from the session (10-1).
    pub prompt_cache_key: Option<String>,
    /// Keys of the experimental features that are on.
    pub beta_features: Vec<String>,
    /// Whether the service shall send its own timings over websockets.
    pub timing_metrics: bool,
    /// Whether data must stay in the US.
    pub us_residency: bool,
    /// The place of this program in a trace; delegates have none (15-5).
    pub trace: Option<TraceContext>,
    /// How response items are treated (§5).
    pub items: ItemRules,
}

/// A loaded thread, as its requests tell of it. Clones share its window.
#[derive(Clone)]
pub struct SessionMetadata(Arc<Parts>);

struct Parts {
    metadata: Metadata,
    facts: SessionFacts,
    lineage: Lineage,
    /// 3-12: it belongs to the history, which is told of each one.
    window: Mutex<Window>,
}

impl SessionMetadata {
    /// A thread that is new or forked: its first window begins (3-14). Errors: those of [`Metadata::check_extras`], `random-failed`,
    /// `clock-out-of-range`.
    pub fn open(metadata: &Metadata, facts: SessionFacts) -> Result<Self, Error> {
        Self::in_window(metadata, facts, None)
    }

    /// A thread that is resumed. `records`: the window records of its history that were not rolled back, a JSON array, oldest first
    /// (3-13). Errors: those of [`Self::open`], `items-invalid`.
    pub fn resume(metadata: &Metadata, facts: SessionFacts, records: &str) -> Result<Self, Error> {
        Self::in_window(metadata, facts, Some(records))
    }

    fn in_window(metadata: &Metadata, facts: SessionFacts, records: Option<&str>) -> Result<Self, Error> {
        metadata.check_extras(&facts.configured_extras)?;
        let lineage = metadata.describe_lineage(&ThreadOrigin {
            session_source: facts.session_source.clone(),
            thread_source: facts.thread_source.clone(),
            agent_path: facts.agent_name.clone(),
            thread_id: facts.thread_id.clone(),
            session_id: Some(facts.session_id.clone()),
        })?;
        let window = metadata.open_window(&facts.thread_id, records, false)?;
        Ok(Self(Arc::new(Parts { metadata: metadata.clone(), facts, lineage, window: Mutex::new(window) })))
    }

    /// What it was opened with.
    pub fn facts(&self) -> &SessionFacts {
        &self.0.facts
    }

    /// What renders it.
    pub fn metadata(&self) -> &Metadata {
        &self.0.metadata
    }

    /// Shared by the thread tree.
    pub fn session_id(&self) -> &str {
        &self.0.lineage.session_id
    }

    /// What follows from where it comes from (§3), for example whether it may start a root turn.
    pub fn lineage(&self) -> &Lineage {
        &self.0.lineage
    }

    /// The present window.
    pub fn window(&self) -> Window {
        lock(&self.0.window).clone()
    }

    /// A compaction was installed in the history: the next window begins. Keep its `record` there (3-12). Nothing else advances the
    /// window (3-11). Errors: `random-failed`, `clock-out-of-range`; the window stays then.
    pub fn compaction_installed(&self) -> Result<Window, Error> {
        let mut window = lock(&self.0.window);
        let records = format!("[{}]", window.record);
        *window = self.0.metadata.open_window(&self.0.facts.thread_id, Some(&records), true)?;
        Ok(window.clone())
    }

    /// A turn of this thread.
    pub fn turn(&self, id: impl Into<String>) -> TurnMetadata {
        TurnMetadata::new(self.clone(), id.into())
    }

    /// The facts of a request outside any turn.
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot_facts().into()
    }

    /// The same, to be changed before it becomes a snapshot.
    pub fn snapshot_facts(&self) -> Facts {
        let facts = self.0.facts.clone();
        let window = self.window();
        Facts {
            session_id: self.session_id().into(),
            installation_id: facts.installation_id,
            thread_id: facts.thread_id,
            agent_name: Some(self.0.lineage.agent_name.clone()),
            window_id: window.id,
            window_number: Some(window.number),
            context_window_id: window.context_window_id,
            session_source: facts.session_source,
            thread_source: facts.thread_source,
            parent_thread_id: facts.parent_thread_id,
            forked_from_thread_id: facts.forked_from_thread_id,
            forked_from_ordinal_exclusive: facts.forked_from_ordinal_exclusive,
            sandbox: facts.sandbox,
            sandbox_mode: facts.sandbox_mode,
            auto_review_enabled: facts.auto_review_enabled,
            analytics_enabled: facts.analytics_enabled,
            configured_extras: facts.configured_extras,
            ..Facts::default()
        }
    }

    /// A request with this snapshot.
    pub fn describe(&self, snapshot: impl Into<Snapshot>, kind: Option<Kind>) -> Description {
        Description::new(self.clone(), snapshot.into(), kind, self.additions())
    }

    /// The same for the typed clients.
    #[cfg(feature = "client")]
    pub fn request(&self, snapshot: impl Into<Snapshot>, kind: Option<Kind>) -> crate::responses::RequestMetadata {
        crate::responses::RequestMetadata::of(self.describe(snapshot, kind))
    }

    /// What goes beside every snapshot.
    pub fn additions(&self) -> Additions {
        let facts = &self.0.facts;
        let trace = facts.trace.as_ref();
        Additions {
            originator: facts.originator.clone(),
            user_agent: facts.user_agent.clone(),
            prompt_cache_key: facts.prompt_cache_key.clone(),
            beta_features: facts.beta_features.clone(),
            timing_metrics: facts.timing_metrics,
            us_residency: facts.us_residency,
            traceparent: trace.map(|trace| trace.traceparent().into()),
            tracestate: trace.and_then(TraceContext::tracestate).map(Into::into),
            ..Additions::default()
        }
    }
}

impl fmt::Debug for SessionFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionFacts")
            .field("session_id", &self.session_id)
            .field("thread_id", &self.thread_id)
            .field("parent_thread_id", &self.parent_thread_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SessionMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionMetadata({})", self.window().id)
    }
}
