//! Events and operations of a delegate, and how it ends.

use super::names;
use crate::delegate::tests::stage::{self, Stage, TestDelegate, TestOperation, settle, soon};
use crate::delegate::*;
use crate::driver::lock;
use crate::provider::vectors::{Case, cases};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn r14_1_r14_2_vectors_of_events() {
    for case in cases("delegate-events").into_iter().filter(|case| case.input["events"].is_array()) {
        let stage = Stage::with_capacity(capacity(&case));
        let (mut delegate, session) = stage.start().await;
        let events: Vec<_> = names(&case.input["events"]);
        let saying = tokio::spawn(async move {
            for (place, name) in (0..).zip(&events) {
                session.say("turn", event(name, place)).await;
            }
        });
        let forwarded = forwarded(&mut delegate).await;
        soon(saying).await.unwrap();
        case.check(Ok(forwarded));
    }
}

#[tokio::test(start_paused = true)]
async fn r14_9_r14_10_r14_11_e67_vectors_of_ends() {
    for case in cases("delegate-events").into_iter().filter(|case| case.input["steps"].is_array()) {
        let found = played(&case).await;
        case.check(Ok(found));
    }
}

/// What the session was told, what came through, and when it ended.
async fn played(case: &Case) -> Value {
    let stage = Stage::with_capacity(capacity(case));
    let (mut delegate, session) = match case.input["one_shot"] == true {
        true => stage.one_shot(UserInput::text("go")).await,
        false => stage.start().await,
    };
    let SessionPipes { mut operations, events, .. } = session.pipes;
    let told = Arc::<Mutex<Vec<String>>>::default();
    let hears = told.clone();
    tokio::spawn(async move {
        while let Some(submission) = operations.recv().await {
            lock(&hears).push(told_as(submission));
        }
    });
    let (say, mut said) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(kind) = said.recv().await {
            let _ = events.send(Event::new("turn", kind)).await;
        }
    });
    let mut cancelled = None;
    for (place, step) in (0..).zip(case.input["steps"].as_array().unwrap()) {
        if step == "cancel" {
            settle().await;
            stage.cancel.cancel();
            cancelled = Some(Instant::now());
        } else if let Some(name) = step["say"].as_str() {
            say.send(event(name, place)).unwrap();
        } else {
            let submitted = delegate.operations().submit(step["submit"].as_str().unwrap(), Operation::Other("own")).await;
            assert_eq!(submitted.is_err(), case.input["one_shot"] == true, "{}", case.id);
        }
    }
    let mut found = json!({});
    if let Some(cancelled) = cancelled {
        soon(delegate.ended()).await;
        // Tokio rounds timers up to the next millisecond.
        let after_ms = cancelled.elapsed().as_millis();
        assert!(after_ms <= 501, "{}: {after_ms} ms", case.id);
        found["ended_after_ms"] = json!(u64::try_from(after_ms).unwrap().min(500));
    }
    found["forwarded"] = forwarded(&mut delegate).await;
    settle().await;
    if let Some(late) = case.input["then"]["submit"].as_str() {
        let refused = delegate.operations().submit(late, Operation::Other("own")).await.unwrap_err();
        found["then"] = json!(refused.code);
    }
    found["told"] = json!(*lock(&told));
    found
}

/// An operation by its name; the program's own by the id it was submitted with.
fn told_as(Submission { id, operation, .. }: Submission<&'static str>) -> String {
    match operation {
        TestOperation::Interrupt => "interrupt".into(),
        TestOperation::Shutdown => "shutdown".into(),
        TestOperation::UserInput(_) => "user-input".into(),
        TestOperation::Other(_) => id,
        other => panic!("{other:?} was not submitted"),
    }
}

/// Places and names of everything that can be read.
async fn forwarded(delegate: &mut TestDelegate) -> Value {
    let mut forwarded = Vec::new();
    while let Some(event) = soon(delegate.next_event()).await {
        forwarded.push(json!([stage::content(&event), event.kind.name()]));
    }
    Value::Array(forwarded)
}

fn capacity(case: &Case) -> usize {
    usize::try_from(case.input["capacity"].as_u64().unwrap_or(512)).unwrap()
}

/// An event by its name; `place` is what the program put into it.
fn event(name: &str, place: u32) -> EventKind<u32> {
    let call_id = "call-1".to_owned();
    match name {
        "token-count" => EventKind::TokenCount,
        "session-configured" => EventKind::SessionConfigured,
        "message-delta" => EventKind::MessageDelta,
        "reasoning-delta" => EventKind::ReasoningDelta,
        "thread-name-updated" => EventKind::ThreadNameUpdated,
        "mcp-call-begin" => {
            let call = McpCall { call_id, server: "files".into(), tool: "read".into(), arguments: None };
            EventKind::McpCallBegin { call, content: place }
        }
        "mcp-call-end" => EventKind::McpCallEnd { call_id, content: place },
        "mcp-elicitation" => EventKind::McpElicitation(place),
        "turn-completed" => EventKind::TurnCompleted(place),
        "turn-aborted" => EventKind::TurnAborted(place),
        "other" => EventKind::Other(place),
        _ => panic!("{name} is no event"),
    }
}
