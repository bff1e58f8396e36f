//! Counts checks: what passed, what failed, and what was left out and why.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Instant;

/// The outcome of any number of checks.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many checks passed.
    pub passed: usize,
    /// The names of those that failed.
    pub failed: Vec<String>,
    /// Those that did not run.
    pub skipped: Vec<Skip>,
    /// How much of it each part brought, where parts were told apart.
    pub parts: Vec<Part>,
}

/// What one test binary, or one runtime, brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// How many of its tests passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
}

/// A check that did not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// The check.
    pub name: String,
    /// Why it did not run.
    pub reason: String,
}

impl Tally {
    /// Runs one check under a heading; the reason of a failure is printed at once.
    pub fn check(&mut self, name: &str, check: impl FnOnce() -> Result<(), String>) {
        println!("\n== {name}");
        let start = Instant::now();
        let result = check();
        let seconds = start.elapsed().as_secs_f32();
        match result {
            Ok(()) => {
                println!("-- ok: {name} ({seconds:.1} s)");
                self.passed += 1;
            }
            Err(message) => {
                println!("{message}\n-- FAILED: {name} ({seconds:.1} s)");
                self.failed.push(name.to_owned());
            }
        }
    }

    /// Records a check that does not run.
    pub fn skip(&mut self, name: &str, reason: impl Into<String>) {
        self.skipped.push(Skip { name: name.to_owned(), reason: reason.into() });
    }

    /// Adds the checks of another tally.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed.extend(other.failed);
        self.skipped.extend(other.skipped);
        self.parts.extend(other.parts);
    }

    /// Each failed and each skipped check on its line, then, last and alone, `N passed, N failed[, N skipped]`.
    pub fn report(&self) -> String {
        let mut text = String::new();
        for name in &self.failed {
            let _ = writeln!(text, "FAILED {name}");
        }
        for Skip { name, reason } in &self.skipped {
            let _ = writeln!(text, "SKIPPED {name}: {reason}");
        }
        let _ = write!(text, "{} passed, {} failed", self.passed, self.failed.len());
        if !self.skipped.is_empty() {
            let _ = write!(text, ", {} skipped", self.skipped.len());
        }
        text.push('\n');
        text
    }

    /// Prints the report and returns the exit code: a failed check fails the command.
    pub fn conclude(&self) -> ExitCode {
        print!("\n{}", self.report());
        if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_names_skips_only_when_there_are_any() {
        let mut tally = Tally { passed: 3, ..Tally::default() };
        assert_eq!(tally.report(), "3 passed, 0 failed\n");
        tally.failed.push("clippy".into());
        tally.skip("cargo deny", "cargo-deny is not installed");
        assert_eq!(tally.report(), "FAILED clippy\nSKIPPED cargo deny: cargo-deny is not installed\n3 passed, 1 failed, 1 skipped\n");
    }

    #[test]
    fn a_failing_check_does_not_stop_the_next_one() {
        let mut tally = Tally::default();
        tally.check("first", || Err("broken".into()));
        tally.check("second", || Ok(()));
        assert_eq!((tally.passed, tally.failed.as_slice()), (1, ["first".to_owned()].as_slice()));
    }

    #[test]
    fn tallies_add_up() {
        let mut one = Tally { passed: 1, failed: vec!["a".into()], ..Tally::default() };
        let mut two = Tally { passed: 2, ..Tally::default() };
        two.skip("b", "c");
        one.add(two);
        assert_eq!(one.report(), "FAILED a\nSKIPPED b: c\n3 passed, 1 failed, 1 skipped\n");
    }
}
