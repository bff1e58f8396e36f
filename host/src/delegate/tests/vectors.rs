//! Cases of `tests/vectors/metadata`: events, approvals, signatures.

mod events;

use super::reviews::TestReviewer;
use super::stage::{Answer, Session, Stage, TestOperation, command, settle, soon, subject};
use crate::delegate::*;
use crate::provider::vectors::{Case, cases};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

#[tokio::test(start_paused = true)]
async fn r14_3_r14_4_r14_5_vectors_of_approvals() {
    for case in cases("delegate-approvals") {
        let reviewer = case.input.get("reviewer");
        let mut stage = match reviewer {
            None => Stage::new(),
            Some(decision) => Stage::reviewed_by(Arc::new(TestReviewer::that_says(decision.as_str().map(parsed)))),
        };
        stage.options.signing = DelegateSigning::Ask;
        let (_delegate, mut session) = stage.start().await;
        let name = case.text("question").unwrap();
        if name.starts_with("mcp-call") {
            session.say("event-0", EventKind::McpCallBegin { call: call(), content: 0 }).await;
        }
        if name == "mcp-call-ended" {
            session.say("event-0", EventKind::McpCallEnd { call_id: "call-1".into(), content: 0 }).await;
        }
        session.say("event-1", question(&name, &case, &session)).await;
        settle().await;
        let mut asked = stage.questions.try_recv().ok();
        let was_asked = asked.is_some();
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
        let mut found = json!({"reply": reply(&told), "settled_for_the_parent": !stage.resolved().is_empty()});
        if reviewer.is_some() {
            found["user_was_asked"] = json!(was_asked);
        } else {
            assert!(was_asked, "{}", case.id);
        }
        case.check(Ok(found));
    }
}

fn call() -> McpCall {
    McpCall { call_id: "call-1".into(), server: "files".into(), tool: "write".into(), arguments: None }
}

fn question(name: &str, case: &Case, session: &Session) -> EventKind<u32> {
    match name {
        "command" => EventKind::CommandApproval(command("call-1")),
        "patch" => {
            let call_id = "call-1".into();
            EventKind::PatchApproval(PatchApproval { call_id, changes: BTreeMap::new(), reason: None, grant_root: None })
        }
        "permissions" => EventKind::Permissions(PermissionsRequest { call_id: "call-1".into(), ..Default::default() }),
        "mcp-call" | "mcp-call-ended" => {
            let (id, options) = ("mcp_tool_call_approval_call-1".into(), names(&case.input["options"]));
            let questions = vec![Question { id, text: "May it?".into(), options, is_secret: false }];
            EventKind::UserInput(UserInputRequest { call_id: "call-1".into(), questions })
        }
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

fn reply(operation: &TestOperation) -> &str {
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
            let labels = answers.0.iter().find(|(id, _)| id.starts_with("mcp_tool_call_approval")).map(|(_, labels)| labels);
            match labels {
                Some(labels) => labels.first().map_or("no label", String::as_str),
                None if *answers == Answers::default() => "empty-answers",
                None => "answers",
            }
        }
        _ => "another operation",
    }
}

#[tokio::test(start_paused = true)]
async fn r14_6_r14_7_e68_vectors_of_signatures() {
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
        // Both are there before anybody looks.
        if step["cancel"] == true {
            stage.cancel.cancel();
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
