//! `vectors/lifecycle.json`: scripts of what a program does and is answered, with everything that must be seen of it; in an instance
//! of each build, driven by hand, and in the programs' own `Enrollment` and `Agent`.

#[path = "lifecycle/instance.rs"]
mod instance;
#[path = "lifecycle/program.rs"]
mod program;
#[path = "lifecycle/script.rs"]
mod script;
#[path = "lifecycle/world.rs"]
mod world;

use agent_identity_host::Profile;
use serde_json::Value;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

fn scripts() -> Vec<Value> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/lifecycle.json"));
    let text = std::fs::read_to_string(path).expect("the vector file is there");
    let mut file: Value = serde_json::from_str(&text).expect("a vector file is JSON");
    assert_eq!(file["format"], 1);
    match file["cases"].take() {
        Value::Array(cases) => cases,
        other => panic!("no cases: {other}"),
    }
}

/// Runs every script; all that fail are told at once.
fn check(run: impl Fn(&Value)) {
    let mut wrong = Vec::new();
    for case in scripts() {
        if catch_unwind(AssertUnwindSafe(|| run(&case))).is_err() {
            wrong.push(case["id"].clone());
        }
    }
    assert!(wrong.is_empty(), "{} scripts failed: {wrong:#?}", wrong.len());
}

#[test]
fn l1_to_l13_n8_to_n12_in_an_instance_of_each_build() {
    for profile in Profile::ALL {
        check(|case| script::run(case, &mut instance::Instance::start(profile, case)));
    }
}

#[test]
fn l1_to_l13_n8_to_n12_in_a_program() {
    check(|case| script::run(case, &mut program::Program::start(case)));
}

#[test]
fn section_13_every_rule_has_its_scripts() {
    let cases = scripts();
    assert_eq!(cases.len(), 145, "a case was lost or added; change the number here too");
    let rules: BTreeSet<_> = cases.iter().map(|case| case["rule"].as_str().expect("a rule").to_owned()).collect();
    let expected = (1..=13).map(|rule| format!("L{rule}")).chain((8..=12).map(|rule| format!("N{rule}"))).chain(["D2".to_owned()]);
    assert_eq!(rules, expected.collect());
}
