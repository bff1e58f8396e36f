//! Cases of `tests/vectors/metadata`: events, approvals, signatures.

use super::stage::{Answer, Session, Stage, TestOperation, command, settle, soon, subject};
use crate::delegate::*;
use crate::provider::vectors::{Case, cases};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

#[tokio::test(start_paused = true)]
async fn r14_1_r14_2_r14_10_vectors_of_events() {
    for case in cases("delegate-events") {
        let stage = Stage::with_capacity(usize::try_from(case.input["capacity"].as_u64().unwrap_or(512)).unwrap());
        let (mut delegate, session) = stage.start().await;
        let events: Vec<_> = names(&case.input["events"]);
        let saying = tokio::spawn(async move {
            for (place, name) in (0..).zip(&events) {
                session.say("turn", event(name, place)).await;
            }
        });
        let mut forwarded = Vec::new();
        while let Some(event) = soon(delegate.next_event()).await {
            forwarded.push(json!([super::stage::content(&event), event.kind.name()]));
        }
        soon(saying).await.unwrap();
        case.check(Ok(Value::Array(forwarded)));
    }
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

#[tokio::test(start_paused = true)]
async fn r14_3_r14_4_vectors_of_approvals() {
    for case in cases("delegate-approvals") {
        let mut stage = Stage::signing(DelegateSigning::Ask);
        let (_delegate, mut session) = stage.start().await;
        session.say("event-1", question(&case.text("question").unwrap(), &session)).await;
        let mut asked = Some(stage.question().await);
        for then in names(&case.input["then"]) {
            match (then.as_str(), asked.take()) {
                ("cancel", waiting) => {
                    stage.cancel.cancel();
                    asked = waiting;
                }
                ("no-answer", waiting) => drop(waiting),
                (answered, waiting) => waiting.unwrap().answer.send(answer(answered)).unwrap(),
            }
        }
        let told = session.told().await.unwrap().operation;
        settle().await;
        case.check(Ok(json!({"reply": reply(&told), "settled_for_the_parent": !stage.resolved().is_empty()})));
    }
}

fn question(name: &str, session: &Session) -> EventKind<u32> {
    match name {
        "command" => EventKind::CommandApproval(command("call-1")),
        "patch" => {
            let call_id = "call-1".into();
            EventKind::PatchApproval(PatchApproval { call_id, changes: BTreeMap::new(), reason: None, grant_root: None })
        }
        "permissions" => EventKind::Permissions(PermissionsRequest { call_id: "call-1".into(), ..Default::default() }),
        "user-input" => EventKind::UserInput(UserInputRequest { call_id: "call-1".into(), questions: Vec::new() }),
        "signing" => EventKind::Signing(SigningApproval::new("own", subject(session))),
        _ => panic!("{name} is no question"),
    }
}

fn answer(text: &str) -> Answer {
    match text {
        "grant" => Answer::Grant(Grant {
            permissions: Permissions { network: true, ..Permissions::default() },
            scope: GrantScope::Session,
            strict: true,
        }),
        "answers" => Answer::Answers(Answers([("colour".into(), vec!["blue".into()])].into())),
        decision => Answer::Decision(parsed(decision)),
    }
}

fn reply(operation: &TestOperation) -> &'static str {
    let nothing = Grant { permissions: Permissions::default(), scope: GrantScope::Turn, strict: false };
    match operation {
        Operation::CommandApproval { decision, .. } | Operation::PatchApproval { decision, .. } => name(decision),
        Operation::SigningApproval { decision, .. } => name(decision),
        Operation::Permissions { grant, .. } => {
            if *grant == nothing {
                "empty-grant"
            } else {
                "grant"
            }
        }
        Operation::UserInputAnswer { answers, .. } => {
            if *answers == Answers::default() {
                "empty-answers"
            } else {
                "answers"
            }
        }
        _ => "another operation",
    }
}

#[tokio::test(start_paused = true)]
async fn r14_6_r14_7_vectors_of_signatures() {
    for case in cases("delegate-signing") {
        let mode = case.text("setting").unwrap().parse().unwrap();
        let found = signatures(mode, &case).await;
        case.check(Ok(Value::Array(found)));
    }
}

/// What becomes of each request: whether the parent was asked, and how it ended.
async fn signatures(mode: DelegateSigning, case: &Case) -> Vec<Value> {
    let mut stage = Stage::signing(mode);
    let (delegate, session) = stage.start().await;
    let (_sibling, its_session) = stage.start().await;
    let below = Stage::new();
    let (_grandchild, session_below) = below.start().await;
    let gates = Gates::of(session.pipes.signing.clone()).below(session_below.pipes.signing.clone());
    let gates = BTreeMap::from([
        ("delegate", (Gates::of(session.pipes.signing.clone()), subject(&session))),
        ("sibling", (Gates::of(its_session.pipes.signing.clone()), subject(&its_session))),
        ("grandchild", (gates, subject(&session_below))),
    ]);
    let mut requests: BTreeMap<String, Arc<SigningRequest>> = BTreeMap::new();
    let mut found = Vec::new();
    for step in case.input["steps"].as_array().unwrap() {
        if step == "delegate ends" {
            delegate.cancel();
            soon(delegate.ended()).await;
            continue;
        }
        let (gate, subject) = &gates[step["by"].as_str().unwrap()];
        let request = requests.entry(step["request"].as_str().unwrap().to_owned());
        let request = request.or_insert_with(|| Arc::new(SigningRequest::new(subject.clone()))).clone();
        let gate = gate.clone();
        let waiting = tokio::spawn(async move { gate.admit(&request).await });
        settle().await;
        let asked = stage.questions.try_recv().ok();
        let was_asked = asked.is_some();
        if let Some(asked) = asked
            && let Some(decision) = step["decision"].as_str()
        {
            asked.answer.send(Answer::Decision(parsed(decision))).unwrap();
        }
        let outcome = soon(waiting).await.unwrap().map_or_else(|error| error.code, |()| "signed".into());
        found.push(json!({"asked": was_asked, "outcome": outcome}));
    }
    found
}

const DECISIONS: [(&str, Decision); 5] = [
    ("approved", Decision::Approved),
    ("approved-for-session", Decision::ApprovedForSession),
    ("denied", Decision::Denied),
    ("timed-out", Decision::TimedOut),
    ("abort", Decision::Abort),
];

fn parsed(text: &str) -> Decision {
    DECISIONS.iter().find(|(name, _)| *name == text).map(|(_, decision)| decision.clone()).unwrap()
}

fn name(decision: &Decision) -> &'static str {
    DECISIONS.iter().find(|(_, known)| known == decision).map_or("another decision", |(name, _)| name)
}

fn names(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}
