//! What a turn adds to its session (1-3).

use super::description::Description;
use super::kind::Kind;
use super::session::SessionMetadata;
use super::snapshot::Snapshot;
use super::{Compaction, Execution, Facts, TurnEvent, TurnFacts};
use crate::driver::lock;
use crate::error::Error;
#[cfg(feature = "client")]
use crate::responses::{RequestMetadata, TurnState};
#[cfg(feature = "workspace")]
use crate::workspace::Workspaces;
use std::fmt;
use std::sync::{Arc, Mutex};

/// A turn, as its requests tell of it: each takes a snapshot of what is known when it is made. Clones share it.
#[derive(Clone)]
pub struct TurnMetadata {
    session: SessionMetadata,
    id: String,
    execution: Option<Execution>,
    responses_lite: bool,
    learnt: Arc<Mutex<TurnFacts>>,
    #[cfg(feature = "workspace")]
    workspaces: Option<Arc<Workspaces>>,
    /// 10-2: of this turn and no other.
    #[cfg(feature = "client")]
    turn_state: TurnState,
}

impl TurnMetadata {
    pub(super) fn new(session: SessionMetadata, id: String) -> Self {
        Self {
            session,
            id,
            execution: None,
            responses_lite: false,
            learnt: Arc::default(),
            #[cfg(feature = "workspace")]
            workspaces: None,
            #[cfg(feature = "client")]
            turn_state: TurnState::new(),
        }
    }

    /// What runs its requests (1-5).
    #[must_use]
    pub fn runs(mut self, execution: Execution) -> Self {
        self.execution = Some(execution);
        self
    }

    /// Whether its model uses Responses Lite.
    #[must_use]
    pub fn responses_lite(mut self, is_used: bool) -> Self {
        self.responses_lite = is_used;
        self
    }

    /// In this working directory: the facts of its repository are read in the background, and no request waits for them (8-2).
    #[cfg(feature = "workspace")]
    #[must_use]
    pub fn in_directory(self, directory: impl Into<std::path::PathBuf>) -> Self {
        self.in_workspaces(Arc::new(Workspaces::of(directory)))
    }

    /// The same with facts from elsewhere; begins to read them unless that has begun.
    #[cfg(feature = "workspace")]
    #[must_use]
    pub fn in_workspaces(mut self, workspaces: Arc<Workspaces>) -> Self {
        workspaces.start();
        self.workspaces = Some(workspaces);
        self
    }

    /// It really starts now, by the clock; the first time counts (3-8).
    pub fn begin(&self) -> Result<(), Error> {
        self.learn(&TurnEvent::Started(self.session.metadata().now_ms()))
    }

    /// Something happens to it.
    pub fn learn(&self, event: &TurnEvent) -> Result<(), Error> {
        let mut learnt = lock(&self.learnt);
        *learnt = self.session.metadata().update_turn(&learnt, event)?;
        Ok(())
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The thread it belongs to.
    pub fn session(&self) -> &SessionMetadata {
        &self.session
    }

    /// The facts of a request that is made now.
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot_facts().into()
    }

    /// The same, to be changed before it becomes a snapshot.
    pub fn snapshot_facts(&self) -> Facts {
        Facts {
            turn_id: Some(self.id.clone()),
            workspaces: self.known_workspaces(),
            execution: self.execution.clone(),
            turn: lock(&self.learnt).clone(),
            ..self.session.snapshot_facts()
        }
    }

    /// The object of a tool call, to be made immediately before it (1-23). Errors: `invalid-snapshot`.
    pub fn tool_object(&self) -> Result<String, Error> {
        self.session.metadata().tool_object(&self.snapshot())
    }

    /// New items of this turn, a JSON array, as the history keeps them (5-2, 5-9). Errors: `items-invalid`, `random-failed`,
    /// `clock-out-of-range`.
    pub fn prepare_items(&self, items: &str) -> Result<String, Error> {
        self.session.metadata().prepare_items(items, self.session.facts().items, Some(&self.id))
    }

    /// A request with this snapshot.
    pub fn describe(&self, snapshot: impl Into<Snapshot>, kind: Kind) -> Description {
        let mut additions = self.session.additions();
        additions.responses_lite = self.responses_lite;
        Description::new(self.session.clone(), snapshot.into(), Some(kind), additions)
    }

    /// The turn's inference.
    #[cfg(feature = "client")]
    pub fn request(&self) -> RequestMetadata {
        self.request_with(self.snapshot(), Kind::Turn)
    }

    /// What warms its session's websocket up (1-18).
    #[cfg(feature = "client")]
    pub fn prewarm(&self) -> RequestMetadata {
        self.request_with(self.snapshot(), Kind::Prewarm)
    }

    /// A compaction inside it.
    #[cfg(feature = "client")]
    pub fn compaction(&self, compaction: Compaction) -> RequestMetadata {
        self.request_with(self.compaction_snapshot(compaction), Kind::Compaction)
    }

    /// Any request of it; they share its sticky token (10-2).
    #[cfg(feature = "client")]
    pub fn request_with(&self, snapshot: impl Into<Snapshot>, kind: Kind) -> RequestMetadata {
        RequestMetadata::of(self.describe(snapshot, kind)).in_turn(&self.turn_state)
    }

    /// The facts of a compaction that is dispatched now.
    pub fn compaction_snapshot(&self, compaction: Compaction) -> Snapshot {
        Facts { compaction: Some(compaction), ..self.snapshot_facts() }.into()
    }

    /// At most one repository (8-1).
    #[cfg(feature = "workspace")]
    fn known_workspaces(&self) -> Vec<super::Workspace> {
        let known = self.workspaces.as_ref().and_then(|workspaces| workspaces.known());
        let workspace = known.map(|facts| self.session.metadata().workspace(facts)).transpose();
        // 8-3: any error leaves them absent.
        workspace.unwrap_or_default().into_iter().collect()
    }

    #[cfg(not(feature = "workspace"))]
    fn known_workspaces(&self) -> Vec<super::Workspace> {
        Vec::new()
    }
}

impl fmt::Debug for TurnMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TurnMetadata({} of {:?})", self.id, self.session)
    }
}
