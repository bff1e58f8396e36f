use super::*;
use crate::storage::conformance::{conforms, document};
use crate::storage::{MAX_DOCUMENT, RECORD, TASKS};
use age::x25519;
use std::fs;
use zeroize::Zeroizing;

fn identity() -> Unlock {
    Unlock::Identity(Zeroizing::new(age::secrecy::ExposeSecret::expose_secret(&x25519::Identity::generate().to_string()).to_owned()))
}

fn pass_phrase(text: &str) -> Unlock {
    Unlock::PassPhrase(Zeroizing::new(text.into()))
}

fn storage(home: &Path, unlock: &Unlock) -> EncryptedFileStorage {
    EncryptedFileStorage::open(home, unlock.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn conforms_with_an_identity() {
    let home = tempfile::tempdir().unwrap();
    conforms(Arc::new(storage(home.path(), &identity()))).await;
}

#[cfg(feature = "keyring")]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn conforms_with_a_pass_phrase_in_the_keyring() {
    let home = tempfile::tempdir().unwrap();
    let keyring = crate::storage::Keyring::of(keyring_core::mock::Store::new().unwrap());
    crate::storage::conformance::conforms_with(Arc::new(storage(home.path(), &Unlock::Keyring(keyring))), 40).await;
}

#[tokio::test]
#[cfg(unix)]
async fn the_file_is_private_encrypted_and_gone_with_its_last_document() {
    use std::os::unix::fs::MetadataExt;
    let home = tempfile::tempdir().unwrap();
    let storage = storage(home.path(), &identity());
    storage.store(RECORD, document("hunter2")).await.unwrap();
    storage.store(TASKS, document("tasks")).await.unwrap();
    let path = home.path().canonicalize().unwrap().join("secrets/codex_auth.age");
    assert_eq!(storage.path(), path);
    let mode = |path: &Path| fs::symlink_metadata(path).unwrap().mode() & 0o7777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    let sealed = fs::read(&path).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1\n") && !sealed.windows(7).any(|window| window == b"hunter2"));
    storage.erase(RECORD).await.unwrap();
    assert_eq!(storage.load(TASKS).await.unwrap(), Some(document("tasks")));
    storage.erase(TASKS).await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn a_pass_phrase_opens_what_it_closed_and_nothing_else_does() {
    let home = tempfile::tempdir().unwrap();
    storage(home.path(), &pass_phrase("correct horse")).store(RECORD, document("x")).await.unwrap();
    assert_eq!(storage(home.path(), &pass_phrase("correct horse")).load(RECORD).await.unwrap(), Some(document("x")));
    for (unlock, expected) in [(pass_phrase("wrong"), "not the one"), (pass_phrase(""), "empty"), (identity(), "locked with a pass phrase")]
    {
        let storage = storage(home.path(), &unlock);
        let errors = [
            storage.load(RECORD).await.unwrap_err(),
            storage.store(RECORD, document("y")).await.unwrap_err(),
            storage.erase(RECORD).await.unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, StorageError::Unreadable { .. }) && error.to_string().contains(expected), "{error}");
        }
    }
    assert_eq!(storage(home.path(), &pass_phrase("correct horse")).load(RECORD).await.unwrap(), Some(document("x")));
}

#[tokio::test]
async fn the_lock_can_be_changed_and_the_old_one_no_longer_opens_it() {
    let home = tempfile::tempdir().unwrap();
    let [old, new] = [identity(), identity()];
    let mut storage_of_one = storage(home.path(), &old);
    storage_of_one.store(RECORD, document("x")).await.unwrap();
    storage_of_one.relock(new.clone()).await.unwrap();
    assert_eq!(storage_of_one.load(RECORD).await.unwrap(), Some(document("x")));
    assert_eq!(storage(home.path(), &new).load(RECORD).await.unwrap(), Some(document("x")));
    assert!(storage(home.path(), &old).load(RECORD).await.unwrap_err().to_string().contains("another key"));
    assert!(storage(home.path(), &old).relock(identity()).await.is_err());
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let storage = storage(home.path(), &identity());
    fs::create_dir(home.path().join("secrets")).unwrap();
    fs::write(storage.path(), "not age").unwrap();
    #[cfg(unix)]
    fs::set_permissions(storage.path(), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let error = storage.store(RECORD, document("x")).await.unwrap_err().to_string();
    assert!(error.contains("codex_auth.age") && error.contains("no age file"), "{error}");
    assert_eq!(fs::read(storage.path()).unwrap(), b"not age");
}

#[tokio::test]
async fn too_much_for_the_file_is_refused_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let storage = storage(home.path(), &identity());
    storage.store(RECORD, document("x")).await.unwrap();
    for (bytes, expected) in [(vec![0xff; 10], "not text"), (vec![b'"'; MAX_DOCUMENT], "8 MiB")] {
        let error = storage.store(RECORD, Document::new(bytes)).await.unwrap_err();
        assert!(matches!(error, StorageError::Unwritable { .. }) && error.to_string().contains(expected), "{error}");
    }
    assert_eq!(storage.load(RECORD).await.unwrap(), Some(document("x")));
}

#[test]
fn k14_debug_shows_no_secret() {
    let home = tempfile::tempdir().unwrap();
    for unlock in [pass_phrase("hunter2"), Unlock::Identity(Zeroizing::new("hunter2".into()))] {
        assert!(!format!("{unlock:?}{:?}", storage(home.path(), &unlock)).contains("hunter2"));
    }
}
