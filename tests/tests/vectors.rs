//! Every case of `tests/vectors` through both builds of the component, by way of the conformance driver.

use agent_identity_tests::{Case, Expect, ask, check};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Asks every case of a file and compares with what it expects.
fn check_file(name: &str, count: usize) {
    let file = read(name);
    assert_eq!(file["format"], 1);
    let cases: Vec<_> = file["cases"].as_array().expect("a file has cases").iter().map(case).collect();
    assert_eq!(cases.len(), count, "{name}: a case was lost or added; change the number here too");
    check(&cases);
}

fn case(case: &Value) -> Case {
    let expected = &case["expect"];
    Case {
        id: format!("{} ({})", case["id"], case["rule"]),
        op: text(&case["op"]).into(),
        input: case["input"].clone(),
        expect: match expected.get("error") {
            Some(code) => Expect::Error(vec![text(code).into()]),
            None => Expect::Ok(expected.clone()),
        },
    }
}

/// A host may know more codes; those listed must be there with the advice listed.
fn lists_all(expected: &Value, answered: &Value) -> bool {
    let pairs = |list: &Value| -> BTreeSet<(String, String)> {
        let rows = list.as_array().into_iter().flatten();
        rows.map(|row| (text(&row["code"]).to_owned(), text(&row["advice"]).to_owned())).collect()
    };
    pairs(expected).is_subset(&pairs(answered))
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn read(name: &str) -> Value {
    let text = fs::read_to_string(folder().join(format!("{name}.json"))).expect("the vector file is there");
    serde_json::from_str(&text).expect("a vector file is JSON")
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors"))
}

#[test]
fn k1_to_k13_keys() {
    check_file("keys", 204);
}

#[test]
fn i1_to_i6_identifiers() {
    check_file("identifiers", 347);
}

#[test]
fn a1_to_a7_assertions() {
    check_file("assertion", 275);
}

#[test]
fn c2_c3_i5_task_registrations() {
    check_file("registration", 112);
}

#[test]
fn n5_agent_registrations() {
    check_file("agent-registration", 64);
}

#[test]
fn n3_n4_sealed_task_ids() {
    check_file("sealed-task", 71);
}

#[test]
fn n1_n2_task_answers() {
    check_file("task-answer", 129);
}

#[test]
fn x1_to_x17_references() {
    check_file("references", 2478);
}

#[test]
fn section_8_5_base_urls() {
    check_file("base-urls", 139);
}

#[test]
fn p1_to_p21_provider_scope() {
    check_file("provider-scope", 2048);
}

#[test]
fn h1_to_h6_rejections() {
    check_file("rejections", 188);
}

#[test]
fn d3_d4_skew() {
    check_file("skew", 118);
}

#[test]
fn v1_to_v9_verification() {
    check_file("verify", 231);
}

#[test]
fn v11_v12_replay() {
    check_file("replay", 48);
}

#[test]
fn j1_to_j8_jwt_logins() {
    check_file("jwt-login", 134);
}

#[test]
fn section_8_2_and_8_4_records() {
    check_file("record", 93);
}

#[test]
fn section_12_codes_and_advice() {
    let answer = ask("errors.list", &json!({}));
    let file = read("errors");
    let cases = file["cases"].as_array().expect("a file has cases");
    assert_eq!(cases.len(), 1);
    assert!(lists_all(&cases[0]["expect"]["codes"], &answer["ok"]["codes"]), "a code of section 12 is missing or has other advice");
}

#[test]
fn section_13_no_vector_file_is_left_out() {
    let names = fs::read_dir(folder()).expect("the folder is there").map(|entry| entry.expect("an entry").file_name());
    let names = names.filter_map(|name| name.to_str()?.strip_suffix(".json").map(str::to_owned));
    let checked = [
        "agent-registration",
        "assertion",
        "base-urls",
        "errors",
        "identifiers",
        "jwt-login",
        "keys",
        // Scripts, run by `lifecycle.rs`.
        "lifecycle",
        "provider-scope",
        "record",
        "references",
        "registration",
        "rejections",
        "replay",
        "sealed-task",
        "skew",
        "task-answer",
        "verify",
    ];
    assert_eq!(names.collect::<BTreeSet<_>>(), checked.map(str::to_owned).into());
}

#[test]
fn section_12_every_code_that_the_vectors_expect_is_in_the_catalogue() {
    let answer = ask("errors.list", &json!({}));
    let known: BTreeSet<_> = answer["ok"]["codes"].as_array().expect("codes").iter().map(|row| text(&row["code"])).collect();
    for entry in fs::read_dir(folder()).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let file: Value = serde_json::from_str(&fs::read_to_string(&path).expect("readable")).expect("JSON");
            for case in file["cases"].as_array().expect("cases") {
                let code = case["expect"].get("error").map(text);
                assert!(code.is_none_or(|code| known.contains(code)), "{}: {code:?}", path.display());
            }
        }
    }
}
