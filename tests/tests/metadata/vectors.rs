//! Every case that the conformance driver answers, byte for byte and from both builds.

use agent_identity_host::Profile;
use agent_identity_tests::{ask, driver_answers};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// One case. `input` is kept as it is written: it may hold halves of characters (0-2).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) id: String,
    /// Rules it protects, separated by commas.
    pub(crate) rule: String,
    /// Operation of the driver; none in files that are run beside a host's rules.
    op: Option<String>,
    input: Box<RawValue>,
    /// Members of the answer, or `{"error": code}`.
    expect: Box<RawValue>,
}

pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/metadata");

/// The cases of a file, named without its extension.
pub(crate) fn cases(file: &str) -> Vec<Case> {
    let text = fs::read_to_string(Path::new(FOLDER).join(file).with_extension("json")).expect("the vector file is there");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Every file of the folder.
pub(crate) fn files() -> Vec<String> {
    let entries = fs::read_dir(FOLDER).expect("the folder is there").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = entries.filter_map(|name| name.to_str()?.strip_suffix(".json").map(str::to_owned)).collect();
    names.sort();
    names
}

/// Asks every case of a file; all that are wrong are reported at once.
fn check_file(name: &str, count: usize) {
    let cases = cases(name);
    assert_eq!(cases.len(), count, "{name}: a case was lost or added; change the number here too");
    let question = |case: &Case| {
        let op = case.op.as_deref().unwrap_or_else(|| panic!("{name} {}: no operation", case.id));
        format!("{{\"op\":\"{op}\",\"input\":{}}}\n", case.input)
    };
    let questions: String = cases.iter().map(question).collect();
    let [portable, wide] = Profile::ALL.map(|profile| driver_answers(profile, questions.as_bytes()));
    assert!(portable == wide, "{name}: the two builds answer differently");
    let answers = std::str::from_utf8(&wide).expect("answers are UTF-8");
    assert_eq!(answers.lines().count(), cases.len(), "{name}: one answer for each question");
    let wrong: Vec<_> = cases.iter().zip(answers.lines()).filter_map(|(case, answer)| difference(case, answer)).collect();
    assert!(wrong.is_empty(), "{name}: {} of {} cases are wrong\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    ok: Option<BTreeMap<&'a str, &'a RawValue>>,
    error: Option<Value>,
}

fn difference(case: &Case, answer: &str) -> Option<String> {
    let expected: BTreeMap<&str, &RawValue> = serde_json::from_str(case.expect.get()).expect("an answer is an object");
    let answered: Answer<'_> = serde_json::from_str(answer).expect("an answer is JSON");
    // What a case plants must not come back (0-7).
    if case.rule.contains("0-7") && answer.contains("planted") {
        return Some(format!("{} ({}) tells what it must not: {answer}", case.id, case.rule));
    }
    let fits = match (expected.get("error"), &answered.ok) {
        (Some(code), _) => answered.error.is_some_and(|error| error["code"] == value(code)),
        (None, Some(ok)) => expected.iter().all(|(name, value)| ok.get(name).is_some_and(|found| is_same(name, value, found))),
        (None, None) => false,
    };
    (!fits).then(|| format!("{} ({}) {}\n  expected {}\n  answered {answer}", case.id, case.rule, case.input, case.expect))
}

/// Items keep the bytes and the order they came with; everything else is compared as JSON.
fn is_same(name: &str, expected: &RawValue, found: &RawValue) -> bool {
    if name == "items" {
        return expected.get() == found.get();
    }
    value(expected) == value(found)
}

fn value(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).expect("a value")
}

macro_rules! files {
    ($($test:ident: $file:literal, $count:literal;)*) => {
        $(#[test]
        fn $test() {
            check_file($file, $count);
        })*

        /// Files that are run here.
        const HERE: &[&str] = &[$($file),*];
    };
}

files! {
    section_1_canonical_strings: "render-canonical", 238;
    section_1_escapes: "escape", 58;
    section_1_flat_maps: "render-flat", 32;
    section_1_header_fields: "render-headers", 37;
    section_1_tool_metadata: "render-mcp", 41;
    section_1_transports: "transports", 74;
    section_2_extras_of_a_turn: "extras-turn", 64;
    section_2_configured_extras: "extras-config", 74;
    section_3_lineage: "lineage", 50;
    section_3_windows: "window-resume", 20;
    section_4_forms_of_uuids: "uuid-forms", 44;
    section_4_ids_of_callers: "caller-ids", 35;
    section_5_ids_of_items: "item-ids", 43;
    section_5_outbound_items: "item-outbound", 69;
    section_5_metadata_of_items: "item-metadata", 94;
    section_6_originators: "originator", 585;
    section_6_inherited_originators: "originator-inherit", 46;
    section_6_user_agents: "user-agent", 39;
    section_7_installation_ids: "installation-id", 22;
    section_8_workspaces: "workspaces", 23;
    section_8_sanitised_remotes: "git-url-sanitise", 61;
    section_8_compared_remotes: "git-url-compare", 15;
    section_9_attestation: "attestation", 24;
}

/// Files whose cases need a host's parts and are run beside them.
const BESIDE: &[&str] = &[
    "attestation-connections",
    "aws-provider",
    "aws-sign",
    "continuation",
    "delegate-approvals",
    "delegate-events",
    "delegate-signing",
    "header-precedence",
    "installation-file",
    "open-strings",
    "provider-config",
    "retry",
    "sessions",
    "telemetry",
    "token-command",
    "turn-state",
];

#[test]
fn section_18_no_file_of_the_folder_is_left_out() {
    let run: BTreeSet<_> = HERE.iter().chain(BESIDE).map(|name| (*name).to_owned()).collect();
    assert_eq!(files().into_iter().collect::<BTreeSet<_>>(), run);
    for name in files() {
        let ids: Vec<_> = cases(&name).into_iter().map(|case| case.id).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{name}: an id is used twice");
    }
}

#[test]
fn section_0_every_code_that_the_component_s_cases_expect_is_in_the_catalogue() {
    let catalogue = ask("errors.list", &json!({}));
    let known: BTreeSet<_> = catalogue["ok"]["codes"].as_array().expect("codes").iter().map(|row| row["code"].to_string()).collect();
    for name in HERE {
        for case in cases(name) {
            let expected: BTreeMap<&str, &RawValue> = serde_json::from_str(case.expect.get()).expect("an answer is an object");
            assert!(expected.get("error").is_none_or(|code| known.contains(code.get())), "{name} {}", case.id);
        }
    }
}
