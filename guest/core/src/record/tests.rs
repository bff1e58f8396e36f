use super::*;
use alloc::format;
use alloc::string::ToString;
use proptest::prelude::*;
use serde_json::{Value, json};

const KEY: &str = "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";

fn document_with(identity: &Value) -> Vec<u8> {
    json!({"auth_mode": "agentIdentity", "agent_identity": identity}).to_string().into_bytes()
}

fn full() -> Value {
    json!({
        "agent_runtime_id": "agent-123", "agent_private_key": KEY, "account_id": "account-1", "chatgpt_user_id": "user-1",
        "email": "a@b.example", "plan_type": "Pro", "chatgpt_account_is_fedramp": true, "task_id": "task-123"
    })
}

fn without(name: &str) -> Value {
    let mut identity = full();
    identity.as_object_mut().unwrap().remove(name);
    identity
}

fn with(name: &str, value: Value) -> Value {
    let mut identity = full();
    identity[name] = value;
    identity
}

fn record(identity: &Value) -> Result<IdentityRecord> {
    match read(&document_with(identity))? {
        StoredIdentity::Record(record) => Ok(record),
        other => panic!("{other:?}"),
    }
}

fn code(identity: &Value) -> Code {
    record(identity).unwrap_err().code
}

#[test]
fn s8_2_reads_a_full_record_and_ignores_legacy_members() {
    let record = record(&with("workspace_id", json!(["legacy"]))).unwrap();
    assert_eq!(record.agent_runtime_id.as_str(), "agent-123");
    assert_eq!(&*record.agent_private_key, KEY);
    assert_eq!((record.account_id.as_str(), record.chatgpt_user_id.as_str()), ("account-1", "user-1"));
    assert_eq!((record.email.as_deref(), record.plan_type.as_str()), (Some("a@b.example"), "Pro"));
    assert!(record.fedramp);
    assert_eq!(record.task_id.unwrap().as_str(), "task-123");
}

#[test]
fn s8_2_each_member_absent_null_or_mistyped() {
    for name in ["agent_runtime_id", "agent_private_key", "account_id", "chatgpt_user_id", "plan_type", "chatgpt_account_is_fedramp"] {
        for bad in [without(name), with(name, json!(null)), with(name, json!(1)), with(name, json!({})), with(name, json!(["x"]))] {
            let error = record(&bad).unwrap_err();
            assert_eq!(error.code, Code::RecordInvalid, "{name}");
            assert!(error.message.contains(name));
        }
    }
    assert_eq!(code(&with("plan_type", json!(true))), Code::RecordInvalid);
    assert_eq!(code(&with("chatgpt_account_is_fedramp", json!("true"))), Code::RecordInvalid);
    for name in ["email", "task_id"] {
        for bad in [json!(1), json!(false), json!([]), json!({})] {
            assert_eq!(code(&with(name, bad)), Code::RecordInvalid, "{name}");
        }
    }
}

#[test]
fn s8_2_absent_null_and_empty_email_read_as_none() {
    for none in [without("email"), with("email", json!(null)), with("email", json!(""))] {
        assert_eq!(record(&none).unwrap().email, None);
    }
    assert_eq!(record(&with("email", json!(" "))).unwrap().email.as_deref(), Some(" "));
}

#[test]
fn s8_2_null_blank_or_bad_task_id_reads_as_none() {
    for none in [without("task_id"), with("task_id", json!(null))] {
        assert_eq!(record(&none).unwrap().task_id, None);
    }
    for bad in ["", " \u{3000}", "a\nb", &"x".repeat(1025)] {
        assert_eq!(record(&with("task_id", json!(bad))).unwrap().task_id, None, "{bad:?}");
    }
}

#[test]
fn s8_2_binding_is_not_blank_and_the_runtime_id_keeps_to_i1() {
    for name in ["account_id", "chatgpt_user_id"] {
        for blank in ["", " \t", "\u{2003}"] {
            assert_eq!(code(&with(name, json!(blank))), Code::RecordInvalid);
        }
    }
    assert_eq!(code(&with("agent_runtime_id", json!("a:b"))), Code::RuntimeIdInvalid);
}

#[test]
fn s8_2_members_given_twice_are_refused() {
    let twice = format!("{},\"task_id\":\"x\"}}", full().to_string().trim_end_matches('}'));
    let text = format!("{{\"agent_identity\":{twice}}}");
    assert_eq!(read(text.as_bytes()).unwrap_err().code, Code::RecordInvalid);
    for twice in [r#"{"agent_identity":null,"agent_identity":null}"#, r#"{"agent_identity":"a","agent\u005fidentity":"b"}"#] {
        assert_eq!(read(twice.as_bytes()).unwrap_err().code, Code::RecordInvalid);
        let record = record(&full()).unwrap();
        assert_eq!(write(Some(twice.as_bytes()), &record).unwrap_err().code, Code::RecordInvalid);
    }
}

#[test]
fn s8_2_the_member_is_a_jwt_an_object_or_nothing() {
    assert!(matches!(read(b"{}").unwrap(), StoredIdentity::None));
    assert!(matches!(read(&document_with(&json!(null))).unwrap(), StoredIdentity::None));
    let StoredIdentity::Jwt(jwt) = read(&document_with(&json!("a.b.c"))).unwrap() else { panic!() };
    assert_eq!(&*jwt, "a.b.c");
    for bad in [json!(1), json!(true), json!([]), json!([full()])] {
        assert_eq!(read(&document_with(&bad)).unwrap_err().code, Code::RecordInvalid);
    }
    for unreadable in [&b""[..], b"null", b"[]", b"{", b"{\"a\":\"\xff\"}"] {
        assert_eq!(read(unreadable).unwrap_err().code, Code::StoreReadFailed);
        assert_eq!(write(Some(unreadable), &record(&full()).unwrap()).unwrap_err().code, Code::StoreReadFailed);
    }
}

#[test]
fn s8_1_agent_identity_needs_material() {
    let check = |identity| read(&document_with(&identity)).and_then(|stored| stored.require_material());
    for blank in [json!(null), json!(""), json!(" \n"), with("agent_private_key", json!(" ")), with("agent_runtime_id", json!(" "))] {
        assert_eq!(check(blank).unwrap_err().code, Code::AuthMaterialMissing);
    }
    assert!(check(json!("a.b.c")).is_ok());
    assert!(check(full()).is_ok());
}

#[test]
fn a5_account_id_is_checked_where_it_goes_into_a_header() {
    let spaced = record(&with("account_id", json!("a b"))).unwrap();
    assert_eq!(spaced.header_account_id().unwrap_err().code, Code::RecordInvalid);
    assert_eq!(record(&full()).unwrap().header_account_id().unwrap().as_str(), "account-1");
}

#[test]
fn k14_debug_output_of_a_record_hides_the_key() {
    let stored = read(&document_with(&full())).unwrap();
    assert!(!format!("{stored:?}").contains("MC4C"));
    assert!(!format!("{:?}", read(&document_with(&json!("secret.jwt.x")))).contains("secret"));
}

#[test]
fn s8_2_writes_members_in_order_and_none_as_empty_or_left_out() {
    let mut record = record(&full()).unwrap();
    let expect = "{\n  \"agent_identity\": {\n    \"agent_runtime_id\": \"agent-123\",\n    \"agent_private_key\": \"KEY\",\n    \
                  \"account_id\": \"account-1\",\n    \"chatgpt_user_id\": \"user-1\",\n    \"email\": \"a@b.example\",\n    \
                  \"plan_type\": \"Pro\",\n    \"chatgpt_account_is_fedramp\": true,\n    \"task_id\": \"task-123\"\n  }\n}";
    assert_eq!(core::str::from_utf8(&write(None, &record).unwrap()).unwrap(), expect.replace("KEY", KEY));
    assert_eq!(write(Some(b" { } "), &record).unwrap(), write(None, &record).unwrap());
    (record.email, record.task_id, record.fedramp) = (None, None, false);
    let written: Value = serde_json::from_slice(&write(None, &record).unwrap()).unwrap();
    let identity = &written["agent_identity"];
    assert_eq!((&identity["email"], &identity["chatgpt_account_is_fedramp"]), (&json!(""), &json!(false)));
    assert!(identity.get("task_id").is_none());
}

#[test]
fn s8_2_save_keeps_foreign_members_byte_for_byte_and_in_place() {
    let record = record(&full()).unwrap();
    let identity = core::str::from_utf8(&write(None, &record).unwrap()).unwrap().to_string();
    let identity = &identity[4..identity.len() - 2];
    let foreign = r#"{"n":1.10,"big":123456789012345678901234567890,"e":1E+2,"s":"\u00e9\/","z":{"agent_identity":1},"z":[ ]}"#;
    let before = format!("{{\"\\u0061\":{foreign},\"agent_identity\":\"old\", \"last\" : null}}");
    let after = format!("{{\n  \"\\u0061\": {foreign},\n  {identity},\n  \"last\": null\n}}");
    assert_eq!(core::str::from_utf8(&write(Some(before.as_bytes()), &record).unwrap()).unwrap(), after);
    // A second save changes nothing; a document without the member gets it last.
    assert_eq!(core::str::from_utf8(&write(Some(after.as_bytes()), &record).unwrap()).unwrap(), after);
    let appended = write(Some(br#"{"tokens":{"id":1}}"#), &record).unwrap();
    assert_eq!(core::str::from_utf8(&appended).unwrap(), format!("{{\n  \"tokens\": {{\"id\":1}},\n  {identity}\n}}"));
}

#[test]
fn s8_4_every_row_of_the_table() {
    let matching = StoredIdentity::Record(record(&full()).unwrap());
    let taskless = StoredIdentity::Record(record(&without("task_id")).unwrap());
    let jwt = StoredIdentity::Jwt("a.b.c".into());
    let parses = |key: &str| key == KEY;
    for (stored, account, user, expect) in [
        (&StoredIdentity::None, "account-1", "user-1", BootstrapAction::RegisterAgent),
        (&jwt, "account-1", "user-1", BootstrapAction::RegisterAgent),
        (&matching, "account-2", "user-1", BootstrapAction::RegisterAgent),
        (&matching, "Account-1", "user-1", BootstrapAction::RegisterAgent),
        (&matching, "account-1", "user-2", BootstrapAction::RegisterAgent),
        (&taskless, "account-1", "user-2", BootstrapAction::RegisterAgent),
        (&taskless, "account-1", "user-1", BootstrapAction::RegisterTask),
        (&matching, "account-1", "user-1", BootstrapAction::Reuse),
    ] {
        assert_eq!(decide(stored, account, user, parses), expect, "{account} {user}");
    }
    assert_eq!(decide(&matching, "account-1", "user-1", |_| false), BootstrapAction::RegisterAgent);
}

#[test]
fn s8_2_plans_and_their_aliases() {
    for (text, name) in [
        ("free", "free"),
        ("Go", "go"),
        ("PLUS", "plus"),
        ("pro", "pro"),
        ("prolite", "prolite"),
        ("team", "team"),
        ("self_serve_business_usage_based", "self_serve_business_usage_based"),
        ("business", "business"),
        ("enterprise_cbp_usage_based", "enterprise_cbp_usage_based"),
        ("Enterprise", "enterprise"),
        ("HC", "enterprise"),
        ("education", "education"),
        ("edu", "education"),
        ("", "unknown"),
        ("gold", "unknown"),
        (" pro", "unknown"),
    ] {
        assert_eq!(plan(text), name, "{text}");
    }
}

proptest! {
    #[test]
    fn s8_2_what_is_written_reads_back_and_fits_its_buffer(
        strings in prop::collection::vec("\\PC{0,8}[\u{0}-\u{1f}\"]{0,20}x", 6), member in "[a-z\u{e9}]{1,6}", number in any::<f64>()
    ) {
        let [account_id, user, plan_type, email, key, task_id] = <[String; 6]>::try_from(strings).unwrap();
        let identity = json!({
            "agent_runtime_id": "agent\"1\\x", "agent_private_key": key, "account_id": account_id, "chatgpt_user_id": user, "email": email,
            "plan_type": plan_type, "chatgpt_account_is_fedramp": false, "task_id": task_id
        });
        let record = record(&identity).unwrap();
        let foreign = json!({ member: number }).to_string();
        let written = write(Some(foreign.as_bytes()), &record).unwrap();
        prop_assert!(written.len() <= written_len_bound(&Object::read(&foreign).unwrap(), &[(IDENTITY, super::Value::Record(&record))]));
        let StoredIdentity::Record(again) = read(&written).unwrap() else { panic!() };
        prop_assert_eq!(format!("{again:?}"), format!("{record:?}"));
        prop_assert_eq!(&*again.agent_private_key, &*key);
    }
}

#[test]
fn record_reader_survives_hostile_documents() {
    let deep = format!("{{\"agent_identity\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(read(deep.as_bytes()).unwrap_err().code, Code::RecordInvalid);
    let half = format!("{{\"agent_identity\":{}", "{\"a\":".repeat(50_000));
    assert_eq!(read(half.as_bytes()).unwrap_err().code, Code::StoreReadFailed);
    for bytes in [&b"\xef\xbb\xbf{}"[..], b"{\"agent_identity\":\"\\ud800\"}", b"{\"agent_identity\":1e99999}", b"\0"] {
        assert!(read(bytes).is_err());
    }
}
