use super::is_canonical;

/// E14 to E18, E22 and E25 of `spec/metadata.md` §17.
const CANONICAL: [&str; 7] = [
    r#"{"installation_id":"i","session_id":"s","thread_id":"t","window_id":"t:0","request_kind":"turn"}"#,
    r#"{"installation_id":"5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b","session_id":"01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10","thread_id":"01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10","agent_name":"/root","turn_id":"01980c5a-7b2f-7a31-8c4d-5e6f70819203","window_id":"01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10:0","window_number":0,"context_window_id":"01980c5a-7b1f-7000-8000-000000000001","request_kind":"turn","thread_source":"user","turn_trigger":"goal","sandbox":"none","sandbox_mode":"workspace-write","auto_review_enabled":false,"workspaces":{"/srv/app":{"associated_remote_urls":{"origin":"https://git.example.com/team/repo.git"},"latest_git_commit_hash":"0123456789abcdef0123456789abcdef01234567","has_changes":false}},"turn_started_at_unix_ms":1700000000123,"model":"gpt-5.4","origin":"\u6771\u4eac","reasoning_effort":"high"}"#,
    r#"{"installation_id":"installation-a","session_id":"session-a","thread_id":"thread-a","agent_name":"/root","turn_id":"turn-a","window_id":"thread-a:2","request_kind":"compaction","sandbox":"none","sandbox_mode":"read-only","auto_review_enabled":false,"compaction":{"trigger":"auto","reason":"context_limit","implementation":"responses_compaction_v2","phase":"mid_turn","strategy":"memento"},"codex_security_surface":"sdk"}"#,
    r#"{"installation_id":"i","session_id":"s","thread_id":"t2","agent_name":"/root/worker","turn_id":"u2","window_id":"t2:0","request_kind":"turn","parent_thread_id":"22222222-2222-4222-8222-222222222222","parent_turn_id":"pu","root_turn_id":"ru","subagent_kind":"thread_spawn","thread_source":"subagent"}"#,
    r#"{"installation_id":"i","session_id":"s","thread_id":"t","window_id":"t:0","request_kind":"turn","k":"a\"b\\c/d\n\t\u0001\u00e9\ud83d\ude80"}"#,
    r#"{"session_id":"s","window_number":18446744073709551615,"Zed":"2","_x":"3","alpha":"1","\u00e9":"4"}"#,
    r#"{"forked_from_thread_id":"11111111-1111-4111-8111-111111111111","forked_from_ordinal_exclusive":7,"thread_source":"automation"}"#,
];

#[test]
fn r1_6_to_r1_9_the_examples_are_canonical() {
    for text in CANONICAL {
        assert!(is_canonical(text), "{text}");
    }
    assert!(is_canonical("{\"n\":\"\u{7f}\"}"));
}

#[test]
fn r1_6_to_r1_9_other_spellings_are_not() {
    for text in [
        "",
        "[]",
        r#"{"session_id":"s","installation_id":"i"}"#,
        r#"{"k":"v","session_id":"s"}"#,
        r#"{"b":"1","a":"2"}"#,
        r#"{"a":"1","a":"1"}"#,
        r#"{"session_id": "s"}"#,
        r#"{"session_id":"s"} "#,
        r#"{"session_id":null}"#,
        r#"{"k":1}"#,
        r#"{"k":["v"]}"#,
        r#"{"k":{}}"#,
        r#"{"session_id":{}}"#,
        r#"{"window_number":0.0}"#,
        r#"{"window_number":1e3}"#,
        r#"{"window_number":-0}"#,
        r#"{"k":"é"}"#,
        r#"{"k":"\u00E9"}"#,
        r#"{"k":"\/"}"#,
        r#"{"k":"\u000a"}"#,
        r#"{"k":"\u007f"}"#,
        r#"{"compaction":{"reason":"r","trigger":"t"}}"#,
        r#"{"workspaces":{"/b":{},"/a":{}}}"#,
        r#"{"workspaces":{"/a":{"has_changes":true,"latest_git_commit_hash":"h"}}}"#,
        r#"{"workspaces":{"/a":{"associated_remote_urls":{"b":"1","a":"2"}}}}"#,
        r#"{"workspaces":{"/a":1}}"#,
    ] {
        assert!(!is_canonical(text), "{text}");
    }
}
