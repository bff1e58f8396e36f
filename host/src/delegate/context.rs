//! What a delegate inherits, what it gets anew and what it has not got (first table of `spec/metadata.md` §14).

use super::ids::Ids;
use super::lineage::{ForkedFrom, Lineage, SubagentKind};
use crate::error::Error;
use crate::metadata::{Metadata, SessionFacts, SessionMetadata, SessionSource};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// A session with a turn under way, as its delegates see it. `S` is what the embedding program's sessions share: environments,
/// execution policy, skills, plugins, MCP managers, extensions, thread store, attestation and time sources, analytics, form
/// support.
#[derive(Debug)]
pub struct ParentContext<S> {
    /// The installation.
    pub installation_id: String,
    /// The session of the thread tree.
    pub session_id: String,
    /// The parent's thread.
    pub thread_id: String,
    /// The turn that wants a delegate.
    pub turn_id: String,
    /// The originator of that turn.
    pub originator: String,
    /// The working directory of that turn.
    pub cwd: PathBuf,
    /// The user's instructions as they are now.
    pub instructions: Instructions,
    /// What the parent may do.
    pub features: Features,
    /// Everything else that delegates inherit.
    pub shared: Arc<S>,
}

/// What a delegate's session is opened with. There is no member for turn ids, turn state or an identity: turn ids are made anew
/// for each turn, turn state is never handed on, and the identity comes only through a [`SigningGate`](super::SigningGate).
#[non_exhaustive]
pub struct DelegateContext<S> {
    /// As in the parent.
    pub installation_id: String,
    /// As in the parent's turn, taken over directly (6-5).
    pub originator: String,
    /// The parent's, at this moment; its warnings are not repeated.
    pub instructions: Instructions,
    /// Session, thread, parent, source: the delegate's own.
    pub lineage: Lineage,
    /// The parent's turn that the delegate works for.
    pub parent_turn: ParentTurn,
    /// All off.
    pub features: Features,
    /// Makes the ids of the delegate's turns.
    pub ids: Ids,
    /// The very values the parent uses.
    pub shared: Arc<S>,
}

/// Instructions of the user.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Instructions {
    /// The text. `Debug` shows its length only.
    pub text: Option<Arc<str>>,
    /// What reading them gave rise to, shown once.
    pub warnings: Vec<String>,
}

/// The turn a delegate works for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentTurn {
    /// Its id, under which the user is asked.
    pub turn_id: String,
    /// Its working directory, for permission requests that name none.
    pub cwd: PathBuf,
}

/// What a session may have and a delegate never has. The default is: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// Whether it may spawn further agents.
    pub multi_agent: bool,
    /// Names of tools that were added at run time.
    pub dynamic_tools: Vec<String>,
    /// Name under which metrics are reported.
    pub metrics_service_name: Option<String>,
    /// W3C `traceparent` of the parent (15-5).
    pub trace_parent: Option<String>,
}

impl<S> DelegateContext<S> {
    /// A delegate of this turn, on a new thread. Errors: `config-invalid` for a label that no header can carry, `random-failed`,
    /// `clock-out-of-range`.
    pub fn of(parent: &ParentContext<S>, kind: SubagentKind, ids: &Ids) -> Result<Self, Error> {
        kind.check()?;
        let lineage = Lineage {
            session_id: parent.session_id.clone(),
            thread_id: ids.fresh()?,
            parent_thread_id: parent.thread_id.clone(),
            forked_from: None,
            kind,
        };
        Ok(Self {
            installation_id: parent.installation_id.clone(),
            originator: parent.originator.clone(),
            instructions: Instructions { text: parent.instructions.text.clone(), warnings: Vec::new() },
            lineage,
            parent_turn: ParentTurn { turn_id: parent.turn_id.clone(), cwd: parent.cwd.clone() },
            features: Features::default(),
            ids: ids.clone(),
            shared: parent.shared.clone(),
        })
    }

    /// What its requests say about it, to be completed with what the program knows of its own: user agent, sandbox, configuration.
    /// It has no place in the parent's trace (15-5).
    pub fn session_facts(&self) -> SessionFacts {
        let (lineage, forked_from) = (&self.lineage, self.lineage.forked_from.as_ref());
        SessionFacts {
            installation_id: self.installation_id.clone(),
            session_id: lineage.session_id.clone(),
            thread_id: lineage.thread_id.clone(),
            session_source: SessionSource::Subagent(lineage.kind.metadata_value().into()),
            thread_source: Some(Lineage::THREAD_SOURCE.into()),
            parent_thread_id: Some(lineage.parent_thread_id.clone()),
            forked_from_thread_id: forked_from.map(|from| from.thread_id.clone()),
            forked_from_ordinal_exclusive: forked_from.and_then(|from| from.ordinal_exclusive),
            originator: Some(self.originator.clone()),
            ..SessionFacts::default()
        }
    }

    /// Its thread as its requests tell of it, where nothing is to be added to [`Self::session_facts`]. Errors: those of
    /// [`SessionMetadata::open`].
    pub fn session_metadata(&self, metadata: &Metadata) -> Result<SessionMetadata, Error> {
        SessionMetadata::open(metadata, self.session_facts())
    }

    /// The same, starting from a copied history.
    #[must_use]
    pub fn forked(mut self, from: ForkedFrom) -> Self {
        self.lineage.forked_from = Some(from);
        self
    }
}

impl<S> fmt::Debug for DelegateContext<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DelegateContext({:?})", self.lineage)
    }
}

impl fmt::Debug for Instructions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instructions({} bytes)", self.text.as_deref().map_or(0, str::len))
    }
}
