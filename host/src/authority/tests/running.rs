//! Starting and stopping.

use super::client::{Scene, accepted, component, post};
use crate::authority::{Authority, AuthorityConfig, Database, replay_mode};
use crate::component::wit::verification::ReplayMode;
use std::time::Duration;

async fn refusal(change: impl FnOnce(&mut AuthorityConfig)) -> String {
    let mut config = AuthorityConfig::default();
    change(&mut config);
    let error = Authority::start(component(), config).await.unwrap_err();
    assert_eq!(error.code, "config-invalid");
    error.message
}

#[tokio::test]
async fn only_loopback_addresses_are_listened_on() {
    assert!(refusal(|config| config.listen = "0.0.0.0:0".parse().unwrap()).await.contains("loopback"));
    assert!(refusal(|config| config.listen = "10.0.0.1:0".parse().unwrap()).await.contains("loopback"));
    let taken = Scene::start().await;
    let address = taken.authority.base_url().strip_prefix("http://").unwrap().parse().unwrap();
    assert!(refusal(|config| config.listen = address).await.contains("cannot listen"));
}

#[tokio::test]
async fn windows_and_caps_out_of_range_are_refused() {
    refusal(|config| config.max_age_s = 0).await;
    refusal(|config| config.max_age_s = 901).await;
    refusal(|config| config.ahead_s = 61).await;
    refusal(|config| config.replay = ReplayMode::Cap(0)).await;
    refusal(|config| config.replay = ReplayMode::Cap(10_001)).await;
    refusal(|config| config.replay_capacity = 0).await;
}

#[test]
fn replay_modes_are_read_from_text() {
    assert!(matches!(replay_mode("off"), Ok(ReplayMode::Off)));
    assert!(matches!(replay_mode("strict"), Ok(ReplayMode::Strict)));
    assert!(matches!(replay_mode("cap:10000"), Ok(ReplayMode::Cap(10_000))));
    for text in ["cap", "cap:0", "cap:10001", "cap:x", "on"] {
        assert_eq!(replay_mode(text).unwrap_err().code, "config-invalid");
    }
}

#[tokio::test]
async fn shutting_down_lets_a_request_under_way_finish() {
    let scene = Scene::start().await;
    let headers = scene.ready().await.headers().await;
    scene.authority.set_faults("slow:200ms".parse().unwrap());
    let url = scene.authority.responses_url();
    let call = tokio::spawn(async move { post(&url, &headers, b"{}").await.map(|answer| answer.verdict()) });
    tokio::time::sleep(Duration::from_millis(80)).await;
    scene.authority.shutdown().await.unwrap();
    assert_eq!(call.await.unwrap().unwrap(), accepted());
}

#[cfg(unix)]
#[tokio::test]
async fn the_database_is_private_and_used_by_one() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder/authority.db");
    let database = || Database::File(path.clone());
    let first = Scene::with(|config| config.database = database()).await;
    first.ready().await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    assert!(refusal(|config| config.database = database()).await.contains("another authority"));
    first.authority.shutdown().await.unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    assert!(refusal(|config| config.database = database()).await.contains("chmod 600"));
}

#[tokio::test]
async fn files_of_others_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text");
    std::fs::write(&text, "not a database, but long enough to be looked at as one; ".repeat(20)).unwrap();
    let foreign = folder.path().join("foreign.db");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    let newer = folder.path().join("newer.db");
    Scene::with(|config| config.database = Database::File(newer.clone())).await.authority.shutdown().await.unwrap();
    rusqlite::Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
    for (path, why) in [(text, "no SQLite database"), (foreign, "another program"), (newer, "newer authority")] {
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let message = refusal(|config| config.database = Database::File(path)).await;
        assert!(message.contains(why), "{message}");
    }
}
