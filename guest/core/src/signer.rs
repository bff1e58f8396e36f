//! A signing key, wherever it is kept: here, or with a custodian of the host (`K1`, design §3.4).

use crate::assertion::Claim;
use crate::error::{Code, Error, Result};
use crate::keys::{PublicKey, SecretKey};
use alloc::string::String;
use core::cell::Cell;

/// Where the secret half is.
pub enum Signer {
    /// Held here.
    Held(SecretKey),
    /// Kept by a custodian.
    Custodial(Custodial),
}

impl Signer {
    /// The public half.
    pub fn public(&self) -> &PublicKey {
        match self {
            Self::Held(key) => key.public(),
            Self::Custodial(key) => &key.public,
        }
    }

    /// The key held here; `auth-material-missing` when a custodian keeps it.
    pub fn held(&self) -> Result<&SecretKey> {
        match self {
            Self::Held(key) => Ok(key),
            Self::Custodial(_) => {
                Err(Error::new(Code::AuthMaterialMissing, "a custodian keeps this key; prepare the text, have it signed, then assemble"))
            }
        }
    }

    /// The custodian's key, if one keeps it.
    pub fn custodial(&self) -> Option<&Custodial> {
        match self {
            Self::Held(_) => None,
            Self::Custodial(key) => Some(key),
        }
    }

    /// The header value from a signature made elsewhere.
    pub fn assemble(&self, claim: &Claim, signature: &[u8]) -> Result<String> {
        match self {
            Self::Held(key) => Ok(claim.header(&checked(key.public(), &claim.signed_text(), signature, true)?)),
            Self::Custodial(key) => Ok(claim.header(&key.accept(&claim.signed_text(), signature)?)),
        }
    }
}

/// A key that a custodian keeps.
pub struct Custodial {
    public: PublicKey,
    key_id: String,
    check_always: bool,
    proven: Cell<bool>,
}

impl Custodial {
    /// The custodian calls the key `key_id`. Its first signature is verified, with `check_always` every one.
    pub fn new(public: PublicKey, key_id: String, check_always: bool) -> Self {
        Self { public, key_id, check_always, proven: Cell::new(false) }
    }

    /// The custodian's name for the key.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The custodian's signature over `text`, verified strictly as the check of this key says.
    pub fn accept(&self, text: &[u8], signature: &[u8]) -> Result<[u8; 64]> {
        let signature = checked(&self.public, text, signature, self.check_always || !self.proven.get())?;
        self.proven.set(true);
        Ok(signature)
    }
}

/// A signature made elsewhere: 64 bytes and, with `verify`, one of this key over this text.
fn checked(public: &PublicKey, text: &[u8], signature: &[u8], verify: bool) -> Result<[u8; 64]> {
    <[u8; 64]>::try_from(signature).ok().filter(|signature| !verify || public.verify_strict(text, signature)).ok_or_else(|| {
        Error::new(Code::SignatureInvalid, "the custodian's signature is refused: it was not made by this key over this text")
            .with_cause("custodian")
    })
}
