//! Public keys and the five forms they are written in.

use super::{jwk, pem, public_jwk};
use crate::encoding;
use crate::error::{Code, Error, Result};
use agent_identity_primitives::ed25519::{self, VerifyingKey};
use alloc::string::String;
use alloc::vec::Vec;
use curve25519_dalek::edwards::CompressedEdwardsY;
use sha2::{Digest, Sha256};

/// The form of a public key handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicForm {
    /// 32 bytes.
    Raw,
    /// The line sent to the backend: `ssh-ed25519 AAAA…`, no comment.
    Ssh,
    /// RFC 8037 JSON Web Key.
    Jwk,
    /// X.509 SubjectPublicKeyInfo, DER, 44 bytes.
    Spki,
}

impl PublicForm {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Raw, Self::Ssh, Self::Jwk, Self::Spki];

    /// The kebab-case name used on every surface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Ssh => "ssh",
            Self::Jwk => "jwk",
            Self::Spki => "spki",
        }
    }
}

/// A canonical point of the curve, not of small order (K13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

const SSH_PREFIX: &str = "ssh-ed25519 ";
const SSH_BLOB_PREFIX: &[u8; 19] = b"\0\0\0\x0bssh-ed25519\0\0\0\x20";
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

impl PublicKey {
    /// Reads `data` as `form`; `key-public-invalid` for anything that K13 refuses.
    pub fn import(form: PublicForm, data: &[u8]) -> Result<Self> {
        match form {
            PublicForm::Raw => data.try_into().ok(),
            PublicForm::Ssh => ssh_line(data),
            PublicForm::Jwk => jwk::public_part(data),
            PublicForm::Spki => data.strip_prefix(&SPKI_PREFIX).and_then(|raw| raw.try_into().ok()),
        }
        .and_then(|raw| Self::from_point(&raw))
        .ok_or_else(|| Error::new(Code::KeyPublicInvalid, "the public key is not a canonical Ed25519 point in the form named"))
    }

    /// Reads the 32 raw bytes.
    pub fn from_bytes(raw: &[u8]) -> Result<Self> {
        Self::import(PublicForm::Raw, raw)
    }

    /// The 32 raw bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The line sent to the backend: no comment, no newline.
    pub fn ssh_line(&self) -> String {
        let mut blob = Vec::with_capacity(51);
        blob.extend_from_slice(SSH_BLOB_PREFIX);
        blob.extend_from_slice(self.as_bytes());
        let mut line = String::from(SSH_PREFIX);
        line.push_str(&encoding::base64(&blob));
        line
    }

    /// The JWK text `{"crv":…,"kty":…,"x":…}`.
    pub fn jwk(&self) -> String {
        public_jwk(self.as_bytes())
    }

    /// base64url of SHA-256 over [`Self::jwk`] (RFC 7638).
    pub fn thumbprint(&self) -> String {
        encoding::base64url(&Sha256::digest(self.jwk()))
    }

    /// SubjectPublicKeyInfo, DER, 44 bytes.
    pub fn spki(&self) -> Vec<u8> {
        let mut der = Vec::with_capacity(44);
        der.extend_from_slice(&SPKI_PREFIX);
        der.extend_from_slice(self.as_bytes());
        der
    }

    /// SubjectPublicKeyInfo as PEM with the label `PUBLIC KEY`.
    pub fn spki_pem(&self) -> String {
        String::from_utf8(pem::write("PUBLIC KEY", &self.spki()).to_vec()).unwrap_or_default()
    }

    /// The strict rule of §11: S below the group order, A and R not of small order, no cofactor.
    pub fn verify_strict(&self, text: &[u8], signature: &[u8; 64]) -> bool {
        ed25519::verify_strict(&self.0, text, signature)
    }

    pub(super) fn of_secret(key: VerifyingKey) -> Self {
        Self(key)
    }

    pub(super) fn as_dalek(&self) -> &VerifyingKey {
        &self.0
    }

    /// The Montgomery form, to which task ids are sealed (N3).
    pub(crate) fn to_x25519(&self) -> [u8; 32] {
        self.0.to_montgomery().to_bytes()
    }

    fn from_point(raw: &[u8; 32]) -> Option<Self> {
        let point = CompressedEdwardsY(*raw).decompress()?;
        // Compressing again shows y ≥ p and x = −0, which decompression lets pass.
        if point.compress().as_bytes() != raw || point.is_small_order() {
            return None;
        }
        VerifyingKey::from_bytes(raw).ok().map(Self)
    }
}

fn ssh_line(data: &[u8]) -> Option<[u8; 32]> {
    let blob = encoding::from_base64(core::str::from_utf8(data).ok()?.strip_prefix(SSH_PREFIX)?)?;
    blob.strip_prefix(SSH_BLOB_PREFIX)?.try_into().ok()
}
