use super::*;
use proptest::prelude::*;

fn name(text: &str) -> DocumentName {
    DocumentName::to_read(text).unwrap()
}

fn document(text: &str) -> Document {
    Document::new(text.into())
}

fn text(document: &Document) -> &str {
    str::from_utf8(document).unwrap()
}

#[test]
fn the_file_is_the_one_the_reference_client_reads() {
    let file = Secrets::none().with(&name(RECORD), Some(&document(r#"{"auth_mode":"chatgpt"}"#)));
    assert_eq!(text(&file), r#"{"version":1,"secrets":{"global/CODEX_AUTH":"{\"auth_mode\":\"chatgpt\"}"}}"#);
    assert_eq!(Secrets::read(&file).unwrap().get(&name(RECORD)).unwrap(), Some(document(r#"{"auth_mode":"chatgpt"}"#)));
}

#[test]
fn what_others_keep_in_the_file_stays_byte_by_byte() {
    let theirs = r#"{"later":{"a":[1.50, 2]},"version":1,"secrets":{"env/x/KEY":"\u00e4\/\"","global/CODEX_AUTH":"{}","global/B":"b"}}"#;
    let secrets = Secrets::read(theirs.as_bytes()).unwrap();
    let changed = secrets.with(&name("a-b_c.json"), Some(&document("x\n\u{1}")));
    let expected = concat!(
        r#"{"version":1,"secrets":{"env/x/KEY":"\u00e4\/\"","global/CODEX_AUTH":"{}","global/B":"b","#,
        r#""global/DOCUMENT_A_HB_UC_DJSON":"x\u000a\u0001"},"later":{"a":[1.50, 2]}}"#
    );
    assert_eq!(text(&changed), expected);
    let back = Secrets::read(&changed).unwrap();
    assert_eq!(back.get(&name("a-b_c.json")).unwrap(), Some(document("x\n\u{1}")));
    assert!(!back.holds_only(&name(RECORD)));
    assert_eq!(text(&back.with(&name(RECORD), None)), expected.replace(r#""global/CODEX_AUTH":"{}","#, ""));
}

#[test]
fn an_older_file_without_a_version_is_read_and_a_newer_one_is_left_alone() {
    for old in ["{}", r#"{"version":0}"#, r#"{"secrets":{}}"#] {
        assert!(Secrets::read(old.as_bytes()).unwrap().get(&name(RECORD)).unwrap().is_none(), "{old}");
    }
    assert!(Secrets::read(br#"{"version":2,"secrets":{}}"#).err().unwrap().contains("newer"));
    for bad in ["", "[]", "{", r#"{"version":"1"}"#, r#"{"secrets":[]}"#, "\u{0}"] {
        assert!(Secrets::read(bad.as_bytes()).err().unwrap().contains("not a set of secrets"), "{bad}");
    }
    for bad in [r#"{"secrets":{"global/CODEX_AUTH":7}}"#, r#"{"secrets":{"global/CODEX_AUTH":"\ud800x"}}"#] {
        assert!(Secrets::read(bad.as_bytes()).unwrap().get(&name(RECORD)).is_err(), "{bad}");
    }
}

#[test]
fn k15_buffers_never_grow() {
    let file = Secrets::none().with(&name("x"), Some(&document("a\"\\\n\u{1f}\u{e4}")));
    assert_eq!(file.capacity(), file.len());
}

proptest! {
    #[test]
    fn documents_come_back_as_they_were(texts in proptest::collection::vec(any::<String>(), 1..4)) {
        let mut file = Secrets::none().with(&name("none"), None);
        for (index, text) in texts.iter().enumerate() {
            file = Secrets::read(&file).unwrap().with(&name(&format!("d{index}")), Some(&document(text)));
        }
        let secrets = Secrets::read(&file).unwrap();
        for (index, text) in texts.iter().enumerate() {
            prop_assert_eq!(secrets.get(&name(&format!("d{index}"))).unwrap(), Some(document(text)));
        }
        let by_serde: serde_json::Value = serde_json::from_slice(&file).unwrap();
        prop_assert_eq!(by_serde["secrets"]["global/DOCUMENT_D0"].as_str(), texts.first().map(String::as_str));
    }

    #[test]
    fn no_two_documents_have_one_name(one in "[a-z0-9_-][a-z0-9_.-]{0,8}", other in "[a-z0-9_-][a-z0-9_.-]{0,8}") {
        prop_assert_eq!(secret_name(&name(&one)) == secret_name(&name(&other)), one == other);
    }
}
