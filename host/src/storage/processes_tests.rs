//! Several processes on one home. The children are this test program, started again with one ignored test selected.

use super::conformance::count;
use super::keyring::doubles::FolderKeyring;
use super::{EncryptedFileStorage, FileStorage, Keyring, KeyringStorage, Place, RECORD, Unlock};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use zeroize::Zeroizing;

const IDENTITY: &str = "AGE-SECRET-KEY-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSKMP32K";

/// Files, the encrypted file, and the keyring of a home.
pub(super) fn place(home: &Path, index: usize) -> Arc<dyn Place> {
    match index {
        0 => Arc::new(FileStorage::open(home).unwrap()),
        1 => Arc::new(EncryptedFileStorage::open(home, Unlock::Identity(Zeroizing::new(IDENTITY.into()))).unwrap()),
        _ => Arc::new(KeyringStorage::open(home, Keyring::of(FolderKeyring::of(&home.join("keyring")))).unwrap()),
    }
}

#[tokio::test]
async fn two_processes_lose_no_update() {
    for index in 0..3 {
        let home = tempfile::tempdir().unwrap();
        for mut counter in [child(home.path(), index), child(home.path(), index)] {
            assert!(counter.wait().unwrap().success(), "{index}");
        }
        let counted = place(home.path(), index).load(RECORD).await.unwrap().unwrap();
        assert_eq!(str::from_utf8(&counted), Ok("160"), "{index}");
    }
}

fn child(home: &Path, index: usize) -> Child {
    let module = module_path!().split_once("::").unwrap().1;
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::counts"), "--ignored", "--quiet"])
        .env("PROCESSES_TEST_HOME", home)
        .env("PROCESSES_TEST_PLACE", index.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not on its own: it is the child process of two_processes_lose_no_update"]
async fn counts() {
    let Some(home) = std::env::var_os("PROCESSES_TEST_HOME") else { return };
    let index = std::env::var("PROCESSES_TEST_PLACE").unwrap().parse().unwrap();
    let place = place(Path::new(&home), index);
    let counters = (0..4).map(|_| {
        let place = Arc::clone(&place);
        tokio::spawn(async move {
            for _ in 0..20 {
                count(&*place, RECORD).await;
            }
        })
    });
    for counter in counters.collect::<Vec<_>>() {
        counter.await.unwrap();
    }
}
