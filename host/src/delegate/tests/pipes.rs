//! 14-1, 14-2, 14-10 and the second table: what goes through, in which order, and what happens when a pipe is full.

use super::stage::{Answer, Stage, command, content, context, settle, soon};
use crate::Error;
use crate::delegate::*;
use crate::driver::lock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn r14_1_the_start_is_cancellable_and_nothing_is_left_of_it() {
    let stage = Stage::new();
    let (taken, mut kept) = tokio::sync::mpsc::channel(1);
    let starting = {
        let (parent, options, cancel) = (stage.parent.clone(), stage.options.clone(), stage.cancel.clone());
        tokio::spawn(async move {
            let open = async |_: DelegateContext<_>, pipes: SessionPipes<u32, ()>| -> Result<(), Error> {
                taken.send(pipes).await.unwrap();
                std::future::pending().await
            };
            Delegate::start(parent, context(), options, &cancel, open).await
        })
    };
    let mut pipes = kept.recv().await.unwrap();
    stage.cancel.cancel();
    assert_eq!(soon(starting).await.unwrap().unwrap_err().code, "cancelled");
    assert!(pipes.operations.recv().await.is_none());
    assert!(pipes.events.is_closed() && pipes.cancel.is_cancelled());
    assert!(lock(&stage.parent.started).is_empty(), "what did not start is not announced");
}

#[tokio::test(start_paused = true)]
async fn r14_1_a_start_that_is_cancelled_already_opens_nothing() {
    let stage = Stage::new();
    stage.cancel.cancel();
    let open = async |_: DelegateContext<_>, _: SessionPipes<u32, ()>| -> Result<(), Error> { panic!("opened") };
    let started = Delegate::start(stage.parent.clone(), context(), stage.options.clone(), &stage.cancel, open).await;
    assert_eq!(started.unwrap_err().code, "cancelled");
}

#[tokio::test(start_paused = true)]
async fn r14_1_a_session_that_does_not_open_fails_the_start_with_its_error() {
    let stage = Stage::new();
    let mut token = None;
    let open = async |_: DelegateContext<_>, pipes: SessionPipes<u32, ()>| -> Result<(), Error> {
        token = Some(pipes.cancel);
        Err(Error::config("no model"))
    };
    let started = Delegate::start(stage.parent.clone(), context(), stage.options.clone(), &stage.cancel, open).await;
    assert_eq!(started.unwrap_err().message, "no model");
    assert!(token.unwrap().is_cancelled(), "what the session had started already ends");
    assert!(lock(&stage.parent.started).is_empty());
}

#[tokio::test(start_paused = true)]
async fn r14_1_the_start_is_announced_with_session_thread_and_parent() {
    let stage = Stage::new();
    let (delegate, session) = stage.start().await;
    let expected = SubagentStarted {
        session_id: "session-1".into(),
        thread_id: session.context.lineage.thread_id.clone(),
        parent_thread_id: "thread-parent".into(),
    };
    assert_eq!(*lock(&stage.parent.started), [expected]);
    assert_eq!(*delegate.lineage(), session.context.lineage);
}

#[tokio::test(start_paused = true)]
async fn r14_1_capacity_is_512_and_checked() {
    assert_eq!(DelegateOptions::default().capacity, 512);
    for capacity in [0, 65537] {
        let stage = Stage::with_capacity(capacity);
        let open = async |_: DelegateContext<_>, _: SessionPipes<u32, ()>| Ok(());
        let started = Delegate::start(stage.parent.clone(), context(), stage.options.clone(), &stage.cancel, open).await;
        assert_eq!(started.unwrap_err().code, "config-invalid");
    }
}

#[tokio::test(start_paused = true)]
async fn r14_1_a_full_pipe_blocks_its_producer_and_nothing_is_dropped() {
    for capacity in [1, 2, 512] {
        let stage = Stage::with_capacity(capacity);
        let (mut delegate, session) = stage.start().await;
        let said = Arc::new(AtomicU32::new(0));
        let count = said.clone();
        tokio::spawn(async move {
            for number in 0..2000 {
                session.say("turn", EventKind::Other(number)).await;
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        settle().await;
        let most = u32::try_from(2 * capacity + 1).unwrap();
        assert_eq!(said.load(Ordering::SeqCst), most, "two pipes and the event in between");
        for number in 0..2000 {
            assert_eq!(content(&soon(delegate.next_event()).await.unwrap()), number);
        }
        assert!(soon(delegate.next_event()).await.is_none(), "the session ended");
        soon(delegate.ended()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn r14_1_a_full_pipe_of_operations_blocks_the_caller() {
    let stage = Stage::with_capacity(2);
    let (delegate, mut session) = stage.start().await;
    let submitted = Arc::new(AtomicU32::new(0));
    let (count, operations) = (submitted.clone(), delegate.operations());
    tokio::spawn(async move {
        for number in 0..100 {
            operations.submit(number.to_string(), Operation::Other("go")).await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    settle().await;
    assert_eq!(submitted.load(Ordering::SeqCst), 5);
    for number in 0..100 {
        assert_eq!(session.told().await.unwrap(), Submission::new(number.to_string(), Operation::Other("go")));
    }
}

#[tokio::test(start_paused = true)]
async fn r14_events_of_the_first_row_are_swallowed_and_the_others_forwarded_unchanged_in_order() {
    let stage = Stage::new();
    let (mut delegate, session) = stage.start().await;
    let call = McpCall { call_id: "call-1".into(), server: "files".into(), tool: "read".into(), arguments: Some("{}".into()) };
    for kind in [
        EventKind::SessionConfigured,
        EventKind::Other(1),
        EventKind::TokenCount,
        EventKind::McpCallBegin { call: call.clone(), content: 2 },
        EventKind::MessageDelta,
        EventKind::ReasoningDelta,
        EventKind::McpElicitation(3),
        EventKind::ThreadNameUpdated,
        EventKind::McpCallEnd { call_id: "call-1".into(), content: 4 },
        EventKind::TurnAborted(5),
        EventKind::TurnCompleted(6),
        EventKind::Other(7),
    ] {
        session.say("turn-9", kind).await;
    }
    drop(session);
    let mut seen = Vec::new();
    while let Some(event) = soon(delegate.next_event()).await {
        assert_eq!(event.id, "turn-9");
        if let EventKind::McpCallBegin { call: forwarded, .. } = &event.kind {
            assert!(*forwarded == call);
        }
        seen.push((event.kind.name(), content(&event)));
    }
    let expected = [
        ("other", 1),
        ("mcp-call-begin", 2),
        ("mcp-elicitation", 3),
        ("mcp-call-end", 4),
        ("turn-aborted", 5),
        ("turn-completed", 6),
        ("other", 7),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn r14_2_questions_are_awaited_in_line_so_later_events_wait() {
    let mut stage = Stage::new();
    let (mut delegate, mut session) = stage.start().await;
    session.say("turn", EventKind::Other(1)).await;
    session.say("turn", EventKind::CommandApproval(command("call-1"))).await;
    session.say("turn", EventKind::CommandApproval(command("call-2"))).await;
    session.say("turn", EventKind::Other(2)).await;
    assert_eq!(content(&delegate.next_event().await.unwrap()), 1);
    let question = stage.question().await;
    settle().await;
    assert!(stage.questions.try_recv().is_err(), "one question at a time");
    assert!(tokio::time::timeout(Duration::from_secs(9), delegate.next_event()).await.is_err(), "a later event went ahead");
    question.answer.send(Answer::Decision(Decision::Approved)).unwrap();
    stage.question().await.answer.send(Answer::Decision(Decision::Denied)).unwrap();
    assert_eq!(content(&soon(delegate.next_event()).await.unwrap()), 2);
    assert!(matches!(session.told().await.unwrap().operation, Operation::CommandApproval { decision: Decision::Approved, .. }));
    assert!(matches!(session.told().await.unwrap().operation, Operation::CommandApproval { decision: Decision::Denied, .. }));
}

#[tokio::test(start_paused = true)]
async fn r14_2_a_forward_that_fails_shuts_the_session_down() {
    let stage = Stage::new();
    let (delegate, mut session) = stage.start().await;
    let operations = delegate.operations();
    drop(delegate);
    assert_eq!(session.told_to_the_end().await, [Operation::Interrupt, Operation::Shutdown]);
    assert!(session.pipes.events.is_closed());
    assert_eq!(operations.submit("late", Operation::Interrupt).await.unwrap_err().code, "delegate-closed");
}

#[tokio::test(start_paused = true)]
async fn r14_2_a_forward_that_is_cancelled_shuts_the_session_down() {
    let stage = Stage::with_capacity(1);
    let (mut delegate, mut session) = stage.start().await;
    session.say("turn", EventKind::Other(1)).await;
    session.say("turn", EventKind::Other(2)).await;
    session.say("turn", EventKind::Other(3)).await;
    settle().await;
    stage.cancel.cancel();
    assert_eq!(session.told().await.unwrap().operation, Operation::Interrupt);
    assert_eq!(session.told().await.unwrap().operation, Operation::Shutdown);
    soon(delegate.ended()).await;
    assert_eq!(content(&soon(delegate.next_event()).await.unwrap()), 1, "delivered before");
    assert!(delegate.next_event().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn r14_10_operations_keep_their_submission_ids_and_order() {
    let stage = Stage::new();
    let (delegate, mut session) = stage.start().await;
    delegate.operations().submit("first", Operation::UserInput(UserInput::text("hello"))).await.unwrap();
    let id = delegate.submit(Operation::Interrupt).await.unwrap();
    delegate.operations().submit("third", Operation::Other("own")).await.unwrap();
    assert_eq!(id.len(), 36);
    assert_eq!(session.told().await.unwrap(), Submission::new("first", Operation::UserInput(UserInput::text("hello"))));
    assert_eq!(session.told().await.unwrap(), Submission::new(id, Operation::Interrupt));
    assert_eq!(session.told().await.unwrap(), Submission::new("third", Operation::Other("own")));
}

#[tokio::test(start_paused = true)]
async fn r14_10_operations_end_with_the_delegate_or_with_a_closed_pipe() {
    // Cancelled.
    let stage = Stage::new();
    let (delegate, session) = stage.start().await;
    delegate.cancel();
    soon(delegate.ended()).await;
    assert_eq!(delegate.submit(Operation::Interrupt).await.unwrap_err().code, "delegate-closed");
    assert!(delegate.operations().is_closed());
    drop(session);
    // The session takes no more.
    let (delegate, mut session) = stage_of_its_own().await;
    session.pipes.operations.close();
    let _ = delegate.submit(Operation::Interrupt).await;
    settle().await;
    assert_eq!(delegate.submit(Operation::Interrupt).await.unwrap_err().code, "delegate-closed");
}

#[tokio::test(start_paused = true)]
async fn r14_10_a_caller_blocked_by_a_full_pipe_is_released_by_cancelling() {
    let stage = Stage::with_capacity(1);
    let (delegate, _session) = stage.start().await;
    let operations = delegate.operations();
    let blocked = tokio::spawn(async move {
        loop {
            if let Err(error) = operations.submit("more", Operation::Other("more")).await {
                return error;
            }
        }
    });
    settle().await;
    assert!(!blocked.is_finished());
    stage.cancel.cancel();
    assert_eq!(soon(blocked).await.unwrap().code, "delegate-closed");
}

async fn stage_of_its_own() -> (super::stage::TestDelegate, super::stage::Session) {
    Stage::new().start().await
}
