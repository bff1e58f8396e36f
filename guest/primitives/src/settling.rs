//! What an engine makes of us while it is still compiling us is not taken on trust.
//!
//! Engines of browsers replace code while it runs, and one did so wrongly: in WebKitGTK 2.50 about one instance in 10,000 made one wrong
//! multiple of the base point among its first 60 signatures, when JavaScriptCore's optimising compiler took over. Whoever holds that
//! signature and the right one of the same text may be able to calculate the key. So the first results of an instance are checked before
//! they leave it. Where code is compiled ahead, nothing is: the wide build runs on wasmtime only.

use core::sync::atomic::{AtomicU32, Ordering};

/// Results that are checked. JavaScriptCore replaces a function after 3,334 calls at the latest, and all that a signature needs is called
/// at least once for it.
const UNSETTLED: u32 = 4096;

/// How often a result is made before the engine is given up.
const ATTEMPTS: usize = 3;

static MADE: AtomicU32 = AtomicU32::new(0);

/// Whether the next result is one of the first, on an engine that may replace code.
pub(crate) fn is_unsettled() -> bool {
    cfg!(all(target_arch = "wasm32", not(curve25519_dalek_bits = "64"))) && is_among_first(&MADE)
}

fn is_among_first(made: &AtomicU32) -> bool {
    let before = made.load(Ordering::Relaxed);
    made.store(before.saturating_add(1), Ordering::Relaxed);
    before < UNSETTLED
}

/// The first result that is right. An engine that keeps calculating wrongly ends the instance: no error could be trusted to be told.
pub(crate) fn first_right<T>(mut make: impl FnMut() -> T, is_right: impl Fn(&T) -> bool) -> T {
    for _ in 0..ATTEMPTS {
        let made = make();
        if is_right(&made) {
            return made;
        }
    }
    #[allow(clippy::panic, reason = "a trap")]
    {
        panic!("this engine calculates wrongly")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_result_is_made_anew() {
        let mut results = [1, 2, 4].into_iter();
        assert_eq!(first_right(|| results.next(), |result| result.is_some_and(|number| number % 2 == 0)), Some(2));
        assert_eq!(results.next(), Some(4));
    }

    #[test]
    #[should_panic(expected = "calculates wrongly")]
    fn an_engine_that_stays_wrong_is_given_up() {
        first_right(|| 1, |result| *result == 2);
    }

    #[test]
    fn only_the_first_results_are_checked() {
        let made = AtomicU32::new(0);
        assert!((0..UNSETTLED).all(|_| is_among_first(&made)));
        assert!((0..3).all(|_| !is_among_first(&made)));
        let last = AtomicU32::new(u32::MAX);
        assert!(!is_among_first(&last) && !is_among_first(&last), "it does not begin again");
    }

    #[test]
    fn native_code_is_compiled_ahead() {
        assert!(!is_unsettled());
    }
}
