//! The client over a backend and storage in memory, with every effect taking a turn.

use super::flights::Turn;
use super::*;
use crate::agent::AgentConfig;
use crate::enrollment::tests::world::{BASE, World, account_of as account};
use crate::flow::{CustodianFailure, HttpFailure, HttpRequest, HttpResponse};
use crate::keys::{PrivateForm, SecretKey};
use crate::signer::{Custodial, Signer};
use crate::task_ref::Kind;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::sync::Arc;
use alloc::task::Wake;
use core::cell::Cell;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};

const URL: &str = "https://chat.example/backend-api/codex/responses";

/// Performs effects, each one turn later.
#[derive(Default)]
struct Outside {
    world: World,
    /// Answers to requests for [`URL`], in order; `200` when there are none.
    answers: RefCell<VecDeque<core::result::Result<HttpResponse, HttpFailure>>>,
    /// Header fields of these requests.
    seen: RefCell<Vec<Headers>>,
    custodian: Option<SecretKey>,
    guarded: Cell<u32>,
}

impl Performer for Rc<Outside> {
    async fn perform(&self, effect: Effect) -> Outcome {
        Turn::default().await;
        match effect {
            Effect::Http(request) if request.url == URL => {
                self.seen.borrow_mut().push(request.headers);
                Outcome::Http(self.answers.borrow_mut().pop_front().unwrap_or_else(|| Ok(answer(200, ""))))
            }
            Effect::Sign(request) => Outcome::Sign(match &self.custodian {
                Some(key) => Ok(key.sign(&request.text).to_vec()),
                None => Err(CustodianFailure::Unsupported),
            }),
            other => self.world.perform(other),
        }
    }

    fn guarded<T>(&self, call: impl FnOnce() -> T) -> T {
        self.guarded.set(self.guarded.get().wrapping_add(1));
        call()
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

type Call<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

fn call<'a, T>(future: impl Future<Output = Result<T>> + 'a) -> Call<'a, T> {
    Box::pin(future)
}

/// Polls each future when it was woken and never otherwise; those that are `left` are dropped after so many turns.
fn run<T>(calls: Vec<Call<'_, T>>, left: &[(usize, usize)]) -> Vec<Option<Result<T>>> {
    let woken: Vec<_> = calls.iter().map(|_| Arc::new(Woken(AtomicBool::new(true)))).collect();
    let mut calls: Vec<Option<Call<'_, T>>> = calls.into_iter().map(Some).collect();
    let mut done: Vec<Option<Result<T>>> = calls.iter().map(|_| None).collect();
    let mut turn = 0_usize;
    while calls.iter().any(Option::is_some) {
        for (place, call) in calls.iter_mut().enumerate() {
            if left.contains(&(place, turn)) {
                *call = None;
            }
            let Some(polled) = call else { continue };
            if !woken[place].0.swap(false, Ordering::Relaxed) {
                continue;
            }
            if let Poll::Ready(value) = polled.as_mut().poll(&mut Context::from_waker(&woken[place].clone().into())) {
                (done[place], *call) = (Some(value), None);
            }
        }
        turn = turn.wrapping_add(1);
        assert!(turn < 10_000, "nobody is woken any more");
    }
    done
}

fn wait<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    run(Vec::from([call(future)]), &[]).pop().unwrap().unwrap()
}

fn answer(status: u16, code: &str) -> HttpResponse {
    let body = format!("{{\"error\":{{\"code\":\"{code}\"}}}}").into_bytes();
    HttpResponse { status, body, ..HttpResponse::default() }
}

fn refused(status: u16, code: &str) -> core::result::Result<HttpResponse, HttpFailure> {
    Ok(answer(status, code))
}

fn outside() -> Rc<Outside> {
    Rc::new(Outside { world: World::new(), ..Outside::default() })
}

/// An agent of the caller's, its key the seed of sevens.
fn client(outside: &Rc<Outside>) -> Client<Rc<Outside>> {
    given(outside, Signer::Held(SecretKey::import(PrivateForm::Seed, &[7; 32]).unwrap()))
}

fn given(outside: &Rc<Outside>, signer: Signer) -> Client<Rc<Outside>> {
    let config = AgentConfig {
        agent_runtime_id: "agent-123",
        account_id: Some("account-1"),
        chatgpt_user_id: Some("user-1"),
        fedramp: false,
        authapi_base: BASE,
        correct_clock: true,
        skew_threshold_s: None,
        clock_offset_ms: 0,
    };
    Client::open(Agent::open(&config, Rc::new(signer)).unwrap(), outside.clone(), outside.world.ports.clone())
}

fn enrolled(outside: &Rc<Outside>) -> Client<Rc<Outside>> {
    Client::enroll(World::config(BASE), outside.clone(), outside.world.ports.clone()).unwrap()
}

fn request() -> SignedRequest {
    let headers = Vec::from([("content-type".into(), "text/plain".into()), ("AUTHORIZATION".into(), "Bearer other".into())]);
    let request =
        HttpRequest { method: "POST", url: URL.into(), headers, body: b"{}".to_vec(), timeout_ms: 1, success_limit: 1, error_limit: 1 };
    SignedRequest { request, reference: None, conversation: None }
}

fn registrations(outside: &Outside) -> usize {
    outside.world.requests.borrow().iter().filter(|url| url.ends_with("/task/register")).count()
}

#[test]
fn l6_callers_of_one_reference_share_one_registration_and_its_outcome() {
    let outside = outside();
    let client = client(&outside);
    let reference = |at: usize| (at % 2 == 1).then(|| TaskRef::new(Kind::Opaque, "job").unwrap());
    let calls = (0..1000).map(|at| call(client.ensure_task(reference(at), None)));
    let had: Vec<_> = run(calls.collect(), &[]).into_iter().map(|had| had.unwrap().unwrap()).collect();
    assert_eq!(registrations(&outside), 2);
    assert!(had.iter().enumerate().all(|(at, id)| *id == had[at % 2]));
    assert_ne!(had[0], had[1]);
    let events = client.take_events();
    assert_eq!(events.iter().filter(|event| event.kind == EventKind::Waiting).count(), 998);
    assert!(client.take_events().is_empty());
}

#[test]
fn l6_a_failure_is_shared_too() {
    let outside = outside();
    let client = client(&outside);
    outside.world.fail_times(3, "/task/register", &Ok((503, "".into())));
    let calls = (0..10).map(|_| call(client.ensure_task(None, None))).collect();
    for had in run(calls, &[]) {
        assert_eq!(had.unwrap().unwrap_err().code, Code::TaskRegisterUnavailable);
    }
    assert_eq!(registrations(&outside), 3);
}

#[test]
fn l6_when_the_first_caller_is_dropped_the_next_one_begins_anew() {
    for turn in 1..8 {
        let outside = outside();
        let client = client(&outside);
        let calls = (0..3).map(|_| call(client.ensure_task(None, None))).collect();
        let had = run(calls, &[(0, turn), (2, turn)]);
        assert!(had[1].as_ref().unwrap().is_ok());
        assert!(client.authorize(None).now().is_ok());
        assert!(registrations(&outside) <= 2);
    }
}

#[test]
fn l6_callers_for_one_account_share_one_bootstrap() {
    let outside = outside();
    let client = enrolled(&outside);
    let calls = (0..100).map(|_| call(client.bootstrap(account("one"), "token-one".into(), None))).collect();
    let ids: Vec<_> = run(calls, &[]).into_iter().map(|id| id.unwrap().unwrap()).collect();
    assert!(ids.iter().all(|id| id.as_str() == "agent-1"));
    assert_eq!((outside.world.agents.borrow().len(), registrations(&outside)), (1, 1));
}

#[test]
fn l4_a_bootstrap_for_another_account_overtakes() {
    let outside = outside();
    let client = enrolled(&outside);
    let calls = ["one", "two"].map(|name| call(client.bootstrap(account(name), format!("token-{name}").into(), None)));
    let ended = run(calls.into(), &[]);
    assert_eq!(ended[0].as_ref().unwrap().as_ref().unwrap_err().code, Code::Cancelled);
    assert!(ended[1].as_ref().unwrap().is_ok());
    assert_eq!(client.agent().unwrap().account_id(), Some("two"));
}

#[test]
fn a4_a_request_is_signed_for_a_task_that_is_registered_first() {
    let outside = outside();
    let client = client(&outside);
    let sent = wait(client.send_signed(request())).unwrap();
    assert_eq!((sent.response.status, sent.repeated, registrations(&outside)), (200, false, 1));
    let seen = outside.seen.borrow();
    let names: Vec<_> = seen[0].iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["content-type", "Authorization", "ChatGPT-Account-ID"]);
    assert_eq!(seen[0][1], wait(client.authorize(None)).unwrap()[0]);
}

#[test]
fn d1_a_refused_task_is_replaced_once_for_all_and_each_request_repeated_once() {
    let outside = outside();
    let client = client(&outside);
    wait(client.ensure_task(None, None)).unwrap();
    outside.answers.borrow_mut().extend((0..50).map(|_| refused(401, "task_ended")));
    let calls = (0..50).map(|_| call(client.send_signed(request()))).collect();
    for sent in run(calls, &[]) {
        let sent = sent.unwrap().unwrap();
        assert_eq!((sent.response.status, sent.repeated), (200, true));
    }
    assert_eq!((registrations(&outside), outside.seen.borrow().len()), (2, 100));
}

#[test]
fn d1_a_replacement_that_fails_names_the_refusal_as_its_cause() {
    let outside = outside();
    let client = client(&outside);
    wait(client.ensure_task(None, None)).unwrap();
    outside.answers.borrow_mut().push_back(refused(401, "task-unknown"));
    outside.world.fail_times(1, "/task/register", &Ok((400, "".into())));
    let error = wait(client.send_signed(request())).unwrap_err().into_detail();
    assert_eq!((error.code, error.cause), (Code::TaskRegisterRejected, Some("rejected-task")));
}

#[test]
fn d2_the_second_answer_is_final_and_a_403_is_never_repeated() {
    for (answers, expected) in [([401, 401], 2), ([403, 200], 1)] {
        let outside = outside();
        let client = client(&outside);
        outside.answers.borrow_mut().extend(answers.map(|status| refused(status, "task-ended")));
        let sent = wait(client.send_signed(request())).unwrap();
        assert_eq!((sent.judgement.rejection.code, outside.seen.borrow().len()), (Some(Code::RejectedTask), expected));
        assert_eq!(sent.repeated, expected == 2);
    }
}

#[test]
fn d5_a_wrong_clock_is_corrected_and_the_request_repeated() {
    let outside = outside();
    let client = client(&outside);
    outside.world.ports.now_ms.set(1_776_902_400_000 - 600_000);
    let date = ("Date".into(), "Thu, 23 Apr 2026 00:00:00 GMT".into());
    outside.answers.borrow_mut().push_back(Ok(HttpResponse { headers: Vec::from([date]), ..answer(401, "assertion-expired") }));
    let sent = wait(client.send_signed(request())).unwrap();
    assert!(sent.repeated);
    assert_eq!(client.agent().unwrap().clock().ms(), 600_000);
    let seen = outside.seen.borrow();
    assert_ne!(seen[0][1], seen[1][1]);
}

#[test]
fn d3_the_date_of_an_answer_that_is_no_refusal_does_not_matter() {
    let outside = outside();
    let date = ("Date".into(), "Thu, 23 Apr 1976 00:00:00 GMT".into());
    outside.answers.borrow_mut().push_back(Ok(HttpResponse { headers: Vec::from([date]), ..answer(200, "") }));
    assert!(wait(client(&outside).send_signed(request())).is_ok());
}

#[test]
fn h1_no_answer_is_an_error_and_nothing_is_repeated() {
    let outside = outside();
    let client = client(&outside);
    outside.answers.borrow_mut().push_back(Err(HttpFailure::Connect));
    assert_eq!(wait(client.send_signed(request())).unwrap_err().code, Code::NetworkConnect);
    assert_eq!(outside.seen.borrow().len(), 1);
}

#[test]
fn a6_without_an_assertion_nothing_is_sent() {
    let outside = outside();
    let custodial = Custodial::new(SecretKey::import(PrivateForm::Seed, &[7; 32]).unwrap().public().clone(), "k".into(), false);
    let client = given(&outside, Signer::Custodial(custodial));
    client.adopt_task(None, "task-123").unwrap();
    let error = wait(client.send_signed(request())).unwrap_err().into_detail();
    assert_eq!((error.code, error.cause), (Code::SignatureInvalid, Some("custodian")));
    assert_eq!(wait(enrolled(&outside).send_signed(request())).unwrap_err().code, Code::AuthMaterialMissing);
    assert!(outside.seen.borrow().is_empty());
}

#[test]
fn a_custodians_key_gives_the_same_header() {
    let key = || SecretKey::import(PrivateForm::Seed, &[7; 32]).unwrap();
    let keeping = Rc::new(Outside { custodian: Some(key()), ..Outside { world: World::new(), ..Outside::default() } });
    let custodial = given(&keeping, Signer::Custodial(Custodial::new(key().public().clone(), "k".into(), true)));
    let held = client(&keeping);
    for client in [&custodial, &held] {
        client.adopt_task(None, "task-123").unwrap();
    }
    assert_eq!(wait(custodial.authorize(None)).unwrap(), wait(held.authorize(None)).unwrap());
    assert!(keeping.guarded.get() > 0, "K15");
}

#[test]
fn c7_a_signed_request_goes_to_https_or_loopback_only() {
    let outside = outside();
    let client = client(&outside);
    let mut request = request();
    request.request.url = "http://chat.example/".into();
    assert_eq!(wait(client.send_signed(request)).unwrap_err().code, Code::BaseUrlUnsupported);
    assert!(outside.world.requests.borrow().is_empty());
}

#[test]
fn l4_a_request_of_an_agent_that_was_left_is_not_repeated_for_the_next_one() {
    let outside = outside();
    let client = enrolled(&outside);
    wait(client.bootstrap(account("one"), "token-one".into(), None)).unwrap();
    outside.answers.borrow_mut().push_back(refused(401, "task-ended"));
    let sending = async { client.send_signed(request()).await.map(|sent| sent.repeated) };
    let leaving = async { client.logout().await.map(|()| false) };
    let ended = run(Vec::from([call(sending), call(leaving)]), &[]);
    assert_eq!(ended[0].as_ref().unwrap(), &Ok(false));
    assert_eq!(registrations(&outside), 1, "that of the bootstrap");
}

#[test]
fn events_that_nobody_asks_for_make_room() {
    let outside = outside();
    let client = client(&outside);
    wait(client.ensure_task(None, None)).unwrap();
    let event = client.take_events().pop().unwrap();
    client.events.note((0..2000).map(|attempt| Event { attempt, ..event.clone() }));
    let kept = client.take_events();
    assert_eq!((kept.len(), kept[0].attempt), (1024, 976));
}

/// What needs no turn.
trait Now: Future + Sized {
    fn now(self) -> Self::Output {
        match pin!(self).poll(&mut Context::from_waker(core::task::Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it waits for something"),
        }
    }
}

impl<F: Future> Now for F {}
