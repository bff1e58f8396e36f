//! J5 to J7: the key set, the choice of a key, the signature.

use super::*;

#[test]
fn j5_key_sets_are_objects_with_a_list_of_keys() {
    let jwt = token(&header(), &claims());
    let (good, foreign) = (key().to_string(), r#"{"kty":"EC","crv":"P-256","x":1,"y":[]}"#);
    for set in [format!(r#"{{"x":1,"keys":[{foreign},{{}},{good}]}}"#), format!(r#"{{"keys":[{{"kty":null,"kid":null}},{good}]}}"#)] {
        assert!(verify(&jwt, set.as_bytes(), NOW_MS).is_ok(), "{set}");
    }
    let twice = format!("{},\"e\":\"AQAB\"}}", good.trim_end_matches('}'));
    for bad in [
        String::new(),
        "[]".into(),
        "{}".into(),
        format!("[{good}]"),
        r#"{"keys":null}"#.into(),
        format!(r#"{{"keys":{good}}}"#),
        format!(r#"{{"keys":[{good},1]}}"#),
        format!(r#"{{"keys":[{good},null]}}"#),
        format!(r#"{{"keys":[{good},{{"kid":1}}]}}"#),
        format!(r#"{{"keys":[{good},{{"n":[]}}]}}"#),
        format!(r#"{{"keys":[{twice}]}}"#),
        format!(r#"{{"keys":[{good}],"keys":[]}}"#),
        format!(r#"{{"keys":[{good}]}} x"#),
        format!(r#"{{"keys":[{good}]"#),
    ] {
        assert_eq!(code(&jwt, bad.as_bytes()), Code::JwksUndecodable, "{bad}");
    }
    assert_eq!(code(&jwt, b"{\"keys\":[],\"\xff\":1}"), Code::JwksUndecodable);
}

#[test]
fn j5_key_sets_are_at_most_1_mib() {
    let jwt = token(&header(), &claims());
    let mut jwks = set(&[key()]);
    jwks.resize(MAX_JWKS_LEN, b' ');
    assert!(verify(&jwt, &jwks, NOW_MS).is_ok());
    jwks.push(b' ');
    assert_eq!(code(&jwt, &jwks), Code::JwksUndecodable);
}

#[test]
fn j6_header_names_rs256_and_a_kid() {
    for bad in [
        json!({}),
        json!([]),
        json!("RS256"),
        without(header(), "alg"),
        without(header(), "kid"),
        changed(header(), "alg", json!("none")),
        changed(header(), "alg", json!("HS256")),
        changed(header(), "alg", json!("rs256")),
        changed(header(), "alg", json!("RS512")),
        changed(header(), "alg", json!(["RS256"])),
        changed(header(), "kid", json!(null)),
        changed(header(), "kid", json!(1)),
    ] {
        assert_eq!(code(&token(&bad, &claims()), &set(&[key()])), Code::JwtHeaderInvalid, "{bad}");
    }
    for twice in [r#"{"alg":"none","alg":"RS256","kid":"k1"}"#, r#"{"alg":"RS256","kid":"k1","\u006bid":"k1"}"#] {
        assert_eq!(code(&sign(twice, &claims().to_string()), &set(&[key()])), Code::JwtHeaderInvalid);
    }
}

#[test]
fn j6_the_first_key_with_the_kid_counts() {
    let jwt = token(&header(), &claims());
    let other = changed(key(), "kid", json!("k2"));
    assert_eq!(code(&jwt, &set(&[])), Code::JwtKidUnknown);
    assert_eq!(code(&jwt, &set(&[other.clone(), without(key(), "kid")])), Code::JwtKidUnknown);
    assert!(verify(&jwt, &set(&[other, key(), changed(key(), "kty", json!("EC"))]), NOW_MS).is_ok());
    assert_eq!(code(&jwt, &set(&[changed(key(), "kty", json!("EC")), key()])), Code::JwtKeyUnusable);
}

#[test]
fn j6_alg_and_use_of_the_key_may_be_absent() {
    let jwt = token(&header(), &claims());
    for name in ["alg", "use"] {
        assert!(verify(&jwt, &set(&[without(key(), name)]), NOW_MS).is_ok());
        assert!(verify(&jwt, &set(&[changed(key(), name, json!(null))]), NOW_MS).is_ok());
    }
    for (name, value) in [("alg", "RS512"), ("alg", "rs256"), ("alg", ""), ("use", "enc"), ("use", ""), ("kty", "rsa"), ("kty", "oct")] {
        assert_eq!(code(&jwt, &set(&[changed(key(), name, json!(value))])), Code::JwtKeyUnusable, "{name} {value}");
    }
    for name in ["kty", "n", "e"] {
        assert_eq!(code(&jwt, &set(&[without(key(), name)])), Code::JwtKeyUnusable, "{name}");
    }
}

#[test]
fn j6_moduli_of_2048_to_8192_bits() {
    let jwt = token(&header(), &claims());
    // Odd, of exactly so many bits; no token verifies with them, which tells a usable key from an unusable one.
    let modulus = |bits: usize| base64url(&((BigUint::from(1_u8) << (bits - 1)) + BigUint::from(1_u8)).to_bytes_be());
    for (bits, expect) in [
        (8, Code::JwtKeyUnusable),
        (2047, Code::JwtKeyUnusable),
        (2048, Code::JwtSignatureInvalid),
        (3072, Code::JwtSignatureInvalid),
        (8192, Code::JwtSignatureInvalid),
        (8193, Code::JwtKeyUnusable),
    ] {
        assert_eq!(code(&jwt, &set(&[changed(key(), "n", json!(modulus(bits)))])), expect, "{bits}");
    }
    let even = base64url(&(hex(N) - BigUint::from(1_u8)).to_bytes_be());
    let short = base64url(&hex(SHORT_N).to_bytes_be());
    for bad in ["", "A", "AA", "AQAB=", "é", &even, &short, &base64url(&[0; 400]), &base64url(&[0xff; 2000])] {
        assert_eq!(code(&jwt, &set(&[changed(key(), "n", json!(bad))])), Code::JwtKeyUnusable, "{bad}");
    }
}

#[test]
fn j6_public_exponents_are_odd_above_1_and_below_2_to_the_33() {
    let jwt = token(&header(), &claims());
    let exponent = |value: u64| base64url(&BigUint::from(value).to_bytes_be());
    for value in [3, (1 << 33) - 1] {
        assert_eq!(code(&jwt, &set(&[changed(key(), "e", json!(exponent(value)))])), Code::JwtSignatureInvalid, "{value}");
    }
    for value in [0, 1, 2, 65536, (1 << 33) + 1, u64::MAX] {
        assert_eq!(code(&jwt, &set(&[changed(key(), "e", json!(exponent(value)))])), Code::JwtKeyUnusable, "{value}");
    }
    for bad in ["", "AQAB=", "65537!", &base64url(&[0xff; 300])] {
        assert_eq!(code(&jwt, &set(&[changed(key(), "e", json!(bad))])), Code::JwtKeyUnusable, "{bad}");
    }
}

#[test]
fn j7_signatures_that_do_not_verify() {
    let (good, jwks) = (token(&header(), &claims()), set(&[key()]));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let signature = from_base64url(signature).unwrap();
    let with = |signature: &[u8]| format!("{signed}.{}", base64url(signature));
    let mut flipped = signature.clone();
    flipped[100] ^= 1;
    // The same residue written differently: one byte longer, and the modulus added.
    let longer = [&[0], &*signature].concat();
    let above = (BigUint::from_bytes_be(&signature) + hex(N)).to_bytes_be();
    for bad in [&flipped, &longer, &above, &signature[1..].to_vec(), &vec![0], &vec![0; 256], &vec![0xff; 256], &vec![1; 40_000]] {
        assert_eq!(code(&with(bad), &jwks), Code::JwtSignatureInvalid, "{} bytes", bad.len());
    }
    let other = token(&header(), &changed(claims(), "account_id", json!("account-2")));
    let other = other.rsplit_once('.').unwrap().1;
    assert_eq!(code(&format!("{signed}.{other}"), &jwks), Code::JwtSignatureInvalid);
}

#[test]
fn j7_padding_and_digest_are_compared_in_full() {
    let jwks = set(&[key()]);
    let good = token(&header(), &claims());
    let signed = good.rsplit_once('.').unwrap().0;
    let digest = Sha256::digest(signed);
    let prefix = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    let without_null = b"\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20";
    let padded = |ff: usize, tail: &[&[u8]]| [&[0, 1], &*vec![0xff; ff], &[0], &*tail.concat()].concat();
    let raw = |message: &[u8]| {
        let signature = BigUint::from_bytes_be(message).modpow(&hex(D), &hex(N)).to_bytes_be();
        format!("{signed}.{}", base64url(&[vec![0; 256 - signature.len()], signature].concat()))
    };
    assert!(verify(&raw(&padded(202, &[prefix, &digest])), &jwks, NOW_MS).is_ok());
    for bad in [
        padded(8, &[prefix, &digest, &[0; 194]]),
        padded(202, &[prefix, &[0; 32]]),
        padded(204, &[without_null, &digest]),
        padded(221, &[&digest]),
        [&[0, 2][..], &padded(202, &[prefix, &digest])[2..]].concat(),
    ] {
        assert_eq!(bad.len(), 256);
        assert_eq!(code(&raw(&bad), &jwks), Code::JwtSignatureInvalid);
    }
}
