//! Vectors kept outside this tree: `shared/vectors` beside the workspace. Each test says so when they are not there.

use agent_identity_core::encoding::from_base64;
use agent_identity_tests::{Case, check, hex, skipped};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A file of the folder; none, with the line that says so, when it is not there.
fn file(test: &str, name: &str) -> Option<Value> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors")).join(format!("{name}.json"));
    match fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).expect("a vector file is JSON")),
        Err(_) => {
            skipped(test, &format!("{} is not there", path.display()));
            None
        }
    }
}

fn list<'a>(file: &'a Value, name: &str) -> &'a [Value] {
    let list = file[name].as_array().map(Vec::as_slice).unwrap_or_default();
    assert!(!list.is_empty(), "the list {name} is there");
    list
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

/// The code expected, and those that are right as well.
fn codes(case: &Value) -> Vec<String> {
    let also = case["code_also"].as_array().into_iter().flatten();
    std::iter::once(&case["code"]).chain(also).map(|code| text(code).to_owned()).collect()
}

#[test]
fn a1_a3_assertions_are_made_exactly() {
    let Some(file) = file("a1_a3_assertions_are_made_exactly", "assertion") else { return };
    let mut cases = Vec::new();
    for case in list(&file, "cases") {
        let id = text(&case["id"]);
        let input = json!({
            "seed_hex": case["seed_hex"], "agent_runtime_id": case["agent_runtime_id"],
            "task_id": case["task_id"], "timestamp": case["timestamp"],
        });
        let expected = json!({"header": case["header"], "signed_text": case["signed_text"]});
        cases.push(Case::ok(id, "assertion.sign", input, expected));
        let fields = json!({
            "agent_runtime_id": case["agent_runtime_id"], "task_id": case["task_id"],
            "timestamp": case["timestamp"], "signature_base64": case["signature_b64"],
        });
        cases.push(Case::ok(id, "assertion.parse", json!({"header": case["header"]}), fields));
    }
    for case in list(&file, "refuse") {
        let input = json!({
            "seed_hex": case["seed_hex"], "agent_runtime_id": case["agent_runtime_id"],
            "task_id": case["task_id"], "timestamp": case["timestamp"],
        });
        cases.push(Case::error(text(&case["id"]), "assertion.sign", input, codes(case)));
    }
    check(&cases);
}

#[test]
fn v6_assertions_are_verified_and_their_fields_come_back_unchanged() {
    let Some(file) = file("v6_assertions_are_verified_and_their_fields_come_back_unchanged", "assertion") else { return };
    let cases: Vec<_> = list(&file, "cases")
        .iter()
        .map(|case| {
            let now_ms = case["timestamp_unix"].as_i64().expect("seconds") * 1000 + 1;
            let input = json!({"header": case["header"], "public_key_hex": case["public_key_hex"], "now_ms": now_ms});
            let fields = json!({
                "verdict": "accepted", "agent_runtime_id": case["agent_runtime_id"],
                "task_id": case["task_id"], "timestamp": case["timestamp"],
            });
            Case::ok(text(&case["id"]), "assertion.verify", input, fields)
        })
        .collect();
    check(&cases);
}

/// What `assertion_reject.json` asks, for a header given in whatever way.
fn verify_input(case: &Value, header: &str) -> Value {
    let now_ms = case["now_ms"].as_i64().unwrap_or_else(|| case["now_unix"].as_i64().expect("a time") * 1000);
    json!({
        "header": header, "public_key_hex": case["public_key_hex"], "now_ms": now_ms,
        "max_age_s": case["max_age_s"], "ahead_s": case["max_future_s"],
    })
}

#[test]
fn v1_to_v9_every_bad_assertion_is_refused() {
    let Some(file) = file("v1_to_v9_every_bad_assertion_is_refused", "assertion_reject") else { return };
    assert_eq!(list(&file, "cases").len(), 182);
    let refused = |case: &Value, header: &str| Case::error(text(&case["id"]), "assertion.verify", verify_input(case, header), codes(case));
    let mut cases: Vec<_> = list(&file, "cases").iter().map(|case| refused(case, text(&case["header"]))).collect();
    for case in list(&file, "built_cases") {
        let parts = case["header_parts"].as_array().expect("parts");
        let times = |part: &Value| usize::try_from(part[1].as_u64().expect("a number")).expect("a small number");
        let header: String = parts.iter().map(|part| text(&part[0]).repeat(times(part))).collect();
        cases.push(refused(case, &header));
    }
    for case in list(&file, "byte_cases") {
        // Interfaces of the component take text, so bytes that are none reach it as hosts hand on such header fields: one
        // character for each byte, or a replacement character.
        let bytes = from_base64(text(&case["header_b64"])).expect("base64");
        assert!(std::str::from_utf8(&bytes).is_err());
        cases.push(refused(case, &bytes.iter().map(|byte| char::from(*byte)).collect::<String>()));
        cases.push(refused(case, &String::from_utf8_lossy(&bytes)));
    }
    check(&cases);
}

#[test]
fn v1_v3_unusual_but_right_assertions_are_accepted() {
    let Some(file) = file("v1_v3_unusual_but_right_assertions_are_accepted", "assertion_reject") else { return };
    let accepted = |case: &Value| {
        let fields = json!({
            "verdict": "accepted", "agent_runtime_id": case["agent_runtime_id"],
            "task_id": case["task_id"], "timestamp": case["timestamp"],
        });
        Case::ok(text(&case["id"]), "assertion.verify", verify_input(case, text(&case["header"])), fields)
    };
    check(&list(&file, "accept").iter().map(accepted).collect::<Vec<_>>());
}

#[test]
fn v8_v9_window_bounds_to_the_millisecond() {
    let Some(file) = file("v8_v9_window_bounds_to_the_millisecond", "assertion_reject") else { return };
    let edge = |case: &Value| {
        let (id, input) = (text(&case["id"]), verify_input(case, text(&case["header"])));
        match text(&case["expect"]) {
            "accepted" => Case::ok(id, "assertion.verify", input, json!({"verdict": "accepted"})),
            code => Case::error(id, "assertion.verify", input, vec![code.into()]),
        }
    };
    check(&list(&file, "edges").iter().map(edge).collect::<Vec<_>>());
}

#[test]
fn c2_c3_registrations_are_made_exactly_and_verified() {
    let Some(file) = file("c2_c3_registrations_are_made_exactly_and_verified", "registration") else { return };
    let input = |case: &Value| {
        json!({
            "seed_hex": case["seed_hex"], "agent_runtime_id": case["agent_runtime_id"],
            "timestamp": case["timestamp"], "external_task_ref": case["external_task_ref_input"],
        })
    };
    let mut cases = Vec::new();
    for case in list(&file, "cases") {
        let id = text(&case["id"]);
        let made = json!({"path": case["path"], "body": case["body_text"], "signed_text": case["signed_text"]});
        cases.push(Case::ok(id, "registration.sign", input(case), made));
        let now_ms = case["timestamp_unix"].as_i64().expect("seconds") * 1000;
        let received = json!({
            "path": case["path"], "body": case["body_text"], "public_key_hex": case["public_key_hex"], "now_ms": now_ms,
        });
        let accepted = json!({"verdict": "accepted", "external_task_ref": case["external_task_ref"]});
        cases.push(Case::ok(id, "registration.verify", received, accepted));
    }
    for case in list(&file, "refuse") {
        cases.push(Case::error(text(&case["id"]), "registration.sign", input(case), codes(case)));
    }
    check(&cases);
}

#[test]
fn n3_n4_sealed_task_ids_open_or_are_refused() {
    let Some(file) = file("n3_n4_sealed_task_ids_open_or_are_refused", "sealed_task_id") else { return };
    let input = |case: &Value| json!({"seed_hex": case["seed_hex"], "encrypted_task_id": case["sealed_b64"]});
    let opened = |case: &Value| Case::ok(text(&case["id"]), "task-id.unseal", input(case), json!({"task_id": case["task_id"]}));
    let refused = |case: &Value| Case::error(text(&case["id"]), "task-id.unseal", input(case), codes(case));
    let opened = list(&file, "cases").iter().map(opened);
    check(&opened.chain(list(&file, "refuse").iter().map(refused)).collect::<Vec<_>>());
}

#[test]
fn k2_to_k13_every_form_of_a_key_reads_alike() {
    let Some(file) = file("k2_to_k13_every_form_of_a_key_reads_alike", "keys") else { return };
    let mut cases = Vec::new();
    for key in list(&file, "cases") {
        let id = text(&key["id"]);
        let public = json!({
            "public_key_hex": key["public_key_hex"], "ssh": key["ssh_public"], "jwk": key["jwk"],
            "thumbprint": key["thumbprint"], "spki_base64": key["spki_der_b64"],
        });
        let mut private = public.clone();
        private["pkcs8_v1_base64"] = key["pkcs8_v1_der_b64"].clone();
        for (form, member) in [
            ("seed", "seed_hex"),
            ("pkcs8-der", "pkcs8_v1_der_b64"),
            ("pkcs8-der", "pkcs8_v2_der_b64"),
            ("pkcs8-base64", "pkcs8_v1_der_b64"),
            ("pkcs8-base64", "pkcs8_v2_der_b64"),
            ("pkcs8-pem", "pkcs8_v1_pem"),
            ("pkcs8-pem", "pkcs8_v2_pem"),
            ("jwk", "private_jwk"),
        ] {
            cases.push(Case::ok(format!("{id} {member}"), "key.import", json!({"form": form, "data": key[member]}), private.clone()));
        }
        for (form, member) in [("raw", "public_key_hex"), ("ssh", "ssh_public"), ("jwk", "jwk"), ("spki", "spki_der_b64")] {
            cases.push(Case::ok(format!("{id} {member}"), "key.import-public", json!({"form": form, "data": key[member]}), public.clone()));
        }
    }
    check(&cases);
}

#[test]
fn k3_to_k13_bad_keys_are_refused_and_unusual_ones_taken() {
    let Some(file) = file("k3_to_k13_bad_keys_are_refused_and_unusual_ones_taken", "keys") else { return };
    let input = |case: &Value| json!({"form": case["form"], "data": case["data"]});
    let refused = |case: &Value| Case::error(text(&case["id"]), text(&case["op"]), input(case), codes(case));
    let taken =
        |case: &Value| Case::ok(text(&case["id"]), text(&case["op"]), input(case), json!({"public_key_hex": case["public_key_hex"]}));
    // Of the cases that the specification leaves open this component takes all three.
    let taken = list(&file, "accept").iter().chain(list(&file, "either")).map(taken);
    check(&list(&file, "refuse").iter().map(refused).chain(taken).collect::<Vec<_>>());
}

#[test]
fn section_11_rfc_8032_signatures() {
    let Some(file) = file("section_11_rfc_8032_signatures", "rfc8032") else { return };
    let mut cases = Vec::new();
    for case in list(&file, "cases") {
        let id = text(&case["id"]);
        let public = json!({"public_key_hex": case["public_key_hex"]});
        cases.push(Case::ok(id, "key.import", json!({"form": "seed", "data": case["seed_hex"]}), public));
        let mut signed = json!({
            "public_key_hex": case["public_key_hex"], "message_hex": case["message_hex"], "signature_hex": case["signature_hex"],
        });
        cases.push(Case::ok(id, "ed25519.verify", signed.clone(), json!({"valid": true})));
        signed["message_hex"] = format!("{}00", text(&case["message_hex"])).into();
        cases.push(Case::ok(id, "ed25519.verify", signed, json!({"valid": false})));
    }
    check(&cases);
}

#[test]
fn k13_rfc_8037_thumbprint_and_signature() {
    let Some(file) = file("k13_rfc_8037_thumbprint_and_signature", "rfc8037_thumbprint") else { return };
    let public = json!({"public_key_hex": file["public_key_hex"], "thumbprint": file["thumbprint"]});
    let mut cases: Vec<_> = list(&file, "same_thumbprint_jwks")
        .iter()
        .map(|jwk| Case::ok("same thumbprint", "key.import-public", json!({"form": "jwk", "data": jwk}), public.clone()))
        .collect();
    cases.push(Case::ok("private", "key.import", json!({"form": "jwk", "data": file["private_jwk"]}), public));
    let signed = json!({
        "public_key_hex": file["public_key_hex"], "signature_hex": file["jws"]["signature_hex"],
        "message_hex": hex(text(&file["jws"]["signing_input"]).as_bytes()),
    });
    cases.push(Case::ok("jws", "ed25519.verify", signed, json!({"valid": true})));
    check(&cases);
}

#[test]
fn section_11_rfc_9421_b_2_6_signature() {
    let Some(file) = file("section_11_rfc_9421_b_2_6_signature", "rfc9421_b26") else { return };
    let signature = from_base64(text(&file["signature_b64"])).expect("base64");
    let case = |case: &Value| {
        let input = json!({
            "public_key_hex": file["key"]["public_key_hex"], "signature_hex": hex(&signature),
            "message_hex": hex(text(&case["signature_base"]).as_bytes()),
        });
        Case::ok(text(&case["id"]), "ed25519.verify", input, json!({"valid": case["valid"]}))
    };
    check(&list(&file, "cases").iter().map(case).collect::<Vec<_>>());
}

#[test]
fn section_11_web_bot_auth_signatures() {
    let Some(file) = file("section_11_web_bot_auth_signatures", "web_bot_auth_v1") else { return };
    let cases: Vec<_> = file.as_array().expect("a list").iter().filter(|case| case["key"]["crv"] == "Ed25519").map(web_bot_auth).collect();
    assert_eq!(cases.len(), 2, "the RSA cases are none of ours");
    check(&cases);
}

/// The signature base by RFC 9421 §2.5, from the covered components the case has.
fn web_bot_auth(case: &Value) -> Case {
    let label = text(&case["label"]);
    let parameters = text(&case["signature_input"]).strip_prefix(&format!("{label}=")).expect("a label");
    let authority = text(&case["target_url"]).split('/').nth(2).expect("a host");
    let mut base = format!("\"@authority\": {authority}\n");
    if let Some(agent) = case["signature_agent"].as_str() {
        base += &format!("\"signature-agent\": {agent}\n");
    }
    base += &format!("\"@signature-params\": {parameters}");
    let signature = text(&case["signature"]).strip_prefix(&format!("{label}=:")).and_then(|rest| rest.strip_suffix(':'));
    let signature = from_base64(signature.expect("a byte sequence")).expect("base64");
    let public = agent_identity_core::encoding::from_base64url(text(&case["key"]["x"])).expect("base64url");
    let input = json!({
        "public_key_hex": hex(&public), "signature_hex": hex(&signature), "message_hex": hex(base.as_bytes()),
    });
    Case::ok(label, "ed25519.verify", input, json!({"valid": true}))
}

#[test]
fn section_11_wycheproof_ed25519_as_marked() {
    let Some(file) = file("section_11_wycheproof_ed25519_as_marked", "wycheproof_ed25519") else { return };
    let mut cases = Vec::new();
    for group in list(&file, "testGroups") {
        for test in list(group, "tests") {
            let input = json!({"public_key_hex": group["publicKey"]["pk"], "message_hex": test["msg"], "signature_hex": test["sig"]});
            let valid = json!({"valid": test["result"] == "valid"});
            cases.push(Case::ok(test["tcId"].to_string(), "ed25519.verify", input, valid));
        }
    }
    assert_eq!(cases.len(), 151);
    check(&cases);
}

#[test]
fn section_11_cctv_strict_verdicts() {
    let Some(file) = file("section_11_cctv_strict_verdicts", "cctv_ed25519") else { return };
    let case = |case: &Value| {
        let message = hex(text(&case["msg"]).as_bytes());
        let input = json!({"public_key_hex": case["key"], "message_hex": message, "signature_hex": case["sig"]});
        Case::ok(case["number"].to_string(), "ed25519.verify", input, json!({"valid": case["strict"]}))
    };
    let cases: Vec<_> = list(&file, "cases").iter().map(case).collect();
    assert_eq!(cases.len(), 457);
    check(&cases);
}
