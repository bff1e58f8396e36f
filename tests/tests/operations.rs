//! Registering agents and tasks, driven by hand: what is sent, and what each answer comes to. Repeats are in `retries.rs`.

use agent_identity_host::types::agents::AgentConfig;
use agent_identity_host::types::operations::{
    Attestation, CustodianFailure, Effect, EventKind, HttpFailure, HttpRequest, Outcome, Progress,
};
use agent_identity_host::types::{AgentDescription, CustodyCheck, ExternalTaskRef, PublicForm};
use agent_identity_tests::flows::{AUTHAPI, Bench, config, on_both, response, with_headers};
use serde_json::{Value, json};

const REGISTERED: &str = r#"{"task_id":"task-123"}"#;

fn names(request: &HttpRequest) -> Vec<String> {
    request.headers.iter().map(|(name, _)| name.to_lowercase()).collect()
}

fn json_of(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("a body is JSON")
}

#[test]
fn section_5_a_task_registration_carries_its_signature_and_no_other_credential() {
    on_both(|bench| {
        let agent = bench.agent();
        let flow = bench.register_task(&agent);
        let request = flow.request();
        assert_eq!(request.method, "POST");
        assert_eq!(request.url, format!("{AUTHAPI}/v1/agent/agent-123/task/register"));
        assert_eq!(names(request), ["content-type"], "no authorization, account, FedRAMP or cookie field");
        assert_eq!(request.headers[0].1, "application/json");
        assert_eq!((request.timeout_ms, request.success_limit, request.error_limit), (30_000, 1 << 20, 64 << 10), "§5, N7");
        let expected = concat!(
            r#"{"timestamp":"2026-04-23T00:00:00Z","signature":"#,
            r#""3HXOrVnOX7USh8WvXXCZnUyrvwUdaWFME6ZQv+foYCmk7QXzPpNPLR/Qe26X9XkHB2SGAZjnOifmm39FXjdACA=="}"#
        );
        assert_eq!(String::from_utf8_lossy(&request.body), expected);
    });
}

#[test]
fn c3_the_reference_is_normalised_and_sent_and_never_null() {
    on_both(|bench| {
        let agent = bench.agent();
        for (kind, value, sent) in [
            ("thread", Some("0190A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B"), json!("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")),
            ("opaque", Some(" Cafe\u{301} "), json!("Caf\u{e9}")),
            ("run", None, Value::Null),
            ("background", None, Value::Null),
        ] {
            let reference = ExternalTaskRef { kind: kind.into(), value: value.map(Into::into) };
            let operation = bench.session.begin_register_task(&agent, Some(&reference), None).expect("valid");
            let step = bench.session.resume(&operation, None).expect("first");
            let Ok(Progress::Effect(Effect::Http(request))) = step.progress else { panic!() };
            let body = json_of(&request.body);
            assert_eq!(body.get("external_task_ref").cloned().unwrap_or_default(), sent);
            assert_eq!(body.as_object().expect("an object").len(), if sent.is_null() { 2 } else { 3 }, "left out, not null");
        }
        let reference = ExternalTaskRef { kind: "thread".into(), value: None };
        assert_eq!(bench.session.begin_register_task(&agent, Some(&reference), None).expect_err("X").code, "ref-missing");
    });
}

#[test]
fn section_5_an_agent_registration_carries_the_access_token() {
    on_both(|bench| {
        for fedramp in [false, true] {
            let flow = bench.register_agent("token-1", fedramp);
            let request = flow.request();
            assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", format!("{AUTHAPI}/v1/agent/register").as_str()));
            assert_eq!((request.timeout_ms, request.success_limit, request.error_limit), (15_000, 1 << 20, 64 << 10));
            let fields = names(request);
            assert_eq!(fields[..2], ["content-type", "authorization"]);
            assert_eq!(fields[2..], ["x-openai-fedramp"][..usize::from(fedramp)], "only when true, never as false");
            assert_eq!(request.headers[1].1, "Bearer token-1");
            let body = json_of(&request.body);
            assert_eq!(body["abom"], json!({"agent_version": "1.2.3", "agent_harness_id": "codex-cli", "running_location": "cli-linux"}));
            assert_eq!(body["capabilities"], json!(["responsesapi"]));
            assert_eq!(body["ttl"], Value::Null);
        }
    });
}

#[test]
fn section_5_any_2xx_with_a_usable_object_succeeds() {
    on_both(|bench| {
        for status in [200, 201, 204, 299] {
            let agent = bench.agent();
            let mut flow = bench.register_task(&agent);
            assert_eq!(flow.answer(response(status, REGISTERED)).done(), "task-123");
            let kinds: Vec<_> = flow.events.iter().map(|event| event.kind).collect();
            assert_eq!(kinds, [EventKind::Registering, EventKind::Registered], "L9");
            assert!(flow.events.iter().all(|event| event.conversation.as_deref() == Some("conversation") && event.key_digest.len() == 16));
            assert_eq!(bench.session.agent_task(&agent, None), Ok(Some("task-123".into())), "the agent knows it");
            let mut flow = bench.register_agent("token-1", false);
            assert_eq!(flow.answer(response(status, r#"{"agent_runtime_id":"agent-9"}"#)).done(), "agent-9");
        }
    });
}

#[test]
fn section_5_n1_n2_unusable_success_bodies_are_final() {
    on_both(|bench| {
        let agent = bench.agent();
        for (body, code) in [
            ("", "task-response-undecodable"),
            ("[]", "task-response-undecodable"),
            ("{\"task_id\":7}", "task-response-undecodable"),
            ("{\"task_id\":\"a\",\"task_id\":\"b\"}", "task-response-undecodable"),
            ("{}", "task-id-missing"),
            ("{\"task_id\":null}", "task-id-missing"),
            ("{\"task_id\":\" \"}", "task-id-invalid"),
            ("{\"task_id\":\"\\u0000\",\"taskId\":\"good\"}", "task-id-invalid"),
            ("{\"encrypted_task_id\":\"!\"}", "sealed-not-base64"),
            ("{\"encrypted_task_id\":\"AAAA\"}", "sealed-open-failed"),
        ] {
            let mut flow = bench.register_task(&agent);
            assert_eq!(flow.answer(response(200, body)).error().code, code, "{body}");
            assert_eq!(flow.events.last().map(|event| (event.kind, event.code.as_deref())), Some((EventKind::Failed, Some(code))));
        }
        assert_eq!(bench.session.agent_task(&agent, None), Ok(None));
        for (body, code) in [
            ("", "agent-response-undecodable"),
            ("{}", "agent-response-undecodable"),
            ("{\"agent_runtime_id\":7}", "agent-response-undecodable"),
            ("{\"agent_runtime_id\":\"a:b\"}", "runtime-id-invalid"),
        ] {
            let mut flow = bench.register_agent("token-1", false);
            assert_eq!(flow.answer(response(200, body)).error().code, code, "{body}");
        }
    });
}

#[test]
fn n3_a_sealed_answer_is_opened_with_the_key() {
    on_both(|bench| {
        let agent = bench.agent();
        let mut flow = bench.register_task(&agent);
        let sealed = "uq59qDzqJhIyKZkb4ctxQcjGx3f2knGHYLVjm/kyqzIIQzcbizyWGHTfKElt7LPDsYRskw12TOA=";
        flow.answer(response(200, json!({"encryptedTaskId": sealed}).to_string()));
        assert_eq!(flow.done(), "task_123");
    });
}

#[test]
fn c7_redirects_are_refused() {
    on_both(|bench| {
        for status in [300, 301, 302, 303, 304, 307, 308] {
            let agent = bench.agent();
            let moved = with_headers(response(status, ""), &[("location", "https://elsewhere.example/")]);
            let error = bench.register_task(&agent).answer(moved.clone()).error();
            assert_eq!((error.code.as_str(), error.status), ("redirect-refused", Some(status)));
            assert_eq!(bench.register_agent("token-1", false).answer(moved).error().code, "redirect-refused");
        }
    });
}

#[test]
fn n7_a_success_body_that_was_cut_off_is_too_large_and_an_error_body_is_read_as_far_as_it_goes() {
    on_both(|bench| {
        let agent = bench.agent();
        let mut cut = response(200, REGISTERED);
        cut.truncated = true;
        assert_eq!(bench.register_task(&agent).answer(cut).error().code, "response-too-large");
        let mut cut = response(400, "why not");
        cut.truncated = true;
        let error = bench.register_task(&agent).answer(cut).error();
        assert_eq!(error.code, "task-register-rejected");
        assert!(error.message.contains("why not"));
    });
}

#[test]
fn n6_the_text_of_a_refusal_is_cut_at_512_characters() {
    on_both(|bench| {
        let agent = bench.agent();
        for unit in ["a", "é", "\u{1f600}"] {
            for (characters, cut) in [(511, false), (512, false), (513, true), (5000, true)] {
                let error = bench.register_task(&agent).answer(response(400, unit.repeat(characters))).error();
                let expected = if cut { unit.repeat(512) + "..." } else { unit.repeat(characters) };
                assert!(error.message.ends_with(&format!(": {expected}")), "{unit} × {characters}");
                assert!(error.message.contains("task") && error.message.contains("400"), "operation and status are named");
            }
        }
    });
}

#[test]
fn n6_the_text_of_a_refusal_is_made_printable() {
    on_both(|bench| {
        let agent = bench.agent();
        for (body, shown) in
            [(&b"a\r\nb\tc\0d\x1b[31me\x7f"[..], "a  b c d [31me "), (b"a\xffb\xc3", "a\u{fffd}b\u{fffd}"), ("a\u{85}b".as_bytes(), "a b")]
        {
            let error = bench.register_task(&agent).answer(response(400, body)).error();
            assert!(error.message.ends_with(shown), "{:?}", error.message);
            let error = bench.register_agent("token-1", false).answer(response(400, body)).error();
            assert!(error.message.ends_with(shown), "{:?}", error.message);
        }
        let error = bench.register_task(&agent).answer(response(400, "")).error();
        assert!(error.message.ends_with("400"), "an empty body is left out: {:?}", error.message);
    });
}

#[test]
fn k14_a_token_that_the_server_sends_back_is_blotted_out() {
    on_both(|bench| {
        let token = "eyJhbGciOi.secret-token.c2ln";
        for body in [format!("bad token {token}"), format!("{token}{token}"), format!("{{\"authorization\":\"Bearer {token}\"}}")] {
            let mut flow = bench.register_agent(token, false);
            let error = flow.answer(response(401, &body)).error();
            assert_eq!(error.code, "agent-register-rejected");
            assert!(!format!("{error:?}").contains("secret-token"), "{error:?}");
            let mut flow = bench.register_agent(token, false);
            flow.answer(response(503, &body)).sleep();
            flow.answer(response(503, &body)).sleep();
            let error = flow.answer(response(503, &body)).error();
            assert!(!format!("{error:?} {:?}", flow.events).contains("secret-token"), "{error:?}");
        }
    });
}

#[test]
fn c7_only_https_and_loopback_are_registered_at() {
    on_both(|bench| {
        let key = bench.key();
        for (base, good) in [
            ("https://authority.example", true),
            ("http://localhost:8080", true),
            ("http://127.0.0.1:1", true),
            ("http://127.9.9.9/x", true),
            ("http://[::1]:8080/", true),
            ("http://authority.example", false),
            ("http://localhost.example", false),
            ("http://128.0.0.1", false),
            ("http://[::2]", false),
            ("ftp://localhost", false),
            ("https://", false),
            ("authority.example", false),
            ("", false),
        ] {
            let config = AgentConfig { authapi_base: base.into(), ..config() };
            let opened = bench.session.open_agent(&config, &key).map(|_| ()).map_err(|error| error.code);
            assert_eq!(opened, if good { Ok(()) } else { Err("base-url-unsupported".into()) }, "{base}");
        }
    });
}

#[test]
fn section_5_a_token_that_is_no_header_value_is_refused_before_anything_is_sent() {
    on_both(|bench| {
        let key = bench.key();
        let raw = bench.session.public_forms(&key).expect("sound").raw;
        let key = bench.session.import_verifying_key(PublicForm::Raw, &raw).expect("a public key");
        let description = AgentDescription { source: "cli".into(), os: "linux".into(), agent_version: None };
        for token in ["", "a b", "a\r\nX-Evil: 1", "é", "a\u{0}"] {
            let error = bench.session.begin_register_agent(AUTHAPI, &key, &description, token, false).expect_err("no header value");
            assert_eq!(error.code, "config-invalid");
            assert!(token.is_empty() || !error.message.contains(token));
        }
    });
}

#[test]
fn section_3_1_a_wrong_outcome_is_an_error_and_the_operation_still_waits() {
    on_both(|bench| {
        let agent = bench.agent();
        let operation = bench.session.begin_register_task(&agent, None, None).expect("valid");
        let resume = |bench: &mut Bench, outcome: Option<&Outcome>| {
            bench.session.resume(&operation, outcome).map(|_| ()).map_err(|error| error.code)
        };
        assert_eq!(resume(bench, Some(&Outcome::Slept)), Err("outcome-mismatch".into()), "nothing is pending yet");
        assert_eq!(resume(bench, None), Ok(()));
        let wrong = [
            None,
            Some(Outcome::Slept),
            Some(Outcome::Load(Ok(None))),
            Some(Outcome::Store(Ok(()))),
            Some(Outcome::Erase(Ok(()))),
            Some(Outcome::Sign(Ok(vec![0; 64]))),
            Some(Outcome::Unseal(Err(CustodianFailure::Failed))),
            Some(Outcome::Attest(Attestation::Timeout)),
        ];
        for wrong in &wrong {
            assert_eq!(resume(bench, wrong.as_ref()), Err("outcome-mismatch".into()), "{wrong:?}");
        }
        let right = Outcome::Http(Ok(response(200, REGISTERED)));
        assert_eq!(resume(bench, Some(&right)), Ok(()));
        assert_eq!(bench.session.agent_task(&agent, None), Ok(Some("task-123".into())));
        assert_eq!(resume(bench, Some(&right)), Err("operation-finished".into()));
        assert_eq!(resume(bench, None), Err("operation-finished".into()));
        assert!(bench.session.is_sound());
    });
}

#[test]
fn l6_dropping_an_operation_cancels_it_and_nothing_else() {
    on_both(|bench| {
        let agent = bench.agent();
        let first = bench.session.begin_register_task(&agent, None, None).expect("valid");
        let second = bench.session.begin_register_task(&agent, None, None).expect("valid");
        bench.session.resume(&first, None).expect("first");
        bench.session.resume(&second, None).expect("second");
        bench.session.release(first).expect("sound");
        assert_eq!(bench.session.agent_task(&agent, None), Ok(None));
        bench.session.resume(&second, Some(&Outcome::Http(Ok(response(200, REGISTERED))))).expect("the other goes on");
        assert_eq!(bench.session.agent_task(&agent, None), Ok(Some("task-123".into())));
    });
}

#[test]
fn l6_a_host_that_stops_an_effect_gets_cancelled() {
    on_both(|bench| {
        let agent = bench.agent();
        assert_eq!(bench.register_task(&agent).fail(HttpFailure::Cancelled).error().code, "cancelled");
        assert_eq!(bench.register_agent("token-1", false).fail(HttpFailure::Cancelled).error().code, "cancelled");
    });
}

#[test]
fn i3_a_clock_out_of_range_sends_nothing() {
    on_both(|bench| {
        let agent = bench.agent();
        for now_ms in [-1, 253_402_300_800_000] {
            bench.clock.set(now_ms);
            assert_eq!(bench.register_task(&agent).error().code, "clock-out-of-range");
        }
    });
}

#[test]
fn n3_a_custodian_signs_and_unseals_as_effects() {
    on_both(|bench| {
        let held = bench.key();
        let public = bench.session.public_forms(&held).expect("sound").raw;
        let custodial = bench.session.custodial_key(&public, "key-1", CustodyCheck::Always).expect("a public key");
        let agent = bench.agent_with(&config(), &custodial);
        let signature = |bench: &mut Bench| {
            let made = bench.session.sign_task_at(&held, "agent-123", "2026-04-23T00:00:00Z", None).expect("valid");
            bench.session.parse_task(&made.path, made.body.as_bytes()).expect("well-formed").signature
        };
        let right = signature(bench);

        let mut flow = bench.register_task(&agent);
        let Effect::Sign(request) = flow.effect() else { panic!("{:?}", flow.effect()) };
        assert_eq!((request.key_id.as_str(), request.text.as_slice()), ("key-1", &b"agent-123:2026-04-23T00:00:00Z"[..]), "C6");
        flow.resume(Outcome::Sign(Ok(right.clone())));
        flow.answer(response(200, r#"{"encrypted_task_id":"AAECAw=="}"#));
        let Effect::Unseal(request) = flow.effect() else { panic!("{:?}", flow.effect()) };
        assert_eq!((request.key_id.as_str(), request.sealed.as_slice()), ("key-1", &[0, 1, 2, 3][..]));
        assert_eq!(flow.resume(Outcome::Unseal(Ok(b"task-9".to_vec()))).done(), "task-9");

        for (opened, code) in [(&b"\xff"[..], "sealed-not-utf8"), (b" ", "task-id-invalid"), (b"", "task-id-invalid")] {
            let mut flow = bench.register_task(&agent);
            flow.resume(Outcome::Sign(Ok(right.clone()))).answer(response(200, r#"{"encrypted_task_id":"AAECAw=="}"#));
            assert_eq!(flow.resume(Outcome::Unseal(Ok(opened.to_vec()))).error().code, code);
        }
        for wrong in [vec![], vec![0; 63], vec![0; 64], vec![0; 65]] {
            let error = bench.register_task(&agent).resume(Outcome::Sign(Ok(wrong))).error();
            assert_eq!(error.code, "signature-invalid", "nothing is sent with it");
        }
        for (failure, code) in [
            (CustodianFailure::Unsupported, "signature-invalid"),
            (CustodianFailure::Failed, "signature-invalid"),
            (CustodianFailure::Cancelled, "cancelled"),
        ] {
            assert_eq!(bench.register_task(&agent).resume(Outcome::Sign(Err(failure))).error().code, code);
        }
    });
}
