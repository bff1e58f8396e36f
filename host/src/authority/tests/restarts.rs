//! What a restart knows, after each way to stop.

use super::client::{Scene, StandingClock, TestAgent, accepted, error};
use crate::authority::Database;
use crate::component::wit::verification::ReplayMode;
use std::path::Path;
use std::sync::Arc;

async fn start(path: &Path, clock: Option<Arc<StandingClock>>, replay: ReplayMode) -> Scene {
    let mut scene = Scene::with(|config| {
        config.database = Database::File(path.into());
        config.replay = replay;
        if let Some(clock) = &clock {
            config.clock = clock.clone();
        }
    })
    .await;
    if let Some(clock) = clock {
        scene.clock = clock;
    }
    scene
}

/// An accepted assertion at its cap, and whoever made it.
async fn used_up(path: &Path) -> (Scene, TestAgent, Vec<(String, String)>) {
    let scene = start(path, None, ReplayMode::Strict).await;
    let agent = scene.ready().await;
    let headers = agent.headers().await;
    assert_eq!(scene.verdict(&headers).await, accepted());
    (scene, agent, headers)
}

#[tokio::test]
async fn a_clean_stop_keeps_counts_tasks_and_agents() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("authority.db");
    let (scene, agent, headers) = used_up(&path).await;
    let clock = scene.clock.clone();
    scene.authority.shutdown().await.unwrap();
    let scene = start(&path, Some(clock), ReplayMode::Strict).await;
    assert_eq!(scene.verdict(&headers).await, error(429, "assertion-replayed"));
    scene.clock.step(1000);
    assert_eq!(scene.verdict(&agent.headers().await).await, accepted());
}

#[tokio::test]
async fn v12_the_mark_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("authority.db");
    let (scene, agent, first) = used_up(&path).await;
    scene.clock.step(310_001);
    assert_eq!(scene.verdict(&agent.headers().await).await, accepted());
    let clock = scene.clock.clone();
    scene.authority.shutdown().await.unwrap();
    clock.step(-310_001);
    let scene = start(&path, Some(clock), ReplayMode::Strict).await;
    assert_eq!(scene.verdict(&first).await, error(401, "assertion-expired"));
}

#[tokio::test]
async fn v12_after_a_power_cut_what_may_have_been_accepted_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("authority.db");
    let (scene, agent, headers) = used_up(&path).await;
    let clock = scene.clock.clone();
    scene.authority.shutdown().await.unwrap();
    // As if the machine had gone down, and the last commits with it.
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("UPDATE authority SET stopped_cleanly = 0, boot_id = 'earlier'; DELETE FROM accepted").unwrap();
    drop(connection);
    let scene = start(&path, Some(clock.clone()), ReplayMode::Strict).await;
    let answer = scene.call(&headers).await;
    assert_eq!(answer.verdict(), error(503, "replay-store-unavailable"));
    assert!(answer.header("retry-after").is_some());
    scene.authority.shutdown().await.unwrap();
    // A second restart has not forgotten that.
    let scene = start(&path, Some(clock.clone()), ReplayMode::Strict).await;
    assert_eq!(scene.verdict(&headers).await, error(401, "assertion-expired"));
    clock.step(11_000);
    assert_eq!(scene.verdict(&headers).await, error(401, "assertion-expired"));
    assert_eq!(scene.verdict(&agent.headers().await).await, accepted());
}

#[tokio::test]
async fn v12_what_was_accepted_without_protection_is_refused_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("authority.db");
    let scene = start(&path, None, ReplayMode::Off).await;
    let agent = scene.ready().await;
    let headers = agent.headers().await;
    assert_eq!(scene.verdict(&headers).await, accepted());
    let clock = scene.clock.clone();
    scene.authority.shutdown().await.unwrap();
    let scene = start(&path, Some(clock), ReplayMode::Cap(32)).await;
    assert_eq!(scene.verdict(&headers).await, error(503, "replay-store-unavailable"));
}
