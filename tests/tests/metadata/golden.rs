//! Whole requests of each kind to each class of provider, as files that a reader can hold beside the specification.
//!
//! They are rendered by both builds and must be equal. With `UPDATE_GOLDEN=1` the files are written anew.

use agent_identity_host::metadata::{
    Compaction, Description, Execution, Facts, Implementation, ItemRules, Kind, Metadata, Moment, SessionFacts, SessionMetadata,
    SessionSource, Transport, TurnEvent, TurnMetadata, Workspace,
};
use agent_identity_host::provider::{ConfigContext, HeaderLayers, Provider, Providers, merge_headers};
use agent_identity_host::{Profile, Surroundings};
use agent_identity_tests::{APRIL_MS, SetClock, SetRandom, component};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::Arc;

const ROOT: &str = "01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10";
const CHILD: &str = "01980c5a-9999-7d20-9f3a-2b4c6d8e0f10";
const TURN: &str = "01980c5a-7b2f-7a31-8c4d-5e6f70819203";

/// What a request carries in its input: items that are treated in different ways.
const ITEMS: &str = concat!(
    r#"{"type":"message","role":"user","id":"msg_1","content":[],"internal_chat_message_metadata_passthrough":{"turn_id":"t","create_time":1}},"#,
    r#"{"type":"message","role":"assistant","id":"m1","phase":"final_answer","content":[]},"#,
    r#"{"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":"{}","encrypted_function_args":"x"}"#
);

/// One provider, and what it is asked with.
struct Asked {
    provider: Provider,
    /// Where it is, if its description leaves that open.
    base_url: &'static str,
    /// Whether requests carry a ChatGPT login, which is attested (9-4).
    is_attested: bool,
}

fn openai() -> Asked {
    let provider = Providers::built_in(&context()).get("openai").expect("it is built in").clone();
    Asked { provider, base_url: "https://chatgpt.com/backend-api/codex", is_attested: true }
}

fn bedrock() -> Asked {
    let provider = Providers::built_in(&context()).get("amazon-bedrock").expect("it is built in").clone();
    Asked { provider, base_url: "https://bedrock-mantle.us-east-1.api.aws/openai/v1", is_attested: false }
}

fn configured(name: &str, base_url: &'static str) -> Asked {
    let table = json!({"it": {"name": name, "base_url": base_url, "env_key": "KEY", "supports_websockets": true}});
    let provider = Providers::from_config(table, &context()).expect("a description").get("it").expect("it is there").clone();
    Asked { provider, base_url, is_attested: false }
}

fn context() -> ConfigContext {
    ConfigContext { folder: "/etc/program".into(), client_version: "1.2.3".into() }
}

#[test]
fn r1_20_r3_15_everything_that_openai_gets() {
    compare("openai", &openai());
}

#[test]
fn r1_20_r5_6_everything_that_azure_gets() {
    compare("azure", &configured("Azure", "https://team.openai.azure.com/openai"));
}

#[test]
fn r1_20_r5_10_everything_that_another_provider_gets() {
    compare("other", &configured("Elsewhere", "https://models.example.com/v1"));
}

#[test]
fn r1_20_r13_9_everything_that_bedrock_gets() {
    compare("bedrock", &bedrock());
}

#[test]
fn r1_3_what_belongs_to_the_session_is_the_same_in_every_turn() {
    let (session, _) = scene(Profile::Portable);
    let of = |id: &str, model: &str| {
        let turn = session.turn(id).runs(Execution { model: model.into(), ..Execution::default() });
        let rendering = turn.describe(turn.snapshot(), Kind::Turn).render(Transport::Responses, &Moment::default()).expect("it renders");
        let blob: Map<String, Value> = serde_json::from_str(&rendering.canonical.expect("a canonical string")).expect("JSON");
        (rendering.headers, blob)
    };
    let ((first, mut one), (second, mut two)) = (of("u1", "m1"), of("u2", "m2"));
    let without_blob =
        |headers: Vec<(String, String)>| headers.into_iter().filter(|(name, _)| name != "x-codex-turn-metadata").collect::<Vec<_>>();
    assert_eq!(without_blob(first), without_blob(second));
    assert_eq!([one.remove("turn_id"), one.remove("model")], [Some(json!("u1")), Some(json!("m1"))]);
    assert_eq!([two.remove("turn_id"), two.remove("model")], [Some(json!("u2")), Some(json!("m2"))]);
    assert_eq!(one, two);
}

fn compare(name: &str, asked: &Asked) {
    let [portable, wide] = Profile::ALL.map(|profile| page(profile, asked));
    assert_eq!(portable, wide, "the two builds render differently");
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/metadata/golden")).join(format!("{name}.json"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(path, portable).expect("the file can be written");
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differing: Vec<_> = portable.lines().filter(|line| !written.lines().any(|other| other == *line)).collect();
    assert!(
        portable == written,
        "{} says something else; if what is rendered is right, run this test with UPDATE_GOLDEN=1\n{}",
        path.display(),
        differing.join("\n")
    );
}

/// A session and a turn of it with every fact that there is.
fn scene(profile: Profile) -> (SessionMetadata, TurnMetadata) {
    let session = SessionMetadata::open(&metadata(profile), facts()).expect("a session");
    let execution = Execution { model: "gpt-5.4".into(), reasoning_effort: Some("high".into()), auto_review_enabled: Some(false) };
    let turn = session.turn(TURN).runs(execution).responses_lite(true);
    for event in [
        TurnEvent::Triggered("goal".into()),
        TurnEvent::Steered(vec![("origin".into(), "東京".into()), ("session_id".into(), "mine".into())]),
        TurnEvent::UserInputRequested,
    ] {
        turn.learn(&event).expect("it is learnt");
    }
    turn.begin().expect("it begins");
    (session, turn)
}

/// A thread that the root's turn spawned, and its turn.
fn spawned(profile: Profile) -> TurnMetadata {
    let facts = SessionFacts {
        session_id: ROOT.into(),
        thread_id: CHILD.into(),
        agent_name: Some("/root/worker".into()),
        session_source: SessionSource::Subagent("thread_spawn".into()),
        thread_source: Some("subagent".into()),
        parent_thread_id: Some(ROOT.into()),
        forked_from_thread_id: Some(ROOT.into()),
        forked_from_ordinal_exclusive: Some(4),
        ..facts()
    };
    let turn = SessionMetadata::open(&metadata(profile), facts).expect("a session").turn("01980c5a-aaaa-7a31-8c4d-5e6f70819203");
    for event in [TurnEvent::Parent(TURN.into()), TurnEvent::Root(TURN.into()), TurnEvent::Started(APRIL_MS)] {
        turn.learn(&event).expect("it is learnt");
    }
    turn
}

fn metadata(profile: Profile) -> Metadata {
    let surroundings = Surroundings::default().clock(Arc::new(SetClock::at(APRIL_MS))).random(Arc::new(SetRandom::repeating(7)));
    Metadata::new(component(profile), &surroundings).expect("an instance")
}

fn facts() -> SessionFacts {
    SessionFacts {
        installation_id: "5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b".into(),
        thread_id: ROOT.into(),
        thread_source: Some("user".into()),
        sandbox: Some("none".into()),
        sandbox_mode: Some("workspace-write".into()),
        analytics_enabled: Some(true),
        configured_extras: vec![("codex_security_surface".into(), "sdk".into())],
        originator: Some("my_agent".into()),
        user_agent: Some("my_agent/1.2.3 (Ubuntu 24.4.0; x86_64) xterm".into()),
        beta_features: vec!["a".into(), "b".into()],
        timing_metrics: true,
        us_residency: true,
        items: ItemRules::default(),
        ..SessionFacts::default()
    }
}

/// Every request of the table, in order.
fn page(profile: Profile, asked: &Asked) -> String {
    let (session, turn) = scene(profile);
    let with_workspace = || Facts { workspaces: vec![workspace()], ..turn.snapshot_facts() };
    let compacted = |implementation| {
        let compaction = Compaction::automatic("context_limit", implementation, "mid_turn");
        turn.describe(turn.compaction_snapshot(compaction), Kind::Compaction)
    };
    let child = spawned(profile);
    let consolidation = || session.describe(session.snapshot(), Some(Kind::DetachedMemory));
    let unspecific = || session.describe(session.snapshot(), None);
    let mut requests = vec![
        ("turn", turn.describe(with_workspace(), Kind::Turn), Transport::Responses),
        ("sub-agent turn", child.describe(child.snapshot(), Kind::Turn), Transport::Responses),
        ("local compaction", compacted(Implementation::Local), Transport::LocalCompaction),
        ("legacy compaction", compacted(Implementation::Legacy), Transport::LegacyCompact),
        ("compaction v2", compacted(Implementation::V2), Transport::CompactV2),
        ("memory stage one", turn.describe(turn.snapshot(), Kind::Memory), Transport::MemoryStageOne),
        ("detached memory", consolidation(), Transport::MemoryStageOne),
        ("summary of memories", consolidation(), Transport::MemoriesSummarize),
    ];
    if asked.provider.supports_websockets || asked.provider.is_openai() {
        requests.extend([
            ("handshake without a request", unspecific(), Transport::WebsocketPreconnect),
            ("handshake of a turn", turn.describe(turn.snapshot(), Kind::Turn), Transport::WebsocketHandshake),
            ("prewarm", turn.describe(turn.snapshot(), Kind::Prewarm), Transport::WebsocketMessage),
            ("turn over a websocket", turn.describe(with_workspace(), Kind::Turn), Transport::WebsocketMessage),
        ]);
    }
    let rendered = requests.into_iter().map(|(name, description, transport)| (name, request(asked, &description, transport)));
    let tools = [("tool call", tool_call(&turn)), ("tool call of a sub-agent", tool_call(&child))];
    written(rendered.chain(tools))
}

fn tool_call(turn: &TurnMetadata) -> Value {
    let object: Value = serde_json::from_str(&turn.tool_object().expect("it renders")).expect("JSON");
    json!({"_meta": {"x-codex-turn-metadata": object}})
}

fn request(asked: &Asked, description: &Description, transport: Transport) -> Value {
    // What is outside any turn has no token of one (10-2).
    let is_in_turn = description.snapshot().facts().turn_id.is_some();
    let moment = Moment {
        turn_state: is_in_turn.then(|| "ts-1".to_owned().into()),
        attestation: asked.is_attested.then(|| r#"{"v":1,"s":0,"t":"token"}"#.to_owned().into()),
        start_unix_ms: Some(APRIL_MS),
        ..Moment::default()
    };
    let rendering = description.render(transport, &moment).expect("it renders");
    let layers = HeaderLayers { request: &rendering.headers, ..HeaderLayers::default() };
    let merged = merge_headers(&asked.provider, &layers, &|_: &str| None).expect("legal fields").headers;
    let mut headers: Vec<_> = merged.iter().map(|(name, value)| (name.as_str(), value.to_str().expect("ASCII"))).collect();
    headers.sort_unstable();
    let mut dropped = rendering.dropped;
    let mut request = Map::from_iter([("transport".into(), transport.as_str().into())]);
    // Neither a handshake nor a summary has items or a cache key.
    if !matches!(transport, Transport::WebsocketPreconnect | Transport::WebsocketHandshake | Transport::MemoriesSummarize) {
        let items = match (description.kind(), transport) {
            (Some(Kind::Prewarm), _) => "[]".to_owned(),
            (_, Transport::CompactV2) => format!("[{ITEMS},{{\"type\":\"compaction_trigger\"}}]"),
            _ => format!("[{ITEMS}]"),
        };
        let (items, unknown) = description.filter_items(&items, &asked.provider.name, asked.base_url, false).expect("items");
        dropped.extend(unknown);
        request.insert("input".into(), serde_json::from_str(&items).expect("JSON"));
        request.insert("prompt_cache_key".into(), rendering.prompt_cache_key.into());
    }
    // A websocket message has no header fields of its own.
    if transport != Transport::WebsocketMessage {
        request.insert("headers".into(), json!(headers));
    }
    if !rendering.client_metadata.is_empty() {
        request.insert("client_metadata".into(), json!(rendering.client_metadata));
    }
    let dropped: Vec<_> = dropped.iter().map(|dropped| json!([dropped.name, dropped.reason.as_str()])).collect();
    request.insert("dropped".into(), json!(dropped));
    Value::Object(request)
}

fn workspace() -> Workspace {
    Workspace {
        root: "/srv/app".into(),
        associated_remote_urls: vec![("origin".into(), "https://alice:s3cret@git.example.com/team/repo.git".into())],
        latest_git_commit_hash: Some("0123456789abcdef0123456789abcdef01234567".into()),
        has_changes: Some(false),
    }
}

/// An object with a member for each request, a line for each of its parts.
fn written<'a>(requests: impl Iterator<Item = (&'a str, Value)>) -> String {
    let part = |(name, value): (&String, &Value)| match value {
        Value::Array(entries) => {
            let entries: Vec<_> = entries.iter().map(|entry| format!("\n      {entry}")).collect();
            let end = if entries.is_empty() { "" } else { "\n    " };
            format!("    \"{name}\": [{}{end}]", entries.join(","))
        }
        Value::Object(entries) => {
            let entries: Vec<_> = entries.iter().map(|(key, entry)| format!("\n      \"{key}\": {entry}")).collect();
            format!("    \"{name}\": {{{}\n    }}", entries.join(","))
        }
        other => format!("    \"{name}\": {other}"),
    };
    let request = |(name, value): (&str, Value)| {
        let parts: Vec<_> = value.as_object().expect("an object").iter().map(part).collect();
        format!("  \"{name}\": {{\n{}\n  }}", parts.join(",\n"))
    };
    format!("{{\n{}\n}}\n", requests.map(request).collect::<Vec<_>>().join(",\n"))
}
