//! What is looked for. It is kept disguised, so that the search does not find itself.

use agent_identity_core::encoding::{base64, base64url};
use agent_identity_tests::hex;
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use sha2_host::{Digest, Sha512};

const DISGUISE: u8 = 0xa5;

/// Byte sequences to look for, each with a name.
#[derive(Default)]
pub struct Patterns(Vec<(&'static str, Vec<u8>)>);

impl Patterns {
    /// Everything that tells the secret of a seed (K14).
    pub fn of_seed(seed: &[u8; 32]) -> Self {
        let mut expanded: [u8; 64] = Sha512::digest(seed).into();
        let (scalar, prefix) = expanded.split_at_mut(32);
        let scalar: [u8; 32] = (&*scalar).try_into().expect("half of it");
        let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
        der.extend_from_slice(seed);
        let mut patterns = Self::default();
        patterns.add("seed", seed.to_vec());
        patterns.add("seed in hex", hex(seed).into_bytes());
        patterns.add("seed in base64", base64(seed).into_bytes());
        patterns.add("seed in base64url", base64url(seed).into_bytes());
        // The start of the document is the same for every key.
        patterns.add("PKCS#8 in base64", base64(&der).into_bytes());
        if let Some((_, disguised)) = patterns.0.last_mut() {
            disguised.drain(..24);
        }
        patterns.add("X25519 scalar", scalar.to_vec());
        patterns.add("clamped scalar", clamp_integer(scalar).to_vec());
        patterns.add("reduced scalar", Scalar::from_bytes_mod_order(clamp_integer(scalar)).to_bytes().to_vec());
        patterns.add("nonce prefix", prefix.to_vec());
        expanded.fill(0);
        der.fill(0);
        std::hint::black_box((&expanded, &der));
        patterns
    }

    /// One text.
    pub fn of_text(text: &str) -> Self {
        let mut patterns = Self::default();
        patterns.add("text", text.into());
        patterns
    }

    fn add(&mut self, name: &'static str, mut bytes: Vec<u8>) {
        bytes.iter_mut().for_each(|byte| *byte ^= DISGUISE);
        self.0.push((name, bytes));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }

    /// Adds the occurrences that begin before `end`.
    pub fn count(&self, memory: &[u8], end: usize, counts: &mut [usize]) {
        let mut begins = [false; 256];
        self.0.iter().for_each(|(_, pattern)| begins[usize::from(pattern[0] ^ DISGUISE)] = true);
        for (at, byte) in memory[..end].iter().enumerate() {
            if begins[usize::from(*byte)] {
                for ((_, pattern), count) in self.0.iter().zip(&mut *counts) {
                    let found = memory.get(at..at + pattern.len());
                    let is_it = found.is_some_and(|found| found.iter().zip(pattern).all(|(byte, hidden)| byte ^ DISGUISE == *hidden));
                    *count += usize::from(is_it);
                }
            }
        }
    }
}
