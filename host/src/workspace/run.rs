//! One reading of the facts, and what has come of it so far.

use super::{WorkspaceFacts, WorkspaceSource};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// What has come of the latest run.
#[derive(Default)]
pub(super) struct Progress {
    facts: WorkspaceFacts,
    /// Counts the runs. A run that was cancelled adds nothing to the facts of the next one.
    run: u64,
    under_way: bool,
}

impl Progress {
    /// The facts, unless the root is all there is: then there is nothing to say about it (8-1).
    pub(super) fn known(&self) -> Option<WorkspaceFacts> {
        let WorkspaceFacts { remotes, commit, has_changes, .. } = &self.facts;
        (!remotes.is_empty() || commit.is_some() || has_changes.is_some()).then(|| self.facts.clone())
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.under_way
    }

    pub(super) fn end(&mut self) {
        self.under_way = false;
    }

    fn is_of(&self, run: u64) -> bool {
        self.under_way && self.run == run
    }
}

/// A run. It ends when it is dropped, so whoever waits is released even if the source panics.
pub(super) struct Run {
    progress: Arc<watch::Sender<Progress>>,
    source: Arc<dyn WorkspaceSource>,
    number: u64,
}

impl Run {
    /// From now on there is a run under way, which knows nothing yet.
    pub(super) fn begin(progress: Arc<watch::Sender<Progress>>, source: Arc<dyn WorkspaceSource>) -> Self {
        let mut number = 0;
        progress.send_modify(|progress| {
            number = progress.run.wrapping_add(1);
            *progress = Progress { run: number, under_way: true, ..Progress::default() };
        });
        Self { progress, source, number }
    }

    /// Reads everything at the same time; each fact is known as soon as it is read (8-2).
    pub(super) async fn collect(self, directory: PathBuf) {
        let Some(root) = self.source.root(&directory).await else { return };
        self.note(|facts| facts.root = root.to_string_lossy().into_owned());
        tokio::join!(self.commit(&root), self.remotes(&root), self.has_changes(&root));
    }

    async fn commit(&self, root: &Path) {
        let commit = self.source.commit(root).await;
        self.note(|facts| facts.commit = commit);
    }

    async fn remotes(&self, root: &Path) {
        let mut remotes = self.source.remotes(root).await.unwrap_or_default();
        remotes.sort();
        self.note(|facts| facts.remotes = remotes);
    }

    async fn has_changes(&self, root: &Path) {
        let has_changes = self.source.has_changes(root).await;
        self.note(|facts| facts.has_changes = has_changes);
    }

    fn note(&self, note: impl FnOnce(&mut WorkspaceFacts)) {
        self.progress.send_if_modified(|progress| {
            let is_of_this_run = progress.is_of(self.number);
            if is_of_this_run {
                note(&mut progress.facts);
            }
            is_of_this_run
        });
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.progress.send_if_modified(|progress| {
            let is_of_this_run = progress.is_of(self.number);
            if is_of_this_run {
                progress.end();
            }
            is_of_this_run
        });
    }
}
