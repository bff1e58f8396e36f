//! Steps of a script, one after another, done to a host and compared with what is seen of it.

use crate::world::{World, byte};
use agent_identity_host::Error;
use agent_identity_host::driver::{Event, kind_text};
use agent_identity_host::error::advice_text;
use agent_identity_host::ports::{HttpFailure, HttpResponse};
use serde_json::{Map, Value, json};

/// What can run a script. Calls have names; a call that another one shares goes by the name of the first.
pub trait Host {
    fn world(&self) -> &World;

    /// Begins a call, as far as it goes by itself.
    fn call(&mut self, name: &str, act: &Value, conversation: Option<&str>);

    /// The caller stops waiting.
    fn give_up(&mut self, name: &str);

    /// The requests that wait for an answer, and may be this call's.
    fn requests(&mut self, name: &str) -> Vec<Value>;

    /// An expected request as this host would make it.
    fn adapt(&self, request: &Value) -> Value {
        request.clone()
    }

    /// Takes one of them for this call's.
    fn take_request(&mut self, name: &str, at: usize);

    /// Answers the request that was taken.
    fn answer(&mut self, name: &str, answer: Result<HttpResponse, HttpFailure>);

    /// Ends a wait of so many milliseconds; whether there is one.
    fn wake(&mut self, name: &str, ms: u64) -> bool;

    /// How a call ended; none if it is under way.
    fn outcome(&mut self, name: &str) -> Option<Result<Value, Error>>;

    fn events(&mut self) -> Vec<Event>;

    /// Whether the host tells of a kind of event at every occasion.
    fn tells(&self, kind: &str, subject: &str) -> bool;

    /// A new process.
    fn restart(&mut self);

    fn agent(&mut self) -> Option<String>;

    fn task(&mut self, reference: Option<&str>) -> Option<String>;
}

/// Runs a case; panics at the first difference.
pub fn run(case: &Value, host: &mut dyn Host) {
    let steps = case["input"]["steps"].as_array().expect("steps");
    for (number, step) in steps.iter().enumerate() {
        let place = format!("{}, step {number}: {step}", case["id"]);
        do_step(step.as_object().expect("a step is an object"), host, &place);
    }
    stored(&case["expect"]["documents"], host, &format!("{}, at the end", case["id"]));
}

fn do_step(step: &Map<String, Value>, host: &mut dyn Host, place: &str) {
    let of = step.get("of").and_then(Value::as_str).unwrap_or_default();
    for (member, value) in step {
        match member.as_str() {
            "of" | "do" | "conversation" => {}
            "call" => host.call(text(value), &step["do"], step.get("conversation").and_then(Value::as_str)),
            "give_up" => host.give_up(text(value)),
            "restart" => host.restart(),
            "advance_ms" => host.world().clock.advance(u32::try_from(number(value)).expect("not so long")),
            "wall_ms" => host.world().clock.set(value.as_i64().expect("a time")),
            "random" => host.world().random.repeat(byte(value)),
            "storage" => host.world().set_storage(text(value)),
            "write" => value.as_object().into_iter().flatten().for_each(|(name, document)| host.world().write(name, document)),
            "request" => request(of, value, host, place),
            "answer" => host.answer(of, Ok(response(value))),
            "failure" => host.answer(of, Err(failure(text(value)))),
            "sleep_ms" => {
                host.world().clock.advance(u32::try_from(number(value)).expect("not so long"));
                assert!(host.wake(of, number(value)), "{place}: no such wait");
            }
            "returns" => returns(of, value, host, place),
            "events" => events(value.as_array().expect("events"), host, place),
            "cells" => cells(value.as_array().expect("cells"), host, place),
            "agent" => assert_eq!(host.agent().as_deref(), value.as_str(), "{place}"),
            "stored" => stored(value, host, place),
            other => panic!("{place}: {other:?} is no part of a step"),
        }
    }
}

fn request(of: &str, expected: &Value, host: &mut dyn Host, place: &str) {
    let (waiting, expected) = (host.requests(of), host.adapt(expected));
    let at = waiting.iter().position(|request| *request == expected);
    host.take_request(of, at.unwrap_or_else(|| panic!("{place}\nwhat waits is {waiting:?}")));
}

fn returns(of: &str, expected: &Value, host: &mut dyn Host, place: &str) {
    let outcome = host.outcome(of).unwrap_or_else(|| panic!("{place}: it is under way"));
    let seen = match outcome {
        Ok(value) => json!({ "ok": value }),
        Err(error) => json!({ "error": {
            "code": error.code,
            "advice": advice_text(error.advice),
            "status": error.status,
            "attempts": error.attempts,
            "retry_after_s": error.retry_after_s,
            "cause": error.cause,
            "from_cooldown": error.from_cooldown,
        }}),
    };
    assert!(contains(&seen, expected), "{place}\nit returned {seen}");
}

fn events(expected: &[Value], host: &mut dyn Host, place: &str) {
    let seen: Vec<_> = host.events().iter().map(event).collect();
    assert!(seen.iter().all(|event| event["key_digest"].as_str().is_some_and(|digest| digest.len() == 16)), "{place}");
    let told = |event: &&Value| host.tells(event["kind"].as_str().unwrap_or_default(), event["subject"].as_str().unwrap_or_default());
    let (seen, expected): (Vec<_>, Vec<_>) = (seen.iter().filter(told).collect(), expected.iter().filter(told).collect());
    let equal = seen.len() == expected.len() && seen.iter().zip(&expected).all(|(seen, expected)| contains(seen, expected));
    assert!(equal, "{place}\nthe events were {}", json!(seen));
}

fn event(event: &Event) -> Value {
    json!({
        "kind": kind_text(event.kind),
        "subject": event.subject,
        "conversation": event.conversation,
        "key_digest": event.key_digest,
        "attempt": event.attempt,
        "delay_ms": event.delay_ms,
        "code": event.code,
    })
}

fn cells(expected: &[Value], host: &mut dyn Host, place: &str) {
    for cell in expected {
        assert_eq!(host.task(cell["ref"].as_str()).as_deref(), cell["task"].as_str(), "{place}: {}", cell["ref"]);
    }
}

fn stored(expected: &Value, host: &dyn Host, place: &str) {
    for (name, expected) in expected.as_object().into_iter().flatten() {
        let seen = host.world().read(name);
        assert_eq!(&seen, expected, "{place}: {name}");
    }
}

/// Whether an object has at least these members; in depth.
fn contains(seen: &Value, expected: &Value) -> bool {
    match expected.as_object() {
        Some(members) => members.iter().all(|(name, value)| contains(&seen[name], value)),
        None => seen == expected,
    }
}

fn response(answer: &Value) -> HttpResponse {
    HttpResponse {
        status: u16::try_from(number(&answer["status"])).expect("a status"),
        headers: serde_json::from_value(answer["headers"].clone()).expect("pairs"),
        body: text(&answer["body"]).as_bytes().to_vec(),
        truncated: false,
    }
}

fn failure(name: &str) -> HttpFailure {
    match name {
        "timeout" => HttpFailure::Timeout,
        "connect" => HttpFailure::Connect,
        "failed" => HttpFailure::Failed,
        "cancelled" => HttpFailure::Cancelled,
        other => panic!("{other:?} is no failure"),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}
