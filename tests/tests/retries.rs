//! Registrations that do not succeed at once: what is repeated, when, and what the last failure is called.

use agent_identity_host::types::agents::AgentConfig;
use agent_identity_host::types::operations::{EventKind, HttpFailure, Outcome};
use agent_identity_host::types::{PublicForm, verification};
use agent_identity_host::{Advice, Profile, Session};
use agent_identity_tests::flows::{AUTHAPI, Bench, Flow, config, on_both, response, with_headers};
use agent_identity_tests::{APRIL_MS, NoRandom, SetClock, component};
use serde_json::Value;
use std::sync::Arc;

const REGISTERED: &str = r#"{"task_id":"task-123"}"#;

fn json_of(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("a body is JSON")
}

/// What a server or the network can do that is worth another attempt, and what the error is called.
fn passing_failures() -> Vec<(Outcome, &'static str)> {
    let mut failures = vec![
        (Outcome::Http(Err(HttpFailure::Timeout)), "network-timeout"),
        (Outcome::Http(Err(HttpFailure::Connect)), "network-connect"),
        (Outcome::Http(Err(HttpFailure::Failed)), "network-failed"),
    ];
    failures.extend([429, 500, 502, 503, 504, 599].map(|status| (Outcome::Http(Ok(response(status, ""))), "server-unavailable")));
    failures
}

#[test]
fn n8_n12_passing_failures_are_tried_three_times_in_all() {
    on_both(|bench| {
        for (failure, cause) in passing_failures() {
            let agent = bench.agent();
            let mut flow = bench.register_task(&agent);
            for attempt in 1..=2 {
                flow.resume(failure.clone());
                let scheduled = flow.step.events.last().expect("an event comes before the wait");
                assert_eq!(
                    (scheduled.kind, scheduled.attempt, scheduled.code.as_deref()),
                    (EventKind::RetryScheduled, attempt + 1, Some(cause))
                );
                assert_eq!(flow.sleep(), if attempt == 1 { 200 } else { 400 });
            }
            let error = flow.resume(failure.clone()).error();
            assert_eq!((error.code.as_str(), error.attempts, error.cause.as_deref()), ("task-register-unavailable", Some(3), Some(cause)));
            assert_eq!(error.advice, Advice::BackOff);
            let mut flow = bench.register_agent("token-1", false);
            flow.resume(failure.clone()).sleep();
            flow.resume(failure.clone()).sleep();
            let error = flow.resume(failure.clone()).error();
            assert_eq!((error.code.as_str(), error.attempts, error.cause.as_deref()), ("bootstrap-unavailable", Some(3), Some(cause)));
        }
    });
}

#[test]
fn n8_a_later_attempt_can_succeed() {
    on_both(|bench| {
        for failures in 1..=2 {
            let agent = bench.agent();
            let mut flow = bench.register_task(&agent);
            for _ in 0..failures {
                flow.answer(response(503, "")).sleep();
            }
            assert_eq!(flow.answer(response(200, REGISTERED)).done(), "task-123");
            assert_eq!(flow.events.last().map(|event| event.attempt), Some(failures + 1));
        }
    });
}

#[test]
fn n8_other_statuses_are_final() {
    on_both(|bench| {
        for status in [100, 199, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 418, 422, 425, 428, 431, 451, 499] {
            let agent = bench.agent();
            let error = bench.register_task(&agent).answer(response(status, "no")).error();
            assert_eq!((error.code.as_str(), error.status, error.attempts), ("task-register-rejected", Some(status), None));
            let error = bench.register_agent("token-1", false).answer(response(status, "no")).error();
            assert_eq!((error.code.as_str(), error.status), ("agent-register-rejected", Some(status)));
        }
    });
}

#[test]
fn n9_every_attempt_is_signed_anew() {
    on_both(|bench| {
        let agent = bench.agent();
        let key = bench.key();
        let raw = bench.session.public_forms(&key).expect("sound").raw;
        let key = bench.session.import_verifying_key(PublicForm::Raw, &raw).expect("a public key");
        let mut sent = Vec::new();
        let mut flow = bench.register_task(&agent);
        for _ in 0..3 {
            sent.push((flow.request().url.clone(), flow.request().body.clone()));
            flow.bench.clock.advance(2000);
            flow.answer(response(500, ""));
            if sent.len() < 3 {
                flow.sleep();
            }
        }
        let times: Vec<_> = sent.iter().map(|(_, body)| json_of(body)["timestamp"].clone()).collect();
        assert_eq!(times, ["2026-04-23T00:00:00Z", "2026-04-23T00:00:02Z", "2026-04-23T00:00:04Z"]);
        let facts = verification::Facts {
            revoked: false,
            registered_account: None,
            sent_account: None,
            task: verification::TaskState::Unchecked,
            mark_s: None,
        };
        for (url, body) in sent {
            let path = url.strip_prefix(AUTHAPI).expect("the base");
            let policy = verification::Policy { max_age_s: 300, ahead_s: 10 };
            bench.session.verify_registration(path, &body, Some(&key), &facts, policy).expect("the signature fits");
        }
    });
}

#[test]
fn n10_delays_are_jittered_by_a_tenth_either_way() {
    on_both(|bench| {
        for (byte, delays) in [(0x00, [180, 360]), (0x40, [190, 380]), (0x80, [200, 400]), (0xff, [219, 439])] {
            bench.random.repeat(byte);
            let agent = bench.agent();
            let mut flow = bench.register_task(&agent);
            let delay = |flow: &mut Flow<'_>| flow.answer(response(500, "")).sleep();
            let measured = [delay(&mut flow), delay(&mut flow)];
            for (measured, expected) in measured.iter().zip(delays) {
                assert!(measured.abs_diff(expected) <= 1, "{byte:#x}: {measured} ms against {expected}");
                assert!((180..=440).contains(measured));
            }
        }
    });
}

#[test]
fn n11_the_server_s_wish_counts_when_it_is_longer_and_at_most_30_seconds() {
    const DATE: (&str, &str) = ("Date", "Thu, 23 Apr 2026 00:00:00 GMT");
    type Fields = &'static [(&'static str, &'static str)];
    let cases: &[(Fields, Option<u64>)] = &[
        (&[], Some(200)),
        (&[("Retry-After", "0")], Some(200)),
        (&[("retry-after", "1")], Some(1000)),
        (&[("RETRY-AFTER", "30")], Some(30_000)),
        (&[("Retry-After", "31")], None),
        (&[("Retry-After", "99999999999999999999")], None),
        (&[DATE, ("Retry-After", "Thu, 23 Apr 2026 00:00:05 GMT")], Some(5000)),
        (&[DATE, ("Retry-After", "Thu, 23 Apr 2026 00:00:30 GMT")], Some(30_000)),
        (&[DATE, ("Retry-After", "Thu, 23 Apr 2026 00:00:31 GMT")], None),
        (&[DATE, ("Retry-After", "Wed, 22 Apr 2026 00:00:00 GMT")], Some(200)),
        (&[("Retry-After", "Thu, 23 Apr 2026 00:00:07 GMT")], Some(7000)),
        (&[("Date", "Thu, 23 Apr 2026 01:00:00 GMT"), ("Retry-After", "Thu, 23 Apr 2026 01:00:03 GMT")], Some(3000)),
        (&[("Retry-After", "soon")], Some(200)),
        (&[("Retry-After", "-1")], Some(200)),
        (&[("Retry-After", "1.5")], Some(200)),
        (&[("Retry-After", "")], Some(200)),
    ];
    on_both(|bench| {
        for (headers, delay) in cases {
            let agent = bench.agent();
            bench.clock.set(APRIL_MS);
            let mut flow = bench.register_task(&agent);
            flow.answer(with_headers(response(503, ""), headers));
            match delay {
                Some(delay) => assert_eq!(flow.sleep(), *delay, "{headers:?}"),
                None => {
                    let error = flow.error();
                    assert_eq!((error.code.as_str(), error.attempts), ("task-register-unavailable", Some(1)), "{headers:?}");
                    assert!(error.retry_after_s.is_some_and(|seconds| seconds > 30), "{headers:?}");
                    assert_eq!(error.cause.as_deref(), Some("server-unavailable"));
                }
            }
        }
    });
}

const CLOCK_REFUSAL: &str = r#"{"error":{"code":"assertion_not_yet_valid"}}"#;

#[test]
fn d2_a_refusal_for_the_clock_is_repeated_once_outside_the_attempts() {
    on_both(|bench| {
        let agent = bench.agent();
        bench.clock.set(APRIL_MS + 20_000);
        let mut flow = bench.register_task(&agent);
        assert_eq!(json_of(&flow.request().body)["timestamp"], "2026-04-23T00:00:20Z");
        let refusal = with_headers(response(401, CLOCK_REFUSAL), &[("date", "Thu, 23 Apr 2026 00:00:00 GMT")]);
        flow.answer(refusal.clone());
        assert_eq!(flow.step.events[0].kind, EventKind::ClockCorrected);
        assert_eq!(json_of(&flow.request().body)["timestamp"], "2026-04-23T00:00:00Z", "signed anew with the corrected clock");
        // All three attempts are still there.
        flow.answer(response(500, "")).sleep();
        flow.answer(response(500, "")).sleep();
        assert_eq!(flow.answer(response(200, REGISTERED)).done(), "task-123");
        assert_eq!(bench.session.agent_clock_offset_ms(&agent), Ok(-20_000));

        let agent = bench.agent();
        bench.clock.set(APRIL_MS + 20_000);
        let mut flow = bench.register_task(&agent);
        flow.answer(refusal.clone());
        let again = with_headers(response(401, CLOCK_REFUSAL), &[("date", "Thu, 23 Apr 2026 00:01:00 GMT")]);
        let error = flow.answer(again).error();
        assert_eq!((error.code.as_str(), error.cause.as_deref()), ("task-register-rejected", Some("rejected-clock")), "once only");
    });
}

#[test]
fn d2_d3_d6_without_a_usable_measurement_or_with_correction_off_nothing_is_repeated() {
    on_both(|bench| {
        let date = ("date", "Thu, 23 Apr 2026 00:10:00 GMT");
        let refused = |bench: &mut Bench, correct_clock: bool, status: u16, body: &str, headers: &[(&str, &str)]| {
            let key = bench.key();
            let agent = bench.agent_with(&AgentConfig { correct_clock, ..config() }, &key);
            let error = bench.register_task(&agent).answer(with_headers(response(status, body), headers)).error();
            assert_eq!(error.code, "task-register-rejected");
            assert_eq!(bench.session.agent_clock_offset_ms(&agent), Ok(0));
        };
        refused(bench, false, 401, CLOCK_REFUSAL, &[date]);
        refused(bench, true, 403, CLOCK_REFUSAL, &[date]);
        refused(bench, true, 401, CLOCK_REFUSAL, &[]);
        refused(bench, true, 401, CLOCK_REFUSAL, &[date, ("age", "0")]);
        refused(bench, true, 401, CLOCK_REFUSAL, &[("date", "Thu, 23 Apr 2026 00:00:04 GMT")]);
        refused(bench, true, 401, CLOCK_REFUSAL, &[("date", "Sat, 25 Apr 2026 00:00:00 GMT")]);
        refused(bench, true, 401, "", &[("date", "Thu, 23 Apr 2026 00:03:59 GMT")]);
    });
}

#[test]
fn k11_n10_a_random_source_that_fails_ends_the_operation_with_its_own_code() {
    for profile in Profile::ALL {
        let mut bench = Bench::new(profile);
        bench.session = Session::new(component(profile), Arc::new(SetClock::at(APRIL_MS)), Arc::new(NoRandom)).expect("an instance");
        let agent = bench.agent();
        assert_eq!(bench.register_task(&agent).answer(response(503, "")).error().code, "random-failed");
    }
}
