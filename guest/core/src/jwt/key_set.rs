//! The published key set (J5), the choice of a key from it (J6), and RS256 with that key (J7).

use super::MAX_JWKS_LEN;
use super::rs256::Rs256Key;
use crate::encoding::from_base64url;
use crate::error::{Code, Error, Result};
use crate::json::{Decoded, Object, elements};
use alloc::string::String;
use alloc::vec::Vec;

/// A key set document (J5). Members are judged by type here, by value only in the key that is chosen.
pub(super) struct KeySet {
    keys: Vec<Jwk>,
}

struct Jwk {
    kty: Option<String>,
    kid: Option<String>,
    usage: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl KeySet {
    /// Reads `{"keys":[…]}`; `jwks-undecodable` for anything else, and for more than 1 MiB.
    pub(super) fn read(jwks: &[u8]) -> Result<Self> {
        Self::decode(jwks).ok_or_else(|| {
            Error::new(Code::JwksUndecodable, "the key set is not a JSON document with a list of keys; check the JWKS base URL")
        })
    }

    fn decode(jwks: &[u8]) -> Option<Self> {
        let text = core::str::from_utf8(jwks).ok().filter(|text| text.len() <= MAX_JWKS_LEN)?;
        let keys = elements(Object::read(text)?.value("keys").ok()??)?;
        let keys = keys.into_iter().map(|key| Jwk::members(&Object::read(key)?).ok()).collect::<Option<_>>()?;
        Some(Self { keys })
    }

    /// The first key named `kid`, ready to verify RS256 (J6).
    pub(super) fn rsa_key(&self, kid: &str) -> Result<Rs256Key> {
        let Some(key) = self.keys.iter().find(|key| key.kid.as_deref() == Some(kid)) else {
            return Err(Error::new(Code::JwtKidUnknown, "the key set has no key with the identity JWT's kid; ask for a new token"));
        };
        key.rs256().ok_or_else(|| {
            Error::new(
                Code::JwtKeyUnusable,
                "the identity JWT's key in the key set is no RSA signing key of 2048 to 8192 bits for RS256; ask for a new token",
            )
        })
    }
}

impl Jwk {
    fn members(object: &Object<'_>) -> Decoded<Self> {
        Ok(Self {
            kty: object.optional_string("kty")?,
            kid: object.optional_string("kid")?,
            usage: object.optional_string("use")?,
            alg: object.optional_string("alg")?,
            n: object.optional_string("n")?,
            e: object.optional_string("e")?,
        })
    }

    fn rs256(&self) -> Option<Rs256Key> {
        let absent_or = |member: &Option<String>, value| member.as_deref().is_none_or(|member| member == value);
        if self.kty.as_deref() != Some("RSA") || !absent_or(&self.alg, "RS256") || !absent_or(&self.usage, "sig") {
            return None;
        }
        Rs256Key::new(&integer(&self.n)?, &integer(&self.e)?)
    }
}

/// An unsigned big-endian integer in base64url.
fn integer(member: &Option<String>) -> Option<Vec<u8>> {
    from_base64url(member.as_deref()?)
}
