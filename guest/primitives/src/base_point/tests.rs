use super::*;
use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use proptest::prelude::*;

#[allow(clippy::arithmetic_side_effects, reason = "points and scalars, not numbers")]
fn by_dalek(scalar: &Scalar) -> [u8; 32] {
    (ED25519_BASEPOINT_POINT * scalar).compress().to_bytes()
}

#[test]
fn small_and_great_multiples_are_those_of_dalek() {
    for number in 0..40_u64 {
        let scalar = Scalar::from(number);
        assert_eq!(multiple(&scalar), by_dalek(&scalar), "{number}");
        assert_eq!(multiple(&-scalar), by_dalek(&-scalar), "-{number}");
    }
    for power in 0..253 {
        let scalar = (0..power).fold(Scalar::ONE, |scalar, _| scalar + scalar);
        assert_eq!(multiple(&scalar), by_dalek(&scalar), "2^{power}");
    }
}

proptest! {
    #[test]
    fn multiples_are_those_of_dalek(bytes: [u8; 32]) {
        let scalar = Scalar::from_bytes_mod_order(bytes);
        prop_assert_eq!(multiple(&scalar), by_dalek(&scalar));
    }
}
