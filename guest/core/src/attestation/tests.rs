use super::*;
use crate::flow::{Effect, Operation, Outcome, Progress};
use alloc::format;
use proptest::prelude::*;

fn text(attestation: Attestation) -> String {
    String::from(&*envelope(&attestation))
}

fn of_token(token: &str) -> String {
    text(Attestation::Token(token.into()))
}

#[test]
fn r9_1_r9_2_e8_the_envelope_of_each_status() {
    assert_eq!(of_token("v1.opaque-client-payload"), r#"{"v":1,"s":0,"t":"v1.opaque-client-payload"}"#);
    let failures = [Attestation::Timeout, Attestation::Failed, Attestation::Cancelled, Attestation::Malformed];
    for (failure, status) in failures.into_iter().zip(1..) {
        assert_eq!(text(failure), format!(r#"{{"v":1,"s":{status}}}"#));
    }
    assert_eq!(of_token(""), r#"{"v":1,"s":4}"#);
}

#[test]
fn r9_7_e59_a_token_outside_ascii_is_not_legal_in_a_header() {
    assert_eq!(of_token(r#"a"b\c"#), r#"{"v":1,"s":0,"t":"a\"b\\c"}"#);
    assert!(is_header_value(&of_token(r#"a"b\c"#)));
    assert_eq!(of_token("é"), r#"{"v":1,"s":0,"t":"é"}"#);
    assert!(!is_header_value(&of_token("é")));
    assert!(!is_header_value(&of_token("\u{7f}")));
    assert_eq!(of_token("a\r\nb\u{1}"), r#"{"v":1,"s":0,"t":"a\r\nb\u0001"}"#);
}

#[test]
fn r9_6_r9_7_attesting_asks_once_with_the_whole_budget() {
    for (token, attested) in [("t", Some(r#"{"v":1,"s":0,"t":"t"}"#)), ("é", None)] {
        let mut operation = Operation::new(attest);
        let asked = operation.resume(None).unwrap().progress;
        assert!(matches!(asked, Ok(Progress::Effect(Effect::Attest(100)))));
        let done = operation.resume(Some(Outcome::Attest(Attestation::Token(token.into())))).unwrap().progress.unwrap();
        let Progress::Done(Completion::Attested(header)) = done else { panic!("not attested") };
        assert_eq!(header.as_deref(), attested);
    }
}

#[test]
fn k14_debug_output_hides_the_token() {
    let token = Attestation::Token("marker".into());
    assert!(!format!("{token:?} {:?}", Completion::Attested(Some(envelope(&token)))).contains("marker"));
}

proptest! {
    #[test]
    fn r9_7_an_envelope_is_legal_unless_its_token_is_not_ascii(token in any::<String>()) {
        let envelope = of_token(&token);
        prop_assert_eq!(is_header_value(&envelope), token.chars().all(|c| c < '\u{7f}'));
        let json: serde_json::Value = serde_json::from_str(&envelope).unwrap();
        if !token.is_empty() {
            prop_assert_eq!(json["t"].as_str(), Some(&*token));
        }
    }

    #[test]
    fn k15_the_envelope_of_the_longest_escapes_fits_its_first_buffer(token in "[\u{0}-\u{1f}]{0,40}") {
        prop_assert!(of_token(&token).len() <= token.len().saturating_mul(6).saturating_add(24));
    }
}
