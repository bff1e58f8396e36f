//! Ids of threads and turns: UUIDv7, canonical form.

use crate::error::{Advice, Error};
use crate::ports::{Clock, Random};
use crate::system::{SystemClock, SystemRandom};
use std::fmt;
use std::sync::Arc;

/// Makes the ids of threads and turns.
#[derive(Clone)]
pub struct Ids {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Ids {
    /// Ids from this clock and this random source.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { clock, random }
    }

    /// A new id, later ones sort behind earlier ones by the millisecond. Errors: `random-failed`, `clock-out-of-range`.
    pub fn fresh(&self) -> Result<String, Error> {
        let mut random = [0; 10];
        let failed = |_| Error::new("random-failed", Advice::BackOff, "no random bytes for a thread or turn id; try again");
        self.random.fill(&mut random).map_err(failed)?;
        uuid_v7(self.clock.now_ms(), random)
    }
}

impl Default for Ids {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemRandom))
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ids")
    }
}

/// RFC 9562 §5.7: 48 bits of milliseconds, version, 12 random bits, variant, 62 random bits.
fn uuid_v7(now_ms: i64, random: [u8; 10]) -> Result<String, Error> {
    let out_of_range =
        || Error::new("clock-out-of-range", Advice::FixClock, "the wall clock is before 1970 or too far ahead for an id; set it");
    let ms = u64::try_from(now_ms).ok().filter(|ms| *ms < 1 << 48).ok_or_else(out_of_range)?;
    let random = random.into_iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(byte));
    let (high, low) = (random >> 68, random & ((1 << 62) - 1));
    let uuid = u128::from(ms) << 80 | 0x7 << 76 | (high & 0xFFF) << 64 | 0b10 << 62 | low;
    let hex = format!("{uuid:032x}");
    let group = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok([group(0, 8), group(8, 12), group(12, 16), group(16, 20), group(20, 32)].join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_v7_of_its_millisecond() {
        // The example of RFC 9562, appendix A.6: 2022-02-22T19:22:22Z.
        let random = 0x0CC3_u128 << 68 | 0x18C4_DC0C_0C07_398F;
        let bytes = random.to_be_bytes();
        let id = uuid_v7(0x017F_22E2_79B0, bytes[6..].try_into().unwrap()).unwrap();
        assert_eq!(id, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    }

    #[test]
    fn ids_differ_and_need_a_usable_clock() {
        let ids = Ids::default();
        assert_ne!(ids.fresh().unwrap(), ids.fresh().unwrap());
        assert_eq!(uuid_v7(-1, [0; 10]).unwrap_err().code, "clock-out-of-range");
        assert_eq!(uuid_v7(1 << 48, [0; 10]).unwrap_err().code, "clock-out-of-range");
    }
}
