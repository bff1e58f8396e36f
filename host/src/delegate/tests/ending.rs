//! 14-9: interrupt, shutdown, drain for at most 500 ms.

use super::stage::{Stage, content, settle, soon};
use crate::delegate::*;
use std::time::Duration;
use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_millis(500);

#[tokio::test(start_paused = true)]
async fn r14_9_a_session_that_does_not_end_is_left_after_500_ms() {
    let stage = Stage::new();
    let (delegate, mut session) = stage.start().await;
    settle().await;
    let start = Instant::now();
    stage.cancel.cancel();
    assert_eq!(session.told().await.unwrap(), Submission::new("interrupt", Operation::Interrupt));
    assert_eq!(session.told().await.unwrap(), Submission::new("shutdown", Operation::Shutdown));
    soon(delegate.ended()).await;
    // Tokio rounds timers up to the next millisecond.
    assert!((PATIENCE..=PATIENCE + Duration::from_millis(1)).contains(&start.elapsed()));
    assert!(session.told().await.is_none() && session.pipes.events.is_closed());
}

#[tokio::test(start_paused = true)]
async fn r14_9_draining_ends_with_the_turn_or_the_session() {
    for kind in [Some(EventKind::TurnAborted(9)), Some(EventKind::TurnCompleted(9)), None] {
        let stage = Stage::new();
        let (delegate, mut session) = stage.start().await;
        settle().await;
        let start = Instant::now();
        stage.cancel.cancel();
        assert_eq!(session.told().await.unwrap().operation, Operation::Interrupt);
        session.say("turn", EventKind::Other(8)).await;
        match kind {
            Some(kind) => session.say("turn", kind).await,
            None => drop(session),
        }
        soon(delegate.ended()).await;
        assert_eq!(start.elapsed(), Duration::ZERO, "no waiting");
    }
}

#[tokio::test(start_paused = true)]
async fn r14_9_a_full_pipe_of_operations_delays_the_end_by_no_more_than_500_ms() {
    let stage = Stage::with_capacity(1);
    let (delegate, session) = stage.start().await;
    for _ in 0..3 {
        delegate.operations().submit("more", Operation::Other("more")).await.unwrap();
    }
    settle().await;
    let start = Instant::now();
    stage.cancel.cancel();
    soon(delegate.ended()).await;
    assert!((PATIENCE..=PATIENCE + Duration::from_millis(1)).contains(&start.elapsed()));
    assert!(session.pipes.events.is_closed());
}

#[tokio::test(start_paused = true)]
async fn r14_9_events_are_drained_while_the_operations_are_submitted() {
    // The session hears its interrupt only after it got rid of its events, and both pipes are full.
    let stage = Stage::with_capacity(1);
    let (delegate, mut session) = stage.start().await;
    for _ in 0..2 {
        delegate.operations().submit("more", Operation::Other("more")).await.unwrap();
    }
    settle().await;
    let working = tokio::spawn(async move {
        for number in 0..50 {
            session.say("turn", EventKind::Other(number)).await;
        }
        while let Some(submission) = session.told().await {
            if submission.operation == Operation::Shutdown {
                session.say("turn", EventKind::TurnAborted(0)).await;
                return true;
            }
        }
        false
    });
    settle().await;
    let start = Instant::now();
    stage.cancel.cancel();
    soon(delegate.ended()).await;
    assert!(start.elapsed() < PATIENCE);
    assert!(soon(working).await.unwrap(), "the session heard its shutdown");
}

#[tokio::test(start_paused = true)]
async fn r14_9_events_delivered_before_the_end_stay_readable() {
    let stage = Stage::new();
    let (mut delegate, session) = stage.start().await;
    for number in 0..100 {
        session.say("turn", EventKind::Other(number)).await;
    }
    settle().await;
    stage.cancel.cancel();
    session.say("turn", EventKind::TurnAborted(100)).await;
    soon(delegate.ended()).await;
    drop(session);
    for number in 0..100 {
        assert_eq!(content(&delegate.next_event().await.unwrap()), number);
    }
    assert!(delegate.next_event().await.is_none(), "what was drained is not delivered");
}

#[tokio::test(start_paused = true)]
async fn e67_r14_9_a_full_pipe_of_events_ends_in_time_and_its_event_stays_readable() {
    let stage = Stage::with_capacity(1);
    let (mut delegate, mut session) = stage.start().await;
    session.say("turn", EventKind::Other(1)).await;
    settle().await;
    let start = Instant::now();
    stage.cancel.cancel();
    assert_eq!(session.told().await.unwrap().operation, Operation::Interrupt);
    assert_eq!(session.told().await.unwrap().operation, Operation::Shutdown);
    soon(delegate.ended()).await;
    assert!(start.elapsed() <= Duration::from_millis(1000));
    assert_eq!(content(&delegate.next_event().await.unwrap()), 1);
    assert!(delegate.next_event().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn r14_9_no_operation_follows_the_shutdown() {
    for reader_leaves in [false, true] {
        let stage = Stage::with_capacity(1);
        let (delegate, mut session) = stage.start().await;
        let operations = delegate.operations();
        let submitting = tokio::spawn(async move { while operations.submit("more", Operation::Other("more")).await.is_ok() {} });
        settle().await;
        if reader_leaves {
            drop(delegate);
        } else {
            delegate.cancel();
        }
        let told = session.told_to_the_end().await;
        assert!(told.ends_with(&[Operation::Interrupt, Operation::Shutdown]), "{told:?}");
        soon(submitting).await.unwrap();
    }
}
