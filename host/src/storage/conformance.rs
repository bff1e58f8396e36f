//! What every storage has to do, as one suite. Each backend runs it on an instance that is fresh and empty.

use super::MAX_DOCUMENT;
use crate::ports::{Document, Revision, Storage, StorageError};
use std::sync::Arc;

/// Runs all of it.
pub(super) async fn conforms(storage: Arc<dyn Storage>) {
    conforms_with(storage, 1_000).await;
}

/// The same with fewer writers at once, where a thousand would take a minute.
pub(super) async fn conforms_with(storage: Arc<dyn Storage>, writers: u32) {
    documents_come_back(&*storage).await;
    replacing_takes_the_revision(&*storage).await;
    erasing_takes_the_revision(&*storage).await;
    names_and_sizes_are_bounded(&*storage).await;
    of_many_at_once_one_wins(Arc::clone(&storage), writers).await;
    concurrent_replacements_lose_nothing(storage, writers / 8).await;
}

/// JSON as our writer lays it out.
pub(super) fn document(text: &str) -> Document {
    Document::new(format!("{{\n  \"text\": \"{text}\"\n}}").into())
}

async fn documents_come_back(storage: &dyn Storage) {
    assert_eq!(storage.load("a.json").await.unwrap(), None);
    storage.erase("a.json").await.unwrap();
    storage.store("a.json", document("one")).await.unwrap();
    storage.store("b.json", document("other")).await.unwrap();
    storage.store("a.json", document("two \\u00e4 \\\" é")).await.unwrap();
    assert_eq!(storage.load("a.json").await.unwrap(), Some(document("two \\u00e4 \\\" é")));
    assert_eq!(storage.load("b.json").await.unwrap(), Some(document("other")));
    let plain = Document::new(b"not { JSON \n at all".to_vec());
    storage.store("a.json", plain.clone()).await.unwrap();
    assert_eq!(storage.load("a.json").await.unwrap(), Some(plain));
    storage.erase("a.json").await.unwrap();
    storage.erase("a.json").await.unwrap();
    assert_eq!(storage.load("a.json").await.unwrap(), None);
    assert_eq!(storage.load("b.json").await.unwrap(), Some(document("other")));
    storage.erase("b.json").await.unwrap();
}

async fn replacing_takes_the_revision(storage: &dyn Storage) {
    let [old, new] = [document("old"), document("new")];
    let other = Revision::of(b"something else");
    assert_conflict(storage.replace("a.json", Some(&other), new.clone()).await);
    assert_eq!(storage.load("a.json").await.unwrap(), None);
    storage.replace("a.json", None, old.clone()).await.unwrap();
    assert_conflict(storage.replace("a.json", None, new.clone()).await);
    assert_conflict(storage.replace("a.json", Some(&other), new.clone()).await);
    let loaded = storage.load("a.json").await.unwrap().unwrap();
    assert_eq!(loaded, old);
    storage.replace("a.json", Some(&Revision::of(&loaded)), new.clone()).await.unwrap();
    assert_conflict(storage.replace("a.json", Some(&Revision::of(&old)), old.clone()).await);
    assert_eq!(storage.load("a.json").await.unwrap(), Some(new));
}

async fn erasing_takes_the_revision(storage: &dyn Storage) {
    let document = document("new");
    assert_conflict(storage.erase_revision("a.json", &Revision::of(b"something else")).await);
    assert_eq!(storage.load("a.json").await.unwrap(), Some(document.clone()));
    for _ in 0..2 {
        storage.erase_revision("a.json", &Revision::of(&document)).await.unwrap();
        assert_eq!(storage.load("a.json").await.unwrap(), None);
    }
}

async fn names_and_sizes_are_bounded(storage: &dyn Storage) {
    let (revision, kept) = (Revision::of(b""), document("kept"));
    for bad in ["", "../a", ".lock", "A", "a/b"] {
        assert!(matches!(storage.load(bad).await, Err(StorageError::Unreadable { .. })), "{bad}");
        let results = [
            storage.store(bad, kept.clone()).await,
            storage.replace(bad, None, kept.clone()).await,
            storage.erase(bad).await,
            storage.erase_revision(bad, &revision).await,
        ];
        let is_refused = |result| matches!(result, &Err(StorageError::Unreadable { .. } | StorageError::Unwritable { .. }));
        assert!(results.iter().all(is_refused), "{bad}: {results:?}");
    }
    storage.store("a.json", kept.clone()).await.unwrap();
    let larger = Document::new(vec![b'x'; MAX_DOCUMENT + 1]);
    let present = Revision::of(&kept);
    for result in [storage.store("a.json", larger.clone()).await, storage.replace("a.json", Some(&present), larger).await] {
        let error = result.unwrap_err();
        assert!(matches!(error, StorageError::Unwritable { .. }) && error.to_string().contains("8 MiB"), "{error}");
    }
    assert_eq!(storage.load("a.json").await.unwrap(), Some(kept));
    storage.erase("a.json").await.unwrap();
}

async fn of_many_at_once_one_wins(storage: Arc<dyn Storage>, writers: u32) {
    let attempts = (0..writers).map(|number| {
        let storage = Arc::clone(&storage);
        tokio::spawn(async move { (number, storage.replace("a.json", None, document(&number.to_string())).await) })
    });
    let mut winners = Vec::new();
    for attempt in attempts.collect::<Vec<_>>() {
        match attempt.await.unwrap() {
            (number, Ok(())) => winners.push(number),
            (_, lost) => assert_conflict(lost),
        }
    }
    let [winner] = winners[..] else { panic!("{} of {writers} came first", winners.len()) };
    assert_eq!(storage.load("a.json").await.unwrap(), Some(document(&winner.to_string())));
    storage.erase("a.json").await.unwrap();
}

async fn concurrent_replacements_lose_nothing(storage: Arc<dyn Storage>, each: u32) {
    let counters = (0..8).map(|_| {
        let storage = Arc::clone(&storage);
        tokio::spawn(async move {
            for _ in 0..each {
                count(&*storage, "a.json").await;
            }
        })
    });
    for counter in counters.collect::<Vec<_>>() {
        counter.await.unwrap();
    }
    assert_eq!(storage.load("a.json").await.unwrap(), Some(Document::new((8 * each).to_string().into())));
    storage.erase("a.json").await.unwrap();
}

/// Adds one to the number in a document, the way flows change documents: read, replace what was read, on a conflict again.
pub(super) async fn count(storage: &dyn Storage, name: &str) {
    loop {
        let present = storage.load(name).await.unwrap();
        let number: u32 = present.as_ref().map_or(0, |text| str::from_utf8(text).unwrap().parse().unwrap());
        let next = Document::new((number + 1).to_string().into());
        match storage.replace(name, present.as_ref().map(|present| Revision::of(present)).as_ref(), next).await {
            Ok(()) => return,
            Err(StorageError::Conflict { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[track_caller]
fn assert_conflict(result: Result<(), StorageError>) {
    assert!(matches!(result, Err(StorageError::Conflict { .. })), "{result:?}");
}
