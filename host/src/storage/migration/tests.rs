use super::*;
use crate::ports::Storage;
use crate::storage::conformance::document;
use crate::storage::faulty::{Fault, Faulty};
use crate::storage::{FileStorage, MemoryStorage, RECORD};
use async_trait::async_trait;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const NAMES: [&str; 2] = [RECORD, "other.json"];

async fn source() -> Arc<MemoryStorage> {
    let source = MemoryStorage::new();
    for name in NAMES {
        source.store(name, document(name)).await.unwrap();
    }
    Arc::new(source)
}

#[tokio::test]
async fn documents_move_and_what_is_not_there_is_said() {
    let (from, to) = (source().await, MemoryStorage::new());
    let moved = migrate(&*from, &to, &[RECORD, "none.json", "other.json"]).await.unwrap();
    assert_eq!(moved, [Moved::Moved, Moved::Nothing, Moved::Moved]);
    for name in NAMES {
        assert_eq!((from.load(name).await.unwrap(), to.load(name).await.unwrap()), (None, Some(document(name))));
    }
}

#[tokio::test]
async fn what_an_interrupted_migration_copied_is_finished() {
    let (from, to) = (source().await, MemoryStorage::new());
    to.store(RECORD, document(RECORD)).await.unwrap();
    assert_eq!(migrate(&*from, &to, &[RECORD]).await.unwrap(), [Moved::Finished]);
    assert_eq!((from.load(RECORD).await.unwrap(), to.load(RECORD).await.unwrap()), (None, Some(document(RECORD))));
}

#[cfg(any(feature = "age", feature = "keyring"))]
#[tokio::test]
async fn another_layout_is_no_other_document() {
    let (from, to) = (source().await, MemoryStorage::new());
    to.store(RECORD, Document::new(br#"{"text":"auth.json"}"#.to_vec())).await.unwrap();
    assert_eq!(migrate(&*from, &to, &[RECORD]).await.unwrap(), [Moved::Finished]);
}

#[tokio::test]
async fn a_differing_document_at_the_target_is_an_error_and_both_stay() {
    let (from, to) = (source().await, MemoryStorage::new());
    to.store(RECORD, document("secret")).await.unwrap();
    let error = migrate(&*from, &to, &[RECORD]).await.unwrap_err();
    assert!(matches!(error, MigrationError::Differs { .. }));
    let text = format!("{error}{error:?}");
    assert!(text.contains("auth.json is in both, memory ") && text.contains("they differ") && !text.contains("secret"), "{text}");
    assert_eq!(from.load(RECORD).await.unwrap(), Some(document(RECORD)));
    assert_eq!(to.load(RECORD).await.unwrap(), Some(document("secret")));
}

#[tokio::test]
async fn one_place_under_two_names_is_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let one = FileStorage::open(folder.path().join("home")).unwrap();
    let same = FileStorage::open(folder.path().join("x/../home")).unwrap();
    std::fs::create_dir(folder.path().join("x")).unwrap();
    one.store(RECORD, document("x")).await.unwrap();
    assert!(matches!(migrate(&one, &same, &[RECORD]).await, Err(MigrationError::SamePlace { .. })));
    assert!(one.load(RECORD).await.unwrap().is_some());
}

#[tokio::test]
async fn a_fault_at_any_operation_loses_nothing_and_the_next_run_finishes() {
    for fault in [Fault::Before, Fault::After] {
        for at_the_source in [true, false] {
            for at in 0.. {
                let (from, to) = (source().await, Arc::new(MemoryStorage::new()));
                let faulty = Faulty::new(if at_the_source { from.clone() } else { to.clone() }, fault, at);
                let done = if at_the_source { migrate(&faulty, &*to, &NAMES).await } else { migrate(&*from, &faulty, &NAMES).await };
                assert_eq!(done.is_err(), faulty.has_failed(), "{fault:?} {at}");
                for name in NAMES {
                    let found = [from.load(name).await.unwrap(), to.load(name).await.unwrap()];
                    let whole = Some(document(name));
                    assert!(found.contains(&whole) && found.iter().all(|found| found.is_none() || *found == whole), "{fault:?} {at}");
                }
                migrate(&*from, &*to, &NAMES).await.unwrap();
                for name in NAMES {
                    assert_eq!((from.load(name).await.unwrap(), to.load(name).await.unwrap()), (None, Some(document(name))));
                }
                if !faulty.has_failed() {
                    break;
                }
            }
        }
    }
}

/// Does something of its own when it is about to change.
struct Disturbed<F> {
    inner: MemoryStorage,
    disturb: F,
}

#[async_trait]
impl<F: Fn(&MemoryStorage, &mut Document) + Send + Sync> Storage for Disturbed<F> {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        self.inner.load(name).await
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        self.inner.store(name, document).await
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, mut document: Document) -> Result<(), StorageError> {
        (self.disturb)(&self.inner, &mut document);
        self.inner.replace(name, expected, document).await
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        self.inner.erase(name).await
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        (self.disturb)(&self.inner, &mut Document::default());
        self.inner.erase_revision(name, expected).await
    }
}

impl<F: Fn(&MemoryStorage, &mut Document) + Send + Sync> Place for Disturbed<F> {
    fn place(&self) -> String {
        self.inner.place()
    }
}

#[tokio::test]
async fn a_target_that_does_not_keep_what_it_gets_ends_the_migration_before_the_source_is_touched() {
    let from = source().await;
    let to = Disturbed { inner: MemoryStorage::new(), disturb: |_: &MemoryStorage, document: &mut Document| document.truncate(5) };
    let error = migrate(&*from, &to, &[RECORD]).await.unwrap_err();
    assert!(matches!(error, MigrationError::NotKept { .. }), "{error}");
    assert_eq!(from.load(RECORD).await.unwrap(), Some(document(RECORD)));
}

#[tokio::test]
async fn a_change_at_the_source_meanwhile_moves_too() {
    let changes = AtomicUsize::new(0);
    let disturb = |source: &MemoryStorage, _: &mut Document| {
        let number = changes.fetch_add(1, Ordering::Relaxed);
        if number < 2 {
            source.update(RECORD, |_| Ok::<_, StorageError>(document(&number.to_string()))).unwrap();
        }
    };
    let (from, to) = (Disturbed { inner: MemoryStorage::new(), disturb }, MemoryStorage::new());
    from.store(RECORD, document("old")).await.unwrap();
    assert_eq!(migrate(&from, &to, &[RECORD]).await.unwrap(), [Moved::Moved]);
    assert_eq!((from.load(RECORD).await.unwrap(), to.load(RECORD).await.unwrap()), (None, Some(document("1"))));
}

#[tokio::test]
async fn a_source_that_never_settles_ends_the_migration_with_nothing_lost() {
    let changes = Mutex::new(0);
    let disturb = |source: &MemoryStorage, _: &mut Document| {
        let mut number = changes.lock().unwrap();
        *number += 1;
        source.update(RECORD, |_| Ok::<_, StorageError>(document(&number.to_string()))).unwrap();
    };
    let (from, to) = (Disturbed { inner: MemoryStorage::new(), disturb }, MemoryStorage::new());
    from.store(RECORD, document("old")).await.unwrap();
    assert!(matches!(migrate(&from, &to, &[RECORD]).await, Err(MigrationError::Unsettled { .. })));
    assert_eq!(from.load(RECORD).await.unwrap(), Some(document("8")));
}
