//! Properties that hold for every input, drawn at random and asked of both builds.

use agent_identity_core::timestamp::Timestamp;
use agent_identity_host::session::{KeyHandle, ReplayHandle};
use agent_identity_host::types::verification::{ReplayConfig, ReplayMode, ReplayStart};
use agent_identity_host::types::{ExternalTaskRef, PrivateForm, verification};
use agent_identity_host::{Profile, Session};
use agent_identity_tests::{APRIL_MS, NoRandom, SetClock, component, session};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Asks both builds about `cases` drawn values; the session has a key.
fn hold<S: Strategy>(cases: u32, strategy: S, property: impl Fn(&mut Session, &KeyHandle, S::Value) -> Result<(), TestCaseError>) {
    for profile in Profile::ALL {
        let mut session = session(profile);
        let key = session.import_key(PrivateForm::Seed, &[7; 32]).expect("a seed is a key");
        let session = RefCell::new(session);
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
        let outcome = runner.run(&strategy, |value| property(&mut session.borrow_mut(), &key, value));
        outcome.unwrap_or_else(|failure| panic!("{}: {failure}", profile.as_str()));
    }
}

/// I1, drawn from few characters as well, so that fields that could be confused come up.
fn runtime_id() -> impl Strategy<Value = String> {
    let id = prop_oneof!["[!\"$-.0-9;->@-~]{1,40}", "[ab]{1,3}", "[!\"$-.0-9;->@-~]{256}"];
    id.prop_filter("no path step", |id: &String| id != "." && id != "..")
}

/// I2, with colons and what looks like a timestamp inside.
fn task_id() -> impl Strategy<Value = String> {
    let piece = prop_oneof!["[ab:]{1,4}", Just("2026-04-23T00:00:00Z".to_owned()), Just(":".to_owned()), "\\PC{0,20}"];
    let id = prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat());
    id.prop_filter("I2", |id: &String| id.len() <= 1024 && !id.trim().is_empty() && !id.chars().any(char::is_control))
}

/// I3.
fn timestamp() -> impl Strategy<Value = String> {
    let second = prop_oneof![0..=253_402_300_799_i64, Just(1_776_902_400)];
    second.prop_map(|second| Timestamp::from_unix_seconds(second).expect("a year of four digits").to_string())
}

fn triple() -> impl Strategy<Value = (String, String, String)> {
    (runtime_id(), task_id(), timestamp())
}

/// The fields of a signed text, found as the proof of I6 finds them: a registration has no task.
fn fields(text: &str) -> (&str, Option<&str>, &str) {
    let (runtime_id, rest) = text.split_once(':').expect("a colon");
    match rest.len() {
        20 => (runtime_id, None, rest),
        length => {
            let (head, timestamp) = rest.split_at(length - 20);
            (runtime_id, Some(head.strip_suffix(':').expect("a colon before the timestamp")), timestamp)
        }
    }
}

fn assertion_text(session: &mut Session, (runtime_id, task_id, timestamp): &(String, String, String)) -> String {
    let prepared = session.prepare_at(runtime_id, task_id, timestamp).expect("the fields are valid");
    assert_eq!(prepared.timestamp, *timestamp);
    String::from_utf8(prepared.text).expect("a signed text is UTF-8")
}

fn registration_text(session: &mut Session, key: &KeyHandle, (runtime_id, _, timestamp): &(String, String, String)) -> String {
    session.sign_task_at(key, runtime_id, timestamp, None).expect("the fields are valid").signed_text
}

#[test]
fn i6_each_signed_text_determines_its_fields() {
    hold(600, triple(), |session, key, triple| {
        let (runtime_id, task_id, timestamp) = &triple;
        let assertion = assertion_text(session, &triple);
        prop_assert_eq!(fields(&assertion), (runtime_id.as_str(), Some(task_id.as_str()), timestamp.as_str()));
        let registration = registration_text(session, key, &triple);
        prop_assert_eq!(fields(&registration), (runtime_id.as_str(), None, timestamp.as_str()));
        Ok(())
    });
}

#[test]
fn i6_no_two_inputs_sign_the_same_bytes_and_no_registration_is_an_assertion() {
    let small = ("[ab]{1,2}", "[ab:]{1,3}", "200[01]-01-01T00:00:0[01]Z");
    let near = || small.prop_map(|(runtime_id, task_id, timestamp)| (runtime_id, task_id, timestamp));
    let pairs = prop_oneof![(triple(), triple()), (near(), near())];
    hold(600, pairs, |session, key, (one, other)| {
        let (first, second) = (assertion_text(session, &one), assertion_text(session, &other));
        prop_assert_eq!(first == second, one == other);
        let registrations = (registration_text(session, key, &one), registration_text(session, key, &other));
        prop_assert_eq!(registrations.0 == registrations.1, (&one.0, &one.2) == (&other.0, &other.2));
        prop_assert!(first != registrations.1 && second != registrations.0);
        Ok(())
    });
}

#[test]
fn i6_the_colliding_pair_is_refused() {
    hold(1, Just(()), |session, key, ()| {
        let refused = session.authorize_at(key, "agent:1", "x", "2026-04-23T00:00:00Z").expect_err("I1");
        prop_assert_eq!(refused.code, "runtime-id-invalid");
        prop_assert!(session.authorize_at(key, "agent", "1:x", "2026-04-23T00:00:00Z").is_ok());
        Ok(())
    });
}

#[test]
fn v3_parsing_a_made_header_gives_its_fields_back() {
    hold(400, triple(), |session, key, triple| {
        let (runtime_id, task_id, timestamp) = &triple;
        let header = session.authorize_at(key, runtime_id, task_id, timestamp).expect("the fields are valid");
        prop_assert!(header.len() <= 3661, "A7: {} bytes", header.len());
        let parsed = session.parse_assertion(&header).expect("a made header is well-formed");
        prop_assert_eq!((&parsed.agent_runtime_id, &parsed.task_id, &parsed.timestamp), (runtime_id, task_id, timestamp));
        prop_assert_eq!(parsed.signature.len(), 64);
        prop_assert_eq!(session.authorize_at(key, runtime_id, task_id, timestamp), Ok(header), "A4");
        Ok(())
    });
}

#[test]
fn i4_what_is_refused_is_refused_by_every_maker_alike() {
    let any = (".{0,12}", ".{0,12}", prop_oneof!["\\PC{0,21}", timestamp()]);
    hold(600, any, |session, key, (runtime_id, task_id, timestamp)| {
        let made = session.authorize_at(key, &runtime_id, &task_id, &timestamp).map(|_| ());
        let prepared = session.prepare_at(&runtime_id, &task_id, &timestamp).map(|_| ());
        prop_assert_eq!(made.map_err(|error| error.code), prepared.map_err(|error| error.code));
        Ok(())
    });
}

fn reference() -> impl Strategy<Value = (String, String)> {
    let kind = prop_oneof![Just("opaque"), Just("thread"), Just("url"), Just("run"), Just("background")];
    let text = prop_oneof![
        "\\PC{1,30}",
        ".{1,30}",
        "[a-zA-Z\u{300}-\u{36f}\u{1100}-\u{11ff}\u{ac00}-\u{d7a3}]{1,20}",
        "https?://[a-zA-Z0-9.-]{1,12}(:[0-9]{1,5})?(/([a-zA-Z0-9%\\[\\]~^. é-]|%[0-9a-fA-F]{2}|\\.\\.|%2[eE]){0,6}){0,4}(\\?[a-z%=é'\"]{0,8})?(#\\PC{0,5})?",
        "\\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\\}?",
        "[0-9a-f]{32}",
    ];
    (kind.prop_map(str::to_owned), text)
}

#[test]
fn x16_normalising_is_idempotent() {
    hold(3000, reference(), |session, _, (kind, value)| {
        let normalize =
            |session: &mut Session, value: &str| session.normalize(&ExternalTaskRef { kind: kind.clone(), value: Some(value.into()) });
        if let Ok(normal) = normalize(session, &value) {
            let normal = normal.expect("a value was given");
            prop_assert_eq!(normalize(session, &normal), Ok(Some(normal.clone())), "{} of kind {}", value, kind);
        }
        Ok(())
    });
}

/// A window in an instance whose clock is set by hand.
struct Window {
    clock: Arc<SetClock>,
    session: Session,
    handle: ReplayHandle,
}

const MAX_AGE_S: i64 = 300;
const AHEAD_S: i64 = 10;

impl Window {
    fn new(profile: Profile, mode: ReplayMode) -> Self {
        let clock = Arc::new(SetClock::at(APRIL_MS));
        let mut session = Session::new(component(profile), clock.clone(), Arc::new(NoRandom)).expect("an instance");
        let policy = verification::Policy { max_age_s: 300, ahead_s: 10 };
        let config = ReplayConfig { mode, policy, capacity: 1000 };
        let handle = session.open_replay_window(config, &ReplayStart::New).expect("the configuration is valid");
        Self { clock, session, handle }
    }

    fn admit(&mut self, now_ms: i64, key: u8, timestamp_s: i64) -> Result<u32, String> {
        self.clock.set(now_ms);
        self.session.admit(&self.handle, &[key; 32], timestamp_s).map_err(|error| error.code)
    }

    fn mark(&mut self) -> Option<i64> {
        self.session.replay_mark(&self.handle).expect("the instance is sound")
    }

    fn len(&mut self) -> u32 {
        self.session.replay_len(&self.handle).expect("the instance is sound")
    }
}

#[test]
fn v12_an_entry_is_kept_through_its_last_instant_and_removed_after_it() {
    for profile in Profile::ALL {
        let mut window = Window::new(profile, ReplayMode::Strict);
        let second = APRIL_MS / 1000;
        assert_eq!(window.admit(APRIL_MS, 1, second), Ok(1));
        let last = 1000 * (second + MAX_AGE_S + AHEAD_S);
        assert_eq!(window.admit(last, 1, second), Err("assertion-replayed".into()), "the last instant included");
        assert_eq!((window.len(), window.mark()), (1, None));
        assert_eq!(window.admit(last + 1, 2, second + 300), Ok(1));
        assert_eq!((window.len(), window.mark()), (1, Some(second)), "removed, and remembered as the mark");
        assert_eq!(window.admit(APRIL_MS, 1, second), Err("assertion-expired".into()), "also after the clock stepped back");
        assert_eq!(window.admit(APRIL_MS, 3, second + 1), Ok(1), "what lies above the mark is not touched");
    }
}

#[test]
fn v12_whatever_the_clock_does_nothing_is_accepted_more_often_than_the_cap() {
    // Steps of the clock, and which of a few assertions comes: its key stands for its second.
    let steps = prop::collection::vec((-400_000..400_000_i64, 0..12_u8, prop::bool::ANY), 1..60);
    for profile in Profile::ALL {
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(200) });
        let outcome = runner.run(&(steps.clone(), 1..4_u32), |(steps, cap)| {
            let mut window = Window::new(profile, ReplayMode::Cap(cap));
            let mut accepted: HashMap<u8, u32> = HashMap::new();
            let mut now_ms = APRIL_MS;
            for (step_ms, key, to_edge) in steps {
                now_ms += step_ms;
                let second = APRIL_MS / 1000 + 40 * i64::from(key);
                if to_edge {
                    now_ms = 1000 * (second + MAX_AGE_S);
                }
                // V8 and V9 come first, with the mark that the window has.
                let in_window = now_ms - 1000 * second <= 1000 * MAX_AGE_S && 1000 * second - now_ms <= 1000 * AHEAD_S;
                if in_window && window.admit(now_ms, key, second).is_ok() {
                    *accepted.entry(key).or_default() += 1;
                }
            }
            prop_assert!(accepted.values().all(|count| *count <= cap), "{accepted:?} with cap {cap}");
            Ok(())
        });
        outcome.unwrap_or_else(|failure| panic!("{}: {failure}", profile.as_str()));
    }
}

#[test]
fn v12_a_window_agrees_with_a_model_at_every_step() {
    let steps = prop::collection::vec((-200_000..400_000_i64, 0..10_u8), 1..50);
    for profile in Profile::ALL {
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(150) });
        let outcome = runner.run(&steps, |steps| {
            let mut window = Window::new(profile, ReplayMode::Cap(2));
            let (mut entries, mut mark) = (BTreeMap::<(i64, u8), u32>::new(), None);
            let mut now_ms = APRIL_MS;
            for (step_ms, key) in steps {
                now_ms += step_ms;
                let second = APRIL_MS / 1000 + 60 * i64::from(key % 5);
                let over = |second: i64| now_ms > 1000 * (second + MAX_AGE_S + AHEAD_S);
                mark = entries.keys().map(|(second, _)| *second).filter(|second| over(*second)).chain(mark).max();
                entries.retain(|(second, _), _| !over(*second));
                let count = entries.get(&(second, key)).copied().unwrap_or(0);
                let expected = match count {
                    _ if mark.is_some_and(|mark| second <= mark) => Err("assertion-expired".to_owned()),
                    2 => Err("assertion-replayed".to_owned()),
                    _ => Ok(count + 1),
                };
                let admitted = window.admit(now_ms, key, second);
                prop_assert_eq!(&admitted, &expected);
                if let Ok(count) = admitted {
                    entries.insert((second, key), count);
                }
                prop_assert_eq!(window.len() as usize, entries.len());
                prop_assert_eq!(window.mark(), mark);
            }
            Ok(())
        });
        outcome.unwrap_or_else(|failure| panic!("{}: {failure}", profile.as_str()));
    }
}
