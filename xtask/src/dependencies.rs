//! The rules of `deny.toml` that need no network and no extra tool: one curve implementation, licences, sources.
//!
//! `cargo deny` checks them too, and advisories besides, but may not be installed. These checks always run.

use crate::licence;
use crate::workspace::packages;
use serde_json::Value;
use std::collections::BTreeSet;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Refuses a second version of the curve arithmetic: two would double the audit, and one of them would not get its limb width.
pub fn one_curve_implementation(tree: &Value) -> Result<(), String> {
    exactly_one("curve25519-dalek", tree)
}

/// Refuses a crate whose licence is not covered by the allow-list of `deny.toml`.
pub fn licences(tree: &Value, deny_toml: &str) -> Result<(), String> {
    let allowed = allowed_licences(deny_toml)?;
    let refused = packages(tree).filter(|package| !licence::is_satisfied(text(package, "license"), &allowed));
    none(refused.map(|package| format!("{}: licence `{}` is not in the allow-list of deny.toml", label(package), text(package, "license"))))
}

/// Refuses a crate that comes neither from this workspace nor from crates.io.
pub fn sources(tree: &Value) -> Result<(), String> {
    let foreign = packages(tree).filter(|package| !package["source"].is_null() && package["source"] != CRATES_IO);
    none(foreign.map(|package| format!("{} comes from {}, not from crates.io", label(package), text(package, "source"))))
}

fn exactly_one(name: &str, tree: &Value) -> Result<(), String> {
    let versions: BTreeSet<&str> =
        packages(tree).filter(|package| package["name"] == name).map(|package| text(package, "version")).collect();
    if versions.len() == 1 { Ok(()) } else { Err(format!("there must be exactly one version of {name}, but there are: {versions:?}")) }
}

/// The `allow = […]` list of the `[licenses]` table. Reads only the layout that our `deny.toml` has: one quoted name a line.
fn allowed_licences(deny_toml: &str) -> Result<Vec<String>, String> {
    let list = deny_toml
        .split_once("\n[licenses]\n")
        .and_then(|(_, table)| table.split_once("\nallow = [\n"))
        .and_then(|(_, list)| list.split_once("\n]"));
    let (list, _) = list.ok_or("deny.toml has no list `allow = […]` under [licenses]")?;
    list.lines().map(quoted).collect()
}

fn quoted(line: &str) -> Result<String, String> {
    let name = line.trim().strip_prefix('"').and_then(|rest| rest.split_once('"'));
    name.map(|(name, _)| name.to_owned()).ok_or_else(|| format!("deny.toml: one licence in double quotes expected, but found: {line}"))
}

fn none(problems: impl Iterator<Item = String>) -> Result<(), String> {
    let problems: Vec<String> = problems.collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

fn label(package: &Value) -> String {
    format!("{} {}", text(package, "name"), text(package, "version"))
}

fn text<'a>(package: &'a Value, member: &str) -> &'a str {
    package[member].as_str().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const DENY: &str = "[graph]\n\n[licenses]\nconfidence-threshold = 0.9\nallow = [\n    \"MIT\",\n    \"Zlib\", # foldhash\n]\n[bans]\n";

    fn tree(name: &str, versions: &[&str], license: Value, source: Value) -> Value {
        let package = |version| json!({ "name": name, "version": version, "license": license, "source": source });
        json!({ "packages": versions.iter().map(package).collect::<Vec<_>>() })
    }

    #[test]
    fn there_is_exactly_one_curve_implementation() {
        let of = |versions: &[&str]| one_curve_implementation(&tree("curve25519-dalek", versions, json!("MIT"), json!(CRATES_IO)));
        assert_eq!(of(&["4.1.3"]), Ok(()));
        assert!(of(&["4.1.3", "5.0.0"]).unwrap_err().contains("5.0.0"));
        assert!(of(&[]).is_err());
    }

    #[test]
    fn licences_must_be_allowed() {
        let of = |license| licences(&tree("a", &["1.0.0"], license, Value::Null), DENY);
        assert_eq!(of(json!("MIT OR GPL-3.0-only")), Ok(()));
        assert!(of(json!("GPL-3.0-only")).unwrap_err().contains("a 1.0.0"));
        assert!(of(Value::Null).is_err());
    }

    #[test]
    fn a_deny_file_of_another_layout_is_refused() {
        assert_eq!(allowed_licences(DENY), Ok(vec!["MIT".into(), "Zlib".into()]));
        assert!(allowed_licences("[licenses]\nallow = [\"MIT\"]\n").is_err());
        assert!(allowed_licences("\n[licenses]\n\nallow = [\n    MIT,\n]\n").is_err());
    }

    #[test]
    fn crates_come_from_crates_io() {
        let of = |source| sources(&tree("a", &["1.0.0"], json!("MIT"), source));
        assert_eq!(of(json!(CRATES_IO)), Ok(()));
        assert_eq!(of(Value::Null), Ok(()));
        assert!(of(json!("git+https://example.org/a")).unwrap_err().contains("example.org"));
    }
}
