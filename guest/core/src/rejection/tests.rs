use super::*;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use proptest::prelude::*;

fn classify(status: u16, body: &str, residual_ms: Option<i64>) -> Rejection {
    let residual = residual_ms.map(|ms| Residual::new(ms, 0));
    Rules::default().classify(&Answer::Response { status, body: body.as_bytes(), residual })
}

fn rejection(class: &str, code: Code, action: &str) -> (alloc::string::String, Option<Code>, alloc::string::String) {
    (class.to_string(), Some(code), action.to_string())
}

fn spelt(found: Rejection) -> (alloc::string::String, Option<Code>, alloc::string::String) {
    (found.class.as_str().to_string(), found.code, found.action.as_str().to_string())
}

#[test]
fn h1_no_response_backs_off_with_its_network_code() {
    for (failure, code) in [
        (NetworkFailure::Timeout, Code::NetworkTimeout),
        (NetworkFailure::Connect, Code::NetworkConnect),
        (NetworkFailure::Failed, Code::NetworkFailed),
    ] {
        assert_eq!(spelt(Rules::default().classify(&Answer::None(failure))), rejection("network", code, "back-off"));
    }
}

#[test]
fn h1_busy_statuses_back_off_whatever_the_body_says() {
    for status in [408, 429, 500, 502, 503, 599] {
        let found = classify(status, r#"{"error":{"code":"assertion-replayed"}}"#, Some(300_000));
        assert_eq!(spelt(found), rejection("network", Code::ServerUnavailable, "back-off"), "{status}");
    }
}

#[test]
fn h2_named_clock_needs_5_seconds_of_residual() {
    for code in CLOCK_CODES {
        let body = format!(r#"{{"error":{{"code":"{code}"}}}}"#);
        assert_eq!(spelt(classify(401, &body, Some(5_000))), rejection("clock", Code::RejectedClock, "correct-clock-and-repeat"));
        assert_eq!(spelt(classify(401, &body, Some(-5_000))), rejection("clock", Code::RejectedClock, "correct-clock-and-repeat"));
        assert_eq!(spelt(classify(401, &body, Some(4_999))), rejection("clock", Code::RejectedClock, "surface"));
        assert_eq!(spelt(classify(401, &body, None)), rejection("clock", Code::RejectedClock, "surface"));
    }
}

#[test]
fn h3_task_codes_ask_for_a_new_task() {
    for code in TASK_CODES {
        let body = format!(r#"{{"code":"{code}"}}"#);
        assert_eq!(spelt(classify(401, &body, None)), rejection("task", Code::RejectedTask, "register-and-repeat"));
        let skewed = classify(401, &body, Some(300_000));
        assert_eq!(spelt(skewed), rejection("task", Code::RejectedTask, "register-and-repeat"), "H3 comes before H5");
        assert!(!skewed.corrects_clock);
    }
}

#[test]
fn h4_key_codes_are_surfaced() {
    for code in KEY_CODES {
        let body = format!(r#"{{"error":"{code}"}}"#);
        assert_eq!(spelt(classify(401, &body, Some(300_000))), rejection("key", Code::RejectedKey, "surface"));
    }
}

#[test]
fn h5_unnamed_refusal_with_a_residual_at_the_threshold_is_the_clocks() {
    for body in ["", "{}", "no JSON", r#"{"error":{"code":"weather"}}"#] {
        for residual in [240_000, -240_000] {
            let found = classify(401, body, Some(residual));
            assert_eq!(spelt(found), rejection("clock", Code::RejectedClock, "correct-clock-and-repeat"), "{body:?}");
        }
        assert_eq!(spelt(classify(401, body, Some(239_999))), rejection("unknown", Code::RejectedUnknown, "surface"));
    }
}

#[test]
fn h5_threshold_is_configurable() {
    let rules = Rules { threshold: Threshold::from_seconds(60).unwrap(), ..Rules::default() };
    let answer = |ms| Answer::Response { status: 401, body: b"", residual: Some(Residual::new(ms, 0)) };
    assert_eq!(rules.classify(&answer(60_000)).class, Class::Clock);
    assert_eq!(rules.classify(&answer(59_999)).class, Class::Unknown);
}

#[test]
fn h6_any_other_refusal_is_surfaced() {
    for status in [401, 403] {
        assert_eq!(
            spelt(classify(status, r#"{"error":{"code":"weather"}}"#, None)),
            rejection("unknown", Code::RejectedUnknown, "surface")
        );
    }
}

#[test]
fn d2_a_403_is_classified_but_never_repeated() {
    let clock = classify(403, r#"{"error":{"code":"clock-skew"}}"#, Some(300_000));
    assert_eq!(spelt(clock), rejection("clock", Code::RejectedClock, "surface"));
    assert!(clock.corrects_clock, "D5 sets the offset all the same");
    let unnamed = classify(403, "", Some(300_000));
    assert_eq!(spelt(unnamed), rejection("clock", Code::RejectedClock, "surface"));
    assert!(unnamed.corrects_clock);
    assert_eq!(spelt(classify(403, r#"{"code":"task-ended"}"#, None)), rejection("task", Code::RejectedTask, "surface"));
}

#[test]
fn d6_opting_out_keeps_the_class_but_corrects_nothing() {
    let rules = Rules { corrects_clock: false, ..Rules::default() };
    for body in ["", r#"{"code":"clock-skew"}"#] {
        let answer = Answer::Response { status: 401, body: body.as_bytes(), residual: Some(Residual::new(300_000, 0)) };
        let found = rules.classify(&answer);
        assert_eq!(spelt(found), rejection("clock", Code::RejectedClock, "surface"));
        assert!(!found.corrects_clock);
    }
}

#[test]
fn h_other_statuses_pass_through() {
    for status in [100, 200, 204, 302, 400, 402, 404, 407, 409, 499, 600] {
        let found = classify(status, r#"{"error":{"code":"task-ended"}}"#, Some(300_000));
        assert_eq!((found.class.as_str(), found.code, found.action.as_str()), ("none", None, "pass"), "{status}");
    }
}

#[test]
fn h_a_host_may_add_strings_and_the_first_row_still_decides() {
    let mut rules = Rules::default();
    rules.add_clock_code("Your_Clock_Is_Off");
    rules.add_task_code("no_such_task");
    rules.add_key_code("key_retired");
    rules.add_key_code("task-ended");
    for (code, class) in [
        ("your-clock-is-off", Class::Clock),
        ("NO-SUCH_TASK", Class::Task),
        ("key_retired", Class::Key),
        ("task-ended", Class::Task),
        ("no-such-tasks", Class::Unknown),
    ] {
        let body = format!(r#"{{"code":"{code}"}}"#);
        assert_eq!(rules.classify(&Answer::Response { status: 401, body: body.as_bytes(), residual: None }).class, class, "{code}");
    }
}

#[test]
fn h_body_code_is_the_first_string_of_three_members() {
    for (body, code) in [
        (r#"{"error":{"code":"a"},"code":"b"}"#, Some("a")),
        (r#"{"code":"b","error":{"code":"a"}}"#, Some("a")),
        (r#"{"error":{"code":7},"code":"b"}"#, Some("b")),
        (r#"{"error":{"message":"m"},"code":"b"}"#, Some("b")),
        (r#"{"error":"c","code":"b"}"#, Some("b")),
        (r#"{"error":"c","code":null}"#, Some("c")),
        (r#"{"error":"c"}"#, Some("c")),
        (r#"{"error":{"code":"Task_Not_FOUND"}}"#, Some("task-not-found")),
        (r#"{"error":{"code":"task\u002dended"}}"#, Some("task-ended")),
        (r#" { "x" : [1,{"code":"n"}] , "code" : "b" } "#, Some("b")),
        (r#"{"error":{"error":{"code":"n"},"error":1}}"#, None),
        (r#"{"error":{"code":""},"code":"b"}"#, Some("")),
        (r#"{"error":["c"],"code":true}"#, None),
        (r#"{"error":{"code":{"code":"n"}}}"#, None),
        (r#"{"error":-1,"code":1.5}"#, None),
        (r#"{"code":"a","code":"b"}"#, None),
        (r#"{"error":{"code":"a","code":"b"}}"#, None),
        (r#"{"error":"a","error":"a"}"#, None),
        (r#"{"code":"a"} x"#, None),
        (r#"{"code":"a""#, None),
        (r#"["a"]"#, None),
        (r#""a""#, None),
        ("null", None),
        ("{}", None),
        ("", None),
        ("task-ended", None),
    ] {
        assert_eq!(body_code(body.as_bytes()).as_deref(), code, "{body}");
    }
    assert_eq!(body_code(b"{\"code\":\"a\",\"x\":\"\xff\"}"), None, "not UTF-8");
}

#[test]
fn n7_only_64_kib_of_the_body_count() {
    let body_of = |length: usize| {
        let mut body = br#"{"code":"task-ended"}"#.to_vec();
        body.resize(length, b' ');
        body
    };
    assert_eq!(body_code(&body_of(65_536)).as_deref(), Some("task-ended"));
    let mut longer = body_of(65_536);
    longer.push(b'x');
    assert_eq!(body_code(&longer).as_deref(), Some("task-ended"), "what follows the limit is not read");
    let cut = [vec![b' '; 65_530], br#"{"code":"task-ended"}"#.to_vec()].concat();
    assert_eq!(body_code(&cut), None);
    assert_eq!(body_code("[".repeat(65_536).as_bytes()), None);
    assert_eq!(body_code(format!(r#"{{"code":{}"#, r#"{"code":"#.repeat(8_000)).as_bytes()), None);
}

proptest! {
    #[test]
    fn h_any_answer_is_classified(status: u16, body: alloc::vec::Vec<u8>, ms: Option<i64>) {
        let answer = Answer::Response { status, body: &body, residual: ms.map(|ms| Residual::new(ms, 0)) };
        let found = Rules::default().classify(&answer);
        prop_assert_eq!(found.code.is_none(), found.class == Class::None);
        prop_assert!(!found.corrects_clock || found.class == Class::Clock);
    }
}
