//! Everything that is known about one request (table 1A).

use super::compaction::Compaction;
use super::dropped::{DropList, DropReason};
use super::lineage::Turn;
use super::members::{Member, Value};
use super::session_source::SessionSource;
use crate::error::{Code, Error, Result};
use crate::git_url;
use crate::uuid::Uuid;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A map from text to text. Its order does not matter; of several entries with one name the last counts.
pub type Texts = Vec<(String, String)>;

/// The facts of one request. It does not change: a retry uses the same one (1-2). Checked when it is rendered.
#[derive(Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the members are those of table 1A, under their own names")]
pub struct Snapshot {
    pub installation_id: String,
    pub session_id: String,
    pub thread_id: String,
    pub agent_name: Option<String>,
    pub turn_id: Option<String>,
    pub window_id: String,
    pub window_number: Option<u64>,
    /// A UUID in any form of 0-6, as are the other two of this type that name a thread.
    pub context_window_id: Option<String>,
    pub forked_from_thread_id: Option<String>,
    pub forked_from_ordinal_exclusive: Option<u64>,
    pub parent_thread_id: Option<String>,
    /// Blank counts as none, as it does in the texts of the turn (3-3, 3-9).
    pub thread_source: Option<String>,
    /// Gives `subagent_kind` and `x-openai-subagent`.
    pub session_source: SessionSource,
    pub sandbox: Option<String>,
    pub sandbox_mode: Option<String>,
    pub auto_review_enabled: Option<bool>,
    pub workspaces: Vec<Workspace>,
    pub analytics_enabled: Option<bool>,
    pub compaction: Option<Compaction>,
    /// What the configuration adds to every request; see [`check_configured`](super::check_configured).
    pub configured_extras: Texts,
    pub execution: Option<Execution>,
    /// Only sent with a reviewer's request (1B).
    pub parent_response_id: Option<String>,
    pub is_reviewer_request: bool,
    pub turn: Turn,
}

/// What runs the request (1-5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Execution {
    /// The model.
    pub model: String,
    /// Its effort; without one there is no such extra either.
    pub reasoning_effort: Option<String>,
    /// Whether approvals are reviewed automatically; none leaves what the snapshot says.
    pub auto_review_enabled: Option<bool>,
}

/// A repository (8-1).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Workspace {
    /// Path of its root.
    pub root: String,
    /// Names of remotes and their URLs; what is rendered of them holds no user name and no password (8-5).
    pub associated_remote_urls: Texts,
    /// Full hash of HEAD.
    pub latest_git_commit_hash: Option<String>,
    /// Whether the working tree differs from HEAD.
    pub has_changes: Option<bool>,
}

/// A snapshot whose form is good, with its UUIDs as they are written.
pub(super) struct Checked<'a> {
    pub(super) facts: &'a Snapshot,
    context_window_id: Option<String>,
    forked_from_thread_id: Option<String>,
    pub(super) parent_thread_id: Option<String>,
}

/// A workspace of which something is known, with its sanitised remotes.
pub(super) struct Repository<'a> {
    workspace: &'a Workspace,
    remotes: Texts,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Part of a turn.
    Turn,
    /// Warms a websocket up.
    Prewarm,
    /// Compacts the history.
    Compaction,
    /// Makes memories.
    Memory,
    /// Makes memories outside any turn: rendered as memory, of few facts.
    DetachedMemory,
}

/// What is rendered: a request of a kind or none, or the object for tool servers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Request(Option<Kind>),
    Mcp,
}

/// Thread source of detached memory, and the name of what makes its requests.
const MEMORIES: &str = "memory_consolidation";

/// What a sandbox lets the agent do (8-4). The kind of sandbox, beside it, is an open tag of the host.
const SANDBOX_MODES: [&str; 4] = ["danger-full-access", "external-sandbox", "read-only", "workspace-write"];

/// The columns of table 1A: turn, prewarm and compaction; memory; none; tool servers.
const FULL: u8 = 1;
const MEMORY: u8 = 2;
const NONE: u8 = 4;
const MCP: u8 = 8;
const MODEL_REQUESTS: u8 = FULL | MEMORY | NONE;
const ALL: u8 = MODEL_REQUESTS | MCP;

/// Table 1A: names in the order they are written, and the columns where they are. [`Checked::values`] has the same order.
pub(super) const FIELDS: [(&str, u8); 24] = [
    ("installation_id", FULL),
    ("session_id", FULL | NONE | MCP),
    ("thread_id", FULL | NONE | MCP),
    ("agent_name", FULL | NONE),
    ("turn_id", ALL),
    ("window_id", FULL),
    ("window_number", FULL),
    ("context_window_id", FULL),
    ("request_kind", FULL | MEMORY),
    ("forked_from_thread_id", ALL),
    ("forked_from_ordinal_exclusive", MODEL_REQUESTS),
    ("parent_thread_id", ALL),
    ("parent_turn_id", MODEL_REQUESTS),
    ("root_turn_id", MODEL_REQUESTS),
    ("subagent_kind", ALL),
    ("thread_source", ALL),
    ("turn_trigger", ALL),
    ("sandbox", ALL),
    ("sandbox_mode", ALL),
    ("auto_review_enabled", ALL),
    ("workspaces", ALL),
    ("turn_started_at_unix_ms", ALL),
    ("analytics_enabled", MODEL_REQUESTS),
    ("compaction", FULL),
];

impl Snapshot {
    /// What a stage of memories outside any turn says of these facts (1A), workspaces aside: the ids of the flat map, which memory keeps
    /// (1-14), and the sandbox. The client itself makes its requests.
    pub(super) fn detached(&self) -> Self {
        Self {
            installation_id: self.installation_id.clone(),
            session_id: self.session_id.clone(),
            thread_id: self.thread_id.clone(),
            window_id: self.window_id.clone(),
            sandbox: self.sandbox.clone(),
            sandbox_mode: self.sandbox_mode.clone(),
            thread_source: Some(MEMORIES.into()),
            session_source: SessionSource::Internal(MEMORIES.into()),
            ..Self::default()
        }
    }

    /// Checks the form of what has one, and what a kind needs (1-4).
    #[inline(never)]
    pub(super) fn check(&self, kind: Option<Kind>) -> Result<Checked<'_>> {
        let checked = Checked {
            facts: self,
            context_window_id: canonical(&self.context_window_id)?,
            forked_from_thread_id: canonical(&self.forked_from_thread_id)?,
            parent_thread_id: canonical(&self.parent_thread_id)?,
        };
        self.compaction.as_ref().map_or(Ok(()), Compaction::check)?;
        let is_mode = |mode: &String| SANDBOX_MODES.contains(&&**mode);
        let ids = [&self.installation_id, &self.session_id, &self.thread_id, &self.window_id];
        let lacks_id = View::Request(kind).column() == FULL && ids.into_iter().any(String::is_empty);
        let lacks_compaction = kind == Some(Kind::Compaction) && self.compaction.is_none();
        if lacks_id || lacks_compaction || !self.sandbox_mode.as_ref().is_none_or(is_mode) {
            return Err(Code::InvalidSnapshot.into());
        }
        Ok(checked)
    }
}

/// The UUID in its canonical form; `invalid-snapshot` for anything else.
#[inline(never)]
fn canonical(text: &Option<String>) -> Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    let uuid = Uuid::parse_metadata(text).ok_or(Code::InvalidSnapshot)?;
    Ok(Some(uuid.canonical()))
}

impl Checked<'_> {
    /// The members of a view, in the order of 1A, extras aside.
    pub(super) fn members<'a>(&'a self, workspaces: &'a [Repository<'a>], view: View) -> Vec<Member<'a>> {
        let mut members = Vec::with_capacity(FIELDS.len().saturating_add(self.facts.turn.extras.len()));
        for ((name, columns), value) in FIELDS.iter().zip(&self.values(workspaces, view)) {
            if columns & view.column() != 0 {
                members.push(Member { name, value: *value });
            }
        }
        members
    }

    fn values<'a>(&'a self, workspaces: &'a [Repository<'a>], view: View) -> [Value<'a>; FIELDS.len()] {
        let facts = self.facts;
        // A model request that names the parent does not name the fork (3-5).
        let shows_fork = self.forked_from_thread_id.is_some() && (view == View::Mcp || self.parent_thread_id.is_none());
        let reviewed = facts.execution.as_ref().and_then(|execution| execution.auto_review_enabled);
        let is_compaction = view == View::Request(Some(Kind::Compaction));
        [
            Value::Text(&facts.installation_id),
            Value::Text(&facts.session_id),
            Value::Text(&facts.thread_id),
            Value::of(&facts.agent_name),
            Value::of(&facts.turn_id),
            Value::Text(&facts.window_id),
            Value::unsigned(facts.window_number),
            Value::of(&self.context_window_id),
            Value::text(view.kind().map(Kind::as_str)),
            Value::text(self.forked_from_thread_id.as_deref().filter(|_| shows_fork)),
            Value::unsigned(facts.forked_from_ordinal_exclusive.filter(|_| shows_fork)),
            Value::of(&self.parent_thread_id),
            Value::filled(&facts.turn.parent_turn_id),
            Value::text(facts.turn.root()),
            Value::text(facts.session_source.subagent_kind()),
            Value::filled(&facts.thread_source),
            Value::filled(&facts.turn.turn_trigger),
            Value::of(&facts.sandbox),
            Value::of(&facts.sandbox_mode),
            Value::flag(reviewed.or(facts.auto_review_enabled)),
            if workspaces.is_empty() { Value::Absent } else { Value::Workspaces(workspaces) },
            facts.turn.turn_started_at_unix_ms.map_or(Value::Absent, Value::Signed),
            Value::flag(facts.analytics_enabled),
            facts.compaction.as_ref().filter(|_| is_compaction).map_or(Value::Absent, Value::Compaction),
        ]
    }
}

impl fmt::Debug for Snapshot {
    /// Ids only: values of extras are never recorded (15-4).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { session_id, thread_id, turn_id, window_id, .. } = self;
        f.debug_struct("Snapshot")
            .field("session_id", session_id)
            .field("thread_id", thread_id)
            .field("turn_id", turn_id)
            .field("window_id", window_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Workspace {
    /// Not the URLs: they may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workspace").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Workspace {
    /// What may be shown of it, if anything is known. Remotes whose URLs cannot be sanitised are reported.
    pub(super) fn sanitized(&self, dropped: &mut DropList) -> Option<Repository<'_>> {
        let (remotes, refused) = git_url::sanitize_remotes(&self.associated_remote_urls);
        for remote in refused {
            dropped.add(&["associated_remote_urls.", remote].concat(), DropReason::Illegal);
        }
        let is_known = !remotes.is_empty() || self.latest_git_commit_hash.is_some() || self.has_changes.is_some();
        is_known.then_some(Repository { workspace: self, remotes })
    }
}

impl Repository<'_> {
    pub(super) fn root(&self) -> &str {
        &self.workspace.root
    }

    pub(super) fn members(&self) -> [Member<'_>; 3] {
        let remotes = if self.remotes.is_empty() { Value::Absent } else { Value::Texts(&self.remotes) };
        [
            Member { name: "associated_remote_urls", value: remotes },
            Member { name: "latest_git_commit_hash", value: Value::of(&self.workspace.latest_git_commit_hash) },
            Member { name: "has_changes", value: Value::flag(self.workspace.has_changes) },
        ]
    }
}

impl Kind {
    /// Every value.
    pub const ALL: [Self; 5] = [Self::Turn, Self::Prewarm, Self::Compaction, Self::Memory, Self::DetachedMemory];

    /// The kebab-case spelling, which is the value of `request_kind` of all but detached memory.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Turn => "turn",
            Self::Prewarm => "prewarm",
            Self::Compaction => "compaction",
            Self::Memory => "memory",
            Self::DetachedMemory => "detached-memory",
        }
    }

    /// Reads the kebab-case spelling; `config-invalid` for any other.
    pub fn parse(text: &str) -> Result<Self> {
        Self::ALL.iter().find(|kind| kind.as_str() == text).copied().ok_or_else(|| {
            Error::new(Code::ConfigInvalid, "the request kind is not one of turn, prewarm, compaction, memory, detached-memory")
        })
    }
}

impl View {
    fn column(self) -> u8 {
        match self {
            Self::Request(Some(Kind::Memory)) => MEMORY,
            Self::Request(Some(_)) => FULL,
            Self::Request(None) => NONE,
            Self::Mcp => MCP,
        }
    }

    fn kind(self) -> Option<Kind> {
        match self {
            Self::Request(kind) => kind,
            Self::Mcp => None,
        }
    }
}
