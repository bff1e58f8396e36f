//! Inputs made to break the reader: errors are fine, panics are not.

use super::*;
use proptest::prelude::*;

#[test]
fn jwt_reader_survives_hostile_json() {
    let hostile = [
        "[".repeat(20_000),
        "[".repeat(20_000) + &"]".repeat(20_000),
        "{\"a\":".repeat(8_000) + "1" + &"}".repeat(8_000),
        format!("{{\"exp\":{}}}", "9".repeat(40_000)),
        "{\"exp\":1e999999999}".into(),
        "{\"exp\":-1e-999999999}".into(),
        format!("{{\"iss\":\"{}\"}}", "\\ud800".repeat(5_000)),
        "{\"\\ud800\":1}".into(),
        format!("{{{}\"a\":1}}", "\"iss\":\"x\",".repeat(3_000)),
        "\u{0}".into(),
    ];
    let jwks = set(&[key()]);
    for text in &hostile {
        let (h, c) = (header().to_string(), claims().to_string());
        assert!(verify(&sign(text, &c), &jwks, NOW_MS).is_err());
        assert!(verify(&sign(&h, text), &jwks, NOW_MS).is_err());
        assert!(unverified_account_id(&sign(&h, text)).is_err());
        assert_eq!(code(&sign(&h, &c), text.as_bytes()), Code::JwksUndecodable);
        assert!(verify(&sign(&h, &c), format!("{{\"keys\":[{text}]}}").as_bytes(), NOW_MS).is_err());
    }
}

proptest! {
    #[test]
    fn jwt_reader_survives_any_text(jwt in "[A-Za-z0-9_=.\\PC-]{0,60}", jwks in prop::collection::vec(any::<u8>(), 0..60)) {
        prop_assert!(verify(&jwt, &jwks, NOW_MS).is_err());
        prop_assert!(unverified_account_id(&jwt).is_err());
    }
}

#[test]
fn jwt_reader_survives_damaged_key_sets() {
    let (jwt, jwks) = (token(&header(), &claims()), set(&[key()]));
    proptest!(|(at in any::<prop::sample::Index>(), byte in any::<u8>())| {
        let mut jwks = jwks.clone();
        let at = at.index(jwks.len());
        jwks[at] = byte;
        let _ = verify(&jwt, &jwks, NOW_MS);
    });
}

#[test]
fn j7_any_change_to_a_token_is_refused() {
    let (jwt, jwks) = (token(&header(), &claims()), set(&[key()]));
    proptest!(|(at in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_.-]")| {
        let at = at.index(jwt.len());
        let mut changed = jwt.clone();
        changed.replace_range(at..=at, &letter);
        prop_assert!(changed == jwt || verify(&changed, &jwks, NOW_MS).is_err());
    });
}
