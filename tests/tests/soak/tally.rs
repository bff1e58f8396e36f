//! What requests came to, and whether that can be.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub struct Tally {
    outcomes: Mutex<BTreeMap<String, u64>>,
}

/// What no disturbance brings about.
const IMPOSSIBLE: [&str; 14] = [
    "internal",
    "key-",
    "record-invalid",
    "runtime-id-invalid",
    "task-id-invalid",
    "sealed-",
    "jwt-",
    "store-read-failed",
    "base-url-unsupported",
    "outcome-mismatch",
    "operation-finished",
    "run-task-missing",
    "clock-out-of-range",
    "skew-out-of-range",
];

/// What the authority may say of an assertion in a storm: besides these, only that a fault was made.
const EXPLAINED: [&str; 4] = ["accepted", "task-ended", "assertion-expired", "assertion-not-yet-valid"];

impl Tally {
    pub fn count(&self, outcome: &str) {
        *self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).entry(outcome.to_owned()).or_default() += 1;
    }

    pub fn check(&self, verdicts: &BTreeMap<(String, u16), u64>, disturbances: &BTreeMap<&'static str, u64>) {
        let outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        println!("outcomes: {outcomes:?}\nverdicts: {verdicts:?}\ndisturbances: {disturbances:?}");
        let impossible: Vec<_> = outcomes.keys().filter(|outcome| IMPOSSIBLE.iter().any(|code| outcome.starts_with(code))).collect();
        assert!(impossible.is_empty(), "{impossible:?}");
        let unexplained: Vec<_> =
            verdicts.iter().filter(|((verdict, status), _)| *status == 401 && !EXPLAINED.contains(&verdict.as_str())).collect();
        assert!(unexplained.is_empty(), "unexpected refusals: {unexplained:?}");
        assert!(outcomes.get("200").is_some_and(|count| *count > 100), "too few requests to say anything");
        assert!(disturbances.values().all(|count| *count > 0) && disturbances.len() > 5, "too few disturbances to say anything");
    }
}
