use super::*;
use crate::encoding::base64url;
use crate::record::IdentityRecord;
use alloc::string::ToString;
use alloc::{format, vec};
use rsa::{BigUint, Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

mod hostile;
mod key_sets;

/// A key made for these tests, in hex: modulus, private exponent, primes.
const N: &str = "92a1ff8c3d621b77e748fcbd4299a31757e55b365b1834fce2edc7cece248f6717303938d5413839a19c4bc6e255b4873158fbb1018d707512c6a0414cc039cc\
     6815e2627195dce296c5e4e9e63c5567e791e2415d15cb56206b78464ec8184a4326a6198d7fc972b12cb56cfa5c48692fc6d50afbfb2623edefc10d80c2e1e2\
     1442023572a509f64ddb00d1828ef6f2ac062ca2a115aef2cd674ee57b82ba193034d35edc30bc65294cc323cbda949770f40e8e79c01eb99910a29269403580\
     714ddd2a33a1980d1b4e4fe7da1b68d66f7f7caead509ea97e66671012162bc05fa02eae474e92e8954fd788d6acb60fc3b1340bf5df97defd03dab64d20d78f";
const D: &str = "481f3b7d29b4024eb789441c283b3e91fcbee85e3e9abecaa3d37b5e52312957a0d02caa5ce4a2030c0fbee07e9d7e6e0097ae89cc245ac13abaf797d16865b0\
     0f2cb46ce1f1699e5f0a7722ea0642fbc30013893d7fbac3b75924e4c55b25ecb64561980541153f3f10a92bdba35da509c5828424972340b38779826abd7031\
     996f5f27af54039d69b9d1b0f02d06bdca26394ffdc81825cd2483e9e6b2c21f1e03ad9e3d58ac51111b879aa21071f1f359d895a4ac457bbf844b0f2bd1f490\
     e8c3d9a8b3ec42d35de03dc66e7bb718bb2f805e6d86538dac700fd2ac04683797738d2c16ff5eadf48ca57d8a1d9fddb5a2a3d579c4f6058a4f9c8596d2d61";
const P: &str = "cbbf8ef681cf2df913157480bf768f5f97eff0e7221e09fbf1f72985ca40beb51d0fd5a9a421782c20971c257760071f274ba80f86995edc6026650c6b457d16\
     725e8526ed0011fbeed42d0dc17287d04f5f0e76ee9b7c49cc66ebddcca287c6ea2a576a7fbd77102200c93227d193258608583d84d1e438a740b312e3d1c66b";
const Q: &str = "b83cb4cca241b78260330855525c13b55662725d5de86437f5728d4928d024c204f9b20b741ba4768e3356985833e9c97c0d73ac35362bcef37363d3ffeb3709\
     30eb6d83c2d2642f690f5944d229832b81fd0e61e7ecb2651df06ea3240fb05fcb2f688c839f1562e3009341773d11abb8d407693acc1808eff0974a39ad146d";
/// A modulus of 1024 bits.
const SHORT_N: &str = "d36f4004a07bd426393fb9d136c97734beb02e5035c0e4231bd315c48a0c367a54b569991237816dc469f667c95f012cb2f88cf319d39194ece7252c87f82750\
     28d21bca68cf1b1d35478d1dc77e5d078f5167109dd4329033d0f214e7f9a66fe11b3dd85f2f7f839a8c8b9ad46022479e23508a6e331c3d81ba1a3044b88619";

const EXP: u64 = 1_776_902_400;
const NOW_MS: i64 = 1_776_902_400_000;

fn hex(text: &str) -> BigUint {
    BigUint::parse_bytes(text.as_bytes(), 16).unwrap()
}

fn claims() -> Value {
    json!({
        "iss": "https://chatgpt.com/codex-backend/agent-identity", "aud": "codex-app-server", "iat": 1_776_000_000, "exp": EXP,
        "agent_runtime_id": "agent-123", "agent_private_key": "c2VjcmV0", "account_id": "account-1", "chatgpt_user_id": "user-1",
        "email": "a@b.example", "plan_type": "pro", "chatgpt_account_is_fedramp": true
    })
}

fn header() -> Value {
    json!({"alg": "RS256", "kid": "k1", "typ": "JWT"})
}

fn key() -> Value {
    json!({"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256", "n": base64url(&hex(N).to_bytes_be()), "e": "AQAB"})
}

fn changed(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

fn set(keys: &[Value]) -> Vec<u8> {
    json!({ "keys": keys }).to_string().into_bytes()
}

/// A token over these two JSON texts, signed with the key of these tests.
fn sign(header: &str, claims: &str) -> String {
    let key = RsaPrivateKey::from_components(hex(N), BigUint::from(65537_u32), hex(D), vec![hex(P), hex(Q)]).unwrap();
    let signed = [base64url(header.as_bytes()), base64url(claims.as_bytes())].join(".");
    let prefix = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: prefix.to_vec().into() };
    let signature = key.sign(scheme, &Sha256::digest(&signed)).unwrap();
    [signed, base64url(&signature)].join(".")
}

fn token(header: &Value, claims: &Value) -> String {
    sign(&header.to_string(), &claims.to_string())
}

fn code(jwt: &str, jwks: &[u8]) -> Code {
    verify(jwt, jwks, NOW_MS).unwrap_err().code
}

fn claims_code(claims: &Value) -> Code {
    code(&token(&header(), claims), &set(&[key()]))
}

/// A token whose key parses, and the key set it verifies with.
pub(crate) fn login_of(account_id: &str) -> (String, Vec<u8>) {
    let key = "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";
    let claims = changed(changed(claims(), "agent_private_key", json!(key)), "account_id", json!(account_id));
    (token(&header(), &claims), set(&[self::key()]))
}

#[test]
fn j1_to_j8_accept_a_good_token() {
    let accepted = verify(&token(&header(), &claims()), &set(&[key()]), NOW_MS).unwrap();
    assert_eq!(accepted.agent_runtime_id.as_str(), "agent-123");
    assert_eq!(&*accepted.agent_private_key, "c2VjcmV0");
    assert_eq!((accepted.account_id.as_str(), accepted.chatgpt_user_id.as_str()), ("account-1", "user-1"));
    assert_eq!((accepted.email.as_deref(), accepted.plan_type.as_str()), (Some("a@b.example"), "pro"));
    assert!(accepted.fedramp);
    assert_eq!((accepted.iat, accepted.exp), (1_776_000_000, EXP));
}

#[test]
fn j1_three_non_empty_base64url_parts() {
    let good = token(&header(), &claims());
    let [h, c, s] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    for bad in [
        String::new(),
        "..".into(),
        "at-123".into(),
        format!("{h}.{c}"),
        format!("{good}.{s}"),
        format!(".{c}.{s}"),
        format!("{h}..{s}"),
        format!("{h}.{c}."),
        format!("{h}=.{c}.{s}"),
        format!("{h}.{c}.{s}="),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{h}.{c}.+{s}"),
        format!("{h}.{c}.é"),
    ] {
        assert_eq!(code(&bad, &set(&[key()])), Code::JwtMalformed, "{bad}");
        assert_eq!(unverified_account_id(&bad).unwrap_err().code, Code::JwtMalformed);
    }
}

#[test]
fn j1_header_and_claims_are_json() {
    let (header, claims) = (header().to_string(), claims().to_string());
    for bad in ["", "{", "{}x", "{\"a\":1,}", "\"", "nul", "\u{feff}{}"] {
        assert_eq!(code(&sign(bad, &claims), &set(&[key()])), Code::JwtMalformed, "{bad}");
        assert_eq!(code(&sign(&header, bad), &set(&[key()])), Code::JwtMalformed, "{bad}");
    }
    for bytes in [&b"\xff"[..], b"{\"a\":\"\xff\"}", b"\0"] {
        let part = base64url(bytes);
        assert_eq!(code(&format!("{part}.{}.AA", base64url(b"{}")), b""), Code::JwtMalformed);
        assert_eq!(code(&format!("{}.{part}.AA", base64url(b"{}")), b""), Code::JwtMalformed);
    }
}

#[test]
fn j1_a_token_is_at_most_64_kib() {
    let padded = |len: usize| token(&header(), &changed(claims(), "pad", json!("x".repeat(len))));
    let slack = (MAX_JWT_LEN - padded(0).len()) / 4 * 3;
    assert!(padded(slack).len() <= MAX_JWT_LEN);
    assert!(verify(&padded(slack), &set(&[key()]), NOW_MS).is_ok());
    assert_eq!(code(&padded(slack + 6), &set(&[key()])), Code::JwtMalformed);
}

#[test]
fn j2_each_claim_missing_null_or_mistyped() {
    let numbers = ["iat", "exp"];
    for (name, _) in claims().as_object().unwrap() {
        let bad = match name.as_str() {
            "email" => vec![json!(1), json!(true), json!([]), json!({})],
            "chatgpt_account_is_fedramp" => vec![json!("true"), json!(0), json!(1)],
            name if numbers.contains(&name) => vec![json!("1"), json!(-1), json!(1.5), json!(1e20), json!([1])],
            _ => vec![json!(1), json!(false), json!(["x"]), json!({})],
        };
        for value in bad {
            assert_eq!(claims_code(&changed(claims(), name, value)), Code::JwtClaimsInvalid, "{name}");
        }
        if name != "email" {
            assert_eq!(claims_code(&changed(claims(), name, json!(null))), Code::JwtClaimsInvalid, "{name}");
            assert_eq!(claims_code(&without(claims(), name)), Code::JwtClaimsInvalid, "{name}");
        }
    }
}

#[test]
fn j2_email_is_optional_and_unknown_claims_are_ignored() {
    for none in [without(claims(), "email"), changed(claims(), "email", json!(null))] {
        let claims = changed(none, "nbf", json!({"deep": [1e300]}));
        assert_eq!(verify(&token(&header(), &claims), &set(&[key()]), NOW_MS).unwrap().email, None);
    }
}

#[test]
fn j2_audience_lists_and_claims_given_twice_are_refused() {
    assert_eq!(claims_code(&changed(claims(), "aud", json!(["codex-app-server"]))), Code::JwtClaimsInvalid);
    let twice = format!("{},\"exp\":{EXP}}}", claims().to_string().trim_end_matches('}'));
    assert_eq!(code(&sign(&header().to_string(), &twice), &set(&[key()])), Code::JwtClaimsInvalid);
    for other in ["[]", "1", "null", "\"x\""] {
        assert_eq!(code(&sign(&header().to_string(), other), &set(&[key()])), Code::JwtClaimsInvalid);
    }
}

#[test]
fn j3_the_account_must_be_an_allowed_workspace() {
    assert!(allowed_workspace("account-1", &["account-2", "account-1"]).is_ok());
    assert!(allowed_workspace::<&str>("account-1", &[]).is_ok());
    for allowed in [&["account-2"][..], &[""], &["ACCOUNT-1"], &["account-1 "]] {
        assert_eq!(allowed_workspace("account-1", allowed).unwrap_err().code, Code::WorkspaceNotAllowed);
    }
}

#[test]
fn j4_unverified_tokens_yield_the_account_id() {
    let unsigned = format!("{}.{}.AA", base64url(b"{}"), base64url(claims().to_string().as_bytes()));
    assert_eq!(unverified_account_id(&unsigned).unwrap(), "account-1");
    let shapeless = format!("{}.{}.AA", base64url(b"{}"), base64url(br#"{"account_id":"account-1"}"#));
    assert_eq!(unverified_account_id(&shapeless).unwrap_err().code, Code::JwtClaimsInvalid);
}

#[test]
fn j8_issuer_and_audience_are_exact() {
    for (name, value) in [
        ("iss", "https://chatgpt.com/codex-backend/agent-identity/"),
        ("iss", "https://CHATGPT.com/codex-backend/agent-identity"),
        ("iss", ""),
        ("aud", "codex-app-server "),
        ("aud", "codex"),
    ] {
        assert_eq!(claims_code(&changed(claims(), name, json!(value))), Code::JwtClaimsInvalid, "{value}");
    }
}

#[test]
fn j8_expiry_has_60_seconds_of_leeway() {
    let (jwt, jwks) = (token(&header(), &claims()), set(&[key()]));
    assert!(verify(&jwt, &jwks, NOW_MS + 60_000).is_ok());
    assert!(verify(&jwt, &jwks, i64::MIN).is_ok());
    for late in [NOW_MS + 60_001, NOW_MS + 61_000, i64::MAX] {
        assert_eq!(verify(&jwt, &jwks, late).unwrap_err().code, Code::JwtExpired);
    }
    let never = token(&header(), &changed(claims(), "exp", json!(u64::MAX)));
    assert!(verify(&never, &jwks, i64::MAX).is_ok());
    let long_ago = token(&header(), &changed(claims(), "exp", json!(0)));
    assert!(verify(&long_ago, &jwks, 60_000).is_ok());
    assert_eq!(verify(&long_ago, &jwks, 60_001).unwrap_err().code, Code::JwtExpired);
}

#[test]
fn j8_is_followed_by_i1() {
    assert_eq!(claims_code(&changed(claims(), "agent_runtime_id", json!("a:b"))), Code::RuntimeIdInvalid);
    let expired = changed(changed(claims(), "agent_runtime_id", json!("a:b")), "exp", json!(1));
    assert_eq!(claims_code(&expired), Code::JwtExpired);
}

#[test]
fn j1_to_j8_decide_in_their_order() {
    let (bad_claims, bad_header) = (without(claims(), "iss"), changed(header(), "alg", json!("none")));
    let expired = changed(claims(), "exp", json!(1));
    let jwks = set(&[key()]);
    assert_eq!(code(&token(&bad_header, &bad_claims), b""), Code::JwtClaimsInvalid);
    assert_eq!(code(&token(&bad_header, &claims()), b""), Code::JwksUndecodable);
    assert_eq!(code(&token(&bad_header, &claims()), &set(&[])), Code::JwtHeaderInvalid);
    assert_eq!(code(&token(&changed(header(), "kid", json!("x")), &expired), &jwks), Code::JwtKidUnknown);
    let unsigned = token(&header(), &expired).rsplit_once('.').unwrap().0.to_string() + ".AA";
    assert_eq!(code(&unsigned, &jwks), Code::JwtSignatureInvalid);
    assert_eq!(code(&token(&header(), &changed(expired, "aud", json!("x"))), &jwks), Code::JwtClaimsInvalid);
}

#[test]
fn j10_a_loaded_token_is_a_record_without_task() {
    let jwks = set(&[key()]);
    let record = |claims| IdentityRecord::from_claims(verify(&token(&header(), &claims), &jwks, NOW_MS).unwrap());
    let loaded = record(changed(claims(), "email", json!(""))).unwrap();
    assert_eq!((loaded.email, loaded.task_id), (None, None));
    assert_eq!(record(changed(claims(), "account_id", json!(" "))).unwrap_err().code, Code::RecordInvalid);
}

#[test]
fn k14_neither_debug_output_nor_errors_show_the_key() {
    let accepted = verify(&token(&header(), &claims()), &set(&[key()]), NOW_MS).unwrap();
    assert!(!format!("{accepted:?}").contains("c2VjcmV0"));
    let error = verify(&token(&header(), &changed(claims(), "iat", json!("c2VjcmV0"))), b"", NOW_MS).unwrap_err();
    assert!(!format!("{error:?}").contains("c2VjcmV0"));
}
