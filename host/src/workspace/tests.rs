use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Notify, watch};

/// Tells each fact when the test lets it; counts questions, and those that were dropped unanswered.
#[derive(Default)]
struct Told {
    outside: bool,
    panics: bool,
    root: Notify,
    commit: Notify,
    remotes: Notify,
    has_changes: Notify,
    begun: watch::Sender<usize>,
    dropped: AtomicUsize,
}

impl Told {
    async fn when(&self, fact: &Notify) {
        let unanswered = CountOnDrop(&self.dropped);
        self.begun.send_modify(|begun| *begun += 1);
        fact.notified().await;
        std::mem::forget(unanswered);
    }

    /// Until so many questions are asked.
    async fn asked(&self, questions: usize) {
        self.begun.subscribe().wait_for(|begun| *begun >= questions).await.unwrap();
    }

    fn all(&self) {
        [&self.root, &self.commit, &self.remotes, &self.has_changes].into_iter().for_each(Notify::notify_one);
    }
}

struct CountOnDrop<'a>(&'a AtomicUsize);

impl Drop for CountOnDrop<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl WorkspaceSource for Told {
    async fn root(&self, directory: &Path) -> Option<PathBuf> {
        self.when(&self.root).await;
        assert!(!self.panics, "the source panics, as the test wants");
        (!self.outside).then(|| directory.to_owned())
    }

    async fn commit(&self, _: &Path) -> Option<String> {
        self.when(&self.commit).await;
        Some("abc".into())
    }

    async fn remotes(&self, _: &Path) -> Option<Vec<(String, String)>> {
        self.when(&self.remotes).await;
        Some(vec![("upstream".into(), "https://u:marker@h/x".into()), ("origin".into(), "https://h/x".into())])
    }

    async fn has_changes(&self, _: &Path) -> Option<bool> {
        self.when(&self.has_changes).await;
        None
    }
}

fn workspaces(told: Told) -> (Arc<Told>, Workspaces) {
    let told = Arc::new(told);
    (told.clone(), Workspaces::from_source("/srv/app", told))
}

/// Lets the background task run until the facts are these.
async fn known(workspaces: &Workspaces, is_it: impl Fn(&WorkspaceFacts) -> bool) {
    let mut progress = workspaces.progress.subscribe();
    progress.wait_for(|progress| progress.known().is_some_and(|facts| is_it(&facts))).await.unwrap();
}

#[tokio::test]
async fn r8_2_a_source_that_never_answers_delays_nothing() {
    let (told, workspaces) = workspaces(Told::default());
    assert_eq!(workspaces.known(), None);
    assert!(workspaces.start());
    told.asked(1).await;
    assert_eq!(workspaces.known(), None, "and no answer is waited for");
}

#[tokio::test]
async fn r8_2_facts_are_read_at_the_same_time_and_known_one_by_one() {
    let (told, workspaces) = workspaces(Told::default());
    workspaces.start();
    told.root.notify_one();
    told.asked(4).await;
    assert_eq!(workspaces.known(), None, "r8_1: a root alone is nothing to say");
    told.remotes.notify_one();
    known(&workspaces, |facts| facts.commit.is_none() && facts.remotes.len() == 2).await;
    told.commit.notify_one();
    known(&workspaces, |facts| facts.commit.is_some()).await;
    told.has_changes.notify_one();
    let facts = workspaces.settled().await.unwrap();
    let remotes = [("origin", "https://h/x"), ("upstream", "https://u:marker@h/x")].map(|(name, url)| (name.into(), url.into()));
    assert_eq!(facts, WorkspaceFacts { root: "/srv/app".into(), remotes: remotes.into(), commit: Some("abc".into()), has_changes: None });
    assert!(!format!("{workspaces:?}{facts:?}").contains("marker"));
}

#[tokio::test]
async fn r8_2_a_turn_starts_once() {
    let (told, workspaces) = workspaces(Told::default());
    assert!(workspaces.start());
    assert!(!workspaces.start());
    told.all();
    workspaces.settled().await;
    assert!(!workspaces.start(), "not even when all is read");
    assert_eq!(*told.begun.borrow(), 4);
}

#[tokio::test]
async fn r8_2_outside_a_repository_nothing_is_read() {
    let (told, workspaces) = workspaces(Told { outside: true, ..Told::default() });
    workspaces.start();
    told.all();
    assert_eq!(workspaces.settled().await, None);
    assert_eq!(*told.begun.borrow(), 1);
}

#[tokio::test]
async fn r8_3_cancelling_stops_the_task_releases_waiters_and_allows_a_new_start() {
    let (told, workspaces) = workspaces(Told::default());
    workspaces.start();
    told.root.notify_one();
    told.commit.notify_one();
    known(&workspaces, |facts| facts.commit.is_some()).await;
    let (facts, ()) = tokio::join!(workspaces.settled(), async { workspaces.cancel() });
    assert_eq!(facts.unwrap().commit.as_deref(), Some("abc"), "what was known");
    assert_eq!(workspaces.settled().await.unwrap().remotes, [], "and stays known");
    assert!(workspaces.start());
    assert_eq!(workspaces.known(), None, "a new run begins with nothing");
    told.all();
    assert_eq!(workspaces.settled().await.unwrap().remotes.len(), 2);
    assert_eq!(told.dropped.load(Ordering::Relaxed), 2, "remotes and changes of the first run");
}

#[tokio::test]
async fn r8_3_a_source_that_panics_releases_waiters() {
    let (told, workspaces) = workspaces(Told { panics: true, ..Told::default() });
    workspaces.start();
    told.all();
    assert_eq!(workspaces.settled().await, None);
}

#[tokio::test]
async fn r8_3_the_end_of_the_turn_stops_the_task() {
    let (told, workspaces) = workspaces(Told::default());
    workspaces.start();
    told.asked(1).await;
    let mut progress = workspaces.progress.subscribe();
    drop(workspaces);
    // The task holds the last sender.
    while progress.changed().await.is_ok() {}
    assert_eq!(told.dropped.load(Ordering::Relaxed), 1);
}

#[test]
fn without_a_runtime_nothing_starts_and_nothing_fails() {
    let (_, workspaces) = workspaces(Told::default());
    assert!(!workspaces.start());
    assert_eq!(workspaces.known(), None);
    workspaces.cancel();
}
