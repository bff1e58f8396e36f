use super::doubles::{FaultyKeyring, FolderKeyring, HeldKeyring, KeyringFault};
use super::*;
use crate::storage::conformance::{conforms, document};
use crate::storage::{MAX_DOCUMENT, RECORD};
use keyring_core::{Error, mock};
use std::sync::Arc;
use std::time::Duration;

fn storage(home: &Path) -> (KeyringStorage, Arc<mock::Store>) {
    let store = mock::Store::new().unwrap();
    (KeyringStorage::open(home, Keyring::of(store.clone())).unwrap(), store)
}

fn kept(store: &CredentialStore, home: &Path) -> keyring_core::Entry {
    store.build("Codex Auth", &format!("cli|{}", Account::of(home)), None).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn conforms_on_a_keyring_in_memory() {
    let home = tempfile::tempdir().unwrap();
    conforms(Arc::new(storage(home.path()).0)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn conforms_on_a_keyring_in_a_folder() {
    let home = tempfile::tempdir().unwrap();
    let keyring = Keyring::of(FolderKeyring::of(&home.path().join("keyring")));
    conforms(Arc::new(KeyringStorage::open(home.path(), keyring).unwrap())).await;
}

#[tokio::test]
async fn the_record_is_one_line_of_json_where_the_reference_client_keeps_it() {
    let home = tempfile::tempdir().unwrap();
    let (storage, store) = storage(home.path());
    storage.store(RECORD, document("a")).await.unwrap();
    assert_eq!(kept(&*store, home.path()).get_password().unwrap(), r#"{"text":"a"}"#);
    kept(&*store, home.path()).set_password(r#"{"text":"theirs"}"#).unwrap();
    assert_eq!(storage.load(RECORD).await.unwrap(), Some(document("theirs")));
    let compact = Revision::of(br#"{"text":"theirs"}"#);
    storage.replace(RECORD, Some(&compact), document("ours")).await.unwrap();
    storage.erase(RECORD).await.unwrap();
    assert!(matches!(kept(&*store, home.path()).get_password(), Err(Error::NoEntry)));
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1, "nothing but the lock file");
}

#[tokio::test]
async fn what_the_keyring_says_reaches_the_user_without_a_secret() {
    let home = tempfile::tempdir().unwrap();
    let (storage, store) = storage(home.path());
    storage.store(RECORD, document("hunter2")).await.unwrap();
    let failures = [
        (Error::NoStorageAccess("the user said no".into()), "unlock it"),
        (Error::PlatformFailure("the bus is gone".into()), "no keyring answers here: the bus is gone"),
        (Error::TooLong("password".into(), 1280), "at most 1280 characters; use the encrypted file"),
        (Error::BadEncoding(b"hunter2".to_vec()), "not text"),
        (Error::BadDataFormat(b"hunter2".to_vec(), "hunter2".into()), "not text"),
        (Error::Ambiguous(vec![]), "remove all but one"),
    ];
    for (error, expected) in failures {
        let entry = kept(&*store, home.path());
        let credential: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        credential.set_error(error);
        let error = storage.load(RECORD).await.unwrap_err();
        assert!(matches!(error, StorageError::Unreadable { .. }) && error.to_string().contains(expected), "{error}");
        credential.set_error(Error::TooLong("password".into(), 1280));
        let error = storage.store(RECORD, document("new")).await.unwrap_err();
        assert!(matches!(error, StorageError::Unwritable { .. }), "{error}");
        assert!(!format!("{error}{error:?}{storage:?}").contains("hunter2"));
    }
    assert_eq!(storage.load(RECORD).await.unwrap(), Some(document("hunter2")));
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_no_failure_and_keeps_its_lock() {
    let home = tempfile::tempdir().unwrap();
    let folder = FolderKeyring::of(&home.path().join("keyring"));
    let held = HeldKeyring::before(folder.clone());
    let hasty = KeyringStorage::open(home.path(), Keyring::of(held.clone()).patience(Duration::ZERO)).unwrap();
    let error = hasty.store(RECORD, document("late")).await.unwrap_err();
    assert!(matches!(error, StorageError::Unanswered { seconds: 0, .. }) && error.to_string().contains("dialog"), "{error}");
    assert!(hasty.load(RECORD).await.unwrap_err().to_string().contains("dialog"));
    let other = KeyringStorage::open(home.path(), Keyring::of(folder.clone()).patience(Duration::ZERO)).unwrap();
    for storage in [&hasty, &other] {
        assert!(storage.store(RECORD, document("other")).await.unwrap_err().to_string().contains(".keyring.lock"));
    }
    held.open();
    let patient = KeyringStorage::open(home.path(), Keyring::of(folder)).unwrap();
    let conflict = patient.replace(RECORD, None, document("other")).await;
    assert!(matches!(conflict, Err(StorageError::Conflict { .. })), "it waited for the late change: {conflict:?}");
    assert_eq!(patient.load(RECORD).await.unwrap(), Some(document("late")));
}

#[tokio::test]
async fn documents_that_no_keyring_can_keep_are_refused_before_it_is_asked() {
    let home = tempfile::tempdir().unwrap();
    let (storage, _store) = storage(home.path());
    for (bytes, expected) in [(vec![0xff; 10], "not text"), (vec![b'x'; MAX_DOCUMENT + 1], "8 MiB")] {
        let error = storage.store(RECORD, Document::new(bytes)).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn where_there_is_no_keyring_the_error_says_what_else_to_use() {
    let home = tempfile::tempdir().unwrap();
    let nobody = Keyring::of(FaultyKeyring::new(KeyringFault::Unreachable));
    let error = KeyringStorage::open(home.path(), nobody).unwrap().load(RECORD).await.unwrap_err().to_string();
    assert!(error.contains("no keyring answers here") && error.contains("another storage"), "{error}");
}
