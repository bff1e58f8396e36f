use super::*;
use crate::storage::conformance::{conforms_with, document};
use crate::storage::keyring::doubles::{FaultyKeyring, KeyringFault};
use crate::storage::{FileStorage, Keyring, KeyringStorage, RECORD};
use tempfile::TempDir;

struct Parts {
    home: TempDir,
    keyring: Arc<FaultyKeyring>,
}

impl Parts {
    fn new(fault: KeyringFault) -> Self {
        Self { home: tempfile::tempdir().unwrap(), keyring: FaultyKeyring::new(fault) }
    }

    fn file(&self) -> FileStorage {
        FileStorage::open(self.home.path()).unwrap()
    }

    fn in_keyring(&self) -> KeyringStorage {
        KeyringStorage::open(self.home.path(), Keyring::of(self.keyring.clone())).unwrap()
    }

    fn auto(&self) -> Auto {
        Auto::new(Arc::new(self.in_keyring()), Arc::new(self.file()))
    }

    /// What the keyring and the file hold, seen without the fault.
    async fn hold(&self) -> [Option<Document>; 2] {
        self.keyring.set(KeyringFault::Nothing);
        [self.in_keyring().load(RECORD).await.unwrap(), self.file().load(RECORD).await.unwrap()]
    }
}

fn revision(text: &str) -> Revision {
    Revision::of(&document(text))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn conforms_with_a_keyring() {
    conforms_with(Arc::new(Parts::new(KeyringFault::Nothing).auto()), 200).await;
}

#[tokio::test]
async fn the_keyring_is_read_and_written_and_the_file_goes() {
    let parts = Parts::new(KeyringFault::Nothing);
    parts.file().store(RECORD, document("old")).await.unwrap();
    assert_eq!(parts.auto().load(RECORD).await.unwrap(), Some(document("old")));
    parts.auto().store(RECORD, document("new")).await.unwrap();
    assert_eq!(parts.hold().await, [Some(document("new")), None]);
    parts.file().store(RECORD, document("stray")).await.unwrap();
    assert_eq!(parts.auto().load(RECORD).await.unwrap(), Some(document("new")));
    parts.auto().erase(RECORD).await.unwrap();
    assert_eq!(parts.hold().await, [None, None]);
}

#[tokio::test]
async fn without_a_keyring_the_file_is_read_and_written() {
    let parts = Parts::new(KeyringFault::Unreachable);
    parts.auto().store(RECORD, document("one")).await.unwrap();
    assert_eq!(parts.auto().load(RECORD).await.unwrap(), Some(document("one")));
    assert!(matches!(parts.auto().replace(RECORD, None, document("x")).await, Err(StorageError::Conflict { .. })));
    parts.auto().replace(RECORD, Some(&revision("one")), document("two")).await.unwrap();
    assert!(parts.auto().erase(RECORD).await.is_err(), "what the keyring holds may still be there");
    assert_eq!(parts.hold().await, [None, None]);
}

#[tokio::test]
async fn a_keyring_that_no_longer_takes_the_document_hands_over_to_the_file() {
    for conditional in [true, false] {
        let parts = Parts::new(KeyringFault::Nothing);
        parts.auto().store(RECORD, document("old")).await.unwrap();
        parts.keyring.set(KeyringFault::TooLong(5));
        if conditional {
            let conflict = parts.auto().replace(RECORD, Some(&revision("other")), document("new")).await;
            assert!(matches!(conflict, Err(StorageError::Conflict { .. })), "{conflict:?}");
            parts.auto().replace(RECORD, Some(&revision("old")), document("new")).await.unwrap();
        } else {
            parts.auto().store(RECORD, document("new")).await.unwrap();
        }
        assert_eq!(parts.auto().load(RECORD).await.unwrap(), Some(document("new")));
        assert_eq!(parts.hold().await, [None, Some(document("new"))]);
    }
}

#[tokio::test]
async fn a_document_that_stays_in_the_keyring_is_never_shadowed_by_a_newer_file() {
    let parts = Parts::new(KeyringFault::Nothing);
    parts.auto().store(RECORD, document("old")).await.unwrap();
    parts.keyring.set(KeyringFault::ReadOnly);
    assert!(parts.auto().store(RECORD, document("new")).await.is_err());
    assert!(parts.auto().replace(RECORD, Some(&revision("old")), document("new")).await.is_err());
    assert_eq!(parts.auto().load(RECORD).await.unwrap(), Some(document("old")));
    assert_eq!(parts.hold().await, [Some(document("old")), None]);
}
