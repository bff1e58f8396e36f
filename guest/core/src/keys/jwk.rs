//! JSON Web Keys of type OKP (K6, K7, K9, RFC 8037).

use crate::encoding;
use crate::error::{Code, Error, Result};
use crate::json;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use serde::Deserialize;
use zeroize::Zeroizing;

/// Seed and public key of a private JWK. `d` has to be spelt without escapes, so that no copy of it is made while parsing.
pub(super) fn private_parts(text: &[u8]) -> Result<(Zeroizing<[u8; 32]>, [u8; 32])> {
    let jwk: Jwk<'_> = json::object(text).ok_or_else(|| malformed("it is not a JSON object with text members"))?;
    if !jwk.is_ed25519() {
        return Err(Error::new(Code::KeyWrongAlgorithm, "the JWK is not an Ed25519 key (kty OKP, crv Ed25519)"));
    }
    if !matches!(jwk.alg.as_deref(), None | Some("EdDSA" | "Ed25519")) {
        return Err(malformed("alg is neither EdDSA nor Ed25519"));
    }
    if !matches!(jwk.usage.as_deref(), None | Some("sig")) {
        return Err(malformed("use is not sig"));
    }
    if jwk.key_ops.is_some_and(|ops| !ops.iter().any(|op| op == "sign")) {
        return Err(malformed("key_ops does not hold sign"));
    }
    let seed = Zeroizing::new(jwk.d.and_then(encoding::from_base64url).ok_or_else(|| malformed("d is not base64url of 32 bytes"))?);
    let seed = Zeroizing::new(<[u8; 32]>::try_from(seed.as_slice()).map_err(|_| malformed("d is not base64url of 32 bytes"))?);
    let public = jwk.x.as_deref().and_then(bytes32).ok_or_else(|| malformed("x is not base64url of 32 bytes"))?;
    Ok((seed, public))
}

/// The 32 bytes of a public JWK; further members are ignored. `None` when it is not one.
pub(super) fn public_part(text: &[u8]) -> Option<[u8; 32]> {
    let jwk: Jwk<'_> = json::object(text)?;
    if jwk.is_ed25519() { bytes32(&jwk.x?) } else { None }
}

#[derive(Deserialize)]
struct Jwk<'a> {
    #[serde(borrow)]
    kty: Option<Cow<'a, str>>,
    #[serde(borrow)]
    crv: Option<Cow<'a, str>>,
    #[serde(borrow)]
    x: Option<Cow<'a, str>>,
    d: Option<&'a str>,
    #[serde(borrow)]
    alg: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "use")]
    usage: Option<Cow<'a, str>>,
    #[serde(borrow)]
    key_ops: Option<Vec<Cow<'a, str>>>,
}

impl Jwk<'_> {
    fn is_ed25519(&self) -> bool {
        self.kty.as_deref() == Some("OKP") && self.crv.as_deref() == Some("Ed25519")
    }
}

fn bytes32(text: &str) -> Option<[u8; 32]> {
    encoding::from_base64url(text)?.try_into().ok()
}

fn malformed(fault: &str) -> Error {
    Error::new(Code::KeyMalformed, alloc::format!("the JWK cannot be used: {fault}"))
}
