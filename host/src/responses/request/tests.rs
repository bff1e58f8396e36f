use super::*;
use serde_json::json;

const OPENAI: Dialect = Dialect { is_openai: true, takes_service_tier: true };
const OTHER: Dialect = Dialect { is_openai: false, takes_service_tier: true };
const AWS: Dialect = Dialect { is_openai: false, takes_service_tier: false };

fn json_of(body: &Body) -> Value {
    serde_json::from_slice(&body.bytes(false)).unwrap()
}

fn sent(request: &ResponsesRequest, dialect: Dialect) -> Value {
    json_of(&request.body(&BTreeMap::new(), dialect).unwrap())
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
    assert_eq!(json_of(&request.body(&client_metadata, OPENAI).unwrap()), expected);
}

#[test]
fn a_member_has_one_place() {
    for name in TYPED {
        let request = ResponsesRequest { extra: map(json!({name: 1})), ..ResponsesRequest::default() };
        let error = request.body(&BTreeMap::new(), OPENAI).err().unwrap();
        assert!(error.code == "config-invalid" && error.message.contains(name), "{error}");
    }
}

#[test]
fn e63_r11_9_tiers_and_efforts_are_open_strings() {
    assert_eq!(ReasoningEffort::new("ultra-deep").unwrap().as_str(), "ultra-deep");
    assert_eq!(ServiceTier::new("flex").unwrap().as_str(), "flex");
    assert_eq!(ServiceTier::new(" flex ").unwrap().as_str(), " flex ");
    assert_eq!(ServiceTier::fast().as_str(), "priority");
    for blank in ["", "  ", "\t\n", "\u{3000}"] {
        assert_eq!(ReasoningEffort::new(blank).unwrap_err().code, "invalid-reasoning-effort");
        assert_eq!(ServiceTier::new(blank).unwrap_err().code, "invalid-service-tier");
    }
}

#[test]
fn r11_10_the_tier_is_dropped_for_aws_and_for_compaction_with_api_keys() {
    let service_tier = Some(ServiceTier::fast());
    let request = ResponsesRequest { service_tier: service_tier.clone(), ..ResponsesRequest::default() };
    assert_eq!(sent(&request, OTHER)["service_tier"], "priority");
    assert!(sent(&request, AWS).get("service_tier").is_none());
    // Inference keeps it with an API key.
    let body = request.body(&BTreeMap::new(), OPENAI).unwrap();
    assert_eq!(body.bytes(true), body.bytes(false));

    let compact = CompactRequest { service_tier, ..CompactRequest::default() };
    let tier_of = |bytes: Bytes| serde_json::from_slice::<Value>(&bytes).unwrap().get("service_tier").cloned();
    let body = compact.body(OPENAI).unwrap();
    assert_eq!((tier_of(body.bytes(false)), tier_of(body.bytes(true))), (Some("priority".into()), None));
    let body = compact.body(AWS).unwrap();
    assert_eq!((tier_of(body.bytes(false)), tier_of(body.bytes(true))), (None, None));
}

#[test]
fn r11_11_one_stream_option_is_for_openai_only() {
    let options = |value: Value| ResponsesRequest { extra: map(json!({"stream_options": value, "k": 1})), ..ResponsesRequest::default() };
    let request = options(json!({"reasoning_summary_delivery": "x", "include_usage": true}));
    assert_eq!(sent(&request, OPENAI)["stream_options"], json!({"reasoning_summary_delivery": "x", "include_usage": true}));
    assert_eq!(sent(&request, OTHER)["stream_options"], json!({"include_usage": true}));
    let alone = sent(&options(json!({"reasoning_summary_delivery": "x"})), OTHER);
    assert!(alone.get("stream_options").is_none() && alone["k"] == 1);
    assert_eq!(sent(&options(json!("odd")), OTHER)["stream_options"], "odd");
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
    let sent = json_of(&full.body(OPENAI).unwrap());
    let names: Vec<_> = sent.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected =
        ["model", "input", "instructions", "tools", "parallel_tool_calls", "reasoning", "service_tier", "prompt_cache_key", "text"];
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(
        json_of(&CompactRequest { model: "m".into(), ..CompactRequest::default() }.body(OPENAI).unwrap()),
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
    assert_eq!(json_of(&request.body().unwrap()), expected);
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
