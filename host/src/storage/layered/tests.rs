use super::*;
use crate::storage::conformance::{conforms, document};
use crate::storage::faulty::{Fault, Faulty};
use crate::storage::{MemoryStorage, RECORD};

struct Places {
    top: Arc<MemoryStorage>,
    beneath: Arc<MemoryStorage>,
}

impl Places {
    async fn with(top: Option<&str>, beneath: Option<&str>) -> Self {
        let places = Self { top: Arc::default(), beneath: Arc::default() };
        for (place, text) in [(&places.top, top), (&places.beneath, beneath)] {
            if let Some(text) = text {
                place.store(RECORD, document(text)).await.unwrap();
            }
        }
        places
    }

    fn layered(&self, counts: bool) -> Layered {
        layered(self.top.clone(), self.beneath.clone(), counts)
    }

    async fn hold(&self) -> [Option<Document>; 2] {
        [self.top.load(RECORD).await.unwrap(), self.beneath.load(RECORD).await.unwrap()]
    }
}

fn layered(top: Arc<dyn Place>, beneath: Arc<dyn Place>, counts: bool) -> Layered {
    Layered { top, beneath: vec![Beneath { place: beneath, counts, cleared_by_storing: true }] }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn conforms_over_another_place() {
    for counts in [true, false] {
        conforms(Arc::new(Places::with(None, None).await.layered(counts))).await;
    }
}

#[tokio::test]
async fn the_top_counts_and_what_lies_beneath_only_where_it_was_asked_for() {
    for (top, beneath, counts, expected) in [
        (Some("new"), Some("old"), true, Some("new")),
        (Some("new"), Some("old"), false, Some("new")),
        (None, Some("old"), true, Some("old")),
        (None, Some("old"), false, None),
        (None, None, true, None),
    ] {
        let layered = Places::with(top, beneath).await.layered(counts);
        assert_eq!(layered.load(RECORD).await.unwrap(), expected.map(document));
    }
}

#[tokio::test]
async fn storing_clears_what_lies_beneath_and_erasing_clears_both() {
    for counts in [true, false] {
        let places = Places::with(Some("older"), Some("old")).await;
        places.layered(counts).store(RECORD, document("new")).await.unwrap();
        assert_eq!(places.hold().await, [Some(document("new")), None]);
        let places = Places::with(Some("older"), Some("old")).await;
        places.layered(counts).erase(RECORD).await.unwrap();
        assert_eq!(places.hold().await, [None, None]);
        let places = Places::with(Some("older"), Some("old")).await;
        places.layered(counts).erase_revision(RECORD, &Revision::of(&document("older"))).await.unwrap();
        assert_eq!(places.hold().await, [None, None]);
    }
}

#[tokio::test]
async fn a_document_beneath_is_replaced_by_its_revision_and_moves_up() {
    let places = Places::with(None, Some("old")).await;
    let layered = places.layered(true);
    let [old, other] = ["old", "other"].map(|text| Revision::of(&document(text)));
    for wrong in [None, Some(&other)] {
        let result = layered.replace(RECORD, wrong, document("new")).await;
        assert!(matches!(result, Err(StorageError::Conflict { .. })), "{result:?}");
    }
    assert!(layered.erase_revision(RECORD, &other).await.is_err());
    assert_eq!(places.hold().await, [None, Some(document("old"))]);
    layered.replace(RECORD, Some(&old), document("new")).await.unwrap();
    assert_eq!(places.hold().await, [Some(document("new")), None]);
    let places = Places::with(None, Some("old")).await;
    places.layered(true).erase_revision(RECORD, &old).await.unwrap();
    assert_eq!(places.hold().await, [None, None]);
}

#[tokio::test]
async fn a_failure_to_clear_only_warns_and_a_failure_to_erase_is_told() {
    for at in 0..2 {
        let places = Places::with(None, Some("old")).await;
        let faulty = Arc::new(Faulty::new(places.beneath.clone(), Fault::Before, at));
        layered(places.top.clone(), faulty.clone(), false).store(RECORD, document("new")).await.unwrap();
        assert!(faulty.has_failed());
        assert_eq!(places.hold().await[0], Some(document("new")));
    }
    let places = Places::with(Some("new"), Some("old")).await;
    let faulty = Arc::new(Faulty::new(places.beneath.clone(), Fault::Before, 0));
    assert!(layered(places.top.clone(), faulty, false).erase(RECORD).await.is_err());
    assert_eq!(places.hold().await, [None, Some(document("old"))], "the other one is gone all the same");
}

#[tokio::test]
async fn nothing_is_cleared_that_the_top_does_not_give_back() {
    // Operation 0 writes to the top, operation 1 reads it back.
    let places = Places::with(None, Some("old")).await;
    let faulty = Arc::new(Faulty::new(places.top.clone(), Fault::Before, 1));
    layered(faulty, places.beneath.clone(), false).store(RECORD, document("new")).await.unwrap();
    assert_eq!(places.hold().await, [Some(document("new")), Some(document("old"))]);
    let faulty = Arc::new(Faulty::new(places.top.clone(), Fault::Before, 0));
    assert!(layered(faulty, places.beneath.clone(), false).store(RECORD, document("newer")).await.is_err());
    assert_eq!(places.hold().await, [Some(document("new")), Some(document("old"))]);
}
