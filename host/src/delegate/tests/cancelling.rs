//! 14-8: which way cancelling goes.

use super::stage::{Stage, settle, soon};
use crate::delegate::*;

#[tokio::test(start_paused = true)]
async fn r14_8_cancelling_the_parent_ends_every_delegate_and_what_they_started() {
    let stage = Stage::new();
    let (one, mut session) = stage.start().await;
    let (other, _other_session) = stage.start().await;
    stage.cancel.cancel();
    assert_eq!(session.told_to_the_end().await, [Operation::Interrupt, Operation::Shutdown]);
    assert!(session.pipes.cancel.is_cancelled());
    for delegate in [one, other] {
        soon(delegate.ended()).await;
        assert_eq!(delegate.submit(Operation::Interrupt).await.unwrap_err().code, "delegate-closed");
    }
}

#[tokio::test(start_paused = true)]
async fn r14_8_cancelling_a_delegate_cancels_neither_the_parent_nor_another_delegate() {
    let stage = Stage::new();
    let (one, _session) = stage.start().await;
    let (other, mut other_session) = stage.start().await;
    one.cancel();
    soon(one.ended()).await;
    settle().await;
    assert!(!stage.cancel.is_cancelled());
    assert!(!other_session.pipes.cancel.is_cancelled());
    other.operations().submit("still", Operation::Other("here")).await.unwrap();
    assert_eq!(other_session.told().await.unwrap().id, "still");
}

#[tokio::test(start_paused = true)]
async fn r14_8_a_session_cannot_cancel_its_delegate_by_the_token_it_was_given() {
    let stage = Stage::new();
    let (delegate, session) = stage.start().await;
    session.pipes.cancel.cancel();
    settle().await;
    assert!(!delegate.operations().is_closed() && !stage.cancel.is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn r14_8_grandchildren_end_with_the_delegate() {
    let stage = Stage::new();
    let (delegate, session) = stage.start().await;
    let mut below = Stage::new();
    below.cancel = session.pipes.cancel.clone();
    let (grandchild, mut its_session) = below.start().await;
    delegate.cancel();
    assert_eq!(its_session.told_to_the_end().await, [Operation::Interrupt, Operation::Shutdown]);
    soon(grandchild.ended()).await;
}

#[tokio::test(start_paused = true)]
async fn r14_8_what_a_session_started_ends_with_a_session_that_ends_by_itself() {
    let stage = Stage::new();
    let (mut delegate, session) = stage.start().await;
    let token = session.pipes.cancel.clone();
    drop(session);
    assert!(soon(delegate.next_event()).await.is_none());
    soon(delegate.ended()).await;
    soon(token.cancelled()).await;
}

#[tokio::test(start_paused = true)]
async fn a_parent_that_panics_ends_its_delegate_and_nothing_hangs() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (mut delegate, session) = stage.start().await;
    session.say("event-1", EventKind::Permissions(PermissionsRequest::default())).await;
    let question = stage.question().await;
    // The test's parent panics at an answer of the wrong kind.
    question.answer.send(super::stage::Answer::Decision(Decision::Approved)).unwrap();
    assert!(soon(delegate.next_event()).await.is_none());
    soon(delegate.ended()).await;
    let request = SigningRequest::new(super::stage::subject(&session));
    assert_eq!(soon(session.pipes.signing.admit(&request)).await.unwrap_err().code, "approval-cancelled");
    assert!(session.pipes.events.is_closed());
}
