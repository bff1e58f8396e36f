//! Sealed task ids: libsodium's sealed box to the X25519 form of an agent's key (N3, N4).

use crate::encoding;
use crate::error::{Code, Error, Result};
use crate::identifiers::TaskId;
use crate::keys::{PublicKey, SecretKey};
use crate::ports::Ports;
use alloc::string::String;
use alloc::vec::Vec;
use crypto_box::aead::rand_core::{CryptoRng, Error as RngError, RngCore};
use curve25519_dalek::montgomery::MontgomeryPoint;

/// Ephemeral key of 32 bytes and tag of 16; a box holds at least one byte more.
const OVERHEAD: usize = 48;

/// Reads the base64 of a sealed box; `sealed-not-base64` otherwise.
pub fn decode(text: &str) -> Result<Vec<u8>> {
    encoding::from_base64(text).ok_or_else(|| Code::SealedNotBase64.into())
}

/// Opens a sealed box with the key it was sealed to.
pub fn open(key: &SecretKey, sealed: &[u8]) -> Result<Vec<u8>> {
    let ephemeral = sealed.first_chunk::<32>().filter(|_| sealed.len() > OVERHEAD).ok_or_else(unopened)?;
    let scalar = key.x25519_scalar();
    // crypto_box does not look at the shared point, so a low-order ephemeral key is found here (N4).
    if MontgomeryPoint(*ephemeral).mul_clamped(*scalar).to_bytes() == [0; 32] {
        return Err(unopened());
    }
    crypto_box::SecretKey::from_bytes(*scalar).unseal(sealed).map_err(|_| unopened())
}

/// The task id inside an opened box: UTF-8 (`sealed-not-utf8`) that I2 allows.
pub fn task_id(opened: &[u8]) -> Result<TaskId> {
    TaskId::parse(core::str::from_utf8(opened).map_err(|_| Code::SealedNotUtf8)?)
}

/// Seals a task id to `key`, with an ephemeral key from 32 random bytes; base64.
pub fn seal(key: &PublicKey, task_id: &TaskId, ports: &dyn Ports) -> Result<String> {
    let mut ephemeral = EphemeralKey { bytes: [0; 32], used: false };
    ports.fill_random(&mut ephemeral.bytes)?;
    let sealed = crypto_box::PublicKey::from_bytes(key.to_x25519())
        .seal(&mut ephemeral, task_id.as_str().as_bytes())
        .map_err(|_| Error::new(Code::Internal, "a task id could not be sealed"))?;
    Ok(encoding::base64(&sealed))
}

fn unopened() -> Error {
    Error::new(Code::SealedOpenFailed, "the sealed task id cannot be opened with this key")
}

/// Gives crypto_box the 32 bytes of its ephemeral key, drawn beforehand so that a failing source is an error, not a panic.
struct EphemeralKey {
    bytes: [u8; 32],
    used: bool,
}

impl RngCore for EphemeralKey {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        // A second draw would repeat the key, so it gets none: zeros make the box unusable rather than weak.
        for (to, from) in out.iter_mut().zip(if self.used { [0; 32] } else { self.bytes }) {
            *to = from;
        }
        self.used = true;
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), RngError> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for EphemeralKey {}

#[cfg(test)]
mod tests {
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
}
