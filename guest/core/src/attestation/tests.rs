use super::*;
use agent_identity_primitives::text::is_header_value;
use alloc::format;
use proptest::prelude::*;

fn envelope(status: u8, token: Option<&str>) -> String {
    String::from(&*Outcome::of_status(status, token).unwrap().envelope())
}

#[test]
fn r9_1_e8_the_envelope_of_each_status() {
    assert_eq!(envelope(0, Some("v1.opaque-client-payload")), r#"{"v":1,"s":0,"t":"v1.opaque-client-payload"}"#);
    for status in 1..=4 {
        assert_eq!(envelope(status, None), format!(r#"{{"v":1,"s":{status}}}"#));
    }
}

#[test]
fn r9_1_only_status_0_has_a_token() {
    for status in 1..=4 {
        assert_eq!(envelope(status, Some("token")), format!(r#"{{"v":1,"s":{status}}}"#));
    }
    assert!(Outcome::of_status(5, None).is_none());
}

#[test]
fn r9_2_a_reply_without_a_token_that_is_text_is_malformed() {
    for reply in ["", "null", "[]", "{}", r#"{"token":null}"#, r#"{"token":1}"#, r#"{"token":""}"#, r#"{"token":"a","token":"b"}"#, "{"] {
        assert!(matches!(Outcome::of_reply(reply), Outcome::Malformed), "{reply}");
    }
    assert_eq!(envelope(0, None), r#"{"v":1,"s":4}"#);
    assert_eq!(envelope(0, Some("")), r#"{"v":1,"s":4}"#);
    assert_eq!(&*Outcome::of_reply(r#"{"extra":1,"token":"t\u0061"}"#).envelope(), r#"{"v":1,"s":0,"t":"ta"}"#);
}

#[test]
fn r9_7_e59_a_token_outside_ascii_is_not_legal_in_a_header() {
    assert_eq!(envelope(0, Some(r#"a"b\c"#)), r#"{"v":1,"s":0,"t":"a\"b\\c"}"#);
    assert!(is_header_value(&envelope(0, Some(r#"a"b\c"#))));
    assert_eq!(envelope(0, Some("é")), r#"{"v":1,"s":0,"t":"é"}"#);
    assert!(!is_header_value(&envelope(0, Some("é"))));
    assert!(!is_header_value(&envelope(0, Some("\u{7f}"))));
    assert_eq!(envelope(0, Some("a\r\nb\u{1}")), r#"{"v":1,"s":0,"t":"a\r\nb\u0001"}"#);
}

#[test]
fn k14_debug_output_hides_the_token() {
    assert!(!format!("{:?}", Outcome::Token("marker".into())).contains("marker"));
}

proptest! {
    #[test]
    fn r9_7_an_envelope_is_legal_unless_its_token_is_not_ascii(token in any::<String>()) {
        let envelope = envelope(0, Some(&token));
        prop_assert_eq!(is_header_value(&envelope), token.chars().all(|c| c < '\u{7f}'));
        let json: serde_json::Value = serde_json::from_str(&envelope).unwrap();
        if !token.is_empty() {
            prop_assert_eq!(json["t"].as_str(), Some(&*token));
        }
    }

    #[test]
    fn k15_the_envelope_of_the_longest_escapes_fits_its_first_buffer(token in "[\u{0}-\u{1f}]{0,40}") {
        prop_assert!(envelope(0, Some(&token)).len() <= token.len().saturating_mul(6).saturating_add(24));
    }
}
