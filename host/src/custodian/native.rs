//! Keys in this process, signed with by aws-lc-rs.

use super::pkcs8;
use crate::ports::{Custodian, CustodianError, Document};
use async_trait::async_trait;
use aws_lc_rs::agreement::{self, PrivateKey, UnparsedPublicKey, X25519};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use sha2_host::{Digest, Sha512};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// Keeps Ed25519 keys in the memory of this process, outside the component, under names the caller chooses.
///
/// It signs the two texts of §3 and nothing else (C6), and opens sealed task ids. Seeds are overwritten when a key is
/// forgotten or the custodian is dropped; aws-lc overwrites its own copy. `Debug` shows the names only.
#[derive(Default)]
pub struct NativeCustodian {
    keys: RwLock<BTreeMap<String, Arc<Key>>>,
}

struct Key {
    pair: Ed25519KeyPair,
    public: [u8; 32],
    // On the heap, so that moving the key leaves no copy behind.
    seed: Box<Zeroizing<[u8; 32]>>,
}

impl NativeCustodian {
    /// Without any key.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a key from 32 bytes of the operating system's random source (K11); returns its public key.
    pub fn generate(&self, key_id: &str) -> Result<[u8; 32], CustodianError> {
        let mut seed = Box::new(Zeroizing::new([0; 32]));
        getrandom::fill(&mut seed[..]).map_err(|_| failed("the random source failed; no key was made"))?;
        if seed.iter().all(|byte| *byte == 0) {
            return Err(failed("the random source returned only zeros; no key was made"));
        }
        self.add(key_id, seed, None)
    }

    /// Takes the key of a seed (K10); returns its public key.
    pub fn import_seed(&self, key_id: &str, seed: &[u8; 32]) -> Result<[u8; 32], CustodianError> {
        self.add(key_id, boxed(seed), None)
    }

    /// Takes a key from PKCS#8 v1 or v2 DER (K4, K5), whose attached public key must be that of the seed (K7); returns its
    /// public key.
    pub fn import_pkcs8(&self, key_id: &str, der: &[u8]) -> Result<[u8; 32], CustodianError> {
        let (seed, attached) =
            pkcs8::read(der).ok_or_else(|| failed("the key is not an Ed25519 private key in PKCS#8 DER; export it in that form"))?;
        self.add(key_id, boxed(seed), attached)
    }

    /// The secret key as PKCS#8 v1 DER (K12), to be stored. The only call that returns a secret.
    pub fn reveal(&self, key_id: &str) -> Result<Document, CustodianError> {
        self.key(key_id).map(|key| pkcs8::write(&key.seed))
    }

    /// Drops a key; whether there was one.
    pub fn forget(&self, key_id: &str) -> bool {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).remove(key_id).is_some()
    }

    /// Names of the keys, in order.
    pub fn key_ids(&self) -> Vec<String> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    fn add(&self, key_id: &str, seed: Box<Zeroizing<[u8; 32]>>, attached: Option<&[u8; 32]>) -> Result<[u8; 32], CustodianError> {
        let key = Key::of_seed(seed)?;
        if attached.is_some_and(|attached| *attached != key.public) {
            return Err(failed("the public key attached to the private key belongs to another key"));
        }
        match self.keys.write().unwrap_or_else(PoisonError::into_inner).entry(key_id.to_owned()) {
            Entry::Occupied(_) => Err(failed("there is a key of that name already; forget it first or choose another name")),
            Entry::Vacant(place) => Ok(place.insert(Arc::new(key)).public),
        }
    }

    fn key(&self, key_id: &str) -> Result<Arc<Key>, CustodianError> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(key_id).cloned().ok_or(CustodianError::UnknownKey)
    }
}

impl fmt::Debug for NativeCustodian {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NativeCustodian").field(&self.key_ids()).finish()
    }
}

#[async_trait]
impl Custodian for NativeCustodian {
    fn public_key(&self, key_id: &str) -> Result<[u8; 32], CustodianError> {
        self.key(key_id).map(|key| key.public)
    }

    async fn sign(&self, key_id: &str, text: &[u8]) -> Result<[u8; 64], CustodianError> {
        let key = self.key(key_id)?;
        if !may_be_signed(text) {
            return Err(failed("the text is neither a registration nor an assertion text; this key signs nothing else"));
        }
        let signature = key.pair.try_sign(text).map_err(|_| failed("aws-lc did not sign"))?;
        signature.as_ref().try_into().map_err(|_| failed("aws-lc did not sign"))
    }

    async fn unseal(&self, key_id: &str, sealed: &[u8]) -> Result<Document, CustodianError> {
        let key = self.key(key_id)?;
        key.unseal(sealed).ok_or_else(|| failed("the sealed box cannot be opened with this key"))
    }
}

/// What a sealed box adds: an ephemeral key of 32 bytes and a tag of 16. At least one byte more is sealed (N3).
const SEAL_OVERHEAD: usize = 48;

impl Key {
    fn of_seed(seed: Box<Zeroizing<[u8; 32]>>) -> Result<Self, CustodianError> {
        let unusable = |_| failed("aws-lc refused the key");
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed[..]).map_err(unusable)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| failed("aws-lc refused the key"))?;
        Ok(Self { pair, public, seed })
    }

    fn unseal(&self, sealed: &[u8]) -> Option<Document> {
        let ephemeral = sealed.first_chunk::<32>().filter(|_| sealed.len() > SEAL_OVERHEAD)?;
        let scalar = self.x25519_scalar();
        // crypto_box does not look at the shared point. aws-lc does: an all-zero one is an error (N4).
        let private = PrivateKey::from_private_key(&X25519, &scalar[..]).ok()?;
        agreement::agree(&private, UnparsedPublicKey::new(&X25519, ephemeral), (), |_| Ok(())).ok()?;
        let mut secret = crypto_box::SecretKey::from_bytes(*scalar);
        let opened = secret.unseal(sealed).ok().map(Document::new);
        // On drop crypto_box overwrites its scalar, but not the bytes it was made of.
        secret = crypto_box::SecretKey::from_bytes([0; 32]);
        std::hint::black_box(&secret);
        opened
    }

    /// First half of SHA-512 of the seed (N3). Whoever uses it as an X25519 scalar clamps it.
    fn x25519_scalar(&self) -> Zeroizing<[u8; 32]> {
        let mut digest = Zeroizing::new([0_u8; 64]);
        Sha512::new().chain_update(&self.seed[..]).finalize_into((&mut *digest).into());
        let mut scalar = Zeroizing::new([0; 32]);
        scalar.copy_from_slice(&digest[..32]);
        scalar
    }
}

/// Whether `text` has the shape of §3: `r ":" t` or `r ":" k ":" t`. The component has checked the fields; this is the second
/// lock on the same door (C6).
fn may_be_signed(text: &[u8]) -> bool {
    let Some((head, time)) = text.split_last_chunk::<20>() else { return false };
    let is_time = time.iter().zip(b"0000-00-00T00:00:00Z").all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        mark => byte == mark,
    });
    let Some((b':', ids)) = head.split_last() else { return false };
    let agent = ids.split(|byte| *byte == b':').next().unwrap_or_default();
    let task = ids.len() - agent.len();
    is_time
        && (1..=256).contains(&agent.len())
        && agent.iter().all(|byte| byte.is_ascii_graphic() && !b"/?#".contains(byte))
        && task != 1
        && task <= 1 + 1024
}

fn boxed(seed: &[u8; 32]) -> Box<Zeroizing<[u8; 32]>> {
    let mut copy = Box::new(Zeroizing::new([0; 32]));
    copy.copy_from_slice(seed);
    copy
}

fn failed(why: &str) -> CustodianError {
    CustodianError::Failed(why.to_owned())
}

#[cfg(test)]
mod tests;
