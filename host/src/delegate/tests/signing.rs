//! 14-6 and 14-7: the gate.

use super::stage::{Answer, Asked, Session, Stage, TestDelegate, settle, soon, subject};
use crate::Error;
use crate::delegate::*;
use std::sync::Arc;

fn request(session: &Session) -> Arc<SigningRequest> {
    Arc::new(SigningRequest::new(subject(session)))
}

fn admitting(session: &Session, request: &Arc<SigningRequest>) -> tokio::task::JoinHandle<Result<(), Error>> {
    let (gate, request) = (session.pipes.signing.clone(), request.clone());
    tokio::spawn(async move { gate.admit(&request).await })
}

async fn code(admitting: tokio::task::JoinHandle<Result<(), Error>>) -> String {
    soon(admitting).await.unwrap().unwrap_err().code
}

async fn decide(stage: &mut Stage, decision: Decision) {
    stage.question().await.answer.send(Answer::Decision(decision)).unwrap();
}

#[test]
fn r14_6_the_setting_has_three_values_and_inherit_is_the_default() {
    for (text, mode) in [("inherit", DelegateSigning::Inherit), ("ask", DelegateSigning::Ask), ("deny", DelegateSigning::Deny)] {
        assert_eq!(text.parse::<DelegateSigning>().unwrap(), mode);
        assert_eq!(mode.to_string(), text);
    }
    assert_eq!("Ask".parse::<DelegateSigning>().unwrap_err().code, "config-invalid");
    assert_eq!(DelegateOptions::default().signing, DelegateSigning::Inherit);
}

#[tokio::test(start_paused = true)]
async fn r14_6_inherit_signs_without_asking() {
    let mut stage = Stage::signing(DelegateSigning::Inherit);
    let (_delegate, mut session) = stage.start().await;
    assert_eq!(soon(admitting(&session, &request(&session))).await.unwrap(), Ok(()));
    session.say("event-1", EventKind::Signing(SigningApproval::new("own", subject(&session)))).await;
    assert!(matches!(session.told().await.unwrap().operation, Operation::SigningApproval { decision: Decision::Approved, .. }));
    assert!(stage.questions.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn r14_6_deny_fails_each_request_without_asking() {
    let mut stage = Stage::signing(DelegateSigning::Deny);
    let (_delegate, mut session) = stage.start().await;
    for _ in 0..2 {
        assert_eq!(code(admitting(&session, &request(&session))).await, "approval-denied");
    }
    session.say("event-1", EventKind::Signing(SigningApproval::new("own", subject(&session)))).await;
    assert!(matches!(session.told().await.unwrap().operation, Operation::SigningApproval { decision: Decision::Denied, .. }));
    assert!(stage.questions.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn r14_6_ask_shows_thread_agent_task_endpoint_and_kind() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (mut delegate, session) = stage.start().await;
    let waiting = admitting(&session, &request(&session));
    let question = stage.question().await;
    let Asked::Signing(approval_id, shown) = &question.asked else { panic!("{:?}", question.asked) };
    assert_eq!(*shown, subject(&session));
    assert!(approval_id.starts_with(&shown.delegate_thread_id), "unique among delegates");
    question.answer.send(Answer::Decision(Decision::Approved)).unwrap();
    assert_eq!(soon(waiting).await.unwrap(), Ok(()));
    drop(session);
    assert!(soon(delegate.next_event()).await.is_none(), "never forwarded");
}

#[tokio::test(start_paused = true)]
async fn r14_7_each_decision_means_what_the_rule_says() {
    let change = PolicyChange(vec!["x".into()]);
    for (decision, expected) in [
        (Decision::Approved, None),
        (Decision::ApprovedForSession, None),
        (Decision::ApprovedWithPolicyChange(change), Some("approval-denied")),
        (Decision::Denied, Some("approval-denied")),
        (Decision::TimedOut, Some("approval-denied")),
        (Decision::Abort, Some("approval-cancelled")),
    ] {
        let mut stage = Stage::signing(DelegateSigning::Ask);
        let (_delegate, session) = stage.start().await;
        let waiting = admitting(&session, &request(&session));
        decide(&mut stage, decision).await;
        assert_eq!(soon(waiting).await.unwrap().err().map(|error| error.code).as_deref(), expected);
    }
    // No answer.
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (_delegate, session) = stage.start().await;
    let waiting = admitting(&session, &request(&session));
    drop(stage.question().await);
    assert_eq!(code(waiting).await, "approval-denied");
}

#[tokio::test(start_paused = true)]
async fn r14_7_approved_covers_one_request_with_its_retries() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (_delegate, session) = stage.start().await;
    let first = request(&session);
    // Attempts at once are asked about once.
    let attempts = [(); 3].map(|()| admitting(&session, &first));
    decide(&mut stage, Decision::Approved).await;
    for attempt in attempts {
        assert_eq!(soon(attempt).await.unwrap(), Ok(()));
    }
    assert_eq!(soon(admitting(&session, &first)).await.unwrap(), Ok(()));
    assert!(stage.questions.try_recv().is_err());
    // The next request is asked about by itself.
    let second = admitting(&session, &request(&session));
    decide(&mut stage, Decision::Denied).await;
    assert_eq!(code(second).await, "approval-denied");
    assert_eq!(soon(admitting(&session, &first)).await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn r14_7_a_refusal_holds_for_the_retries_too() {
    for (decision, expected) in [(Decision::Denied, "approval-denied"), (Decision::Abort, "approval-cancelled")] {
        let mut stage = Stage::signing(DelegateSigning::Ask);
        let (_delegate, session) = stage.start().await;
        let request = request(&session);
        let waiting = admitting(&session, &request);
        decide(&mut stage, decision).await;
        assert_eq!(code(waiting).await, expected);
        assert_eq!(code(admitting(&session, &request)).await, expected);
        assert!(stage.questions.try_recv().is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn r14_7_approved_for_session_covers_this_delegate_until_it_ends() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (delegate, session) = stage.start().await;
    // Two are queued already when the first is decided.
    let waiting = [(); 3].map(|()| admitting(&session, &request(&session)));
    decide(&mut stage, Decision::ApprovedForSession).await;
    for admitted in waiting {
        assert_eq!(soon(admitted).await.unwrap(), Ok(()));
    }
    assert_eq!(soon(admitting(&session, &request(&session))).await.unwrap(), Ok(()));
    assert!(stage.questions.try_recv().is_err());
    delegate.cancel();
    soon(delegate.ended()).await;
    assert_eq!(code(admitting(&session, &request(&session))).await, "approval-cancelled");
}

#[tokio::test(start_paused = true)]
async fn r14_7_a_grant_is_not_another_delegates_nor_that_of_the_same_thread_started_again() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (_one, session) = stage.start().await;
    let granted = request(&session);
    let waiting = admitting(&session, &granted);
    decide(&mut stage, Decision::ApprovedForSession).await;
    assert_eq!(soon(waiting).await.unwrap(), Ok(()));

    let (_other, other) = stage.start().await;
    let waiting = admitting(&other, &request(&other));
    decide(&mut stage, Decision::Denied).await;
    assert_eq!(code(waiting).await, "approval-denied");

    // The very request that was approved, at the gate of another delegate.
    let waiting = admitting(&other, &granted);
    decide(&mut stage, Decision::Denied).await;
    assert_eq!(code(waiting).await, "approval-denied");

    // The same thread, resumed.
    let context = session.context;
    let mut resumed = None;
    let open = async |context, pipes| {
        resumed = Some(Session { context, pipes });
        Ok(())
    };
    let again: TestDelegate = Delegate::start(stage.parent.clone(), context, stage.options.clone(), &stage.cancel, open).await.unwrap();
    let resumed: Session = resumed.unwrap();
    let waiting = admitting(&resumed, &granted);
    decide(&mut stage, Decision::Denied).await;
    assert_eq!(code(waiting).await, "approval-denied");
    drop(again);
}

#[tokio::test(start_paused = true)]
async fn r14_7_a_grant_is_not_passed_to_a_grandchild() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (_delegate, session) = stage.start().await;
    let waiting = admitting(&session, &request(&session));
    decide(&mut stage, Decision::ApprovedForSession).await;
    assert_eq!(soon(waiting).await.unwrap(), Ok(()));

    // The grandchild may sign as far as its own gate goes; the delegate's asks about it, each time.
    let below = Stage::new();
    let (_grandchild, its_session) = below.start().await;
    let gates = Arc::new(Gates::of(session.pipes.signing.clone()).below(its_session.pipes.signing.clone()));
    for decision in [Decision::ApprovedForSession, Decision::Denied] {
        let (gates, request) = (gates.clone(), request(&its_session));
        let waiting = tokio::spawn(async move { gates.admit(&request).await });
        let question = stage.question().await;
        assert_eq!(question.asked_about(), its_session.context.lineage.thread_id);
        question.answer.send(Answer::Decision(decision.clone())).unwrap();
        assert_eq!(soon(waiting).await.unwrap().is_ok(), decision == Decision::ApprovedForSession);
    }
}

#[tokio::test(start_paused = true)]
async fn r14_7_what_a_grandchild_was_granted_is_not_the_delegates() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (_delegate, session) = stage.start().await;
    let grandchild = SigningSubject { delegate_thread_id: "thread-below".into(), ..subject(&session) };
    let waiting = admitting(&session, &Arc::new(SigningRequest::new(grandchild)));
    decide(&mut stage, Decision::ApprovedForSession).await;
    assert_eq!(soon(waiting).await.unwrap(), Ok(()));
    let waiting = admitting(&session, &request(&session));
    decide(&mut stage, Decision::Denied).await;
    assert_eq!(code(waiting).await, "approval-denied");
}

#[tokio::test(start_paused = true)]
async fn r14_6_deny_above_denies_everything_below() {
    let (above, below) = (Stage::signing(DelegateSigning::Deny), Stage::signing(DelegateSigning::Inherit));
    let (_delegate, session) = above.start().await;
    let (_grandchild, its_session) = below.start().await;
    let gates = Gates::of(session.pipes.signing.clone()).below(its_session.pipes.signing.clone());
    assert_eq!(gates.admit(&request(&its_session)).await.unwrap_err().code, "approval-denied");
}

#[tokio::test(start_paused = true)]
async fn r14_7_what_a_session_asked_for_by_itself_is_remembered_alike() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (_delegate, mut session) = stage.start().await;
    session.say("event-1", EventKind::Signing(SigningApproval::new("own", subject(&session)))).await;
    decide(&mut stage, Decision::ApprovedForSession).await;
    let told = session.told().await.unwrap().operation;
    assert_eq!(told, Operation::SigningApproval { approval_id: "own".into(), decision: Decision::ApprovedForSession });
    assert_eq!(soon(admitting(&session, &request(&session))).await.unwrap(), Ok(()));
    assert!(stage.questions.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn e68_r14_3_r14_7_cancelling_wins_over_an_approval_that_is_ready_too() {
    for cancel_first in [true, false] {
        let mut stage = Stage::signing(DelegateSigning::Ask);
        let (_delegate, session) = stage.start().await;
        let waiting = admitting(&session, &request(&session));
        let question = stage.question().await;
        if cancel_first {
            stage.cancel.cancel();
            question.answer.send(Answer::Decision(Decision::Approved)).unwrap();
        } else {
            question.answer.send(Answer::Decision(Decision::Approved)).unwrap();
            stage.cancel.cancel();
        }
        assert_eq!(code(waiting).await, "approval-cancelled");
    }
}

#[tokio::test(start_paused = true)]
async fn r14_3_an_approval_on_its_way_to_the_request_is_overtaken_by_a_cancellation() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (_delegate, session) = stage.start().await;
    let request = request(&session);
    let admitting = session.pipes.signing.admit(&request);
    tokio::pin!(admitting);
    let question = tokio::select! {
        biased;
        _ = &mut admitting => panic!("admitted without an answer"),
        question = stage.question() => question,
    };
    question.answer.send(Answer::Decision(Decision::Approved)).unwrap();
    settle().await;
    stage.cancel.cancel();
    assert_eq!(admitting.await.unwrap_err().code, "approval-cancelled");
}

#[tokio::test(start_paused = true)]
async fn r14_4_cancelling_settles_the_parents_question_about_a_signature() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (delegate, session) = stage.start().await;
    let waiting = admitting(&session, &request(&session));
    let question = stage.question().await;
    let Asked::Signing(approval_id, _) = question.asked else { panic!("{:?}", question.asked) };
    stage.cancel.cancel();
    assert_eq!(code(waiting).await, "approval-cancelled");
    soon(delegate.ended()).await;
    assert_eq!(stage.resolved(), [Resolved::Signing { approval_id, decision: Decision::Abort }]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_given_up_takes_its_question_with_it_and_the_delegate_goes_on() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (mut delegate, session) = stage.start().await;
    let waiting = admitting(&session, &request(&session));
    let mut question = stage.question().await;
    waiting.abort();
    soon(question.answer.closed()).await;
    assert_eq!(stage.resolved().len(), 1);
    session.say("turn", EventKind::Other(1)).await;
    assert_eq!(super::stage::content(&soon(delegate.next_event()).await.unwrap()), 1);
    // Asked again later, the request is asked about again.
    let again = admitting(&session, &request(&session));
    decide(&mut stage, Decision::Approved).await;
    assert_eq!(soon(again).await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_question_behind_a_full_pipe_waits_and_is_cancelled() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    stage.options.capacity = 1;
    let (_delegate, session) = stage.start().await;
    for number in 0..3 {
        session.say("turn", EventKind::Other(number)).await;
    }
    let waiting = admitting(&session, &request(&session));
    settle().await;
    assert!(!waiting.is_finished() && stage.questions.try_recv().is_err());
    stage.cancel.cancel();
    assert_eq!(code(waiting).await, "approval-cancelled");
}

#[tokio::test(start_paused = true)]
async fn a_gate_that_is_kept_does_not_keep_an_ended_session_open() {
    let stage = Stage::signing(DelegateSigning::Ask);
    let (mut delegate, session) = stage.start().await;
    let gate = session.pipes.signing.clone();
    let request = request(&session);
    drop(session);
    assert!(soon(delegate.next_event()).await.is_none());
    assert_eq!(gate.admit(&request).await.unwrap_err().code, "approval-cancelled");
}

#[tokio::test(start_paused = true)]
async fn refusals_tell_what_to_do_and_are_not_for_repeating() {
    let stage = Stage::signing(DelegateSigning::Deny);
    let (_delegate, session) = stage.start().await;
    let denied = session.pipes.signing.admit(&request(&session)).await.unwrap_err();
    assert!(denied.message.contains("`delegate_signing`"), "{}", denied.message);
    assert_eq!(denied.advice, crate::Advice::Never);
}

impl super::stage::Question {
    fn asked_about(&self) -> String {
        match &self.asked {
            Asked::Signing(_, subject) => subject.delegate_thread_id.clone(),
            other => panic!("{other:?}"),
        }
    }
}
