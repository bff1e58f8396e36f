//! Questions with the answers they must have.

use crate::ask_all;
use serde_json::Value;

/// A question to the conformance driver, and what is expected of its answer.
pub struct Case {
    /// Names the case in a failure.
    pub id: String,
    /// Operation of the driver.
    pub op: String,
    /// Its input.
    pub input: Value,
    /// The answer.
    pub expect: Expect,
}

/// What an answer must be.
pub enum Expect {
    /// An `ok` object with at least these members.
    Ok(Value),
    /// An error with one of these codes.
    Error(Vec<String>),
}

impl Case {
    /// A question that must be answered with at least these members.
    pub fn ok(id: impl Into<String>, op: &str, input: Value, members: Value) -> Self {
        Self { id: id.into(), op: op.into(), input, expect: Expect::Ok(members) }
    }

    /// A question that must be refused with one of these codes.
    pub fn error(id: impl Into<String>, op: &str, input: Value, codes: Vec<String>) -> Self {
        Self { id: id.into(), op: op.into(), input, expect: Expect::Error(codes) }
    }

    fn difference(&self, answer: &Value) -> Option<String> {
        let fits = match &self.expect {
            Expect::Error(codes) => answer["error"]["code"].as_str().is_some_and(|code| codes.iter().any(|right| right == code)),
            Expect::Ok(members) => contains(&answer["ok"], members),
        };
        let expected = match &self.expect {
            Expect::Error(codes) => codes.join(" or "),
            Expect::Ok(members) => members.to_string(),
        };
        (!fits).then(|| format!("{} {}: {}\n  expected {expected}\n  answered {answer}", self.id, self.op, start_of(&self.input)))
    }
}

/// Asks both builds every question. All answers that are wrong are reported at once.
pub fn check(cases: &[Case]) {
    let questions: Vec<_> = cases.iter().map(|case| (case.op.as_str(), &case.input)).collect();
    let answers = ask_all(&questions);
    let wrong: Vec<_> = cases.iter().zip(&answers).filter_map(|(case, answer)| case.difference(answer)).collect();
    assert!(wrong.is_empty(), "{} of {} cases are wrong\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Whether an object has at least these members.
fn contains(object: &Value, members: &Value) -> bool {
    let members = members.as_object().expect("expected members are an object");
    object.as_object().is_some_and(|object| members.iter().all(|(name, value)| object.get(name) == Some(value)))
}

/// A megabyte of input helps nobody.
fn start_of(input: &Value) -> String {
    let text = input.to_string();
    text.chars().take(2000).collect()
}
