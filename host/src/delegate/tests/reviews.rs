//! 14-5: approvals that an automatic reviewer decides.

use super::stage::{Answer, Asked, Session, Stage, command, soon};
use crate::delegate::*;
use async_trait::async_trait;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Decides as it was told, or never.
pub(super) struct TestReviewer {
    decision: Option<Option<Decision>>,
    seen: mpsc::UnboundedSender<(String, CancellationToken)>,
}

type Seen = Mutex<mpsc::UnboundedReceiver<(String, CancellationToken)>>;

impl TestReviewer {
    /// Gives this decision, or none, to every question; nobody looks at the questions.
    pub(super) fn that_says(decision: Option<Decision>) -> Self {
        Self { decision: Some(decision), seen: mpsc::unbounded_channel().0 }
    }
}

#[async_trait]
impl Reviewer for TestReviewer {
    async fn review(&self, review: Review<'_>, cancel: CancellationToken) -> Option<Decision> {
        let _ = self.seen.send((format!("{review:?}"), cancel));
        match &self.decision {
            Some(decision) => decision.clone(),
            None => std::future::pending().await,
        }
    }
}

fn reviewer(decision: Option<Option<Decision>>) -> (Stage, Seen) {
    let (seen, receiver) = mpsc::unbounded_channel();
    (Stage::reviewed_by(Arc::new(TestReviewer { decision, seen })), Mutex::new(receiver))
}

fn seen(seen: &Seen) -> Option<(String, CancellationToken)> {
    crate::driver::lock(seen).try_recv().ok()
}

fn call() -> McpCall {
    McpCall { call_id: "call-1".into(), server: "files".into(), tool: "write".into(), arguments: None }
}

fn question(id: &str, options: &[&str]) -> UserInputRequest {
    let options = options.iter().map(|&option| option.to_owned()).collect();
    UserInputRequest {
        call_id: "call-1".into(),
        questions: vec![Question { id: id.into(), text: "May it?".into(), options, is_secret: false }],
    }
}

const KNOWN: &str = "mcp_tool_call_approval_call-1";

async fn asks_about_a_call(session: &Session, id: &str, options: &[&str]) {
    session.say("event-0", EventKind::McpCallBegin { call: call(), content: 0 }).await;
    session.say("event-1", EventKind::UserInput(question(id, options))).await;
}

fn labels(operation: Operation<&str>) -> Vec<String> {
    let Operation::UserInputAnswer { event_id, answers: Answers(answers) } = operation else { panic!("{operation:?}") };
    assert_eq!(event_id, "event-1");
    answers.into_iter().flat_map(|(id, labels)| [id].into_iter().chain(labels)).collect()
}

#[tokio::test(start_paused = true)]
async fn r14_5_commands_and_patches_go_to_the_reviewer() {
    for (answer, expected) in
        [(Some(Decision::Approved), Decision::Approved), (Some(Decision::TimedOut), Decision::TimedOut), (None, Decision::Denied)]
    {
        let (mut stage, reviews) = reviewer(Some(answer));
        let (_delegate, mut session) = stage.start().await;
        session.say("event-1", EventKind::CommandApproval(command("call-1"))).await;
        let patch = PatchApproval { call_id: "call-2".into(), ..PatchApproval::default() };
        session.say("event-2", EventKind::PatchApproval(patch)).await;
        let (approval_id, event_id, decision) = ("call-1".into(), "event-1".into(), expected.clone());
        assert_eq!(session.told().await.unwrap().operation, Operation::CommandApproval { approval_id, event_id, decision });
        assert_eq!(seen(&reviews).unwrap().0, "Command(CommandApproval(call-1))");
        let (call_id, decision) = ("call-2".into(), expected);
        assert_eq!(session.told().await.unwrap().operation, Operation::PatchApproval { call_id, decision });
        let (patch, token) = seen(&reviews).unwrap();
        assert_eq!(patch, "Patch(PatchApproval(call-2, 0 files))");
        assert!(token.is_cancelled(), "whatever the reviewer still runs is no longer wanted");
        assert!(stage.questions.try_recv().is_err(), "the user is not asked");
    }
}

#[tokio::test(start_paused = true)]
async fn r14_5_the_reviewer_gets_a_child_token() {
    let (stage, reviews) = reviewer(None);
    let (delegate, mut session) = stage.start().await;
    session.say("event-1", EventKind::CommandApproval(command("call-1"))).await;
    super::stage::settle().await;
    let (_, token) = seen(&reviews).unwrap();
    assert!(!token.is_cancelled());
    delegate.cancel();
    soon(token.cancelled()).await;
    let reply = session.told().await.unwrap().operation;
    assert!(matches!(reply, Operation::CommandApproval { decision: Decision::Abort, .. }));
    assert_eq!(stage.resolved(), [Resolved::Command { approval_id: "call-1".into(), decision: Decision::Abort }]);
    assert!(!stage.cancel.is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn r14_5_a_reviewer_that_cancels_its_token_cancels_nothing_else() {
    let (stage, reviews) = reviewer(None);
    let (delegate, session) = stage.start().await;
    session.say("event-1", EventKind::CommandApproval(command("call-1"))).await;
    super::stage::settle().await;
    seen(&reviews).unwrap().1.cancel();
    super::stage::settle().await;
    assert!(!delegate.operations().is_closed() && !session.pipes.cancel.is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn r14_5_mcp_questions_are_answered_by_decision() {
    let policy = Decision::ApprovedWithPolicyChange(PolicyChange(vec!["x".into()]));
    let both: &[&str] = &["Allow", "Allow for this session", "Cancel"];
    let once: &[&str] = &["Allow", "Cancel"];
    for (decision, options, label) in [
        (Decision::ApprovedForSession, both, "Allow for this session"),
        (Decision::ApprovedForSession, once, "Allow"),
        (Decision::Approved, both, "Allow"),
        (policy, both, "Allow"),
        (Decision::Denied, both, "__codex_mcp_decline__"),
        (Decision::TimedOut, both, "__codex_mcp_decline__"),
        (Decision::Abort, both, "__codex_mcp_decline__"),
    ] {
        let (mut stage, reviews) = reviewer(Some(Some(decision)));
        let (_delegate, mut session) = stage.start().await;
        asks_about_a_call(&session, KNOWN, options).await;
        assert_eq!(labels(session.told().await.unwrap().operation), [KNOWN, label]);
        assert_eq!(seen(&reviews).unwrap().0, "McpCall(McpCall(call-1, files/write))");
        assert!(stage.questions.try_recv().is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn r14_5_everything_else_goes_to_the_user() {
    // An unknown question; a question about a call that ended; one that the reviewer leaves alone; no reviewer at all.
    let approve = Some(Some(Decision::Approved));
    for (decision, id, ended) in [
        (approve.clone(), "colour", false),
        (approve.clone(), "mcp_tool_call_approva", false),
        (approve, KNOWN, true),
        (Some(None), KNOWN, false),
    ] {
        let (mut stage, _reviews) = reviewer(decision);
        let (_delegate, mut session) = stage.start().await;
        session.say("event-0", EventKind::McpCallBegin { call: call(), content: 0 }).await;
        if ended {
            session.say("event-0", EventKind::McpCallEnd { call_id: "call-1".into(), content: 0 }).await;
        }
        session.say("event-1", EventKind::UserInput(question(id, &["Allow"]))).await;
        let asked = stage.question().await;
        assert!(matches!(asked.asked, Asked::User(turn, _) if turn == "turn-parent"));
        asked.answer.send(Answer::Answers(Answers([(id.into(), vec!["Cancel".into()])].into()))).unwrap();
        assert_eq!(labels(session.told().await.unwrap().operation), [id, "Cancel"]);
    }
    let mut stage = Stage::new();
    let (_delegate, session) = stage.start().await;
    asks_about_a_call(&session, KNOWN, &["Allow"]).await;
    assert!(matches!(stage.question().await.asked, Asked::User(..)));
}

#[tokio::test(start_paused = true)]
async fn r14_5_permissions_and_signatures_go_to_the_user_even_with_a_reviewer() {
    let (mut stage, reviews) = reviewer(Some(Some(Decision::Approved)));
    stage.options.signing = DelegateSigning::Ask;
    let (_delegate, session) = stage.start().await;
    session.say("event-1", EventKind::Permissions(PermissionsRequest::default())).await;
    drop(stage.question().await);
    let subject = super::stage::subject(&session);
    session.say("event-2", EventKind::Signing(SigningApproval::new("approval-1", subject))).await;
    assert!(matches!(stage.question().await.asked, Asked::Signing(..)));
    assert!(seen(&reviews).is_none());
}

#[tokio::test(start_paused = true)]
async fn r14_5_cancelling_a_review_of_an_mcp_call_declines_it() {
    let (stage, _reviews) = reviewer(None);
    let (_delegate, mut session) = stage.start().await;
    asks_about_a_call(&session, KNOWN, &["Allow"]).await;
    super::stage::settle().await;
    stage.cancel.cancel();
    assert_eq!(labels(session.told().await.unwrap().operation), [KNOWN, "__codex_mcp_decline__"]);
    assert_eq!(stage.resolved(), [Resolved::McpCall { call_id: "call-1".into(), decision: Decision::Abort }]);
}
