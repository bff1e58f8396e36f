//! Ed25519 private keys as PKCS#8, by the rules of §2: strict DER, no trailing byte (K4, K5).

use zeroize::Zeroizing;

/// What precedes the 32 bytes of the seed: outer length and version are filled in.
const PRIVATE_KEY: [u8; 16] = [0x30, 0, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// The seed, and the public key that a v2 document attaches; none when it is not such a document.
pub(super) fn read(der: &[u8]) -> Option<(&[u8; 32], Option<&[u8; 32]>)> {
    let (head, rest) = der.split_first_chunk::<16>()?;
    let mut expected = PRIVATE_KEY;
    // Short-form lengths are below 128; the longest document of K5 has 116 bytes.
    expected[1] = u8::try_from(der.len() - 2).ok().filter(|length| *length < 128)?;
    expected[4] = head[4];
    let (seed, rest) = rest.split_first_chunk::<32>().filter(|_| *head == expected)?;
    let public = match (head[4], after_attributes(rest)?) {
        (0, []) => None,
        (1, [0x81, 0x21, 0, public @ ..]) => Some(public.try_into().ok()?),
        _ => return None,
    };
    Some((seed, public))
}

/// PKCS#8 v1, the form that is always written (K12).
pub(super) fn write(seed: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    let mut der = Zeroizing::new(Vec::with_capacity(48));
    der.extend_from_slice(&PRIVATE_KEY);
    der[1] = 46;
    der.extend_from_slice(seed);
    der
}

/// Attributes are skipped unread (K4).
fn after_attributes(rest: &[u8]) -> Option<&[u8]> {
    match rest {
        [0xa0, length @ 0..0x80, rest @ ..] => rest.get(usize::from(*length)..),
        rest => Some(rest),
    }
}
