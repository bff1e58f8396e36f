//! Whatever comes from outside, the component answers: no trap, no long computation, no large memory.

use agent_identity_core::encoding::base64url;
use agent_identity_host::session::{KeyHandle, VerifyingKeyHandle};
use agent_identity_host::types::{ExternalTaskRef, PrivateForm, PublicForm, agents, verification};
use agent_identity_host::{Component, Error, LoadOptions, Profile, Session};
use agent_identity_tests::{APRIL_MS, NoRandom, SetClock, session};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A build that is asked things that no honest peer sends.
struct Asked {
    session: Session,
    key: KeyHandle,
    verifying_key: VerifyingKeyHandle,
}

impl Asked {
    fn new(mut session: Session) -> Self {
        let key = session.import_key(PrivateForm::Seed, &[7; 32]).expect("a seed is a key");
        let raw = session.public_forms(&key).expect("sound").raw;
        let verifying_key = session.import_verifying_key(PublicForm::Raw, &raw).expect("a public key");
        Self { session, key, verifying_key }
    }

    /// Everything that reads text from outside, with this text. Each may refuse it, none may trap.
    fn read_everywhere(&mut self, text: &str, bytes: &[u8]) {
        let Self { session, key, verifying_key } = self;
        let policy = verification::Policy { max_age_s: 300, ahead_s: 10 };
        survived(session.parse_assertion(text));
        survived(session.verify_assertion(text, Some(verifying_key), &facts(), policy));
        survived(session.parse_task(text, b"{}"));
        survived(session.parse_task("/v1/agent/agent-123/task/register", bytes));
        survived(session.verify_registration("/v1/agent/agent-123/task/register", bytes, Some(verifying_key), &facts(), policy));
        survived(session.read_task_answer(key, bytes));
        survived(session.verify_jwt(text, bytes));
        survived(session.verify_jwt("eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.AAAA", bytes));
        survived(session.read_record(bytes, text, text));
        survived(session.record_key(bytes));
        survived(session.resolve_base_urls(Some(text), Some(text), Some(text)));
        survived(session.prepare_at(text, text, text));
        survived(session.verify_signature(bytes, bytes, bytes));
        for kind in ["opaque", "thread", "url", "run", text] {
            survived(session.normalize(&ExternalTaskRef { kind: kind.into(), value: Some(text.into()) }));
        }
        for form in [PrivateForm::Pkcs8Der, PrivateForm::Pkcs8Base64, PrivateForm::Pkcs8Pem, PrivateForm::Seed, PrivateForm::Jwk] {
            survived(session.import_key(form, bytes));
        }
        for form in [PublicForm::Raw, PublicForm::Ssh, PublicForm::Jwk, PublicForm::Spki] {
            survived(session.import_verifying_key(form, bytes));
        }
        for status in [None, Some(401)] {
            let date = Some(text.to_owned());
            let response =
                agents::ResponseFacts { status, date, age: None, body: bytes.to_vec(), sent_ms: i64::MIN, received_ms: i64::MAX };
            survived(session.classify_response(&response, i64::MIN, None));
        }
        assert!(session.is_sound());
    }
}

fn facts() -> verification::Facts {
    verification::Facts {
        revoked: false,
        registered_account: None,
        sent_account: None,
        task: verification::TaskState::Unchecked,
        mark_s: None,
    }
}

/// An answer or a refusal, but no broken instance.
fn survived<T>(answer: Result<T, Error>) {
    if let Err(error) = answer {
        assert_ne!(error.code, "internal", "{error}");
    }
}

/// Draws `cases` values for each build.
fn survive<S: Strategy>(cases: u32, strategy: S, ask: impl Fn(&mut Asked, S::Value)) {
    for profile in Profile::ALL {
        let asked = RefCell::new(Asked::new(session(profile)));
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
        let outcome = runner.run(&strategy, |value| {
            ask(&mut asked.borrow_mut(), value);
            Ok(())
        });
        outcome.unwrap_or_else(|failure| panic!("{}: {failure}", profile.as_str()));
    }
}

#[test]
fn v1_to_v4_arbitrary_text_never_traps() {
    survive(400, ".{0,200}", |asked, text| asked.read_everywhere(&text, text.as_bytes()));
}

#[test]
fn v3_arbitrary_bytes_never_trap() {
    survive(400, prop::collection::vec(any::<u8>(), 0..300), |asked, bytes| {
        asked.read_everywhere(&String::from_utf8_lossy(&bytes), &bytes);
        let header = format!("AgentAssertion {}", base64url(&bytes));
        asked.read_everywhere(&header, &bytes);
    });
}

/// Something like JSON, with the member names that are looked for.
fn document() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("task_id"),
        Just("encrypted_task_id"),
        Just("signature"),
        Just("timestamp"),
        Just("agent_runtime_id"),
        Just("keys"),
        Just("agent_identity"),
        Just("agent_private_key"),
        Just("error"),
        Just("code"),
        Just("n"),
        Just("e"),
        Just("kid"),
        Just("x"),
    ];
    let leaf = prop_oneof![
        "[0-9.eE+-]{1,30}",
        "\"[a-zA-Z0-9+/=:-]{0,40}\"",
        "\"(\\\\[u\"\\\\/bfnrtx][0-9a-dD]{0,4}|é|\u{1f600}){0,6}\"",
        Just("null".to_owned()),
        Just("true".to_owned()),
        "\\PC{0,4}",
    ];
    leaf.prop_recursive(6, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

#[test]
fn v3_n1_j5_arbitrary_documents_never_trap() {
    survive(500, document(), |asked, document| {
        asked.read_everywhere(&document, document.as_bytes());
        let header = format!("AgentAssertion {}", base64url(document.as_bytes()));
        survived(asked.session.parse_assertion(&header));
        let part = base64url(document.as_bytes());
        survived(asked.session.verify_jwt(&format!("{part}.{part}.{part}"), document.as_bytes()));
    });
}

#[test]
fn n7_large_and_deeply_nested_documents_never_trap() {
    const LENGTH: usize = 1 << 20;
    for profile in Profile::ALL {
        let mut asked = Asked::new(session(profile));
        for unit in
            ["[", "{\"task_id\":", "[{\"error\":", "\"", "\\", "{\"a\":1,", "0", "-", " ", "\u{301}", "%", "a/../", "[]", "\0", "\u{fb1d}"]
        {
            let large = unit.repeat(LENGTH / unit.len());
            asked.read_everywhere(&large, large.as_bytes());
            let header = format!("AgentAssertion {}", &large);
            survived(asked.session.parse_assertion(&header));
        }
        let nested = format!("{{\"task_id\":{}{}}}", "[".repeat(LENGTH / 2), "]".repeat(LENGTH / 2));
        asked.read_everywhere(&nested, nested.as_bytes());
        let nested = format!("{{\"other\":{}1{},\"task_id\":\"task\"}}", "{\"a\":".repeat(LENGTH / 8), "}".repeat(LENGTH / 8));
        asked.read_everywhere(&nested, nested.as_bytes());
        let many = format!("{{{}\"task_id\":\"task\"}}", "\"x\":1,".repeat(LENGTH / 6));
        asked.read_everywhere(&many, many.as_bytes());
    }
}

#[test]
fn k2_keys_of_every_length_and_shape_never_trap() {
    let der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07";
    let change = (0..der.len(), any::<u8>(), 0..=der.len(), prop::collection::vec(any::<u8>(), 0..80));
    survive(3000, change, |asked, (at, byte, length, more)| {
        let mut bytes = der.to_vec();
        bytes[at] = byte;
        bytes.truncate(length.max(at));
        bytes.extend(more);
        for form in [PrivateForm::Pkcs8Der, PrivateForm::Seed, PrivateForm::Jwk, PrivateForm::Pkcs8Pem] {
            survived(asked.session.import_key(form, &bytes));
        }
    });
}

#[test]
fn i3_d3_v12_extreme_numbers_never_trap() {
    let extreme = prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(0), any::<i64>(), -1..300_000_000_000_i64];
    let number = || extreme.clone();
    survive(2000, (number(), number(), number(), any::<u32>()), |asked, (one, two, three, small)| {
        let Asked { session, key, .. } = asked;
        survived(session.authorize(key, "agent", "task", one));
        let date = Some("Thu, 23 Apr 2026 00:05:00 GMT".to_owned());
        let skew = agents::SkewInputs { sent_ms: one, received_ms: two, date, age: None, offset_ms: three, threshold_s: Some(small) };
        survived(session.measure_skew(&skew));
        let policy = verification::Policy { max_age_s: small % 902, ahead_s: small % 62 };
        let entries = vec![verification::ReplayEntry { key: vec![1; 32], timestamp_s: one, count: small }];
        for start in
            [verification::ReplayStart::New, verification::ReplayStart::Lost, verification::ReplayStart::Restored((entries, Some(two)))]
        {
            let config = verification::ReplayConfig { mode: verification::ReplayMode::Cap(small % 10_002), policy, capacity: small % 3 };
            match session.open_replay_window(config, &start) {
                Err(error) => survived::<()>(Err(error)),
                Ok(window) => {
                    survived(session.admit(&window, &[1; 32], one));
                    survived(session.admit(&window, &[2; 32], two));
                    session.release(window).expect("sound");
                }
            }
        }
        assert!(session.is_sound());
    });
}

#[test]
fn v12_a_large_capacity_costs_nothing_until_it_is_used() {
    for profile in Profile::ALL {
        let mut session = session(profile);
        let config = verification::ReplayConfig {
            mode: verification::ReplayMode::Strict,
            policy: verification::Policy { max_age_s: 300, ahead_s: 10 },
            capacity: u32::MAX,
        };
        let window = session.open_replay_window(config, &verification::ReplayStart::New).expect("the capacity is the host's choice");
        assert_eq!(session.admit(&window, &[1; 32], APRIL_MS / 1000), Ok(1));
    }
}

/// The shortest of several runs: what the work costs without the rest of the machine.
fn shortest(mut work: impl FnMut()) -> Duration {
    let time = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..7).map(|_| time(&mut work)).min().expect("seven runs")
}

#[test]
fn v2_a_header_of_one_megabyte_is_refused_in_linear_time() {
    for profile in Profile::ALL {
        let mut session = session(profile);
        for filling in ["A", "AgentAssertion ", " ", "é", "\0"] {
            let mut refuse = |length: usize| {
                let header = format!("AgentAssertion {}", filling.repeat(length / filling.len()));
                shortest(|| drop(session.parse_assertion(&header).expect_err("too long")))
            };
            let (quarter, whole) = (refuse(1 << 18), refuse(1 << 20));
            println!(
                "{}: 1 MiB of {filling:?} refused in {} µs, 256 KiB in {} µs",
                profile.as_str(),
                whole.as_micros(),
                quarter.as_micros()
            );
            // Four times the length; quadratic work would be sixteen times as long.
            assert!(whole <= quarter * 10 + Duration::from_millis(2), "{filling:?}: {whole:?} against {quarter:?}");
        }
    }
}

#[test]
fn n7_an_instance_with_little_memory_still_reads_ordinary_input() {
    let options = LoadOptions { profile: Profile::Portable, cache: None, memory_limit: 4 << 20, ..LoadOptions::default() };
    let component = Component::load_with(options).expect("the component loads");
    let session = Session::new(&component, Arc::new(SetClock::at(APRIL_MS)), Arc::new(NoRandom)).expect("an instance");
    let mut asked = Asked::new(session);
    for _ in 0..2000 {
        // Nothing that is refused may stay in memory.
        survived(asked.session.parse_assertion(&format!("AgentAssertion {}", "A".repeat(9000))));
        survived(asked.session.read_task_answer(&asked.key, &[b'['; 20_000]));
    }
    assert!(asked.session.is_sound());
}
