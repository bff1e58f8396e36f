//! What the figures must be.

use crate::harness::Figure;

/// A bound on a figure, or on one compared with another.
pub struct Target {
    left: &'static str,
    comparison: Comparison,
    at_most: f64,
}

enum Comparison {
    /// Times this row.
    Ratio(&'static str),
    /// Microseconds more than this row.
    MicrosecondsOver(&'static str),
    /// Microseconds.
    Microseconds,
}

/// How a target came out.
pub struct Verdict {
    /// What is compared.
    pub text: String,
    /// What was measured, with its unit.
    pub measured: String,
    /// The bound, with its unit.
    pub bound: String,
    /// Whether the bound holds.
    pub met: bool,
}

const TARGETS: [Target; 17] = [
    ratio("header/wide", "sign/dalek", 1.3),
    ratio("header/portable", "sign/dalek", 1.75),
    ratio("header/wide", "header/reference-way", 0.8),
    ratio("header/portable", "header/reference-way", 0.8),
    ratio("header/custodian", "header/reference-way", 0.8),
    ratio("header/core-native", "header/reference-way", 0.8),
    Target { left: "header/custodian", comparison: Comparison::MicrosecondsOver("sign/aws-lc"), at_most: 3.0 },
    ratio("verify/wide", "verify/dalek-strict", 1.4),
    ratio("verify/portable", "verify/dalek-strict", 2.0),
    micros("cold-start/cached", 1000.0),
    micros("cold-start/cached-child", 1000.0),
    micros("render/core-native", 5.0),
    micros("render/wide", 12.0),
    micros("items/10000", 20_000.0),
    // Threads share nothing but a pool, so two of them have to be as close to bare signing as one is. A machine that is busy
    // otherwise gives neither a second core.
    ratio("headers/2-threads", "sign/dalek-2-threads", 1.3),
    // 20,000 lines a second, whether or not keys come back.
    micros("conform/assertion.sign", 50.0),
    micros("conform/assertion.sign-new-keys", 50.0),
];

const fn ratio(left: &'static str, right: &'static str, at_most: f64) -> Target {
    Target { left, comparison: Comparison::Ratio(right), at_most }
}

const fn micros(left: &'static str, at_most: f64) -> Target {
    Target { left, comparison: Comparison::Microseconds, at_most }
}

/// Judges every target whose rows were measured.
pub fn judge(figures: &[Figure]) -> Vec<Verdict> {
    TARGETS.iter().filter_map(|target| target.judge(figures)).collect()
}

impl Target {
    fn judge(&self, figures: &[Figure]) -> Option<Verdict> {
        let ns = |name: &str| figures.iter().find(|figure| figure.name == name).map(|figure| figure.ns);
        let left = ns(self.left)?;
        let (text, value, unit) = match self.comparison {
            Comparison::Ratio(right) => (format!("{} ÷ {right}", self.left), left / ns(right)?, ""),
            Comparison::MicrosecondsOver(right) => (format!("{} − {right}", self.left), (left - ns(right)?) / 1e3, " µs"),
            Comparison::Microseconds => (self.left.to_owned(), left / 1e3, " µs"),
        };
        Some(Verdict { text, measured: format!("{value:.2}{unit}"), bound: format!("{}{unit}", self.at_most), met: value <= self.at_most })
    }
}
