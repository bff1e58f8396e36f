//! Agents and tasks (`spec/identity.md` §5).

use super::client::{ACCOUNT, Scene, TestAgent, accepted, error, opaque, post, public_key, token_request};
use crate::authority::TaskIds;
use crate::types::ExternalTaskRef;
use serde_json::json;

const NOW: &str = "2026-04-23T00:00:00Z";

#[tokio::test]
async fn an_agent_registers_once_per_key_and_user() {
    let scene = Scene::start().await;
    let id = scene.register(&[200; 32]).await.unwrap();
    assert_eq!(scene.register(&[200; 32]).await.unwrap(), id);
    assert_ne!(scene.register(&[201; 32]).await.unwrap(), id);
    let agents = scene.get("/dev/agents").await.json();
    assert_eq!(agents["agents"].as_array().unwrap().len(), 2);
    assert_eq!(agents["agents"][0]["account_id"], ACCOUNT);
}

#[tokio::test]
async fn a_revoked_key_stays_revoked() {
    let scene = Scene::start().await;
    let id = scene.register(&[200; 32]).await.unwrap();
    scene.authority.revoke_agent(&id).await.unwrap();
    let refused = scene.register(&[200; 32]).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.status), ("agent-register-rejected", Some(403)));
}

#[tokio::test]
async fn an_agent_registers_with_a_token_that_lives() {
    let scene = Scene::start().await;
    let body = json!({
        "abom": {"agent_version": "1", "agent_harness_id": "codex-cli", "running_location": "cli-linux"},
        "agent_public_key": ssh_line(&[7; 32]), "capabilities": ["responsesapi"], "ttl": null,
    });
    let url = format!("{}/v1/agent/register", scene.authority.authapi_base());
    let send = async |token: Option<&str>, body: &serde_json::Value| {
        let headers: Vec<_> = token.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))).into_iter().collect();
        post(&url, &headers, body.to_string().as_bytes()).await.unwrap().verdict()
    };
    let issued = scene.post("/dev/token", &token_request()).await.json();
    let token = issued["access_token"].as_str().unwrap();
    assert_eq!(send(None, &body).await, error(401, "token-missing"));
    assert_eq!(send(Some("dev-guess"), &body).await, error(401, "token-invalid"));
    assert_eq!(send(Some(token), &json!({})).await, error(400, "registration-malformed"));
    for (member, value) in
        [("agent_public_key", json!("ssh-ed25519 AAAA")), ("agent_public_key", json!(format!("{} comment", ssh_line(&[7; 32]))))]
    {
        let mut changed = body.clone();
        changed[member] = value;
        assert_eq!(send(Some(token), &changed).await, error(400, "key-public-invalid"));
    }
    for (member, value) in [("capabilities", json!([])), ("ttl", json!(5)), ("abom", json!({}))] {
        let mut changed = body.clone();
        changed[member] = value;
        assert_eq!(send(Some(token), &changed).await, error(400, "registration-malformed"), "{member}");
    }
    assert_eq!(send(Some(token), &body).await, accepted());
    scene.clock.step(3_600_000);
    assert_eq!(send(Some(token), &body).await, error(401, "token-invalid"));
}

#[tokio::test]
async fn the_same_reference_gives_the_same_task() {
    let scene = Scene::start().await;
    let agent = scene.agent().await;
    let register = async |reference: Option<&ExternalTaskRef>| agent.agent.register_task(reference, None).await.unwrap();
    let run = register(None).await;
    let bug = register(Some(&opaque("Bug-17"))).await;
    assert_ne!(run, bug);
    assert_eq!(register(None).await, run);
    assert_eq!(register(Some(&opaque(" Bug-17 "))).await, bug);
    assert_ne!(register(Some(&opaque("bug-17"))).await, bug);
    let other = scene.agent().await;
    assert_ne!(other.agent.register_task(Some(&opaque("Bug-17")), None).await.unwrap(), bug);
    let known = scene.get("/dev/agents").await.json();
    let tasks = known["agents"].as_array().unwrap().iter().find(|known| known["agent_runtime_id"] == agent.id).unwrap()["tasks"].clone();
    assert_eq!(tasks.as_array().unwrap().len(), 3);
    assert!(tasks.as_array().unwrap().contains(&json!({"task_id": bug, "external_task_ref": "Bug-17", "ended": false})));
}

#[tokio::test]
async fn task_ids_are_plain_sealed_or_both_in_turns() {
    for (task_ids, members) in [
        (TaskIds::Plain, ["task_id", "task_id"]),
        (TaskIds::Sealed, ["encrypted_task_id", "encrypted_task_id"]),
        (TaskIds::Alternating, ["task_id", "encrypted_task_id"]),
    ] {
        let scene = Scene::with(|config| config.task_ids = task_ids).await;
        let agent = scene.agent().await;
        for member in members {
            let (path, body) = agent.registration(NOW, None);
            let answer = post(&format!("{}{path}", scene.authority.base_url()), &[], body.as_bytes()).await.unwrap();
            assert_eq!(answer.json().as_object().unwrap().keys().collect::<Vec<_>>(), [member]);
        }
        let first = agent.agent.register_task(None, None).await.unwrap();
        assert_eq!(agent.agent.register_task(None, None).await.unwrap(), first);
        assert_eq!(scene.verdict(&agent.headers().await).await, accepted());
    }
}

#[tokio::test]
async fn a_task_registration_is_verified_like_an_assertion() {
    let scene = Scene::start().await;
    let agent = scene.agent().await;
    let stranger = scene.agent_as("agent-nobody", agent.seed);
    assert_eq!(register(&scene, &stranger, NOW).await, error(401, "agent-unknown"));
    assert_eq!(register(&scene, &scene.agent_as(&agent.id, [99; 32]), NOW).await, error(401, "signature-invalid"));
    assert_eq!(register(&scene, &agent, "2026-04-22T23:54:59Z").await, error(401, "assertion-expired"));
    assert_eq!(register(&scene, &agent, "2026-04-22T23:55:00Z").await, accepted());
    assert_eq!(register(&scene, &agent, "2026-04-23T00:00:10Z").await, accepted());
    assert_eq!(register(&scene, &agent, "2026-04-23T00:00:11Z").await, error(401, "assertion-not-yet-valid"));
    scene.authority.revoke_agent(&agent.id).await.unwrap();
    assert_eq!(register(&scene, &agent, NOW).await, error(401, "agent-revoked"));
}

#[tokio::test]
async fn a_task_registration_is_replayed_up_to_the_cap() {
    let scene = Scene::start().await;
    let agent = scene.agent().await;
    for _ in 0..32 {
        assert_eq!(register(&scene, &agent, NOW).await, accepted());
    }
    assert_eq!(register(&scene, &agent, NOW).await, error(429, "assertion-replayed"));
}

#[tokio::test]
async fn a_malformed_task_registration_is_a_bad_request() {
    let scene = Scene::start().await;
    let agent = scene.agent().await;
    let (path, body) = agent.registration(NOW, Some(&opaque("Caf\u{e9}")));
    for (from, to) in [("Caf\u{e9}", "Cafe\u{301}"), ("Caf\u{e9}", ""), ("\"signature\"", "\"sig\"")] {
        let body: serde_json::Value = serde_json::from_str(&body.replace(from, to)).unwrap();
        assert_eq!(scene.post(&path, &body).await.verdict(), error(400, "registration-malformed"), "{to:?}");
    }
    let answer = scene.post(&path.replace("agent-", "%00"), &serde_json::from_str(&body).unwrap()).await;
    assert_eq!(answer.verdict(), error(401, "runtime-id-invalid"));
    let body = body.replace(NOW, "2026-04-23T00:00:60Z");
    assert_eq!(scene.post(&path, &serde_json::from_str(&body).unwrap()).await.verdict(), error(401, "timestamp-invalid"));
}

async fn register(scene: &Scene, agent: &TestAgent, timestamp: &str) -> (u16, String) {
    let (path, body) = agent.registration(timestamp, None);
    post(&format!("{}{path}", scene.authority.base_url()), &[], body.as_bytes()).await.unwrap().verdict()
}

fn ssh_line(seed: &[u8; 32]) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let blob = [b"\0\0\0\x0bssh-ed25519\0\0\0 ".as_slice(), &public_key(seed)].concat();
    format!("ssh-ed25519 {}", STANDARD.encode(blob))
}
