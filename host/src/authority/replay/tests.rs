use super::*;
use crate::authority::clock::AuthorityClock;
use crate::authority::config::Database;
use crate::authority::tests::client::{NOW_S, StandingClock, component};
use crate::component::wit::verification::Policy;
use crate::system::SystemRandom;

async fn replay(mode: ReplayMode, store: &Store) -> Replay {
    let clock = Arc::new(AuthorityClock::new(StandingClock::new(), 0));
    let sessions = Arc::new(Sessions::new(component().clone(), clock, Arc::new(SystemRandom)));
    let config = ReplayConfig { mode, policy: Policy { max_age_s: 300, ahead_s: 10 }, capacity: 100 };
    Replay::open(config, sessions, store.clone()).await.unwrap()
}

fn once(key: u8) -> Accepted {
    Accepted { replay_key: vec![key; 32], timestamp_s: NOW_S, retain_until_ms: (NOW_S + 310) * 1000 }
}

#[tokio::test]
async fn a_window_that_trapped_comes_back_with_its_counts() {
    let store = Store::open(Database::Memory).await.unwrap();
    let replay = replay(ReplayMode::Cap(3), &store).await;
    assert_eq!(replay.admit(&once(1)).await, Ok(1));
    assert_eq!(replay.admit(&once(1)).await, Ok(2));
    *replay.window.lock().await = None;
    assert_eq!(replay.admit(&once(1)).await, Ok(3));
    *replay.window.lock().await = None;
    assert_eq!(replay.admit(&once(1)).await.unwrap_err().code, "assertion-replayed");
    assert_eq!(replay.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_accepted() {
    let store = Store::open(Database::Memory).await.unwrap();
    let replay = replay(ReplayMode::Strict, &store).await;
    store.run(Survives::Process, |connection| connection.execute_batch("ALTER TABLE accepted RENAME TO away")).await.unwrap();
    assert_eq!(replay.admit(&once(1)).await.unwrap_err().code, "replay-store-unavailable");
    store.run(Survives::Process, |connection| connection.execute_batch("ALTER TABLE away RENAME TO accepted")).await.unwrap();
    assert_eq!(replay.admit(&once(1)).await, Ok(1));
}

#[tokio::test]
async fn nothing_is_recorded_without_protection() {
    let store = Store::open(Database::Memory).await.unwrap();
    let replay = replay(ReplayMode::Off, &store).await;
    assert_eq!(replay.admit(&once(1)).await, Ok(1));
    assert!(store.run(Survives::Nothing, accepted::load).await.unwrap().0.is_empty());
}
