//! PKCS#8 private keys in strict DER (K4–K6). Only the shapes of K5 are read and only v1 is written.

use crate::error::{Code, Error, Result};
use zeroize::Zeroizing;

/// What a PKCS#8 structure holds.
#[derive(Debug)]
pub(super) struct PrivateKeyParts<'a> {
    pub(super) seed: &'a [u8; 32],
    pub(super) public: Option<&'a [u8; 32]>,
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OBJECT_ID: u8 = 0x06;
const OCTET_STRING: u8 = 0x04;
const ATTRIBUTES: u8 = 0xa0;
const PUBLIC_KEY: u8 = 0x81;

/// 1.3.101.112, id-Ed25519.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

const V1_PREFIX: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// Reads PKCS#8 v1 or v2; `key-not-pkcs8` for other shapes, `key-wrong-algorithm` for other algorithms.
pub(super) fn read_private_key(data: &[u8]) -> Result<PrivateKeyParts<'_>> {
    let mut outer = Reader(data);
    let mut body = Reader(outer.take(SEQUENCE)?);
    outer.end()?;

    let version = body.take(INTEGER)?;
    let mut algorithm = Reader(body.take(SEQUENCE)?);
    if algorithm.take(OBJECT_ID)? != ED25519 {
        return Err(Error::new(Code::KeyWrongAlgorithm, "the key is not an Ed25519 key; make one with `agent-identity keygen`"));
    }
    algorithm.end()?;
    let mut wrapped = Reader(body.take(OCTET_STRING)?);
    let seed = <&[u8; 32]>::try_from(wrapped.take(OCTET_STRING)?).map_err(|_| not_pkcs8())?;
    wrapped.end()?;

    if body.at(ATTRIBUTES) {
        body.take(ATTRIBUTES)?;
    }
    let public = if body.at(PUBLIC_KEY) { Some(bit_string(body.take(PUBLIC_KEY)?)?) } else { None };
    body.end()?;

    match (version, public) {
        ([0], None) | ([1], Some(_)) => Ok(PrivateKeyParts { seed, public }),
        _ => Err(not_pkcs8()),
    }
}

/// The 48 bytes of PKCS#8 v1.
pub(super) fn write_private_key(seed: &[u8; 32]) -> Zeroizing<[u8; 48]> {
    let mut out = Zeroizing::new([0_u8; 48]);
    for (to, from) in out.iter_mut().zip(V1_PREFIX.iter().chain(seed)) {
        *to = *from;
    }
    out
}

fn bit_string(content: &[u8]) -> Result<&[u8; 32]> {
    match content {
        [0, bytes @ ..] => bytes.try_into().map_err(|_| not_pkcs8()),
        _ => Err(not_pkcs8()),
    }
}

fn not_pkcs8() -> Error {
    Code::KeyNotPkcs8.into()
}

/// Reads tag-length-value items with definite, minimal lengths.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn at(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    fn take(&mut self, tag: u8) -> Result<&'a [u8]> {
        let (len, rest) = match self.0 {
            [found, len @ 0..=0x7f, rest @ ..] if *found == tag => (usize::from(*len), rest),
            [found, 0x81, len @ 0x80..=0xff, rest @ ..] if *found == tag => (usize::from(*len), rest),
            [found, 0x82, high @ 1..=0xff, low, rest @ ..] if *found == tag => (usize::from(u16::from_be_bytes([*high, *low])), rest),
            _ => return Err(not_pkcs8()),
        };
        let (content, rest) = rest.split_at_checked(len).ok_or_else(not_pkcs8)?;
        self.0 = rest;
        Ok(content)
    }

    fn end(&self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(not_pkcs8()) }
    }
}
