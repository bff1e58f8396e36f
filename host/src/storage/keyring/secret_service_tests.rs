//! The keyring against a real Secret Service: gnome-keyring on a session bus of its own. The child is this test program,
//! started again with one ignored test selected.

use super::*;
use crate::storage::conformance::{conforms, document};
use crate::storage::{FileStorage, Place, RECORD, migrate};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

const HOME: &str = "KEYRING_TEST_HOME";

#[test]
fn conforms_on_a_real_secret_service() {
    for program in ["dbus-run-session", "gnome-keyring-daemon"] {
        if Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            println!("SKIPPED conforms_on_a_real_secret_service: {program} is not installed");
            return;
        }
    }
    let home = tempfile::tempdir().unwrap();
    let module = module_path!().split_once("::").unwrap().1;
    let session = Command::new("dbus-run-session")
        .arg("--")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::in_a_session"), "--ignored", "--nocapture"])
        .envs([HOME, "HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"].map(|name| (name, home.path())))
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&session.stdout);
    assert!(session.status.success() && output.contains("1 passed"), "{output}\n{}", String::from_utf8_lossy(&session.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "not on its own: it is the child process of conforms_on_a_real_secret_service"]
async fn in_a_session() {
    let Some(home) = std::env::var_os(HOME) else { return };
    let _service = Service::start();
    let storage = KeyringStorage::open(&home, Keyring::platform()).unwrap();
    conforms(Arc::new(storage.clone())).await;
    survives_a_new_connection(&storage, Path::new(&home)).await;
    moves_to_a_file_and_back(&storage, Path::new(&home)).await;
}

async fn survives_a_new_connection(storage: &KeyringStorage, home: &Path) {
    storage.store(RECORD, document("kept")).await.unwrap();
    let other = KeyringStorage::open(home, Keyring::platform()).unwrap();
    assert_eq!(other.load(RECORD).await.unwrap(), Some(document("kept")));
}

async fn moves_to_a_file_and_back(storage: &KeyringStorage, home: &Path) {
    let file = FileStorage::open(home.join("elsewhere")).unwrap();
    let places: [&dyn Place; 3] = [storage, &file, storage];
    for pair in places.windows(2) {
        let [from, to] = pair else { unreachable!() };
        migrate(*from, *to, &[RECORD]).await.unwrap();
        assert_eq!(to.load(RECORD).await.unwrap(), Some(document("kept")));
        assert_eq!(from.load(RECORD).await.unwrap(), None);
    }
}

/// gnome-keyring, unlocked with a pass phrase for the test; ended on drop.
struct Service(Child);

impl Service {
    fn start() -> Self {
        let mut daemon = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        daemon.stdin.take().unwrap().write_all(b"for the test").unwrap();
        // It tells its environment once it is ready.
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
        Self(daemon)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
