//! What a session is told.

use super::approval::{Answers, Decision, Grant};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// An operation with its submission id. For one that starts a turn that is the turn's id.
#[derive(Clone, PartialEq, Eq)]
pub struct Submission<O> {
    /// The id.
    pub id: String,
    /// What to do.
    pub operation: Operation<O>,
}

/// What a session is told. `O` is whatever else the embedding program tells its sessions.
#[derive(Clone, PartialEq, Eq)]
pub enum Operation<O> {
    /// Starts a turn.
    UserInput(UserInput),
    /// Breaks off the turn.
    Interrupt,
    /// Ends the session.
    Shutdown,
    /// Answers a command approval.
    CommandApproval {
        /// The effective approval id.
        approval_id: String,
        /// The id of the event that asked.
        event_id: String,
        /// The answer.
        decision: Decision,
    },
    /// Answers a patch approval.
    PatchApproval {
        /// The tool call.
        call_id: String,
        /// The answer.
        decision: Decision,
    },
    /// Answers a permission request.
    Permissions {
        /// The tool call.
        call_id: String,
        /// The answer.
        grant: Grant,
    },
    /// Answers questions to the user.
    UserInputAnswer {
        /// The id of the event that asked.
        event_id: String,
        /// The answers.
        answers: Answers,
    },
    /// Answers a signing approval that did not come from the session's own gate.
    SigningApproval {
        /// The id it asked with.
        approval_id: String,
        /// The answer.
        decision: Decision,
    },
    /// Anything else.
    Other(O),
}

/// Input of the user, or of a parent in the user's place.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UserInput {
    /// The pieces, in order.
    pub items: Vec<InputItem>,
    /// JSON schema the last message has to meet, as JSON text.
    pub output_schema: Option<String>,
    /// Per-turn extras of the metadata (2-1).
    pub extras: BTreeMap<String, String>,
}

/// A piece of input.
#[derive(Clone, PartialEq, Eq)]
pub enum InputItem {
    /// Text.
    Text(String),
    /// An image, by its URL.
    ImageUrl(String),
    /// An image file of the machine the session runs on.
    LocalImage(PathBuf),
}

impl UserInput {
    /// One piece of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { items: vec![InputItem::Text(text.into())], ..Self::default() }
    }
}

impl<O> Submission<O> {
    /// An operation with this id.
    pub fn new(id: impl Into<String>, operation: Operation<O>) -> Self {
        Self { id: id.into(), operation }
    }
}

impl<O> Operation<O> {
    /// The kebab-case name, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UserInput(_) => "user-input",
            Self::Interrupt => "interrupt",
            Self::Shutdown => "shutdown",
            Self::CommandApproval { .. } => "command-approval",
            Self::PatchApproval { .. } => "patch-approval",
            Self::Permissions { .. } => "permissions",
            Self::UserInputAnswer { .. } => "user-input-answer",
            Self::SigningApproval { .. } => "signing-approval",
            Self::Other(_) => "other",
        }
    }
}

impl<O> fmt::Debug for Submission<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Submission({}, {:?})", self.id, self.operation)
    }
}

impl<O> fmt::Debug for Operation<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandApproval { approval_id: id, decision, .. }
            | Self::PatchApproval { call_id: id, decision }
            | Self::SigningApproval { approval_id: id, decision } => write!(f, "{}({id}, {decision:?})", self.name()),
            Self::Permissions { call_id, grant } => write!(f, "{}({call_id}, {grant:?})", self.name()),
            Self::UserInputAnswer { event_id, answers } => write!(f, "{}({event_id}, {answers:?})", self.name()),
            Self::UserInput(_) | Self::Interrupt | Self::Shutdown | Self::Other(_) => f.write_str(self.name()),
        }
    }
}
