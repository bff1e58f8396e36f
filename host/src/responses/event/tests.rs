use super::*;
use crate::responses::rate_limits::RateLimitWindow;
use serde_json::json;

fn sse(data: &str) -> SseEvent {
    SseEvent { name: None, data: data.into() }
}

fn event(data: &Value) -> ResponseEvent {
    decode(sse(&data.to_string()), &Redaction::default()).unwrap().event
}

fn failure(data: &Value) -> ApiError {
    decode(sse(&data.to_string()), &Redaction::default()).err().unwrap()
}

fn at(part_index: u64) -> Position {
    Position { item_id: Some("msg_1".into()), output_index: Some(2), part_index: Some(part_index) }
}

#[test]
fn pieces_of_text_say_where_they_belong() {
    type Make = fn(Delta) -> ResponseEvent;
    let content: [(&str, &str, Make); 4] = [
        ("response.output_text.delta", "content_index", ResponseEvent::OutputTextDelta),
        ("response.refusal.delta", "content_index", ResponseEvent::RefusalDelta),
        ("response.reasoning_text.delta", "content_index", ResponseEvent::ReasoningTextDelta),
        ("response.reasoning_summary_text.delta", "summary_index", ResponseEvent::ReasoningSummaryTextDelta),
    ];
    for (kind, index, make) in content {
        let data = json!({"type": kind, "item_id": "msg_1", "output_index": 2, index: 3, "delta": "a\nb", "logprobs": []});
        assert_eq!(event(&data), make(Delta { text: "a\nb".into(), position: at(3) }));
        assert_eq!(event(&data).kind(), kind);
    }
    let call = json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "delta": "{"});
    let position = Position { item_id: Some("fc_1".into()), ..Position::default() };
    assert_eq!(event(&call), ResponseEvent::FunctionCallArgumentsDelta(Delta { text: "{".into(), position: position.clone() }));
    let custom = json!({"type": "response.custom_tool_call_input.delta", "item_id": "fc_1", "delta": "x"});
    assert_eq!(event(&custom), ResponseEvent::CustomToolCallInputDelta(Delta { text: "x".into(), position }));
    let part = json!({"type": "response.reasoning_summary_part.added", "item_id": "msg_1", "output_index": 2, "summary_index": 0});
    assert_eq!(event(&part), ResponseEvent::ReasoningSummaryPartAdded(at(0)));
}

#[test]
fn items_are_passed_on_whole() {
    let item = json!({"type": "message", "id": "msg_1", "phase": "x", "new": [1]});
    let expected = OutputItem { output_index: Some(1), item: item.clone() };
    let data = |kind: &str| json!({"type": kind, "output_index": 1, "item": item});
    assert_eq!(event(&data("response.output_item.added")), ResponseEvent::OutputItemAdded(expected.clone()));
    assert_eq!(event(&data("response.output_item.done")), ResponseEvent::OutputItemDone(expected));
    let created = json!({"type": "response.created", "response": {"id": "resp_1", "output": []}});
    assert_eq!(event(&created), ResponseEvent::Created { response_id: Some("resp_1".into()) });
}

#[test]
fn unknown_and_misshapen_events_are_kept_raw() {
    for data in [
        json!({"type": "response.in_progress", "response": {}}),
        json!({"type": "response.output_text.delta"}),
        json!({"type": "response.output_text.delta", "delta": 3}),
        json!({"type": "response.output_item.done", "item": "x"}),
        json!({"type": "response.created", "response": 3}),
    ] {
        let kind = data["type"].as_str().map(Into::into);
        assert_eq!(event(&data), ResponseEvent::Other(RawEvent { kind, data: data.to_string() }));
    }
    for data in ["not json", "[]", r#"{"type":7}"#, ""] {
        let named = SseEvent { name: Some("thing".into()), data: data.into() };
        let decoded = decode(named, &Redaction::default()).unwrap();
        assert_eq!(decoded.event, ResponseEvent::Other(RawEvent { kind: Some("thing".into()), data: data.into() }));
    }
    // The name of the event stands in for a missing type.
    let named = SseEvent { name: Some("response.output_text.delta".into()), data: r#"{"delta":"x"}"#.into() };
    assert_eq!(decode(named, &Redaction::default()).unwrap().event.kind(), "response.output_text.delta");
}

#[test]
fn the_end_says_what_was_used() {
    let usage = json!({
        "input_tokens": 10, "input_tokens_details": {"cached_tokens": 4}, "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 15,
    });
    let data = json!({"type": "response.completed", "response": {"id": "resp_1", "usage": usage}, "more": 1});
    let decoded = decode(sse(&data.to_string()), &Redaction::default()).unwrap();
    assert!(decoded.is_last);
    let usage = TokenUsage { input_tokens: 10, cached_input_tokens: 4, output_tokens: 5, reasoning_output_tokens: 2, total_tokens: 15 };
    let expected = Completed { response_id: Some("resp_1".into()), usage: Some(usage), event: data };
    assert_eq!(decoded.event, ResponseEvent::Completed(expected));

    let usage_of = |usage: Value| match event(&json!({"type": "response.completed", "response": {"usage": usage}})) {
        ResponseEvent::Completed(completed) => completed.usage,
        other => panic!("{other:?}"),
    };
    assert_eq!(usage_of(Value::Null), None);
    assert_eq!(usage_of(json!({"input_tokens": "many"})), None);
    let some = TokenUsage { input_tokens: 3, output_tokens: 4, total_tokens: 7, ..TokenUsage::default() };
    assert_eq!(usage_of(json!({"input_tokens": 3, "output_tokens": 4, "input_tokens_details": null})), Some(some));
}

#[test]
fn an_incomplete_response_is_an_end_with_a_reason() {
    let data = json!({"type": "response.incomplete", "response": {"incomplete_details": {"reason": "max_output_tokens"}}});
    let decoded = decode(sse(&data.to_string()), &Redaction::default()).unwrap();
    let completed = Completed { response_id: None, usage: None, event: data };
    assert!(decoded.is_last);
    assert_eq!(decoded.event, ResponseEvent::Incomplete { reason: Some("max_output_tokens".into()), completed });
}

#[test]
fn a_failed_response_is_an_error_with_the_apis_code() {
    let error = json!({"code": "context_length_exceeded", "message": "Too long."});
    for data in [
        json!({"type": "response.failed", "response": {"error": error}}),
        json!({"type": "error", "error": error, "status": 400}),
        json!({"type": "error", "code": "context_length_exceeded", "message": "Too long.", "param": null}),
    ] {
        let failed = failure(&data);
        assert_eq!((failed.code(), failed.api_code()), ("context-window-exceeded", Some("context_length_exceeded")));
        assert!(failed.to_string().ends_with(": Too long."), "{failed}");
    }
    for data in [json!({"type": "response.failed"}), json!({"type": "response.failed", "response": {"error": null}})] {
        assert_eq!(failure(&data).code(), "response-failed");
    }
}

#[test]
fn an_end_that_cannot_be_read_is_an_error() {
    for (name, data) in [("response.completed", "{\"type\":"), ("response.incomplete", "[1]")] {
        let named = SseEvent { name: Some(name.into()), data: data.into() };
        assert_eq!(decode(named, &Redaction::default()).err().unwrap().code(), "event-undecodable");
    }
}

#[test]
fn r10_2_the_turn_state_is_taken_out_of_its_event() {
    let data = json!({"type": "response.metadata", "headers": {"X-Codex-Turn-State": "sticky", "openai-model": "m"}});
    let decoded = decode(sse(&data.to_string()), &Redaction::default()).unwrap();
    assert_eq!(decoded.turn_state.as_deref(), Some("sticky"));
    let ResponseEvent::Other(raw) = decoded.event else { panic!() };
    assert_eq!(serde_json::from_str::<Value>(&raw.data).unwrap(), json!({"type": "response.metadata", "headers": {"openai-model": "m"}}));
    for odd in [json!({}), json!({"x-codex-turn-state": 3}), json!("x"), Value::Null] {
        let data = json!({"type": "response.metadata", "headers": odd});
        assert!(decode(sse(&data.to_string()), &Redaction::default()).unwrap().turn_state.is_none());
    }
}

#[test]
fn rate_limits_come_as_an_event_too() {
    let data = json!({"type": "codex.rate_limits", "rate_limits": {"primary": {"used_percent": 3.5}}});
    let primary = Some(RateLimitWindow { used_percent: 3.5, ..RateLimitWindow::default() });
    assert_eq!(
        event(&data),
        ResponseEvent::RateLimits(RateLimitSnapshot { limit_id: "codex".into(), primary, ..RateLimitSnapshot::default() })
    );
}

#[test]
fn debug_shows_nothing_of_the_conversation() {
    for data in [
        json!({"type": "response.output_text.delta", "delta": "marker"}),
        json!({"type": "response.output_item.done", "item": {"type": "message", "content": "marker"}}),
        json!({"type": "response.completed", "response": {"output": ["marker"]}}),
        json!({"type": "other", "data": "marker"}),
    ] {
        let event = event(&data);
        let inner = match &event {
            ResponseEvent::OutputTextDelta(delta) => format!("{delta:?}"),
            ResponseEvent::OutputItemDone(item) => format!("{item:?}"),
            ResponseEvent::Completed(completed) => format!("{completed:?}"),
            ResponseEvent::Other(raw) => format!("{raw:?}"),
            _ => unreachable!(),
        };
        assert!(!format!("{event:?}{inner}").contains("marker"));
    }
}
