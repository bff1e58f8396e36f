//! Everything is compared with the `rsa` crate and the big integers below it.

use super::*;
use proptest::prelude::*;
use proptest::sample::Index;
use rsa::rand_core::{CryptoRng, RngCore, impls};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};

fn number(value: u64) -> Vec<u8> {
    BigUint::from(value).to_bytes_be()
}

/// The verdict of the `rsa` crate; `None` if it refuses the key.
fn reference(modulus: &[u8], exponent: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let key = RsaPublicKey::new_with_max_size(BigUint::from_bytes_be(modulus), BigUint::from_bytes_be(exponent), 8192).ok()?;
    let verified = key.verify(scheme(), &Sha256::digest(message), signature).is_ok();
    (key.n().bits() >= 2048).then_some(verified)
}

/// Our verdict, once it is the reference's too.
fn verdict(modulus: &[u8], exponent: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let found = Rs256Key::new(modulus, exponent).map(|key| key.verify(message, signature));
    assert_eq!(found, reference(modulus, exponent, message, signature), "{modulus:02x?} {exponent:02x?} {signature:02x?}");
    found
}

fn scheme() -> Pkcs1v15Sign {
    Pkcs1v15Sign { hash_len: Some(32), prefix: SHA256_PREFIX.into() }
}

/// Random numbers that are the same in every run.
struct Repeatable(u64);

impl RngCore for Repeatable {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            self.0 = self.0.wrapping_add(1);
            chunk.copy_from_slice(&Sha256::digest(self.0.to_be_bytes())[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Repeatable {}

#[test]
fn j7_signatures_of_keys_of_many_sizes() {
    for (bits, exponent) in [(2048, 3), (2049, 17), (2055, (1 << 33) - 9), (3072, 65537), (4096, 65537)] {
        let secret = RsaPrivateKey::new_with_exp(&mut Repeatable(exponent), bits, &BigUint::from(exponent)).unwrap();
        let (modulus, exponent) = (secret.n().to_bytes_be(), number(exponent));
        let check = |message: &[u8], signature: &[u8]| verdict(&modulus, &exponent, message, signature);
        for message in 0..2_u8 {
            let good = secret.sign(scheme(), &Sha256::digest([message])).unwrap();
            assert_eq!(check(&[message], &good), Some(true), "{bits}");
            assert_eq!(check(&[message, 0], &good), Some(false), "{bits}");
            let mut tampered = good.clone();
            tampered[usize::from(message) * 255] ^= 1 << message;
            let above = BigUint::from_bytes_be(&good) + secret.n();
            for bad in [&tampered, &above.to_bytes_be(), &[&[0], &*good].concat(), &good[1..].to_vec(), &modulus, &vec![0; good.len()]] {
                assert_eq!(check(&[message], bad), Some(false), "{bits}");
            }
            let padded = [&[0, 0, 0, 0, 0], &*modulus].concat();
            assert_eq!(
                verdict(&padded, &[&[0; 9], &*exponent].concat(), &[message], &good),
                Some(true),
                "leading zeros of a key mean nothing"
            );
        }
    }
}

#[test]
fn j6_moduli_and_exponents_at_their_limits() {
    let power = |bits: usize| (BigUint::from(1_u8) << bits).to_bytes_be();
    let odd = |bits: usize| ((BigUint::from(1_u8) << bits) + BigUint::from(1_u8)).to_bytes_be();
    for (modulus, accepted) in
        [(odd(2046), false), (odd(2047), true), (odd(8191), true), (odd(8192), false), (power(2047), false), (vec![], false)]
    {
        assert_eq!(verdict(&modulus, &[3], b"", &[]).is_some(), accepted);
    }
    for (exponent, accepted) in
        [(0, false), (1, false), (2, false), (3, true), (4, false), ((1 << 33) - 1, true), ((1 << 33) + 1, false), (u64::MAX, false)]
    {
        assert_eq!(verdict(&odd(2047), &number(exponent), b"", &[1; 256]).is_some(), accepted, "{exponent}");
    }
    assert_eq!(verdict(&odd(2047), &odd(64), b"", &[1; 256]), None);
    assert_eq!(verdict(&odd(2047), &[], b"", &[1; 256]), None);
}

prop_compose! {
    /// An odd number of at least 2048 bits, its limbs often extreme.
    fn modulus()(limbs in prop::collection::vec(prop_oneof![any::<u32>(), Just(0), Just(u32::MAX)], 65..100), highest in 1_u32..) -> Vec<u8> {
        let mut bytes: Vec<u8> = core::iter::once(highest).chain(limbs).flat_map(u32::to_be_bytes).collect();
        *bytes.last_mut().unwrap() |= 1;
        bytes
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn j7_powers_are_those_of_big_integers(modulus in modulus(), exponent in 3_u64..1 << 33, base: [u64; 8], whole: bool) {
        let exponent = exponent | 1;
        let key = Rs256Key::new(&modulus, &number(exponent)).unwrap();
        let n = BigUint::from_bytes_be(&modulus);
        let base: Vec<u8> = base.iter().cycle().flat_map(|part| part.to_be_bytes()).take(key.size).collect();
        // Either any number below the modulus or a much smaller one.
        let one = BigUint::from(1_u8);
        let base = if whole { BigUint::from_bytes_be(&base).modpow(&one, &n) } else { BigUint::from_bytes_be(&modulus[..modulus.len().saturating_sub(9)]) };
        let expected = base.modpow(&BigUint::from(exponent), &n).to_bytes_be();
        let padded = |bytes: Vec<u8>| limbs(&[vec![0; key.size.saturating_sub(bytes.len())], bytes].concat());
        prop_assert_eq!(key.power(&padded(base.to_bytes_be())), padded(expected));
    }

    #[test]
    fn j6_any_key_is_accepted_or_refused_alike(modulus in prop::collection::vec(any::<u8>(), 240..270), exponent in prop::collection::vec(any::<u8>(), 0..6), at: Index) {
        verdict(&modulus, &exponent, b"", &[1; 256]);
        let mut zeroed = modulus;
        let zeros = at.index(zeroed.len());
        zeroed[..zeros].fill(0);
        verdict(&zeroed, &exponent, b"", &[1; 256]);
    }
}
