//! UUIDs as text: every spelling this project accepts, and the canonical one.

use crate::encoding::{from_hex_pair, hex_byte};
use crate::error::{Code, Error, Result};
use crate::ports::Ports;
use alloc::string::String;

/// A UUID of any version and variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uuid([u8; 16]);

/// How a UUID was spelt. Rules accept different sets of spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// 8-4-4-4-12.
    Hyphenated,
    /// 32 hex digits.
    Plain,
    /// 8-4-4-4-12 in braces.
    Braced,
    /// 32 hex digits in braces. X9 refuses it.
    BracedPlain,
    /// 8-4-4-4-12 after `urn:uuid:` in any case.
    Urn,
}

impl Uuid {
    /// Reads `text` in any [`Spelling`], hex digits in either case; `None` for anything else, outer space included.
    pub fn parse(text: &str) -> Option<(Self, Spelling)> {
        if let Some(inner) = text.strip_prefix('{') {
            let inner = inner.strip_suffix('}')?;
            return hyphenated(inner)
                .map(|uuid| (uuid, Spelling::Braced))
                .or_else(|| plain(inner).map(|uuid| (uuid, Spelling::BracedPlain)));
        }
        if let Some((prefix, rest)) = text.split_at_checked(URN_PREFIX.len())
            && prefix.eq_ignore_ascii_case(URN_PREFIX)
        {
            return hyphenated(rest).map(|uuid| (uuid, Spelling::Urn));
        }
        hyphenated(text).map(|uuid| (uuid, Spelling::Hyphenated)).or_else(|| plain(text).map(|uuid| (uuid, Spelling::Plain)))
    }

    /// Version 7 (RFC 9562 §5.7): milliseconds since 1970, of which 48 bits count, and randomness in every other bit.
    pub fn v7(unix_ms: u64, random: [u8; 10]) -> Self {
        let [_, _, a, b, c, d, e, f] = unix_ms.to_be_bytes();
        let [version, low, variant, rest @ ..] = random;
        let [g, h, i, j, k, l, m] = rest;
        Self([a, b, c, d, e, f, version & 0x0f | 0x70, low, variant & 0x3f | 0x80, g, h, i, j, k, l, m])
    }

    /// A new one of version 7. Errors: `random-failed`, `clock-out-of-range`.
    pub fn generate(ports: &dyn Ports) -> Result<Self> {
        let mut random = [0; 10];
        ports.fill_random(&mut random)?;
        Ok(Self::v7(clock(ports)?, random))
    }

    /// Whether all bits are zero.
    pub fn is_nil(self) -> bool {
        self.0 == [0; 16]
    }

    /// Whether all bits are one.
    pub fn is_max(self) -> bool {
        self.0 == [0xff; 16]
    }

    /// Reads the forms that metadata accepts (`spec/metadata.md` 0-6): every [`Spelling`], the prefix of a URN in lower case.
    #[inline(never)]
    pub fn parse_metadata(text: &str) -> Option<Self> {
        let (uuid, spelling) = Self::parse(text)?;
        (spelling != Spelling::Urn || text.starts_with(URN_PREFIX)).then_some(uuid)
    }

    /// Version 4 (RFC 9562 §5.4): these bytes, six of their bits replaced.
    pub fn v4(random: [u8; 16]) -> Self {
        let [a, b, c, d, e, f, version, g, variant, rest @ ..] = random;
        let [h, i, j, k, l, m, n] = rest;
        Self([a, b, c, d, e, f, version & 0x0f | 0x40, g, variant & 0x3f | 0x80, h, i, j, k, l, m, n])
    }

    /// The canonical spelling: lower-case 8-4-4-4-12.
    pub fn canonical(self) -> String {
        core::str::from_utf8(&self.characters()).unwrap_or_default().into()
    }

    /// The same, ASCII, without memory of its own.
    pub fn characters(self) -> [u8; 36] {
        let mut out = [b'-'; 36];
        let mut places = out.iter_mut();
        for (at, byte) in self.0.into_iter().enumerate() {
            if HYPHEN_BEFORE_BYTE.contains(&at) {
                places.next();
            }
            for (digit, place) in [byte >> 4, byte & 0x0f].into_iter().zip(places.by_ref()) {
                *place = hex_byte(digit);
            }
        }
        out
    }
}

/// The clock as version 7 has it; `clock-out-of-range` before 1970.
pub fn clock(ports: &dyn Ports) -> Result<u64> {
    u64::try_from(ports.now_ms()).map_err(|_| Error::new(Code::ClockOutOfRange, "the clock is before 1970, so no id can be made; set it"))
}

const URN_PREFIX: &str = "urn:uuid:";
const HYPHEN_BEFORE_BYTE: [usize; 4] = [4, 6, 8, 10];

/// Reads 8-4-4-4-12.
fn hyphenated(text: &str) -> Option<Uuid> {
    (text.len() == 36).then_some(())?;
    let mut digits = text.bytes();
    read_bytes(|at| {
        if HYPHEN_BEFORE_BYTE.contains(&at) && digits.next() != Some(b'-') {
            return None;
        }
        digits.next().zip(digits.next())
    })
}

/// Reads 32 hex digits.
fn plain(text: &str) -> Option<Uuid> {
    (text.len() == 32).then_some(())?;
    let mut digits = text.bytes();
    read_bytes(|_| digits.next().zip(digits.next()))
}

/// Builds a UUID from the pair of hex digits that `pair` gives for each byte.
fn read_bytes(mut pair: impl FnMut(usize) -> Option<(u8, u8)>) -> Option<Uuid> {
    let mut bytes = [0; 16];
    for (at, byte) in bytes.iter_mut().enumerate() {
        let (high, low) = pair(at)?;
        *byte = from_hex_pair(high, low)?;
    }
    Some(Uuid(bytes))
}

#[cfg(test)]
mod tests;
