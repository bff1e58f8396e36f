//! §5 on the wire: what is sent of a history, which itself stays as it is.

use super::*;
use crate::metadata::{Compaction, Implementation, ItemMetadataForm, ItemRules};
use crate::responses::{CompactRequest, ResponsesRequest, SummarizeRequest, Trace};
use serde_json::json;

fn history() -> Vec<Value> {
    vec![
        json!({"type": "message", "role": "user", "id": "msg-1", "content": "x", "phase": "commentary",
            "internal_chat_message_metadata_passthrough": {"turn_id": "t", "create_time": 7, "foo": 1}}),
        json!({"type": "function_call", "id": "fc_1", "encrypted_function_args": "e", "arguments": "{}",
            "internal_chat_message_metadata_passthrough": {"turn_id": "t"}}),
    ]
}

fn with_rules(items: ItemRules) -> SessionMetadata {
    SessionMetadata::open(renderer(), SessionFacts { items, ..facts() }).unwrap()
}

async fn sent(session: &SessionMetadata, provider: &str) -> Vec<Value> {
    let server = Server::start(vec![whole_stream()]).await;
    let request = ResponsesRequest { input: history(), ..request() };
    let client = client(&server, logged_in(), json!({"name": provider}));
    client.stream(&request, &session.turn("turn-1").request()).await.unwrap();
    assert_eq!(request.input, history(), "the history keeps everything");
    server.arrived()[0].body["input"].as_array().unwrap().clone()
}

#[tokio::test]
async fn e46_r5_6_ids_go_out_as_the_rules_say() {
    let ids = |items: Vec<Value>| items.into_iter().map(|item| item.get("id").cloned()).collect::<Vec<_>>();
    let on = ItemRules { item_ids: true, ..ItemRules::default() };
    assert_eq!(ids(sent(&session(), "OpenAI").await), [None, None]);
    assert_eq!(ids(sent(&with_rules(on), "OpenAI").await), [None, Some(json!("fc_1"))]);
    assert_eq!(ids(sent(&session(), "Azure").await), [None, Some(json!("fc_1"))], "5-7: it stores responses");
}

#[tokio::test]
async fn e48_r5_9_r5_10_r5_12_item_metadata_goes_to_openai_only_and_known_keys_only() {
    let to_openai = sent(&session(), "OpenAI").await;
    assert_eq!(to_openai[0]["internal_chat_message_metadata_passthrough"], json!({"turn_id": "t", "create_time": 7}));
    assert_eq!((&to_openai[0]["phase"], &to_openai[1]["encrypted_function_args"]), (&json!("commentary"), &json!("e")));
    for item in sent(&session(), "Mine").await {
        let members = item.as_object().unwrap();
        assert!(!members.contains_key("internal_chat_message_metadata_passthrough") && !members.contains_key("encrypted_function_args"));
    }
}

#[tokio::test]
async fn r5_11_the_older_form_and_none_can_be_chosen() {
    for (form, member) in [(ItemMetadataForm::Metadata, Some(json!({"turn_id": "t"}))), (ItemMetadataForm::Off, None)] {
        let items = sent(&with_rules(ItemRules { form, ..ItemRules::default() }), "OpenAI").await;
        assert_eq!(items[0].get("metadata"), member.as_ref());
        assert!(items[0].get("internal_chat_message_metadata_passthrough").is_none());
    }
}

#[tokio::test]
async fn r5_10_compaction_and_summaries_send_no_more_than_requests_do() {
    let server = Server::start(vec![answer(200, &[], r#"{"output":[]}"#), answer(200, &[], r#"{"output":[]}"#)]).await;
    let client = client(&server, logged_in(), json!({}));
    let session = session();
    let metadata = session.turn("turn-1").compaction(Compaction::manual(Implementation::Legacy));
    client.compact(&CompactRequest { input: history(), ..compaction() }, &metadata).await.unwrap();
    let traces = vec![Trace { id: "tr".into(), items: history(), ..Trace::default() }];
    let summary = SummarizeRequest { model: "m".into(), traces, reasoning: None };
    client.summarize(&summary, &session.request(session.snapshot(), None)).await.unwrap();
    let [compacted, summarized] = &server.arrived()[..] else { panic!() };
    for items in [&compacted.body["input"], &summarized.body["traces"][0]["items"]] {
        assert_eq!(items.as_array().unwrap().len(), 2);
        assert!(!items.to_string().contains("passthrough") && !items.to_string().contains("encrypted_function_args"));
    }
    assert_eq!(summarized.body["traces"][0]["metadata"], json!({"source_path": ""}));
}

#[test]
fn r5_2_r5_4_r5_9_items_are_prepared_for_the_history_once() {
    let items = r#"[{"type":"message","role":"user","content":"x"}]"#;
    let prepared = |rules| -> Value {
        let turn = with_rules(rules).turn("turn-1");
        let once = turn.prepare_items(items).unwrap();
        assert_eq!(turn.prepare_items(&once).unwrap(), once, "5-3: what is there is not touched");
        serde_json::from_str(&once).unwrap()
    };
    let off = prepared(ItemRules::default());
    assert!(off[0].get("id").is_none());
    let stamped = json!({"turn_id": "turn-1", "create_time": NOW_MS / 1000});
    assert_eq!(off[0]["internal_chat_message_metadata_passthrough"], stamped);
    let on = prepared(ItemRules { item_ids: true, ..ItemRules::default() });
    assert!(on[0]["id"].as_str().unwrap().starts_with("msg_"));
}

#[tokio::test]
async fn r5_6_a_history_with_pictures_goes_through_like_any_other() {
    let picture = |id: &str, bytes: usize| json!({"type": "message", "id": id, "content": "x".repeat(bytes)});
    let input = vec![picture("a", 10), picture("msg_1", 9 << 20), picture("b", 10), picture("c", 2 << 20)];
    let server = Server::start(vec![whole_stream()]).await;
    let request = ResponsesRequest { input, ..request() };
    client(&server, logged_in(), json!({"name": "OpenAI"})).stream(&request, &session().turn("turn-1").request()).await.unwrap();
    let sent = server.arrived()[0].body["input"].as_array().unwrap().clone();
    assert_eq!(sent.len(), 4);
    for (item, whole) in sent.iter().zip(&request.input) {
        assert!(item.get("id").is_none() && item["content"] == whole["content"]);
    }
}
