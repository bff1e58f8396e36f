//! Logs and metrics: what they say, and what they never say.

use super::client::{Scene, TestAgent, error, opaque, post, token_request};
use serde_json::Value;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// One thread runs client and server, so that the subscriber of this thread hears both.
#[tokio::test]
async fn k14_logs_hold_no_secret_and_say_what_happened() {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(captured.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let scene = Scene::start().await;
    let token = scene.post("/dev/token", &token_request()).await.json()["access_token"].as_str().unwrap().to_owned();
    let identity = scene.post("/dev/identity-jwt", &token_request()).await.json()["access_token"].as_str().unwrap().to_owned();
    let agent = scene.agent().await;
    let task_id = agent.agent.register_task(Some(&opaque("planted-reference")), None).await.unwrap();
    let headers = agent.agent.authorize(Some("planted-reference")).await.unwrap();
    let body = br#"{"client_metadata":"planted-body"}"#;
    let metadata = ("x-codex-planted".to_owned(), "planted-field".to_owned());
    let sent = [headers.clone(), vec![metadata]].concat();
    assert_eq!(post(&scene.authority.responses_url(), &sent, body).await.unwrap().0.status, 200);
    let mut wrong = headers.clone();
    wrong[1].1 = "planted-account".into();
    assert_eq!(scene.verdict(&wrong).await, error(401, "account-mismatch"));
    let bad_token = [("authorization".to_owned(), "Bearer planted-token".to_owned())];
    let url = format!("{}/v1/agent/register", scene.authority.authapi_base());
    assert_eq!(post(&url, &bad_token, b"planted").await.unwrap().verdict(), error(401, "token-invalid"));

    let log = captured.text();
    for secret in [&token, &identity, identity.rsplit('.').next().unwrap(), &task_id, headers[0].1.strip_prefix("AgentAssertion ").unwrap()]
    {
        assert!(!log.contains(secret), "a secret is in the log");
    }
    assert!(!log.contains("planted"), "{:?}", log.lines().find(|line| line.contains("planted")));
    expect_lines(&log, &agent);
}

fn expect_lines(log: &str, agent: &TestAgent) {
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answers: Vec<_> = lines.iter().filter(|line| line["fields"]["message"] == "answered").map(|line| &line["fields"]).collect();
    let accepted = answers.iter().find(|fields| fields["path"] == "/backend-api/codex/responses" && fields["status"] == 200).unwrap();
    assert_eq!(accepted["verdict"], "accepted");
    assert_eq!(accepted["method"], "POST");
    assert_eq!(accepted["agent_runtime_id"], agent.id);
    assert_eq!(accepted["task"].as_str().unwrap().len(), 16);
    assert!(accepted["duration_us"].is_u64());
    let refused = answers.iter().find(|fields| fields["status"] == 401).unwrap();
    assert_eq!(refused["verdict"], "account-mismatch");
    assert!(answers.iter().any(|fields| fields["path"] == "/api/accounts/v1/agent/{agent_runtime_id}/task/register"));
}

#[tokio::test]
async fn health_and_metrics_say_how_it_goes() {
    let scene = Scene::start().await;
    assert_eq!(scene.get("/healthz").await.json()["status"], "ok");
    let headers = scene.ready().await.headers().await;
    scene.call(&headers).await;
    scene.call(&[]).await;
    let page = scene.get("/metrics").await;
    assert_eq!(page.header("content-type"), Some("text/plain; version=0.0.4"));
    let page = page.text();
    for line in [
        "agent_identity_authority_requests_total{endpoint=\"responses\",verdict=\"accepted\",status=\"200\"} 1",
        "agent_identity_authority_requests_total{endpoint=\"responses\",verdict=\"assertion-missing\",status=\"401\"} 1",
        "agent_identity_authority_requests_total{endpoint=\"healthz\",verdict=\"ok\",status=\"200\"} 1",
        "agent_identity_authority_request_duration_seconds_count{endpoint=\"task\"} 1",
        "agent_identity_authority_replay_entries 2",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
}
