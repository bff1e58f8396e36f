//! JSON Web Keys of type OKP (K6, K7, K9, RFC 8037).

use crate::encoding;
use crate::error::{Code, Error, Result};
use crate::json::{self, Object};
use alloc::string::String;
use zeroize::Zeroizing;

/// Seed and public key of a private JWK.
pub(super) fn private_parts(text: &[u8]) -> Result<(Zeroizing<[u8; 32]>, [u8; 32])> {
    let jwk = core::str::from_utf8(text).ok().and_then(Object::read).ok_or_else(|| malformed("it is not a JSON object"))?;
    if !is_ed25519(&jwk) {
        return Err(Error::new(Code::KeyWrongAlgorithm, "the JWK is not an Ed25519 key (kty OKP, crv Ed25519)"));
    }
    if !matches!(text_of(&jwk, "alg")?.as_deref(), None | Some("EdDSA" | "Ed25519")) {
        return Err(malformed("alg is neither EdDSA nor Ed25519"));
    }
    if !matches!(text_of(&jwk, "use")?.as_deref(), None | Some("sig")) {
        return Err(malformed("use is not sig"));
    }
    if jwk.value("key_ops").map_err(malformed)?.is_some_and(|ops| !allows_signing(ops)) {
        return Err(malformed("key_ops does not hold sign"));
    }
    let wrong_d = || malformed("d is not base64url of 32 bytes");
    let secret = jwk.secret("d").map_err(|_| wrong_d())?;
    let secret = Zeroizing::new(encoding::from_base64url(&secret).ok_or_else(wrong_d)?);
    let seed = Zeroizing::new(<[u8; 32]>::try_from(secret.as_slice()).map_err(|_| wrong_d())?);
    let public = public_x(&jwk).ok_or_else(|| malformed("x is not base64url of 32 bytes"))?;
    Ok((seed, public))
}

/// The 32 bytes of a public JWK; further members are ignored. `None` when it is not one.
pub(super) fn public_part(text: &[u8]) -> Option<[u8; 32]> {
    let jwk = Object::read(core::str::from_utf8(text).ok()?)?;
    if is_ed25519(&jwk) { public_x(&jwk) } else { None }
}

fn is_ed25519(jwk: &Object<'_>) -> bool {
    let is = |name, value| jwk.string(name).is_ok_and(|found| found == value);
    is("kty", "OKP") && is("crv", "Ed25519")
}

fn public_x(jwk: &Object<'_>) -> Option<[u8; 32]> {
    encoding::from_base64url(&jwk.string("x").ok()?)?.try_into().ok()
}

fn text_of(jwk: &Object<'_>, name: &'static str) -> Result<Option<String>> {
    jwk.optional_string(name).map_err(malformed)
}

fn allows_signing(key_ops: &str) -> bool {
    json::elements(key_ops).is_some_and(|ops| ops.contains(&"\"sign\""))
}

fn malformed(fault: &str) -> Error {
    Error::new(Code::KeyMalformed, ["the JWK cannot be used: ", fault].concat())
}
