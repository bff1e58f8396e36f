//! How long to wait before an attempt is repeated (11-8).

use crate::ports::Random;
use std::time::Duration;

/// Before the first retry, milliseconds.
const FIRST_MS: f64 = 200.0;

/// The delay before retry `retry`, counted from 1: 200 ms × 2^(retry−1) × j, whole milliseconds.
pub(super) fn delay(retry: u32, jitter: f64) -> Duration {
    let exponent = i32::try_from(retry.saturating_sub(1)).unwrap_or(i32::MAX);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "truncated by the rule; saturates; never negative")]
    let ms = (FIRST_MS * 2_f64.powi(exponent) * jitter) as u64;
    Duration::from_millis(ms)
}

/// Uniform in [0.9, 1.1); 1 when the random source fails, which must not fail a request.
pub(super) fn jitter(random: &dyn Random) -> f64 {
    let mut bytes = [0; 4];
    match random.fill(&mut bytes) {
        Ok(()) => 0.9 + 0.2 * f64::from(u32::from_le_bytes(bytes)) / 4_294_967_296.0,
        Err(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::RandomError;

    struct Fixed(Result<u32, RandomError>);

    impl Random for Fixed {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
            buffer.copy_from_slice(&self.0?.to_le_bytes());
            Ok(())
        }
    }

    #[test]
    fn e61_r11_8_delays_double_and_are_cut_to_whole_milliseconds() {
        assert_eq!([1, 2, 3, 4].map(|retry| delay(retry, 1.0).as_millis()), [200, 400, 800, 1600]);
        assert_eq!([0.9, 0.904_999, 1.099_999].map(|jitter| delay(1, jitter).as_millis()), [180, 180, 219]);
        // The cap on retries is 100: nothing overflows on the way there.
        assert_eq!(delay(100, 1.0), Duration::from_millis(u64::MAX));
        assert_eq!(delay(u32::MAX, 1.0), Duration::from_millis(u64::MAX));
    }

    #[test]
    fn r11_8_jitter_is_from_0_9_up_to_but_not_1_1() {
        assert_eq!(jitter(&Fixed(Ok(0))).to_bits(), 0.9_f64.to_bits());
        assert!((jitter(&Fixed(Ok(1 << 31))) - 1.0).abs() < 1e-9);
        let most = jitter(&Fixed(Ok(u32::MAX)));
        assert!(most < 1.1 && most > 1.0999);
        assert_eq!(jitter(&Fixed(Err(RandomError))).to_bits(), 1.0_f64.to_bits());
    }
}
