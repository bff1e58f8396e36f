//! First table: what is inherited, what is new, what is off.

use super::stage::{Services, context, parent_context};
use crate::component::Component;
use crate::delegate::*;
use crate::metadata::{Kind, Metadata, Moment, Transport, TurnEvent};
use crate::ports::{Clock, Random, RandomError};
use crate::surroundings::Surroundings;
use std::sync::Arc;

#[test]
fn r14_a_delegate_inherits_what_the_first_table_says() {
    let parent = parent_context();
    let delegate = DelegateContext::of(&parent, SubagentKind::Review, &Ids::default()).unwrap();
    assert_eq!(delegate.installation_id, parent.installation_id);
    assert_eq!(delegate.lineage.session_id, parent.session_id);
    assert_eq!(delegate.originator, parent.originator);
    assert_eq!(delegate.instructions.text, parent.instructions.text);
    assert!(delegate.instructions.warnings.is_empty(), "warnings are not repeated");
    assert!(Arc::ptr_eq(&delegate.shared, &parent.shared), "the very services of the parent");
    assert_eq!(*delegate.shared, Services("shared"));
    assert_eq!(delegate.parent_turn, ParentTurn { turn_id: "turn-parent".into(), cwd: "/parent".into() });
}

#[test]
fn r14_instructions_are_a_snapshot() {
    let mut parent = parent_context();
    let delegate = DelegateContext::of(&parent, SubagentKind::Review, &Ids::default()).unwrap();
    parent.instructions.text = Some("Be long.".into());
    assert_eq!(delegate.instructions.text.as_deref(), Some("Be brief."));
}

#[test]
fn r14_thread_window_parent_and_source_are_new() {
    let (one, other) = (context().lineage, context().lineage);
    assert_ne!(one.thread_id, other.thread_id);
    assert_ne!(one.thread_id, "thread-parent");
    assert_eq!((one.thread_id.len(), &one.thread_id[14..15]), (36, "7"), "a UUIDv7");
    assert_eq!(one.parent_thread_id, "thread-parent");
    assert_eq!(Lineage::THREAD_SOURCE, "subagent");
    assert_eq!(one.kind, SubagentKind::Review);
    assert_eq!(one.window_id(), format!("{}:0", one.thread_id));
}

#[test]
fn r14_forked_from_comes_only_with_a_copied_history() {
    assert_eq!(context().lineage.forked_from, None);
    let from = ForkedFrom { thread_id: "thread-old".into(), ordinal_exclusive: Some(7) };
    let forked = context().forked(from.clone()).lineage;
    assert_eq!(forked.forked_from, Some(from));
    assert_eq!(forked.parent_thread_id, "thread-parent", "3-1: parent and fork are independent");
}

#[test]
fn r14_nested_agents_dynamic_tools_metrics_name_and_trace_are_off() {
    assert_eq!(context().features, Features::default());
    assert_eq!(
        Features::default(),
        Features { multi_agent: false, dynamic_tools: Vec::new(), metrics_service_name: None, trace_parent: None }
    );
}

#[test]
fn r15_5_a_delegate_has_no_parent_trace_context() {
    assert!(parent_context().features.trace_parent.is_some());
    assert_eq!(context().features.trace_parent, None);
}

#[test]
fn r14_a_label_that_no_header_can_carry_is_refused() {
    let refused = DelegateContext::of(&parent_context(), SubagentKind::Other("a\r\nb".into()), &Ids::default());
    assert_eq!(refused.unwrap_err().code, "config-invalid");
}

#[test]
fn a_thread_needs_random_bytes() {
    struct Broken;
    impl Random for Broken {
        fn fill(&self, _: &mut [u8]) -> Result<(), RandomError> {
            Err(RandomError)
        }
    }
    impl Clock for Broken {
        fn now_ms(&self) -> i64 {
            0
        }
        fn monotonic_ms(&self) -> u64 {
            0
        }
    }
    let ids = Ids::new(Arc::new(Broken), Arc::new(Broken));
    assert_eq!(DelegateContext::of(&parent_context(), SubagentKind::Review, &ids).unwrap_err().code, "random-failed");
}

#[test]
fn r15_4_debug_shows_no_instructions_commands_documents_or_answers() {
    const MARK: &str = "planted";
    let mark = || MARK.to_owned();
    let command = CommandApproval { command: vec![mark()], policy_change: Some(PolicyChange(vec![mark()])), ..CommandApproval::default() };
    let changes = [("/f".into(), FileChange::Add { content: mark() })].into();
    let question = Question { text: mark(), options: vec![mark()], ..Question::default() };
    let answers = Answers([("q".into(), vec![mark()])].into());
    let call = McpCall { arguments: Some(mark()), ..McpCall::default() };
    let shown = [
        format!("{:?}", Instructions { text: Some(MARK.into()), warnings: Vec::new() }),
        format!("{command:?} {:?}", command.policy_change),
        format!("{:?}", PatchApproval { changes, ..PatchApproval::default() }),
        format!("{:?}", FileChange::Update { unified_diff: mark(), move_path: None }),
        format!("{:?}", UserInputRequest { call_id: "c".into(), questions: vec![question] }),
        format!("{call:?}"),
        format!("{:?}", Event::new("e", EventKind::Other(MARK))),
        format!("{:?}", Operation::<&str>::UserInput(UserInput::text(MARK))),
        format!("{:?}", Submission::new("s", Operation::Other(MARK))),
        format!("{:?}", Operation::<&str>::UserInputAnswer { event_id: "e".into(), answers }),
    ];
    for text in shown {
        assert!(!text.contains(MARK), "{text}");
    }
}

#[test]
fn r14_r3_14_metadata_of_a_delegate_is_its_own_and_names_its_parent() {
    const PARENT: &str = "01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10";
    let parent = ParentContext { thread_id: PARENT.into(), ..parent_context() };
    let delegate = DelegateContext::of(&parent, SubagentKind::ThreadSpawn, &Ids::default()).unwrap();
    let metadata = Metadata::new(&Component::load().unwrap(), &Surroundings::default()).unwrap();
    let session = delegate.session_metadata(&metadata).unwrap();
    let turn = session.turn("u");
    turn.learn(&TurnEvent::Parent(delegate.parent_turn.turn_id.clone())).unwrap();
    let rendering = turn.describe(turn.snapshot(), Kind::Turn).render(Transport::Responses, &Moment::default()).unwrap();
    let thread = &delegate.lineage.thread_id;
    let (flat, window) = (rendering.client_metadata, delegate.lineage.window_id());
    for (key, value) in [
        ("x-codex-installation-id", "installation-1"),
        ("session_id", "session-1"),
        ("thread_id", thread),
        ("x-codex-window-id", &window),
        ("x-codex-parent-thread-id", PARENT),
        ("x-openai-subagent", "collab_spawn"),
        ("parent_turn_id", "turn-parent"),
    ] {
        assert_eq!(flat.get(key).map(String::as_str), Some(value), "{key}");
    }
    let canonical = rendering.canonical.unwrap();
    assert!(canonical.contains(r#""subagent_kind":"thread_spawn","thread_source":"subagent""#), "{canonical}");
    let header = |name: &str| rendering.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    assert_eq!((header("originator"), header("session-id")), (Some("codex_vscode"), Some("session-1")));
    // 15-5: no place in the parent's trace.
    assert!(session.additions().traceparent.is_none());
}

#[test]
fn r3_5_r14_a_copied_history_is_named_to_tools_only_beside_a_parent() {
    const FORK: &str = "33333333-3333-4333-8333-333333333333";
    let parent = ParentContext { thread_id: FORK.into(), ..parent_context() };
    let context = DelegateContext::of(&parent, SubagentKind::Review, &Ids::default()).unwrap();
    let context = context.forked(ForkedFrom { thread_id: FORK.into(), ordinal_exclusive: Some(7) });
    let metadata = Metadata::new(&Component::load().unwrap(), &Surroundings::default()).unwrap();
    let turn = context.session_metadata(&metadata).unwrap().turn("u");
    let canonical = metadata.render(&turn.snapshot(), Some(Kind::Turn), Transport::Responses, None).unwrap().canonical.unwrap();
    assert!(!canonical.contains("forked_from"), "{canonical}");
    assert!(turn.tool_object().unwrap().contains("forked_from_thread_id"), "1-23");
}
