//! What a session says (second table of `spec/metadata.md` §14).

use super::approval::{CommandApproval, McpCall, PatchApproval, PermissionsRequest, UserInputRequest};
use super::signing::SigningApproval;
use std::fmt;

/// Something a session says. `E` is the embedding program's own content of those events that are forwarded.
pub struct Event<E> {
    /// The submission it belongs to: the id of the delegate's turn.
    pub id: String,
    /// What it says.
    pub kind: EventKind<E>,
}

/// Kinds of events, by what becomes of them.
pub enum EventKind<E> {
    /// Swallowed: tokens used so far.
    TokenCount,
    /// Swallowed: the session is configured.
    SessionConfigured,
    /// Swallowed: a piece of a message, in the older form.
    MessageDelta,
    /// Swallowed: a piece of reasoning, in the older form.
    ReasoningDelta,
    /// Swallowed: the thread has another name.
    ThreadNameUpdated,
    /// Answered through the parent.
    CommandApproval(CommandApproval),
    /// Answered through the parent.
    PatchApproval(PatchApproval),
    /// Answered through the parent.
    Permissions(PermissionsRequest),
    /// Answered through the parent.
    UserInput(UserInputRequest),
    /// Answered through the parent.
    Signing(SigningApproval),
    /// Forwarded, and the call is remembered.
    McpCallBegin {
        /// The call.
        call: McpCall,
        /// The program's own.
        content: E,
    },
    /// Forwarded, and the call is forgotten.
    McpCallEnd {
        /// The call.
        call_id: String,
        /// The program's own.
        content: E,
    },
    /// Forwarded: an MCP server asks something.
    McpElicitation(E),
    /// Forwarded: a turn came to its end.
    TurnCompleted(E),
    /// Forwarded: a turn was broken off.
    TurnAborted(E),
    /// Forwarded: everything else.
    Other(E),
}

impl<E> Event<E> {
    /// An event of this submission.
    pub fn new(id: impl Into<String>, kind: EventKind<E>) -> Self {
        Self { id: id.into(), kind }
    }

    /// Whether a turn is over with it.
    pub fn ends_turn(&self) -> bool {
        matches!(self.kind, EventKind::TurnCompleted(_) | EventKind::TurnAborted(_))
    }
}

impl<E> EventKind<E> {
    /// The kebab-case name, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TokenCount => "token-count",
            Self::SessionConfigured => "session-configured",
            Self::MessageDelta => "message-delta",
            Self::ReasoningDelta => "reasoning-delta",
            Self::ThreadNameUpdated => "thread-name-updated",
            Self::CommandApproval(_) => "command-approval",
            Self::PatchApproval(_) => "patch-approval",
            Self::Permissions(_) => "permissions",
            Self::UserInput(_) => "user-input",
            Self::Signing(_) => "signing",
            Self::McpCallBegin { .. } => "mcp-call-begin",
            Self::McpCallEnd { .. } => "mcp-call-end",
            Self::McpElicitation(_) => "mcp-elicitation",
            Self::TurnCompleted(_) => "turn-completed",
            Self::TurnAborted(_) => "turn-aborted",
            Self::Other(_) => "other",
        }
    }
}

impl<E> fmt::Debug for Event<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Event({}, {})", self.id, self.kind.name())
    }
}
