use super::body::TYPED;
use super::*;
use crate::provider::vectors::{Case, cases};
use serde_json::json;
use std::collections::BTreeMap;

const OPENAI: Dialect = Dialect { is_openai: true, takes_service_tier: true };
const OTHER: Dialect = Dialect { is_openai: false, takes_service_tier: true };
const AWS: Dialect = Dialect { is_openai: false, takes_service_tier: false };

/// A body that nothing was rendered for.
fn plain(client_metadata: &BTreeMap<String, String>) -> Described<'_> {
    Described { client_metadata, prompt_cache_key: None, input: None, is_stored: false }
}

fn json_of(body: &Body) -> Value {
    serde_json::from_slice(&body.bytes(false)).unwrap()
}

fn sent(request: &ResponsesRequest, dialect: Dialect) -> Value {
    json_of(&request.body(&plain(&BTreeMap::new()), dialect).unwrap())
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

#[test]
fn a_bare_request_sends_nothing_that_is_unset() {
    let request = ResponsesRequest { model: "m".into(), ..ResponsesRequest::default() };
    assert_eq!(sent(&request, OPENAI), json!({"model": "m", "input": [], "store": false, "stream": true}));
    let reasoning = Some(Reasoning::default());
    assert_eq!(sent(&ResponsesRequest { reasoning, ..request }, OPENAI)["reasoning"], json!({}));
}

#[test]
fn a_full_request_sends_every_member_and_passes_others_through() {
    let request = ResponsesRequest {
        model: "m".into(),
        instructions: Some("i".into()),
        input: vec![json!({"type": "message", "new": 1})],
        tools: Some(vec![]),
        parallel_tool_calls: Some(false),
        reasoning: Some(Reasoning { effort: Some(ReasoningEffort::new("high").unwrap()), summary: Some("auto".into()) }),
        store: true,
        service_tier: Some(ServiceTier::fast()),
        prompt_cache_key: Some("k".into()),
        text: Some(json!({"verbosity": "low"})),
        extra: map(json!({"tool_choice": "auto", "include": ["x"], "previous_response_id": "r"})),
    };
    let client_metadata = BTreeMap::from([("session_id".to_owned(), "s".to_owned())]);
    let expected = json!({
        "model": "m", "instructions": "i", "input": [{"type": "message", "new": 1}], "tools": [], "parallel_tool_calls": false,
        "reasoning": {"effort": "high", "summary": "auto"}, "store": true, "stream": true, "service_tier": "priority",
        "prompt_cache_key": "k", "text": {"verbosity": "low"}, "client_metadata": {"session_id": "s"},
        "tool_choice": "auto", "include": ["x"], "previous_response_id": "r",
    });
    assert_eq!(json_of(&request.body(&plain(&client_metadata), OPENAI).unwrap()), expected);
}

#[test]
fn a_member_has_one_place() {
    for name in TYPED {
        let request = ResponsesRequest { extra: map(json!({name: 1})), ..ResponsesRequest::default() };
        let error = request.body(&plain(&BTreeMap::new()), OPENAI).err().unwrap();
        assert!(error.code == "config-invalid" && error.message.contains(name), "{error}");
    }
}

/// What a body says of tier, reasoning and stream options.
fn open_members(case: &Case) -> Result<Value, Error> {
    let dialect = match case.text("provider").as_deref() {
        Some("openai") => OPENAI,
        Some("aws") => AWS,
        _ => OTHER,
    };
    let tier = case.text("service_tier").map(ServiceTier::new).transpose()?;
    let service_tier = tier.or_else(|| (case.input["fast"] == true).then(ServiceTier::fast));
    let effort = case.text("effort").map(ReasoningEffort::new).transpose()?;
    let summary = case.text("summary");
    let reasoning = (effort.is_some() || summary.is_some()).then_some(Reasoning { effort, summary });
    let options = case.input.get("stream_options").cloned();
    let extra = options.map(|options| map(json!({"stream_options": options}))).unwrap_or_default();
    let body = match case.text("endpoint").as_deref() {
        Some("compact") => {
            CompactRequest { service_tier, reasoning, ..CompactRequest::default() }.body(&plain(&BTreeMap::new()), dialect)?
        }
        _ => ResponsesRequest { service_tier, reasoning, extra, ..ResponsesRequest::default() }.body(&plain(&BTreeMap::new()), dialect)?,
    };
    let sent: Map<String, Value> = serde_json::from_slice(&body.bytes(case.input["api_key"] == true)).unwrap();
    let is_open = |name: &str| ["service_tier", "reasoning", "stream_options"].contains(&name);
    Ok(sent.into_iter().filter(|(name, _)| is_open(name)).collect::<Map<_, _>>().into())
}

#[test]
fn e63_r11_9_r11_10_r11_11_tiers_efforts_and_options_are_sent_as_the_vectors_say() {
    for case in cases("open-strings") {
        case.check(open_members(&case));
    }
}

#[test]
fn r11_11_other_members_stay_beside_a_removed_option() {
    let extra = map(json!({"stream_options": {"reasoning_summary_delivery": "x"}, "k": 1}));
    assert_eq!(sent(&ResponsesRequest { extra, ..ResponsesRequest::default() }, OTHER)["k"], 1);
}

#[test]
fn e32_r1_20_compaction_has_exactly_its_members() {
    let full = CompactRequest {
        model: "m".into(),
        input: vec![json!({"type": "message"})],
        instructions: Some("i".into()),
        tools: Some(vec![json!({"type": "function"})]),
        parallel_tool_calls: Some(true),
        reasoning: Some(Reasoning::default()),
        service_tier: Some(ServiceTier::fast()),
        prompt_cache_key: Some("k".into()),
        text: Some(json!({})),
    };
    let sent = json_of(&full.body(&plain(&BTreeMap::new()), OPENAI).unwrap());
    let names: Vec<_> = sent.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected =
        ["model", "input", "instructions", "tools", "parallel_tool_calls", "reasoning", "service_tier", "prompt_cache_key", "text"];
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(
        json_of(&CompactRequest { model: "m".into(), ..CompactRequest::default() }.body(&plain(&BTreeMap::new()), OPENAI).unwrap()),
        json!({"model": "m", "input": []})
    );
}

#[test]
fn a_summary_request_has_the_members_of_its_endpoint() {
    let metadata = TraceMetadata { source_path: "/t.json".into() };
    let trace = Trace { id: "t1".into(), metadata, items: vec![json!({"type": "message"})] };
    let request = SummarizeRequest { model: "m".into(), traces: vec![trace], reasoning: None };
    let expected = json!({
        "model": "m", "traces": [{"id": "t1", "metadata": {"source_path": "/t.json"}, "items": [{"type": "message"}]}],
    });
    assert_eq!(json_of(&request.body(&[]).unwrap()), expected);
}

#[test]
fn debug_shows_no_content() {
    let marker = || vec![json!("marker")];
    let trace = Trace { id: "t".into(), items: marker(), ..Trace::default() };
    let shown = format!(
        "{:?}{:?}{:?}{:?}",
        ResponsesRequest { input: marker(), instructions: Some("marker".into()), ..ResponsesRequest::default() },
        CompactRequest { input: marker(), ..CompactRequest::default() },
        trace,
        SummarizeRequest { traces: vec![trace.clone()], ..SummarizeRequest::default() },
    );
    assert!(!shown.contains("marker"), "{shown}");
}
