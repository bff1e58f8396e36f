use super::*;

/// Example 14 with `members` behind the kind.
fn behind_kind(members: &str) -> String {
    [E14.trim_end_matches('}'), ",", members, "}"].concat()
}

#[test]
fn e14_e19_the_least_snapshot_as_turn_and_prewarm() {
    assert_eq!(canonical(&min(), Some(Kind::Turn)), E14);
    assert_eq!(canonical(&min(), Some(Kind::Prewarm)), E14.replace("turn", "prewarm"));
}

#[test]
fn e15_a_full_root_turn() {
    let expect = r#"{"installation_id":"5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b","session_id":"01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10","thread_id":"01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10","agent_name":"/root","turn_id":"01980c5a-7b2f-7a31-8c4d-5e6f70819203","window_id":"01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10:0","window_number":0,"context_window_id":"01980c5a-7b1f-7000-8000-000000000001","request_kind":"turn","thread_source":"user","turn_trigger":"goal","sandbox":"none","sandbox_mode":"workspace-write","auto_review_enabled":false,"workspaces":{"/srv/app":{"associated_remote_urls":{"origin":"https://git.example.com/team/repo.git"},"latest_git_commit_hash":"0123456789abcdef0123456789abcdef01234567","has_changes":false}},"turn_started_at_unix_ms":1700000000123,"model":"gpt-5.4","origin":"\u6771\u4eac","reasoning_effort":"high"}"#;
    assert_eq!(canonical(&full(), Some(Kind::Turn)), expect);
}

#[test]
fn e3_e16_a_compaction_with_a_configured_extra() {
    let expect = r#"{"installation_id":"installation-a","session_id":"session-a","thread_id":"thread-a","agent_name":"/root","turn_id":"turn-a","window_id":"thread-a:2","request_kind":"compaction","sandbox":"none","sandbox_mode":"read-only","auto_review_enabled":false,"compaction":{"trigger":"auto","reason":"context_limit","implementation":"responses_compaction_v2","phase":"mid_turn","strategy":"memento"},"codex_security_surface":"sdk"}"#;
    let snapshot = Snapshot { turn: with_extras(texts(&[("compaction", "x")])), ..compaction() };
    let rendering = render(&snapshot, Some(Kind::Compaction), Transport::COMPACT_V2).unwrap();
    assert_eq!(rendering.canonical.as_deref(), Some(expect));
    assert_eq!(dropped(&rendering.dropped), [("compaction", "reserved")]);
    assert!(!canonical(&snapshot, Some(Kind::Turn)).contains("\"compaction\""));
}

#[test]
fn e17_a_spawned_thread() {
    assert_eq!(canonical(&spawned(), Some(Kind::Turn)), E17);
}

#[test]
fn e2_e18_r1_8_r1_9_everything_but_ascii_is_escaped() {
    let snapshot = Snapshot { turn: with_extras(texts(&[("k", "a\"b\\c/d\n\t\u{1}\u{e9}\u{1f680}")])), ..min() };
    let expect = r#""k":"a\"b\\c/d\n\t\u0001\u00e9\ud83d\ude80""#;
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), behind_kind(expect));
    let snapshot = Snapshot { turn: with_extras(texts(&[("origin", "東京")])), ..min() };
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), behind_kind(r#""origin":"\u6771\u4eac""#));
}

#[test]
fn e1_detached_memory() {
    let expect = r#"{"request_kind":"memory","thread_source":"memory_consolidation","sandbox_mode":"read-only"}"#;
    let snapshot = Snapshot { sandbox_mode: text("read-only"), ..Snapshot::default() };
    assert_eq!(canonical(&snapshot, Some(Kind::DetachedMemory)), expect);
    // Whatever else is known of its thread.
    let snapshot = Snapshot { sandbox_mode: text("read-only"), turn: with_extras(texts(&[("k", "v")])), turn_id: text("u"), ..spawned() };
    let rendering = render(&snapshot, Some(Kind::DetachedMemory), Transport::MEMORY_STAGE_ONE).unwrap();
    assert_eq!(rendering.canonical.as_deref(), Some(expect));
    assert!(!rendering.client_metadata.iter().any(|(key, _)| ["turn_id", "x-codex-parent-thread-id"].contains(&&**key)));
    assert!(headers(&rendering).contains(&("x-openai-subagent", "memory_consolidation")));
}

#[test]
fn e26_memory_of_a_turn() {
    let snapshot = Snapshot {
        parent_thread_id: text("44444444-4444-4444-8444-444444444444"),
        thread_source: text("memory_consolidation"),
        configured_extras: Vec::new(),
        ..compaction()
    };
    let expect = r#"{"turn_id":"turn-a","request_kind":"memory","parent_thread_id":"44444444-4444-4444-8444-444444444444","thread_source":"memory_consolidation","sandbox":"none","sandbox_mode":"read-only","auto_review_enabled":false}"#;
    assert_eq!(canonical(&snapshot, Some(Kind::Memory)), expect);
}

#[test]
fn e20_r1_10_without_a_kind_the_string_does_not_travel() {
    let rendering = render(&min(), None, Transport::RESPONSES).unwrap();
    assert_eq!(rendering.canonical.as_deref(), Some(r#"{"session_id":"s","thread_id":"t"}"#));
    assert!(!rendering.client_metadata.iter().any(|(key, _)| key == "x-codex-turn-metadata"));
    assert!(!headers(&rendering).iter().any(|(name, _)| *name == "x-codex-turn-metadata"));
}

#[test]
fn e21_r0_4_integers_are_exact() {
    let snapshot = Snapshot { window_number: Some(u64::MAX), turn: started(i64::MIN), ..min() };
    let expect = r#"{"installation_id":"i","session_id":"s","thread_id":"t","window_id":"t:0","window_number":18446744073709551615,"request_kind":"turn","turn_started_at_unix_ms":-9223372036854775808}"#;
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), expect);
}

#[test]
fn e22_r1_6_extras_are_in_byte_order() {
    let snapshot = Snapshot { turn: with_extras(texts(&[("alpha", "1"), ("Zed", "2"), ("_x", "3"), ("é", "4")])), ..min() };
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), behind_kind(r#""Zed":"2","_x":"3","alpha":"1","\u00e9":"4""#));
}

#[test]
fn e5_e23_the_start_of_the_turn_and_analytics() {
    let snapshot = Snapshot { turn: started(1), analytics_enabled: Some(true), ..min() };
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), behind_kind(r#""turn_started_at_unix_ms":1,"analytics_enabled":true"#));
    let snapshot = Snapshot { turn: with_extras(texts(&[("turn_started_at_unix_ms", "1700000000123")])), ..min() };
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), E14);
}

#[test]
fn e24_r8_1_workspaces_hold_what_is_known() {
    let workspace = |root: &str| Workspace { root: root.into(), ..Workspace::default() };
    let known = Workspace { latest_git_commit_hash: text("abc"), has_changes: Some(true), ..workspace("/srv/東京") };
    let snapshot = Snapshot { workspaces: [workspace("/a"), known].into(), ..min() };
    let expect = r#""workspaces":{"/srv/\u6771\u4eac":{"latest_git_commit_hash":"abc","has_changes":true}}"#;
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), behind_kind(expect));
    let snapshot = Snapshot { workspaces: [workspace("/a")].into(), ..min() };
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), E14);
}

#[test]
fn r1_6_remotes_are_in_byte_order() {
    let remotes =
        Workspace { root: "/r".into(), associated_remote_urls: texts(&[("b", "2"), ("B", "1"), ("a", "3")]), ..Workspace::default() };
    let snapshot = Snapshot { workspaces: [remotes].into(), ..min() };
    let expect = r#""workspaces":{"/r":{"associated_remote_urls":{"B":"1","a":"3","b":"2"}}}"#;
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), behind_kind(expect));
}

#[test]
fn e7_e25_r3_9_labels_are_rendered_verbatim() {
    let snapshot = Snapshot {
        forked_from_thread_id: text("11111111-1111-4111-8111-111111111111"),
        forked_from_ordinal_exclusive: Some(7),
        thread_source: text("automation"),
        ..min()
    };
    let expect =
        r#""forked_from_thread_id":"11111111-1111-4111-8111-111111111111","forked_from_ordinal_exclusive":7,"thread_source":"automation""#;
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), behind_kind(expect));
}

#[test]
fn r3_9_r3_3_blank_is_absent() {
    let blank = || text(" \t");
    let snapshot = Snapshot {
        thread_source: blank(),
        turn: Turn { turn_trigger: blank(), parent_turn_id: blank(), root_turn_id: blank(), ..Turn::default() },
        ..min()
    };
    let rendering = turn(&snapshot);
    assert_eq!(rendering.canonical.as_deref(), Some(E14));
    assert_eq!(rendering.client_metadata.len(), 5);
    assert_eq!(rendering.dropped, []);
}

#[test]
fn e6_r3_5_with_a_parent_the_fork_is_not_named() {
    let id = text("33333333-3333-4333-8333-333333333333");
    let fork = Snapshot { forked_from_thread_id: id.clone(), forked_from_ordinal_exclusive: Some(1), parent_thread_id: id, ..min() };
    let expect = behind_kind(r#""parent_thread_id":"33333333-3333-4333-8333-333333333333""#);
    assert_eq!(canonical(&fork, Some(Kind::Turn)), expect);
    assert!(!canonical(&fork, Some(Kind::Memory)).contains("forked_from"));
    let ordinal_alone = Snapshot { forked_from_ordinal_exclusive: Some(1), ..min() };
    assert_eq!(canonical(&ordinal_alone, Some(Kind::Turn)), E14);
}

#[test]
fn r1_4_ids_are_needed_except_for_memory() {
    for kind in Kind::ALL {
        for nr in 0..4 {
            let mut snapshot = Snapshot { compaction: compaction().compaction, ..min() };
            let ids = [&mut snapshot.installation_id, &mut snapshot.session_id, &mut snapshot.thread_id, &mut snapshot.window_id];
            ids[nr].clear();
            let code = render(&snapshot, Some(kind), Transport::RESPONSES).err().map(|error| error.code.as_str());
            let is_memory = matches!(kind, Kind::Memory | Kind::DetachedMemory);
            assert_eq!(code, (!is_memory).then_some("invalid-snapshot"), "{kind:?} {nr}");
            assert!(render(&snapshot, None, Transport::RESPONSES).is_ok());
        }
    }
    assert_eq!(render(&min(), Some(Kind::Compaction), Transport::RESPONSES).unwrap_err().code.as_str(), "invalid-snapshot");
}

#[test]
fn r1a_each_field_is_in_its_columns() {
    let everything = Snapshot {
        forked_from_thread_id: text("11111111-1111-4111-8111-111111111111"),
        forked_from_ordinal_exclusive: Some(7),
        session_source: subagent("review"),
        analytics_enabled: Some(true),
        compaction: compaction().compaction,
        turn: Turn { parent_turn_id: text("p"), root_turn_id: text("r"), extras: Vec::new(), ..full().turn },
        ..full()
    };
    let names = |text: &str| -> Vec<String> {
        let object = crate::json::Object::read(text).unwrap();
        object.members().map(|(key, _)| key.trim_matches('"').into()).collect()
    };
    let short = "agent_name analytics_enabled auto_review_enabled compaction context_window_id forked_from_ordinal_exclusive forked_from_thread_id installation_id model parent_turn_id reasoning_effort request_kind root_turn_id sandbox sandbox_mode session_id subagent_kind thread_id thread_source turn_id turn_started_at_unix_ms turn_trigger window_id window_number workspaces";
    let without = |gone: &str| -> Vec<String> {
        short.split(' ').filter(|name| !gone.split(' ').any(|other| other == *name)).map(String::from).collect()
    };
    let sorted = |text: &str| {
        let mut names = names(text);
        names.sort();
        names
    };
    assert_eq!(sorted(&canonical(&everything, Some(Kind::Compaction))), without(""));
    assert_eq!(sorted(&canonical(&everything, Some(Kind::Turn))), without("compaction"));
    assert_eq!(sorted(&canonical(&everything, Some(Kind::Prewarm))), without("compaction"));
    let memory = "compaction installation_id session_id thread_id agent_name window_id window_number context_window_id";
    assert_eq!(sorted(&canonical(&everything, Some(Kind::Memory))), without(memory));
    let none = "compaction installation_id window_id window_number context_window_id request_kind";
    assert_eq!(sorted(&canonical(&everything, None)), without(none));
    let mcp_gone = "compaction installation_id agent_name window_id window_number context_window_id request_kind forked_from_ordinal_exclusive parent_turn_id root_turn_id analytics_enabled";
    assert_eq!(names(&object(&everything)), without(mcp_gone));
}

#[test]
fn r1_11_r1_12_some_things_are_never_in_the_string() {
    let snapshot = Snapshot {
        parent_response_id: text("resp"),
        is_reviewer_request: true,
        turn: with_extras(texts(&[("node_repl_disabled", "1"), ("x-codex-routing-hint", "1"), ("tool_namespaces_info", "1")])),
        configured_extras: texts(&[("history_ingest_requested", "1")]),
        session_source: SessionSource::Internal("memory_consolidation".into()),
        ..min()
    };
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), E14);
}

#[test]
fn r1_5_execution_metadata_sets_review_model_and_effort() {
    let execution = |auto_review_enabled| Execution { model: "m".into(), reasoning_effort: None, auto_review_enabled };
    let snapshot = Snapshot { auto_review_enabled: Some(true), execution: Some(execution(Some(false))), ..min() };
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), behind_kind(r#""auto_review_enabled":false,"model":"m""#));
    let snapshot = Snapshot { auto_review_enabled: Some(true), execution: Some(execution(None)), ..min() };
    assert_eq!(canonical(&snapshot, Some(Kind::Turn)), behind_kind(r#""auto_review_enabled":true,"model":"m""#));
}

#[test]
fn r0_6_uuids_are_canonical_and_nothing_else_is_taken() {
    let snapshot = Snapshot { parent_thread_id: text("{2222222222224222822222222222AAAA}"), ..min() };
    assert!(canonical(&snapshot, Some(Kind::Turn)).contains("22222222-2222-4222-8222-22222222aaaa"));
    let member: [fn(&mut Snapshot) -> &mut Option<String>; 3] =
        [|it| &mut it.parent_thread_id, |it| &mut it.forked_from_thread_id, |it| &mut it.context_window_id];
    for member in member {
        let mut snapshot = min();
        *member(&mut snapshot) = text("p");
        assert_eq!(render(&snapshot, None, Transport::RESPONSES).unwrap_err().code.as_str(), "invalid-snapshot");
    }
}

#[test]
fn r3_15_compactions_say_only_what_is_known() {
    let good = ["manual", "user_requested", "responses", "standalone_turn", "memento"];
    assert_eq!(Compaction::parse(good).unwrap().values(), good);
    for nr in 0..5 {
        let mut bad = good;
        bad[nr] = "Manual";
        assert_eq!(Compaction::parse(bad).unwrap_err().code.as_str(), "invalid-snapshot");
        let [trigger, reason, implementation, phase, strategy] = bad.map(String::from);
        let compaction = Some(Compaction { trigger, reason, implementation, phase, strategy });
        let snapshot = Snapshot { compaction, ..min() };
        assert_eq!(render(&snapshot, Some(Kind::Turn), Transport::RESPONSES).unwrap_err().code.as_str(), "invalid-snapshot");
    }
}

#[test]
fn r8_4_there_are_four_sandbox_modes() {
    let rendered = |mode: &str| render(&Snapshot { sandbox_mode: text(mode), ..min() }, Some(Kind::Turn), Transport::RESPONSES);
    for mode in ["danger-full-access", "external-sandbox", "read-only", "workspace-write"] {
        assert!(rendered(mode).unwrap().canonical.unwrap().ends_with(&alloc::format!(r#""sandbox_mode":"{mode}"}}"#)));
    }
    for mode in ["Read-Only", "", "none"] {
        assert_eq!(rendered(mode).unwrap_err().code.as_str(), "invalid-snapshot", "{mode:?}");
    }
}

#[test]
fn r15_4_debug_output_shows_no_values() {
    let snapshot = Snapshot { turn: with_extras(texts(&[("k", "marker")])), installation_id: "marker".into(), ..min() };
    let shown = alloc::format!("{snapshot:?} {:?} {:?}", turn(&snapshot), tool(&snapshot));
    assert!(!shown.contains("marker"), "{shown}");
}

fn started(unix_ms: i64) -> Turn {
    Turn { turn_started_at_unix_ms: Some(unix_ms), ..Turn::default() }
}
