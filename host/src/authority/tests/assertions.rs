//! V1 to V10 at the model endpoints.

use super::client::{ACCOUNT, Answer, Scene, accepted, error, opaque, post, request};
use serde_json::json;

fn with(value: String) -> Vec<(String, String)> {
    vec![("authorization".into(), value)]
}

#[tokio::test]
async fn a_signed_request_is_accepted_and_its_facts_come_back() {
    let scene = Scene::start().await;
    let agent = scene.agent().await;
    let task_id = agent.agent.register_task(Some(&opaque("Bug-17")), None).await.unwrap();
    let mut headers = agent.agent.authorize(Some("Bug-17")).await.unwrap();
    headers.extend([("x-codex-window-id", "w:1"), ("originator", "codex_cli_rs"), ("x-other", "no")].map(|(n, v)| (n.into(), v.into())));
    let body = json!({"input": [], "client_metadata": {"k": ["v"]}}).to_string();
    let answer = post(&scene.authority.responses_url(), &headers, body.as_bytes()).await.unwrap();
    assert_eq!(answer.0.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("date"), Some("Thu, 23 Apr 2026 00:00:00 GMT"));
    let events = answer.events();
    let completed = events.last().unwrap();
    assert_eq!(events[0]["type"], "response.created");
    assert_eq!(events[1]["type"], "response.output_text.delta");
    assert_eq!(completed["type"], "response.completed");
    let text: String = events.iter().filter_map(|event| event["delta"].as_str()).collect();
    assert_eq!(completed["output_text"], text);
    let verified = json!({
        "agent_runtime_id": agent.id, "task_id": task_id, "external_task_ref": "Bug-17", "account_id": ACCOUNT,
        "timestamp": "2026-04-23T00:00:00Z", "accepted_count": 1,
    });
    assert_eq!(completed["verified"], verified);
    let headers = json!({"x-codex-window-id": ["w:1"], "originator": ["codex_cli_rs"]});
    assert_eq!(completed["echo"], json!({"headers": headers, "client_metadata": {"k": ["v"]}}));
}

#[tokio::test]
async fn compaction_and_memories_answer_json_likewise() {
    let scene = Scene::start().await;
    let agent = scene.ready().await;
    for path in ["/backend-api/codex/responses/compact", "/backend-api/codex/memories/trace_summarize"] {
        let url = format!("{}{path}", scene.authority.base_url());
        let answer = post(&url, &agent.headers().await, b"{}").await.unwrap();
        assert_eq!(answer.verdict(), accepted());
        assert_eq!(answer.json()["verified"]["agent_runtime_id"], agent.id);
        assert!(answer.json()["verified"]["external_task_ref"].is_null());
        assert_eq!(post(&url, &[], b"{}").await.unwrap().verdict(), error(401, "assertion-missing"));
    }
}

#[tokio::test]
async fn v1_exactly_one_header_of_the_scheme() {
    let scene = Scene::start().await;
    let headers = scene.ready().await.headers().await;
    let (_, value) = headers[0].clone();
    let missing = error(401, "assertion-missing");
    assert_eq!(scene.verdict(&[]).await, missing);
    assert_eq!(scene.verdict(&with("Bearer abc".into())).await, missing);
    assert_eq!(scene.verdict(&[with(value.clone()), with(value.clone())].concat()).await, missing);
    assert_eq!(scene.verdict(&with(value.replace("AgentAssertion", "agentassertion"))).await, accepted());
}

#[tokio::test]
async fn v2_to_v4_what_is_not_an_assertion_is_told_apart() {
    let scene = Scene::start().await;
    let agent = scene.agent().await;
    assert_eq!(scene.verdict(&with(format!("AgentAssertion {}", "A".repeat(8193)))).await, error(401, "assertion-too-long"));
    assert_eq!(scene.verdict(&with("AgentAssertion e30".into())).await, error(401, "assertion-malformed"));
    let mut blank = agent.signed("x", "2026-04-23T00:00:00Z");
    blank = recoded(&blank, "\"task_id\":\"x\"", "\"task_id\":\" \"");
    assert_eq!(scene.verdict(&with(blank)).await, error(401, "task-id-invalid"));
}

#[tokio::test]
async fn v5_v6_v10_agent_signature_and_task_are_judged_in_this_order() {
    let scene = Scene::start().await;
    let agent = scene.ready().await;
    let good = agent.headers().await;
    let stranger = scene.agent_as("agent-nobody", agent.seed);
    assert_eq!(scene.verdict(&with(stranger.signed("task-x", "2026-04-23T00:00:00Z"))).await, error(401, "agent-unknown"));
    let forged = scene.agent_as(&agent.id, [99; 32]).signed("task-x", "2026-04-23T00:00:00Z");
    assert_eq!(scene.verdict(&with(forged)).await, error(401, "signature-invalid"));
    let tampered = recoded(&good[0].1, "00:00:00Z", "00:00:01Z");
    assert_eq!(scene.verdict(&with(tampered)).await, error(401, "signature-invalid"));
    assert_eq!(scene.verdict(&with(agent.signed("task-x", "2026-04-23T00:00:00Z"))).await, error(401, "task-unknown"));
    // The task of another agent is as unknown as none.
    let other = scene.ready().await;
    let foreign = other.agent.task(None).unwrap().unwrap();
    assert_eq!(scene.verdict(&with(agent.signed(&foreign, "2026-04-23T00:00:00Z"))).await, error(401, "task-unknown"));
    assert!(scene.authority.revoke_agent(&agent.id).await.unwrap());
    assert_eq!(scene.verdict(&good).await, error(401, "agent-revoked"));
    assert!(!scene.authority.revoke_agent("agent-nobody").await.unwrap());
}

#[tokio::test]
async fn v7_an_account_that_is_sent_must_be_the_agents() {
    let scene = Scene::start().await;
    let agent = scene.ready().await;
    let mut headers = agent.headers().await;
    assert_eq!(headers[1], ("ChatGPT-Account-ID".into(), ACCOUNT.into()));
    headers[1].1 = "acct-2".into();
    assert_eq!(scene.verdict(&headers).await, error(401, "account-mismatch"));
    headers[1].1 = ACCOUNT.into();
    headers.push(headers[1].clone());
    assert_eq!(scene.verdict(&headers).await, error(401, "account-mismatch"));
    assert_eq!(scene.verdict(&headers[..1]).await, accepted());
}

#[tokio::test]
async fn v8_v9_the_window_ends_where_it_says() {
    let scene = Scene::start().await;
    let headers = scene.ready().await.headers().await;
    for (step_ms, verdict) in
        [(-10_000, accepted()), (-1, error(401, "assertion-not-yet-valid")), (310_001, accepted()), (1, error(401, "assertion-expired"))]
    {
        scene.clock.step(step_ms);
        let answer = scene.call(&headers).await;
        assert_eq!(answer.verdict(), verdict, "after {step_ms} ms");
        assert!(answer.header("date").is_some());
    }
}

#[tokio::test]
async fn v10_an_ended_task_is_refused_and_its_reference_gets_another() {
    let scene = Scene::start().await;
    let agent = scene.ready().await;
    let task_id = agent.agent.task(None).unwrap().unwrap();
    let headers = agent.headers().await;
    assert!(scene.authority.end_task(&task_id).await.unwrap());
    assert!(!scene.authority.end_task("task-x").await.unwrap());
    assert_eq!(scene.verdict(&headers).await, error(401, "task-ended"));
    assert_ne!(agent.agent.register_task(None, None).await.unwrap(), task_id);
    assert_eq!(scene.verdict(&agent.headers().await).await, accepted());
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused_only_to_who_may_ask() {
    let scene = Scene::start().await;
    let headers = scene.ready().await.headers().await;
    let url = scene.authority.responses_url();
    let answer: Answer = post(&url, &headers, b"[]").await.unwrap();
    assert_eq!(answer.verdict(), error(400, "request-malformed"));
    assert_eq!(post(&url, &[], b"[]").await.unwrap().verdict(), error(401, "assertion-missing"));
    assert_eq!(request("GET", &url, &headers, b"").await.unwrap().verdict(), error(405, "method-not-allowed"));
}

/// The token with a part of its envelope replaced.
fn recoded(header: &str, from: &str, to: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let token = header.strip_prefix("AgentAssertion ").unwrap();
    let envelope = String::from_utf8(URL_SAFE_NO_PAD.decode(token).unwrap()).unwrap();
    assert!(envelope.contains(from));
    format!("AgentAssertion {}", URL_SAFE_NO_PAD.encode(envelope.replace(from, to)))
}
