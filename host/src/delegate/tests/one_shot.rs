//! 14-11.

use super::stage::{Stage, content, context, settle, soon};
use crate::Error;
use crate::delegate::*;
use crate::driver::lock;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn r14_11_the_input_is_submitted_at_once_without_extras() {
    let stage = Stage::new();
    let input = UserInput { extras: [("cell".into(), "7".into())].into(), output_schema: Some("{}".into()), ..UserInput::text("go") };
    let (_delegate, mut session) = stage.one_shot(input.clone()).await;
    let submission = session.pipes.operations.try_recv().unwrap();
    assert_eq!(submission.id.len(), 36, "the turn's own id");
    let expected = Operation::UserInput(UserInput { extras: [].into(), ..input });
    assert!(submission.operation == expected);
}

#[tokio::test(start_paused = true)]
async fn r14_11_the_operation_pipe_is_closed_from_the_start() {
    let stage = Stage::new();
    let (delegate, _session) = stage.one_shot(UserInput::text("go")).await;
    assert!(delegate.operations().is_closed());
    assert_eq!(delegate.submit(Operation::Interrupt).await.unwrap_err().code, "delegate-closed");
}

#[tokio::test(start_paused = true)]
async fn r14_11_the_end_of_the_turn_is_forwarded_then_the_session_is_shut_down() {
    for end in [EventKind::TurnCompleted(2), EventKind::TurnAborted(2)] {
        let stage = Stage::new();
        let (mut delegate, mut session) = stage.one_shot(UserInput::text("go")).await;
        let turn = session.told().await.unwrap().id;
        session.say(&turn, EventKind::Other(1)).await;
        session.say(&turn, end).await;
        session.say(&turn, EventKind::Other(3)).await;
        assert_eq!(session.told().await.unwrap(), Submission::new("shutdown", Operation::Shutdown));
        soon(session.pipes.cancel.cancelled()).await;
        assert!(!stage.cancel.is_cancelled(), "its own child token");
        assert_eq!(content(&delegate.next_event().await.unwrap()), 1);
        assert_eq!(content(&delegate.next_event().await.unwrap()), 2);
        let start = Instant::now();
        assert!(delegate.next_event().await.is_none());
        assert_eq!(start.elapsed(), Duration::ZERO, "the reader does not wait for the session");
        assert!(session.told().await.is_none(), "told nothing else");
        soon(delegate.ended()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn r14_11_the_token_is_cancelled_after_the_shutdown_was_submitted() {
    let stage = Stage::with_capacity(1);
    let (_delegate, mut session) = stage.one_shot(UserInput::text("go")).await;
    // The input still fills the pipe.
    session.say("turn", EventKind::TurnCompleted(1)).await;
    settle().await;
    assert!(!session.pipes.cancel.is_cancelled());
    assert!(matches!(session.told().await.unwrap().operation, Operation::UserInput(_)));
    settle().await;
    assert!(session.pipes.cancel.is_cancelled());
    assert_eq!(session.told().await.unwrap().id, "shutdown");
}

#[tokio::test(start_paused = true)]
async fn r14_11_a_full_pipe_holds_the_end_of_the_turn_back_and_loses_nothing() {
    let stage = Stage::with_capacity(1);
    let (mut delegate, session) = stage.one_shot(UserInput::text("go")).await;
    tokio::spawn(async move {
        for number in 0..20 {
            session.say("turn", EventKind::Other(number)).await;
        }
        session.say("turn", EventKind::TurnCompleted(20)).await;
    });
    for number in 0..=20 {
        settle().await;
        assert_eq!(content(&soon(delegate.next_event()).await.unwrap()), number);
    }
    assert!(soon(delegate.next_event()).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn r14_11_questions_are_answered_and_cancelling_ends_it_as_any_other() {
    let mut stage = Stage::new();
    let (delegate, mut session) = stage.one_shot(UserInput::text("go")).await;
    session.told().await.unwrap();
    session.say("turn", EventKind::CommandApproval(super::stage::command("call-1"))).await;
    stage.question().await.answer.send(super::stage::Answer::Decision(Decision::Approved)).unwrap();
    assert!(matches!(session.told().await.unwrap().operation, Operation::CommandApproval { decision: Decision::Approved, .. }));
    stage.cancel.cancel();
    assert_eq!(session.told_to_the_end().await, [Operation::Interrupt, Operation::Shutdown]);
    soon(delegate.ended()).await;
}

#[tokio::test(start_paused = true)]
async fn r14_11_a_session_that_takes_no_input_fails_the_start() {
    let stage = Stage::new();
    let open = async |_: DelegateContext<_>, _: SessionPipes<u32, ()>| -> Result<(), Error> { Ok(()) };
    let input = UserInput::text("go");
    let started = Delegate::one_shot(stage.parent.clone(), context(), stage.options.clone(), &stage.cancel, input, open).await;
    assert_eq!(started.unwrap_err().code, "delegate-closed");
    assert!(lock(&stage.parent.started).is_empty());
}
