//! What a delegate asks for, and the answers (third table of `spec/metadata.md` §14).
//!
//! `Debug` of these types shows ids, not commands, documents, questions or answers.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// May this command be run?
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CommandApproval {
    /// The tool call it belongs to.
    pub call_id: String,
    /// Set where one call asks more than once.
    pub approval_id: Option<String>,
    /// The environment it would run in.
    pub environment: Option<String>,
    /// Program and arguments.
    pub command: Vec<String>,
    /// Where it would run.
    pub cwd: PathBuf,
    /// Why it is asked.
    pub reason: Option<String>,
    /// The connection that is asked about, if that is what is blocked.
    pub network: Option<NetworkContext>,
    /// A rule that would make the question unnecessary.
    pub policy_change: Option<PolicyChange>,
}

impl CommandApproval {
    /// The id the answer goes by.
    pub fn effective_approval_id(&self) -> &str {
        self.approval_id.as_deref().unwrap_or(&self.call_id)
    }
}

/// A connection a command wants to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkContext {
    /// The host.
    pub host: String,
    /// The protocol, such as `https`.
    pub protocol: String,
}

/// A command prefix to be allowed from now on.
#[derive(Clone, PartialEq, Eq)]
pub struct PolicyChange(pub Vec<String>);

/// May these files be changed?
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PatchApproval {
    /// The tool call; the answer goes by it.
    pub call_id: String,
    /// What would change.
    pub changes: BTreeMap<PathBuf, FileChange>,
    /// Why it is asked.
    pub reason: Option<String>,
    /// A directory to be made writable for the rest of the session.
    pub grant_root: Option<PathBuf>,
}

/// A change of one file.
#[derive(Clone, PartialEq, Eq)]
pub enum FileChange {
    /// A new file.
    Add {
        /// Its text.
        content: String,
    },
    /// A file less.
    Delete {
        /// Its text.
        content: String,
    },
    /// Another text.
    Update {
        /// How it differs.
        unified_diff: String,
        /// Where the file moves to.
        move_path: Option<PathBuf>,
    },
}

/// May the delegate have these permissions?
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionsRequest {
    /// The tool call; the answer goes by it.
    pub call_id: String,
    /// Where the delegate works; the parent's directory if it names none.
    pub cwd: Option<PathBuf>,
    /// Why it is asked.
    pub reason: Option<String>,
    /// What it wants.
    pub permissions: Permissions,
}

/// Permissions beyond the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// To use the network.
    pub network: bool,
    /// To read below these paths.
    pub read: Vec<PathBuf>,
    /// To write below these paths.
    pub write: Vec<PathBuf>,
}

/// Permissions that were granted. The default grants nothing: for this turn, not strict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// What is granted.
    pub permissions: Permissions,
    /// For how long.
    pub scope: GrantScope,
    /// Whether each use is still reviewed.
    pub strict: bool,
}

/// How long a grant holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GrantScope {
    /// For the turn.
    #[default]
    Turn,
    /// For the session.
    Session,
}

/// Questions to the user.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UserInputRequest {
    /// The tool call they belong to.
    pub call_id: String,
    /// The questions.
    pub questions: Vec<Question>,
}

/// A question to the user.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The answer goes by it.
    pub id: String,
    /// What is asked.
    pub text: String,
    /// Labels to choose from.
    pub options: Vec<String>,
    /// Whether the answer is to be typed unseen.
    pub is_secret: bool,
}

/// Answers by question id. The default is: none.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answers(pub BTreeMap<String, Vec<String>>);

/// A call of an MCP tool.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct McpCall {
    /// The tool call.
    pub call_id: String,
    /// The server.
    pub server: String,
    /// The tool.
    pub tool: String,
    /// Arguments, as JSON text.
    pub arguments: Option<String>,
}

/// What was decided about a command, a patch or a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes, this once.
    Approved,
    /// Yes, and for the rest of the session.
    ApprovedForSession,
    /// Yes, and the proposed rule is to be kept.
    ApprovedWithPolicyChange(PolicyChange),
    /// No; the delegate goes on without it.
    Denied,
    /// Nobody decided in time.
    TimedOut,
    /// No; the turn ends.
    Abort,
}

impl fmt::Debug for CommandApproval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommandApproval({})", self.effective_approval_id())
    }
}

impl fmt::Debug for PolicyChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyChange({} words)", self.0.len())
    }
}

impl fmt::Debug for PatchApproval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PatchApproval({}, {} files)", self.call_id, self.changes.len())
    }
}

impl fmt::Debug for FileChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Add { .. } => "Add",
            Self::Delete { .. } => "Delete",
            Self::Update { .. } => "Update",
        })
    }
}

impl fmt::Debug for UserInputRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserInputRequest({}, {:?})", self.call_id, self.questions)
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Question({})", self.id)
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answers({:?})", self.0.keys().collect::<Vec<_>>())
    }
}

impl fmt::Debug for McpCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "McpCall({}, {}/{})", self.call_id, self.server, self.tool)
    }
}
