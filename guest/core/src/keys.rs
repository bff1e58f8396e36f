//! Ed25519 keys: import, export, public forms (`spec/identity.md` §2).

mod der;
mod jwk;
mod pem;
mod public;

pub use public::{PublicForm, PublicKey};

use crate::encoding;
use crate::error::{Code, Error, Result};
use crate::ports::Ports;
use agent_identity_primitives::ed25519::{self, ExpandedSecretKey};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

/// Longest key text accepted, in bytes (K2).
pub const MAX_INPUT: usize = 8192;

/// The form of a private key handed in. It is named by the caller and never guessed (K2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivateForm {
    /// PKCS#8 v1 or v2, DER.
    Pkcs8Der,
    /// base64 of PKCS#8 DER: the form the identity record holds.
    Pkcs8Base64,
    /// PEM block labelled `PRIVATE KEY`.
    Pkcs8Pem,
    /// The 32 raw bytes of the seed.
    Seed,
    /// RFC 8037 JSON Web Key with `d` and `x`.
    Jwk,
}

impl PrivateForm {
    /// Every form.
    pub const ALL: [Self; 5] = [Self::Pkcs8Der, Self::Pkcs8Base64, Self::Pkcs8Pem, Self::Seed, Self::Jwk];

    /// The kebab-case name used on every surface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pkcs8Der => "pkcs8-der",
            Self::Pkcs8Base64 => "pkcs8-base64",
            Self::Pkcs8Pem => "pkcs8-pem",
            Self::Seed => "seed",
            Self::Jwk => "jwk",
        }
    }
}

/// The form in which a secret key is written: always PKCS#8 v1 (K12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportForm {
    /// 48 bytes of DER.
    Der,
    /// base64 of the DER.
    Base64,
    /// PEM block labelled `PRIVATE KEY`.
    Pem,
}

/// A secret key. Everything secret in it is overwritten on drop (K15); `Debug` shows the thumbprint only (K14).
pub struct SecretKey {
    seed: Zeroizing<[u8; 32]>,
    expanded: ExpandedSecretKey,
    public: PublicKey,
}

impl SecretKey {
    /// Reads `data` as `form`. The public key is always derived; an attached one must agree (K1, K7).
    pub fn import(form: PrivateForm, data: &[u8]) -> Result<Self> {
        if data.len() > MAX_INPUT {
            return Err(Error::new(Code::KeyMalformed, "the key is longer than 8192 bytes; hand over one key and nothing else"));
        }
        match form {
            PrivateForm::Pkcs8Der => Self::from_pkcs8(data),
            PrivateForm::Pkcs8Base64 => {
                let text = core::str::from_utf8(trim(data)).map_err(|_| Code::KeyNotBase64)?;
                let der = Zeroizing::new(encoding::from_base64(text).ok_or(Code::KeyNotBase64)?);
                Self::from_pkcs8(&der)
            }
            PrivateForm::Pkcs8Pem => Self::from_pkcs8(&pem::private_key_body(trim(data))?),
            PrivateForm::Seed => {
                let seed = <&[u8; 32]>::try_from(data).map_err(|_| Error::new(Code::KeyMalformed, "a seed is exactly 32 raw bytes"))?;
                Ok(Self::from_seed(seed))
            }
            PrivateForm::Jwk => {
                let (seed, public) = jwk::private_parts(trim(data))?;
                Self::checked(&seed, Some(&public))
            }
        }
    }

    /// The key of a seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let (expanded, public) = ed25519::key_pair(seed);
        Self { seed: Zeroizing::new(*seed), expanded, public: PublicKey::of_secret(public) }
    }

    /// A new key: 32 bytes of the random source, unchanged; 32 zero bytes are refused (K11).
    pub fn generate(ports: &dyn Ports) -> Result<Self> {
        let mut seed = Zeroizing::new([0_u8; 32]);
        ports.fill_random(seed.as_mut())?;
        if seed.iter().all(|byte| *byte == 0) {
            return Err(Error::new(Code::RandomFailed, "the random source returned only zeros; no key was made"));
        }
        Ok(Self::from_seed(&seed))
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Writes the key as PKCS#8 v1 (K12). The only way a secret leaves this type.
    pub fn export(&self, form: ExportForm) -> Zeroizing<Vec<u8>> {
        let der = der::write_private_key(&self.seed);
        match form {
            ExportForm::Der => Zeroizing::new(der.to_vec()),
            ExportForm::Base64 => Zeroizing::new(encoding::base64(&*der).into_bytes()),
            ExportForm::Pem => pem::write("PRIVATE KEY", &*der),
        }
    }

    /// Signs one of the two texts of §3. Not public: no caller may have other bytes signed (C6).
    pub(crate) fn sign(&self, text: &[u8]) -> [u8; 64] {
        ed25519::sign(&self.expanded, self.public.as_dalek(), text)
    }

    /// The X25519 scalar that sealed task ids are opened with (N3).
    pub(crate) fn x25519_scalar(&self) -> Zeroizing<[u8; 32]> {
        let digest = Zeroizing::new(<[u8; 64]>::from(Sha512::digest(*self.seed)));
        // X25519 clamps the scalar itself.
        Zeroizing::new(digest.first_chunk().copied().unwrap_or_default())
    }

    fn from_pkcs8(data: &[u8]) -> Result<Self> {
        let parts = der::read_private_key(data)?;
        Self::checked(parts.seed, parts.public)
    }

    fn checked(seed: &[u8; 32], attached: Option<&[u8; 32]>) -> Result<Self> {
        let key = Self::from_seed(seed);
        if attached.is_some_and(|public| public != key.public.as_bytes()) {
            return Err(Code::KeyPairMismatch.into());
        }
        Ok(key)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AgentKey({})", self.public.thumbprint())
    }
}

/// Text forms lose outer space, tab, CR and LF first (K2).
fn trim(mut data: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] = data {
        data = rest;
    }
    while let [rest @ .., b' ' | b'\t' | b'\r' | b'\n'] = data {
        data = rest;
    }
    data
}

/// What a key's text forms share.
pub(crate) fn text_of(data: &[u8], code: Code) -> Result<&str> {
    core::str::from_utf8(data).map_err(|_| code.into())
}

/// JWK text of a public key, also what its thumbprint hashes (RFC 7638).
pub(crate) fn public_jwk(raw: &[u8; 32]) -> String {
    ["{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"", &encoding::base64url(raw), "\"}"].concat()
}

#[cfg(test)]
mod tests;
