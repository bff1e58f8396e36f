use super::*;
use std::borrow::Cow;

fn read(text: &str) -> Snapshot {
    snapshot(text).unwrap_or_else(|error| panic!("{text}: {error:?}")).snapshot
}

fn message(text: &str) -> String {
    let error = snapshot(text).err().expect("an error");
    assert_eq!(error.code, "config-invalid");
    error.message
}

#[test]
fn r1_4_every_member_is_optional_and_null_is_absent() {
    for text in
        ["{}", r#"{"installation_id":null,"window_number":null,"compaction":null,"workspaces":null,"extras":null,"session_source":null}"#]
    {
        let read = read(text);
        assert_eq!((read.installation_id.as_str(), read.window_number, read.compaction.is_some()), ("", None, false));
        assert!(read.workspaces.is_empty() && read.turn.extras.is_empty());
        assert!(matches!(read.session_source, SessionSource::Root));
    }
}

#[test]
fn r0_4_integers_are_exact() {
    let text = r#"{"window_number":18446744073709551615,"turn_started_at_unix_ms":-9223372036854775808}"#;
    let found = read(text);
    assert_eq!((found.window_number, found.turn.turn_started_at_unix_ms), (Some(u64::MAX), Some(i64::MIN)));
    for bad in ["1.0", "1e3", "-1", "18446744073709551616", "\"1\"", "-0", "true"] {
        assert!(message(&format!("{{\"window_number\":{bad}}}")).contains("`window_number`"), "{bad}");
    }
    assert!(message(r#"{"turn_started_at_unix_ms":9223372036854775808}"#).contains("`turn_started_at_unix_ms`"));
}

#[test]
fn r0_2_halves_of_characters_become_replacement_characters() {
    let found = read(r#"{"agent_name":"a\ud800b\udc00","extras":{"\udead":"\ud83d\ude80 \\ud800 \uD83Dx"}}"#);
    assert_eq!(found.agent_name.as_deref(), Some("a\u{fffd}b\u{fffd}"));
    assert_eq!(found.turn.extras, [("\u{fffd}".to_owned(), "\u{1f680} \\ud800 \u{fffd}x".to_owned())]);
    assert_eq!(whole_characters(r#""\ud800\ud83d\ude80\"#), r#""\ufffd\ud83d\ude80\"#);
    assert!(matches!(whole_characters(r#""é\n\\""#), Cow::Borrowed(_)));
}

#[test]
fn r3_6_sources_are_read_in_every_form() {
    let source = |json: &str| match session_source(json) {
        Ok(SessionSource::Root) => "root".to_owned(),
        Ok(SessionSource::Subagent(kind)) => format!("subagent {kind}"),
        Ok(SessionSource::Internal(name)) => format!("internal {name}"),
        Err(error) => error.code,
    };
    for (json, expected) in [
        (r#""cli""#, "root"),
        (r#""VSCode""#, "root"),
        (r#""unknown""#, "root"),
        (r#"{"custom":"anything"}"#, "root"),
        (r#""review""#, "subagent review"),
        (r#""subagent:compact""#, "subagent compact"),
        (r#""subagent_thread_spawn""#, "subagent thread_spawn"),
        (r#""internal_memory_consolidation""#, "internal memory_consolidation"),
        (r#""internal guardian""#, "internal guardian"),
        (r#"{"subagent":"review"}"#, "subagent review"),
        (r#"{"subagent":{"other":"réviseur"}}"#, "subagent réviseur"),
        (r#"{"subagent":{"thread_spawn":{"depth":1}}}"#, "subagent thread_spawn"),
        (r#"{"subagent":"réviseur"}"#, "subagent réviseur"),
        (r#"{"internal":"memory_consolidation"}"#, "internal memory_consolidation"),
        (r#"{"internal":{"other":"guardian"}}"#, "internal guardian"),
        (r#""réviseur""#, "config-invalid"),
        (r#"{"subagent":7}"#, "config-invalid"),
        (r#"{"subagent":"review","internal":"x"}"#, "config-invalid"),
        ("7", "config-invalid"),
    ] {
        assert_eq!(source(json), expected, "{json}");
    }
    let kind = |text| match read(text).session_source {
        SessionSource::Subagent(kind) => kind,
        _ => String::new(),
    };
    assert_eq!(kind(r#"{"subagent_kind":"thread_spawn"}"#), "thread_spawn");
    assert_eq!(kind(r#"{"subagent_kind":"thread_spawn","session_source":"cli"}"#), "", "the source says more");
}

#[test]
fn r8_1_workspaces_are_the_map_of_the_rule() {
    let text =
        r#"{"workspaces":{"/a":{"associated_remote_urls":{"origin":"u"},"latest_git_commit_hash":"h","has_changes":false},"/b":null}}"#;
    let found = read(text).workspaces;
    assert_eq!((found[0].root.as_str(), found[0].has_changes, found[1].root.as_str()), ("/a", Some(false), "/b"));
    assert_eq!(found[0].associated_remote_urls, [("origin".to_owned(), "u".to_owned())]);
}

#[test]
fn members_that_mean_nothing_are_passed_over_and_named() {
    let document = snapshot(r#"{"tool_namespaces_info":"x","request_kind":"turn","thread_id":"t"}"#).expect("a snapshot");
    assert_eq!((document.request_kind.as_deref(), document.unknown), (Some("turn"), vec!["tool_namespaces_info".to_owned()]));
}

#[test]
fn r0_7_errors_name_the_member_and_never_its_value() {
    for (text, named) in [
        (r#"{"thread_id":"secret","thread_id":"secret"}"#, "repeats the member `thread_id`"),
        (r#"{"turn_id":["secret"]}"#, "the member `turn_id` of the snapshot is not a string"),
        (r#"{"extras":{"k":{"secret":1}}}"#, "the member `extras` of the snapshot is not an object of strings"),
        (r#"{"compaction":{"trigger":"secret"}}"#, "the member `compaction` lacks the member `reason`"),
        (r#"{"compaction":"secret"}"#, "the member `compaction` is no JSON object"),
        (r#"{"execution":{"reasoning_effort":"secret"}}"#, "the member `execution` lacks the member `model`"),
        (r#"{"workspaces":{"secret":7}}"#, "an entry of the member `workspaces` is no JSON object"),
        (
            r#"{"workspaces":{"secret":{"has_changes":"secret"}}}"#,
            "`has_changes` of an entry of the member `workspaces` is not true or false",
        ),
        (r#"{"session_source":"secret"}"#, "the member `session_source` names no source"),
        (r#"["secret"]"#, "the snapshot is no JSON object"),
        (r#"{"secret"#, "the snapshot is no JSON object"),
    ] {
        let message = message(text);
        assert!(message.contains(named) && !message.contains("secret"), "{text}: {message}");
    }
    let error = additions(r#"{"beta_features":"secret"}"#).expect_err("an error");
    assert_eq!(error.message, "the member `beta_features` of the additions is not an array of strings");
}
