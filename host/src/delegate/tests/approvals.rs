//! Third table: what is asked of the parent, what the delegate gets, on an answer, on cancelling and on none. 14-3, 14-4.

use super::stage::{Answer, Asked, Session, Stage, TestOperation, command, settle, soon, subject};
use crate::delegate::*;

/// One row of the table.
struct Row {
    event: EventKind<u32>,
    asked: Asked,
    answer: Answer,
    reply: TestOperation,
    no_answer: TestOperation,
    on_cancel: TestOperation,
    resolved: Resolved,
}

fn command_row(approval_id: Option<&str>) -> Row {
    let request = CommandApproval {
        approval_id: approval_id.map(Into::into),
        environment: Some("container".into()),
        reason: Some("needs the list".into()),
        network: Some(NetworkContext { host: "example.com".into(), protocol: "https".into() }),
        policy_change: Some(PolicyChange(vec!["ls".into()])),
        ..command("call-1")
    };
    let approval_id = approval_id.unwrap_or("call-1").to_owned();
    let reply = |decision| Operation::CommandApproval { approval_id: approval_id.clone(), event_id: "event-1".into(), decision };
    Row {
        asked: Asked::Command(request.clone()),
        event: EventKind::CommandApproval(request),
        answer: Answer::Decision(Decision::ApprovedForSession),
        reply: reply(Decision::ApprovedForSession),
        no_answer: reply(Decision::Denied),
        on_cancel: reply(Decision::Abort),
        resolved: Resolved::Command { approval_id: approval_id.clone(), decision: Decision::Abort },
    }
}

fn patch_row() -> Row {
    let request = PatchApproval {
        call_id: "call-2".into(),
        changes: [("/a".into(), FileChange::Add { content: "text".into() })].into(),
        reason: Some("a new file".into()),
        grant_root: Some("/".into()),
    };
    let reply = |decision| Operation::PatchApproval { call_id: "call-2".into(), decision };
    Row {
        asked: Asked::Patch(request.clone()),
        event: EventKind::PatchApproval(request),
        answer: Answer::Decision(Decision::Approved),
        reply: reply(Decision::Approved),
        no_answer: reply(Decision::Denied),
        on_cancel: reply(Decision::Abort),
        resolved: Resolved::Patch { call_id: "call-2".into(), decision: Decision::Abort },
    }
}

fn permissions_row(cwd: Option<&str>) -> Row {
    let permissions = Permissions { network: true, ..Permissions::default() };
    let request =
        PermissionsRequest { call_id: "call-3".into(), cwd: cwd.map(Into::into), permissions: permissions.clone(), ..Default::default() };
    let grant = Grant { permissions, scope: GrantScope::Session, strict: true };
    let reply = |grant| Operation::Permissions { call_id: "call-3".into(), grant };
    let nothing = Grant { permissions: Permissions::default(), scope: GrantScope::Turn, strict: false };
    Row {
        asked: Asked::Permissions(request.clone(), cwd.unwrap_or("/parent").into()),
        event: EventKind::Permissions(request),
        answer: Answer::Grant(grant.clone()),
        reply: reply(grant),
        no_answer: reply(nothing.clone()),
        on_cancel: reply(nothing.clone()),
        resolved: Resolved::Permissions { call_id: "call-3".into(), grant: nothing },
    }
}

fn user_input_row() -> Row {
    let question = Question { id: "colour".into(), text: "Which?".into(), ..Question::default() };
    let request = UserInputRequest { call_id: "call-4".into(), questions: vec![question] };
    let answers = Answers([("colour".into(), vec!["blue".into()])].into());
    let reply = |answers| Operation::UserInputAnswer { event_id: "event-1".into(), answers };
    Row {
        asked: Asked::User("turn-parent".into(), request.clone()),
        event: EventKind::UserInput(request),
        answer: Answer::Answers(answers.clone()),
        reply: reply(answers),
        no_answer: reply(Answers::default()),
        on_cancel: reply(Answers::default()),
        resolved: Resolved::UserInput { turn_id: "turn-parent".into(), call_id: "call-4".into(), answers: Answers::default() },
    }
}

/// A question of a session that does not ask through its gate.
fn signing_row(session: &Session) -> Row {
    let reply = |decision| Operation::SigningApproval { approval_id: "approval-5".into(), decision };
    Row {
        asked: Asked::Signing("approval-5".into(), subject(session)),
        event: EventKind::Signing(SigningApproval::new("approval-5", subject(session))),
        answer: Answer::Decision(Decision::Approved),
        reply: reply(Decision::Approved),
        no_answer: reply(Decision::Denied),
        on_cancel: reply(Decision::Abort),
        resolved: Resolved::Signing { approval_id: "approval-5".into(), decision: Decision::Abort },
    }
}

/// The rows, each for a session of its own.
const ROWS: [fn(&Session) -> Row; 7] = [
    |_| command_row(None),
    |_| command_row(Some("approval-1")),
    |_| patch_row(),
    |_| permissions_row(None),
    |_| permissions_row(Some("/child")),
    |_| user_input_row(),
    signing_row,
];

fn asking_stage() -> Stage {
    Stage::signing(DelegateSigning::Ask)
}

#[tokio::test(start_paused = true)]
async fn r14_questions_are_answered_through_the_parent_and_never_forwarded() {
    for row in ROWS {
        let mut stage = asking_stage();
        let (mut delegate, mut session) = stage.start().await;
        let row = row(&session);
        session.say("event-1", row.event).await;
        let question = stage.question().await;
        assert_eq!(question.asked, row.asked);
        question.answer.send(row.answer).unwrap();
        assert_eq!(session.told().await.unwrap().operation, row.reply);
        assert_eq!(stage.resolved(), [], "the parent settled it itself");
        drop(session);
        assert!(soon(delegate.next_event()).await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn r14_no_answer_is_the_reply_of_the_last_column() {
    for row in ROWS {
        let mut stage = asking_stage();
        let (_delegate, mut session) = stage.start().await;
        let row = row(&session);
        session.say("event-1", row.event).await;
        drop(stage.question().await);
        assert_eq!(session.told().await.unwrap().operation, row.no_answer);
    }
}

#[tokio::test(start_paused = true)]
async fn r14_4_on_cancel_the_parents_question_is_settled_and_then_the_delegate_gets_the_same() {
    for row in ROWS {
        let mut stage = asking_stage();
        let (_delegate, mut session) = stage.start().await;
        let row = row(&session);
        session.say("event-1", row.event).await;
        let mut question = stage.question().await;
        stage.cancel.cancel();
        assert_eq!(session.told().await.unwrap().operation, row.on_cancel);
        assert_eq!(stage.resolved(), [row.resolved]);
        soon(question.answer.closed()).await;
        assert_eq!(session.told().await.unwrap().operation, Operation::Interrupt);
        assert_eq!(session.told().await.unwrap().operation, Operation::Shutdown);
    }
}

#[tokio::test(start_paused = true)]
async fn r14_4_the_parents_question_is_settled_before_the_delegate_hears_of_it() {
    let mut stage = Stage::new();
    let (delegate, mut session) = stage.start().await;
    session.say("event-1", EventKind::CommandApproval(command("call-1"))).await;
    let _question = stage.question().await;
    delegate.cancel();
    while stage.resolved().is_empty() {
        assert!(session.pipes.operations.try_recv().is_err());
        tokio::task::yield_now().await;
    }
    assert!(matches!(session.told().await.unwrap().operation, Operation::CommandApproval { .. }));
}

#[tokio::test(start_paused = true)]
async fn r14_3_cancellation_wins_over_an_answer_that_is_ready_too() {
    for cancel_first in [true, false] {
        for row in ROWS {
            let mut stage = asking_stage();
            let (_delegate, mut session) = stage.start().await;
            let row = row(&session);
            session.say("event-1", row.event).await;
            let question = stage.question().await;
            // Nothing else runs between these two.
            if cancel_first {
                stage.cancel.cancel();
                question.answer.send(row.answer).unwrap();
            } else {
                question.answer.send(row.answer).unwrap();
                stage.cancel.cancel();
            }
            assert_eq!(session.told().await.unwrap().operation, row.on_cancel);
            assert_eq!(stage.resolved(), [row.resolved]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn r14_3_an_answer_that_found_no_room_before_the_cancellation_is_withdrawn() {
    for row in ROWS {
        let mut stage = asking_stage();
        stage.options.capacity = 1;
        let (delegate, mut session) = stage.start().await;
        let row = row(&session);
        delegate.operations().submit("fills the pipe", Operation::Other("x")).await.unwrap();
        settle().await;
        session.say("event-1", row.event).await;
        stage.question().await.answer.send(row.answer).unwrap();
        settle().await;
        stage.cancel.cancel();
        settle().await;
        assert_eq!(session.told_to_the_end().await, [Operation::Other("x"), row.on_cancel, Operation::Interrupt, Operation::Shutdown]);
    }
}

#[tokio::test(start_paused = true)]
async fn r14_a_question_that_nobody_will_read_the_outcome_of_is_taken_back() {
    let mut stage = Stage::new();
    let (delegate, mut session) = stage.start().await;
    session.say("event-1", EventKind::CommandApproval(command("call-1"))).await;
    let mut question = stage.question().await;
    drop(delegate);
    soon(question.answer.closed()).await;
    assert_eq!(stage.resolved(), [Resolved::Command { approval_id: "call-1".into(), decision: Decision::Abort }]);
    let told = session.told_to_the_end().await;
    assert!(matches!(told.first(), Some(Operation::CommandApproval { decision: Decision::Abort, .. })));
}

#[tokio::test(start_paused = true)]
async fn r14_a_question_that_is_found_while_winding_down_gets_the_reply_on_cancel_without_being_asked() {
    for row in ROWS {
        let mut stage = asking_stage();
        let (_delegate, mut session) = stage.start().await;
        let row = row(&session);
        // In the pipe at the moment of cancelling.
        session.pipes.events.try_send(Event::new("event-1", row.event)).unwrap();
        stage.cancel.cancel();
        let told = session.told_to_the_end().await;
        assert_eq!(told, [Operation::Interrupt, Operation::Shutdown, row.on_cancel]);
        assert!(stage.questions.try_recv().is_err());
    }
}
