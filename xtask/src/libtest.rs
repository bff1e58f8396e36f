//! Reads what `cargo test` prints, to count single tests.
//!
//! Four kinds of lines matter: `Running <file> (<binary>)`, which cargo writes to standard error, `test <name> ... <outcome>`,
//! `test result: …` at the end of each test binary, and `SKIPPED <name>: <reason>`, by which a test says on standard output that
//! something could not run here. The run needs `--show-output`, or libtest keeps such lines of passing tests to itself.

use crate::tally::{Part, Skip, Tally};

/// Collects the counts of a run, line by line.
#[derive(Default)]
pub struct Reader {
    total: Tally,
    binary: Binary,
    section: Section,
}

/// The parts of what a test binary prints.
#[derive(Default, PartialEq, Eq)]
enum Section {
    /// A line for each test.
    #[default]
    Outcomes,
    /// What passing tests printed, and their names again.
    Successes,
    /// What failing tests printed, and their names again.
    Failures,
}

/// What was seen since the last `test result:` line.
#[derive(Default)]
struct Binary {
    /// The file it was made of, if cargo said so.
    source: Option<String>,
    passed: Vec<String>,
    failed: Vec<String>,
    skipped: Vec<Skip>,
}

impl Reader {
    /// Takes one line of output. Returns whether a reader wants to see it: not what passing tests print, except skips.
    pub fn line(&mut self, line: &str) -> bool {
        match line {
            "successes:" => self.section = Section::Successes,
            "failures:" => self.section = Section::Failures,
            _ if line.starts_with("test result: ") => self.section = Section::Outcomes,
            _ => {}
        }
        self.count(line);
        self.section != Section::Successes || line.starts_with("SKIPPED ")
    }

    /// The counts of the whole run. A binary that ended without a result (it crashed) adds the failures it reported.
    pub fn finish(mut self) -> Tally {
        let Binary { passed, failed, .. } = &self.binary;
        let (passed, failed) = (passed.len(), failed.len());
        self.total.add(self.binary.conclude(passed, failed));
        self.total
    }

    fn count(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            let binary = std::mem::take(&mut self.binary);
            self.total.add(binary.conclude(number_of("passed", result), number_of("failed", result)));
        } else if let Some((source, _)) = line.trim_start().strip_prefix("Running ").and_then(|rest| rest.split_once(" (")) {
            self.binary.source = Some(source.trim_start_matches("unittests ").to_owned());
        } else if let Some((name, outcome)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) {
            // Elsewhere such a line is something that a test printed.
            if self.section == Section::Outcomes {
                self.binary.test(name, outcome);
            }
        } else if let Some((name, reason)) = line.strip_prefix("SKIPPED ").and_then(|rest| rest.split_once(": ")) {
            let skip = Skip { name: name.trim().to_owned(), reason: reason.trim().to_owned() };
            if !self.binary.skipped.contains(&skip) {
                self.binary.skipped.push(skip);
            }
        }
    }
}

impl Binary {
    fn test(&mut self, name: &str, outcome: &str) {
        let name = name.to_owned();
        if outcome.starts_with("ok") {
            self.passed.push(name);
        } else if outcome.starts_with("FAILED") {
            self.failed.push(name);
        } else if let Some(reason) = outcome.strip_prefix("ignored") {
            let reason = reason.trim_start_matches(", ");
            let reason = if reason.is_empty() { "marked #[ignore] without a reason" } else { reason }.to_owned();
            self.skipped.push(Skip { name, reason });
        }
    }

    /// Turns names into counts; where they differ, the counts of the result line hold.
    fn conclude(self, passed: usize, failed: usize) -> Tally {
        // A test that skips itself returns early and is `ok` for libtest. It is one skipped test, not also a passed one.
        let skipped_as_a_whole = self.passed.iter().filter(|test| self.skipped.iter().any(|skip| is_name_of(&skip.name, test)));
        let passed = passed.saturating_sub(skipped_as_a_whole.count());
        let unnamed = failed.saturating_sub(self.failed.len());
        let failed: Vec<String> = self.failed.into_iter().chain((0..unnamed).map(|_| "a test without a name".to_owned())).collect();
        let parts = self.source.map(|name| Part { name, passed, failed: failed.len() }).into_iter().collect();
        Tally { passed, failed, skipped: self.skipped, parts }
    }
}

/// Whether `name`, as a test printed it, means the test that libtest calls `module::path::name`.
fn is_name_of(name: &str, test: &str) -> bool {
    test.strip_suffix(name).is_some_and(|path| path.is_empty() || path.ends_with("::"))
}

/// The number before `what` in `ok. 12 passed; 0 failed; …`.
fn number_of(what: &str, result: &str) -> usize {
    let words: Vec<&str> = result.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == what).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
