//! V11 and V12: the three replay modes, the capacity, and time.

use super::client::{Scene, accepted, error};
use crate::component::wit::verification::ReplayMode;

#[tokio::test]
async fn v11_cap_accepts_so_often_and_says_when_to_come_again() {
    let scene = Scene::with(|config| config.replay = ReplayMode::Cap(3)).await;
    let agent = scene.ready().await;
    let headers = agent.headers().await;
    for count in 1..=3 {
        assert_eq!(scene.call(&headers).await.events().last().unwrap()["verified"]["accepted_count"], count);
    }
    let answer = scene.call(&headers).await;
    assert_eq!(answer.verdict(), error(429, "assertion-replayed"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    scene.clock.step(1000);
    assert_eq!(scene.verdict(&agent.headers().await).await, accepted());
    assert_eq!(scene.verdict(&headers).await, error(429, "assertion-replayed"));
}

#[tokio::test]
async fn v11_the_usual_cap_is_32_also_for_parallel_requests() {
    let scene = Scene::start().await;
    let headers = scene.ready().await.headers().await;
    let (url, mut calls) = (scene.authority.responses_url(), tokio::task::JoinSet::new());
    for _ in 0..40 {
        let (url, headers) = (url.clone(), headers.clone());
        calls.spawn(async move { super::client::post(&url, &headers, b"{}").await.unwrap().0.status });
    }
    let statuses = calls.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 32);
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 8);
}

#[tokio::test]
async fn v11_strict_accepts_once_and_off_always() {
    let scene = Scene::with(|config| config.replay = ReplayMode::Strict).await;
    let headers = scene.ready().await.headers().await;
    assert_eq!(scene.verdict(&headers).await, accepted());
    assert_eq!(scene.verdict(&headers).await, error(429, "assertion-replayed"));

    let scene = Scene::with(|config| config.replay = ReplayMode::Off).await;
    let headers = scene.ready().await.headers().await;
    for _ in 0..40 {
        assert_eq!(scene.verdict(&headers).await, accepted());
    }
}

#[tokio::test]
async fn v11_refused_requests_are_not_counted() {
    let scene = Scene::with(|config| config.replay = ReplayMode::Strict).await;
    let mut headers = scene.ready().await.headers().await;
    let account = std::mem::replace(&mut headers[1].1, "acct-2".into());
    for _ in 0..3 {
        assert_eq!(scene.verdict(&headers).await, error(401, "account-mismatch"));
    }
    headers[1].1 = account;
    assert_eq!(scene.verdict(&headers).await, accepted());
}

#[tokio::test]
async fn v12_a_full_window_refuses_and_forgets_nothing_that_lives() {
    // One entry is the registration of the task.
    let scene = Scene::with(|config| config.replay_capacity = 2).await;
    let agent = scene.ready().await;
    let first = agent.headers().await;
    assert_eq!(scene.verdict(&first).await, accepted());
    scene.clock.step(1000);
    let second = agent.headers().await;
    let answer = scene.call(&second).await;
    assert_eq!(answer.verdict(), error(503, "replay-store-unavailable"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(scene.verdict(&first).await, accepted());
    scene.clock.step(309_001);
    assert_eq!(scene.verdict(&agent.headers().await).await, accepted());
}

#[tokio::test]
async fn v12_a_clock_that_steps_back_makes_nothing_acceptable_again() {
    let scene = Scene::with(|config| config.replay = ReplayMode::Strict).await;
    let agent = scene.ready().await;
    let first = agent.headers().await;
    assert_eq!(scene.verdict(&first).await, accepted());
    scene.clock.step(310_001);
    assert_eq!(scene.verdict(&agent.headers().await).await, accepted());
    scene.clock.step(-310_001);
    assert_eq!(scene.verdict(&first).await, error(401, "assertion-expired"));
}
