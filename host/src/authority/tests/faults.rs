//! Each fault, as a client sees it.

use super::client::{Answer, Scene, accepted, error, post};
use crate::ports::HttpFailure;
use std::time::{Duration, Instant};

async fn scene(faults: &str) -> (Scene, Vec<(String, String)>) {
    let scene = Scene::start().await;
    let headers = scene.ready().await.headers().await;
    scene.authority.set_faults(faults.parse().unwrap());
    (scene, headers)
}

async fn try_call(scene: &Scene, headers: &[(String, String)]) -> Result<Answer, HttpFailure> {
    post(&scene.authority.responses_url(), headers, b"{}").await
}

#[tokio::test]
async fn a_status_is_answered_as_often_as_asked() {
    let (scene, headers) = scene("500:2,429:1,retry-after:40s").await;
    assert_eq!(scene.verdict(&headers).await, error(500, "fault"));
    assert_eq!(scene.verdict(&headers).await, error(500, "fault"));
    let answer = scene.call(&headers).await;
    assert_eq!((answer.0.status, answer.header("retry-after")), (429, Some("40")));
    assert!(answer.header("date").is_some());
    assert_eq!(scene.verdict(&headers).await, accepted());
}

#[tokio::test]
async fn refusals_of_a_good_assertion_name_their_class() {
    let (scene, headers) = scene("401-task:1,401-clock:1,401-key:1").await;
    for code in ["task-unknown", "assertion-expired", "signature-invalid"] {
        assert_eq!(scene.verdict(&headers).await, error(401, code));
    }
    assert_eq!(scene.verdict(&headers).await, accepted());
}

#[tokio::test]
async fn slowness_delays_the_answer() {
    let (scene, headers) = scene("slow:80ms").await;
    let started = Instant::now();
    assert_eq!(scene.verdict(&headers).await, accepted());
    assert!(started.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn skew_shows_in_date_and_in_the_window() {
    let (scene, headers) = scene("skew:+400s").await;
    let answer = scene.call(&headers).await;
    assert_eq!(answer.verdict(), error(401, "assertion-expired"));
    assert_eq!(answer.header("date"), Some("Thu, 23 Apr 2026 00:06:40 GMT"));
    scene.authority.set_clock_offset(-11_000);
    let answer = scene.call(&headers).await;
    assert_eq!(answer.verdict(), error(401, "assertion-not-yet-valid"));
    assert_eq!(answer.header("date"), Some("Wed, 22 Apr 2026 23:59:49 GMT"));
    scene.authority.set_faults("".parse().unwrap());
    assert_eq!(scene.verdict(&headers).await, accepted());
}

#[tokio::test]
async fn drop_does_nothing_and_lose_does_the_work_unheard() {
    let (scene, headers) = scene("drop:1,lose:1").await;
    assert_eq!(try_call(&scene, &headers).await.err(), Some(HttpFailure::Failed));
    assert_eq!(try_call(&scene, &headers).await.err(), Some(HttpFailure::Failed));
    let completed = scene.call(&headers).await.events().pop().unwrap();
    assert_eq!(completed["verified"]["accepted_count"], 2);
}

#[tokio::test]
async fn a_lost_registration_is_repeated_to_the_same_end() {
    let scene = Scene::start().await;
    let agent = scene.agent().await;
    scene.authority.set_faults("task/lose:1".parse().unwrap());
    let task_id = agent.agent.register_task(None, None).await.unwrap();
    scene.authority.set_faults("agent/lose:2".parse().unwrap());
    assert_eq!(scene.register(&agent.seed).await.unwrap(), agent.id);
    assert_eq!(agent.agent.register_task(None, None).await.unwrap(), task_id);
}

#[tokio::test]
async fn answers_are_garbled_as_asked() {
    let (scene, headers) = scene("redirect:1,garbage:1,huge:1,truncate:1").await;
    let answer = scene.call(&headers).await;
    assert_eq!((answer.0.status, answer.header("location")), (307, Some("/elsewhere")));
    let answer = scene.call(&headers).await;
    assert_eq!(answer.0.status, 200);
    assert!(serde_json::from_slice::<serde_json::Value>(&answer.0.body).is_err());
    assert!(scene.call(&headers).await.0.body.len() > 2 << 20);
    assert_eq!(try_call(&scene, &headers).await.err(), Some(HttpFailure::Failed));
    assert_eq!(scene.verdict(&headers).await, accepted());
}

#[tokio::test]
async fn clients_tell_garbled_registrations_apart() {
    let scene = Scene::start().await;
    let agent = scene.agent().await;
    for (faults, code) in [
        ("task/garbage:1", "task-response-undecodable"),
        ("task/huge:1", "response-too-large"),
        ("task/redirect:1", "redirect-refused"),
        ("task/400:1", "task-register-rejected"),
        ("task/503:3,retry-after:31s", "task-register-unavailable"),
    ] {
        scene.authority.set_faults(faults.parse().unwrap());
        assert_eq!(agent.agent.register_task(None, None).await.unwrap_err().code, code, "{faults}");
    }
}

#[tokio::test]
async fn faults_are_set_over_http_too() {
    let (scene, headers) = scene("").await;
    let answer = scene.post("/dev/faults", &serde_json::json!({"faults": "responses/500:1"})).await;
    assert_eq!(answer.0.status, 204);
    assert_eq!(scene.verdict(&headers).await, error(500, "fault"));
    assert_eq!(scene.verdict(&headers).await, accepted());
    let answer = scene.post("/dev/faults", &serde_json::json!({"faults": "oops"})).await;
    assert_eq!(answer.verdict(), error(400, "config-invalid"));
}
