//! What a parent session does for its delegates.

use super::approval::{Answers, CommandApproval, Decision, Grant, McpCall, PatchApproval, PermissionsRequest, UserInputRequest};
use super::signing::SigningSubject;
use async_trait::async_trait;
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// A parent session, with the turn that its delegates work for.
///
/// Every question may stay open as long as it takes; its future is dropped when the delegate is cancelled, and
/// [`Self::resolve`] then takes the question off the user's screen. `None` stands for: no answer came.
#[async_trait]
pub trait Parent: Send + Sync {
    /// A delegate was started. Must return at once.
    fn started(&self, delegate: &SubagentStarted) {
        let _ = delegate;
    }

    /// Asks whether a command may be run.
    async fn approve_command(&self, request: &CommandApproval) -> Option<Decision>;

    /// Asks whether files may be changed.
    async fn approve_patch(&self, request: &PatchApproval) -> Option<Decision>;

    /// Asks for permissions, for a delegate that works in `cwd`.
    async fn grant_permissions(&self, request: &PermissionsRequest, cwd: &Path) -> Option<Grant>;

    /// Asks the user, in this turn of the parent's.
    async fn ask_user(&self, turn_id: &str, request: &UserInputRequest) -> Option<Answers>;

    /// Asks whether a delegate's request may be signed with the parent's identity.
    async fn approve_signing(&self, approval_id: &str, subject: &SigningSubject) -> Option<Decision>;

    /// A question was settled without the user: whoever still shows it takes it away. Must return at once; a question that is not
    /// known is no error.
    fn resolve(&self, question: Resolved);

    /// The automatic reviewer, if the turn routes approvals to one.
    fn reviewer(&self) -> Option<Arc<dyn Reviewer>> {
        None
    }
}

/// Decides in the user's place.
#[async_trait]
pub trait Reviewer: Send + Sync {
    /// Reviews one request. `cancel` is cancelled with the delegate, or when the review is no longer wanted.
    /// `None`: a command or patch is denied, an MCP call is left to the user.
    async fn review(&self, review: Review<'_>, cancel: CancellationToken) -> Option<Decision>;
}

/// What a reviewer reviews.
#[derive(Clone, Copy, Debug)]
pub enum Review<'a> {
    /// A command.
    Command(&'a CommandApproval),
    /// A patch.
    Patch(&'a PatchApproval),
    /// A call that an approval question is about.
    McpCall(&'a McpCall),
}

/// A delegate was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubagentStarted {
    /// Of the thread tree.
    pub session_id: String,
    /// The delegate's.
    pub thread_id: String,
    /// The parent's.
    pub parent_thread_id: String,
}

/// A question of the parent's that was settled by cancellation, with the value the delegate gets (14-4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// About a command.
    Command {
        /// The effective approval id.
        approval_id: String,
        /// The value.
        decision: Decision,
    },
    /// About a patch.
    Patch {
        /// The tool call.
        call_id: String,
        /// The value.
        decision: Decision,
    },
    /// About permissions.
    Permissions {
        /// The tool call.
        call_id: String,
        /// The value.
        grant: Grant,
    },
    /// To the user.
    UserInput {
        /// The parent's turn.
        turn_id: String,
        /// The delegate's tool call, which tells apart what several delegates ask in one turn.
        call_id: String,
        /// The value.
        answers: Answers,
    },
    /// About an MCP call, at the reviewer.
    McpCall {
        /// The tool call.
        call_id: String,
        /// The value.
        decision: Decision,
    },
    /// About a signature.
    Signing {
        /// The approval id.
        approval_id: String,
        /// The value.
        decision: Decision,
    },
}
