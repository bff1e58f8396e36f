//! What an engine makes of us while it is still compiling us is not taken on trust.
//!
//! Engines of browsers replace code while it runs, and one did so wrongly: in WebKitGTK 2.50 about one instance in 10,000 made one wrong
//! multiple of the base point among its first 60 signatures, when JavaScriptCore's optimising compiler took over. Whoever holds that
//! signature and the right one of the same text may be able to calculate the key. So the first results of an instance are made twice, and
//! only what came out twice leaves it. Where code is compiled ahead that is not needed: the wide build runs on wasmtime only.

use core::sync::atomic::{AtomicU32, Ordering};

/// Results that are made twice. JavaScriptCore begins to replace a function after 3,334 calls at the latest, and all that a signature
/// needs is called for it at least once, so here twice: some 760 calls are left to compile in. Under load that may not do.
const UNSETTLED: u32 = 2048;

/// How often a result may differ from the one before it until the engine is given up.
const ATTEMPTS: usize = 3;

static MADE: AtomicU32 = AtomicU32::new(0);

/// What `make` gives; while the engine may be replacing code, what it gives twice in a row.
pub(crate) fn settled<T: PartialEq>(make: impl FnMut() -> T) -> T {
    let is_compiled_ahead = cfg!(any(not(target_arch = "wasm32"), curve25519_dalek_bits = "64"));
    settled_in(&MADE, is_compiled_ahead, make)
}

fn settled_in<T: PartialEq>(made: &AtomicU32, is_compiled_ahead: bool, mut make: impl FnMut() -> T) -> T {
    if is_compiled_ahead || !is_among_first(made) {
        return make();
    }
    let mut before = make();
    for _ in 0..ATTEMPTS {
        let again = make();
        if again == before {
            return again;
        }
        before = again;
    }
    // The instance ends: no error could be trusted to be told rightly.
    #[allow(clippy::panic, reason = "a trap")]
    {
        panic!("this engine calculates wrongly")
    }
}

fn is_among_first(made: &AtomicU32) -> bool {
    let before = made.load(Ordering::Relaxed);
    made.store(before.saturating_add(1), Ordering::Relaxed);
    before < UNSETTLED
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;

    /// What comes of these results, on an engine that may replace code.
    fn outcome(results: &[u8]) -> u8 {
        let mut results = results.iter().copied();
        settled_in(&AtomicU32::new(0), false, || results.next().unwrap())
    }

    #[test]
    fn what_came_out_once_does_not_leave() {
        assert_eq!(outcome(&[7, 7]), 7);
        assert_eq!(outcome(&[1, 7, 7]), 7, "the first is wrong");
        assert_eq!(outcome(&[7, 1, 7, 7]), 7, "the second is wrong");
        assert_eq!(outcome(&[1, 2, 7, 7]), 7, "both are wrong");
    }

    #[test]
    #[should_panic(expected = "calculates wrongly")]
    fn an_engine_that_stays_wrong_is_given_up() {
        outcome(&[1, 2, 3, 4]);
    }

    #[test]
    fn the_first_results_are_made_twice_and_no_others() {
        let (made, calls) = (AtomicU32::new(0), Cell::new(0));
        let result = || settled_in(&made, false, || calls.set(calls.get() + 1));
        (0..UNSETTLED).for_each(|_| result());
        assert_eq!(calls.replace(0), 2 * UNSETTLED);
        (0..3).for_each(|_| result());
        assert_eq!(calls.get(), 3);
        made.store(u32::MAX, Ordering::Relaxed);
        (0..3).for_each(|_| result());
        assert_eq!(calls.get(), 6, "it does not begin again");
    }

    #[test]
    fn native_code_is_compiled_ahead() {
        let calls = Cell::new(0);
        settled(|| calls.set(calls.get() + 1));
        assert_eq!(calls.get(), 1);
    }
}
