//! Questions of a delegate, answered through its parent, in line (third table of `spec/metadata.md` §14).

use super::{Ending, Flow, Forwarding};
use crate::delegate::approval::{
    Answers, CommandApproval, Decision, Grant, McpCall, PatchApproval, PermissionsRequest, Question, UserInputRequest,
};
use crate::delegate::operation::{Operation, Submission};
use crate::delegate::parent::{Resolved, Review, Reviewer};
use crate::delegate::signing::SigningApproval;
use std::ops::ControlFlow;
use tokio::sync::oneshot;

/// What the session gets instead if the delegate is stopped meanwhile.
type OnCancel<O> = Option<Operation<O>>;

impl<E: Send + 'static, O: Send + 'static> Forwarding<E, O> {
    pub(super) async fn command(&mut self, event_id: String, request: CommandApproval, on_cancel: OnCancel<O>) -> Flow<O> {
        let approval_id = request.effective_approval_id().to_owned();
        let asking = async {
            match self.parent.reviewer() {
                Some(reviewer) => self.review(&*reviewer, Review::Command(&request)).await,
                None => self.parent.approve_command(&request).await,
            }
        };
        let Some(answer) = self.decided(asking).await else {
            return self.stop(Resolved::Command { approval_id, decision: Decision::Abort }, on_cancel);
        };
        let decision = answer.unwrap_or(Decision::Denied);
        self.reply(Operation::CommandApproval { approval_id, event_id, decision }, on_cancel).await
    }

    pub(super) async fn patch(&mut self, request: PatchApproval, on_cancel: OnCancel<O>) -> Flow<O> {
        let asking = async {
            match self.parent.reviewer() {
                Some(reviewer) => self.review(&*reviewer, Review::Patch(&request)).await,
                None => self.parent.approve_patch(&request).await,
            }
        };
        let decided = self.decided(asking).await;
        let call_id = request.call_id;
        let Some(answer) = decided else {
            return self.stop(Resolved::Patch { call_id, decision: Decision::Abort }, on_cancel);
        };
        let decision = answer.unwrap_or(Decision::Denied);
        self.reply(Operation::PatchApproval { call_id, decision }, on_cancel).await
    }

    pub(super) async fn permissions(&mut self, request: PermissionsRequest, on_cancel: OnCancel<O>) -> Flow<O> {
        let cwd = request.cwd.as_deref().unwrap_or(&self.turn.cwd);
        let decided = self.decided(self.parent.grant_permissions(&request, cwd)).await;
        let call_id = request.call_id;
        let Some(answer) = decided else {
            return self.stop(Resolved::Permissions { call_id, grant: Grant::default() }, on_cancel);
        };
        self.reply(Operation::Permissions { call_id, grant: answer.unwrap_or_default() }, on_cancel).await
    }

    pub(super) async fn user_input(&mut self, event_id: String, request: UserInputRequest, on_cancel: OnCancel<O>) -> Flow<O> {
        if let (Some((question, call)), Some(reviewer)) = (self.mcp_question(&request), self.parent.reviewer()) {
            let reviewed = self.decided(self.review(&*reviewer, Review::McpCall(call))).await;
            let answer = |decision: &Decision| self.mcp_questions.answer(question, decision);
            match reviewed {
                Some(Some(decision)) => {
                    let answers = answer(&decision);
                    return self.reply(Operation::UserInputAnswer { event_id, answers }, on_cancel).await;
                }
                Some(None) => (),
                None => {
                    let declined = Operation::UserInputAnswer { event_id, answers: answer(&Decision::Abort) };
                    return self.stop(Resolved::McpCall { call_id: request.call_id, decision: Decision::Abort }, Some(declined));
                }
            }
        }
        let Some(answer) = self.decided(self.parent.ask_user(&self.turn.turn_id, &request)).await else {
            let (turn_id, call_id) = (self.turn.turn_id.clone(), request.call_id);
            return self.stop(Resolved::UserInput { turn_id, call_id, answers: Answers::default() }, on_cancel);
        };
        self.reply(Operation::UserInputAnswer { event_id, answers: answer.unwrap_or_default() }, on_cancel).await
    }

    pub(super) async fn signing(&mut self, request: SigningApproval, on_cancel: OnCancel<O>) -> Flow<O> {
        let SigningApproval { approval_id, subject, mut responder } = request;
        let asking = async {
            match self.gate.standing(&subject) {
                Some(decision) => Some(decision),
                None => self.parent.approve_signing(&approval_id, &subject).await,
            }
        };
        let decided = tokio::select! {
            biased;
            // The request was given up; the delegate goes on.
            () = abandoned(&mut responder) => {
                self.parent.resolve(Resolved::Signing { approval_id, decision: Decision::Abort });
                return ControlFlow::Continue(());
            }
            decided = self.decided(asking) => decided,
        };
        let Some(answer) = decided else {
            return self.stop(Resolved::Signing { approval_id, decision: Decision::Abort }, on_cancel);
        };
        let decision = answer.unwrap_or(Decision::Denied);
        self.gate.remember(&subject, &decision);
        match responder {
            Some(responder) => {
                // An error: the request was given up this moment.
                let _ = responder.send(decision);
                ControlFlow::Continue(())
            }
            None => self.reply(Operation::SigningApproval { approval_id, decision }, on_cancel).await,
        }
    }

    /// Waits for a decision. If cancellation is ready too, it wins: none (14-3).
    async fn decided<T>(&self, asking: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.reader.stopped() => None,
            answer = asking => Some(answer),
        }
    }

    /// The review's token is cancelled with the delegate, and when this future is dropped.
    async fn review(&self, reviewer: &dyn Reviewer, review: Review<'_>) -> Option<Decision> {
        let cancel = self.reader.cancelled.child_token();
        let _wanted = cancel.clone().drop_guard();
        reviewer.review(review, cancel).await
    }

    /// The parent's question is settled first; then the session gets the same value, as the first thing of its end (14-4).
    fn stop(&self, question: Resolved, reply: OnCancel<O>) -> Flow<O> {
        self.parent.resolve(question);
        ControlFlow::Break(Ending::Stopped(reply))
    }

    /// Hands the session its answer. Where there is no room for it before the delegate is stopped, `on_cancel` takes its place:
    /// nothing is let through behind a cancellation.
    async fn reply(&mut self, operation: Operation<O>, on_cancel: OnCancel<O>) -> Flow<O> {
        let room = tokio::select! {
            biased;
            () = self.reader.stopped() => return ControlFlow::Break(Ending::Stopped(on_cancel)),
            room = self.to_session.reserve() => room,
        };
        let Ok(room) = room else {
            // A session that hears nothing any more is ended (14-2).
            return ControlFlow::Break(Ending::Stopped(None));
        };
        self.replies += 1;
        room.send(Submission::new(format!("reply-{}", self.replies), operation));
        ControlFlow::Continue(())
    }

    /// The question of a request that is about a remembered MCP call (14-5).
    fn mcp_question<'a>(&'a self, request: &'a UserInputRequest) -> Option<(&'a Question, &'a McpCall)> {
        let question = request.questions.iter().find(|question| self.mcp_questions.is_approval(question))?;
        Some((question, self.mcp_calls.get(&request.call_id)?))
    }
}

/// Ends when the one who asked no longer waits for the answer.
async fn abandoned<T>(responder: &mut Option<oneshot::Sender<T>>) {
    match responder {
        Some(responder) => responder.closed().await,
        None => std::future::pending().await,
    }
}
