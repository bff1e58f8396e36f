//! Cases of `tests/vectors/metadata`, for the tests beside the rules.

use crate::error::Error;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;

/// One case: `expect` is a value or `{"error": code}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) id: String,
    /// Rules it protects, separated by commas.
    pub(crate) rule: String,
    pub(crate) input: Value,
    pub(crate) expect: Value,
}

/// The cases of a file, named without its extension.
pub(crate) fn cases(file: &str) -> Vec<Case> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/metadata"));
    let text = std::fs::read_to_string(folder.join(file).with_extension("json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

impl Case {
    /// Fails unless this is what is expected.
    pub(crate) fn check(&self, found: Result<Value, Error>) {
        let (found, told) = match found {
            Ok(value) => (value, String::new()),
            Err(error) => (json!({"error": error.code}), error.message),
        };
        assert_eq!(found, self.expect, "{} ({}) {told}", self.id, self.rule);
    }

    /// A text of the input; none if it is absent or null.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.input[name].as_str().map(Into::into)
    }

    /// Names and values of the input.
    pub(crate) fn pairs(&self, name: &str) -> Vec<(String, String)> {
        let member = &self.input[name];
        if member.is_null() { Vec::new() } else { serde_json::from_value(member.clone()).unwrap() }
    }
}
