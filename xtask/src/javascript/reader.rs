//! Reads what the JavaScript tests print.
//!
//! Three kinds of lines matter: `FAILED <name>`, `SKIPPED <name>: <reason>`, and at the end of each part its counts,
//! `<part>: N passed, N failed, N skipped`. The last line of all has the part [`TOTAL`].

use crate::tally::{Part, Skip, Tally};

/// The sum of all other counts.
const TOTAL: &str = "JavaScript";

/// Collects the counts of a run, line by line.
#[derive(Default)]
pub struct Reader {
    total: Tally,
    /// Failures that were named since the last counts.
    named: usize,
    /// Skips likewise.
    skipped: usize,
}

impl Reader {
    /// Takes one line of output.
    pub fn line(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("FAILED ") {
            self.total.failed.push(name.to_owned());
            self.named += 1;
        } else if let Some((name, reason)) = line.strip_prefix("SKIPPED ").and_then(|rest| rest.split_once(": ")) {
            self.total.skipped.push(Skip { name: name.to_owned(), reason: reason.to_owned() });
            self.skipped += 1;
        } else if let Some((part, [passed, failed, skipped])) = counts(line).filter(|(part, _)| *part != TOTAL) {
            self.total.passed += passed;
            for _ in self.named..failed {
                self.total.failed.push(format!("{part}: a test without a name"));
            }
            for _ in self.skipped..skipped {
                self.total.skip(part, "without a reason");
            }
            (self.named, self.skipped) = (0, 0);
            self.total.parts.push(Part { name: part.to_owned(), passed, failed });
        }
    }

    /// The counts of the whole run.
    pub fn finish(self) -> Tally {
        self.total
    }
}

/// The part that a line has the counts of, and these.
fn counts(line: &str) -> Option<(&str, [usize; 3])> {
    let (part, numbers) = line.rsplit_once(": ")?;
    let mut words = numbers.split(", ");
    let mut next = |what: &str| words.next()?.strip_suffix(what)?.trim_end().parse().ok();
    let found = [next("passed")?, next("failed")?, next("skipped")?];
    words.next().is_none().then_some((part, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(output: &str) -> Tally {
        let mut reader = Reader::default();
        output.lines().for_each(|line| reader.line(line));
        reader.finish()
    }

    #[test]
    fn parts_add_up_and_their_total_is_not_added_again() {
        let tally = read(
            "Node 20: 3 passed, 0 failed, 0 skipped\nChromium page: 4 passed, 0 failed, 0 skipped\nJavaScript: 7 passed, 0 failed, 0 skipped\n",
        );
        let part = |name: &str, passed| Part { name: name.into(), passed, failed: 0 };
        assert_eq!(tally, Tally { passed: 7, parts: vec![part("Node 20", 3), part("Chromium page", 4)], ..Tally::default() });
    }

    #[test]
    fn failures_and_skips_are_named() {
        let tally = read(
            "FAILED Node 20 / vectors / keys.json\n  Error: 1 is wrong\nSKIPPED Electron / the suite: no binary was given; run with X: y\n\
             Node 20: 3 passed, 1 failed, 1 skipped\n",
        );
        assert_eq!(tally.failed, ["Node 20 / vectors / keys.json"]);
        let skip = Skip { name: "Electron / the suite".into(), reason: "no binary was given; run with X: y".into() };
        assert_eq!((tally.passed, tally.skipped), (3, vec![skip]));
    }

    #[test]
    fn what_is_counted_but_not_named_still_counts() {
        let tally = read("FAILED a\nNode 22: 0 passed, 2 failed, 1 skipped\n");
        assert_eq!((tally.failed.len(), tally.skipped.len()), (2, 1));
    }

    #[test]
    fn other_lines_do_not_count() {
        let tally =
            read("runtime  passed  failed  skipped\nNode 20: 3 passed\n  FAILED indented\nx: 1 passed, 2 failed, 3 skipped, 4 more\n");
        assert_eq!(tally, Tally::default());
    }
}
