//! Workspace facts: commit, remotes and dirty state of the repository around a directory (`spec/metadata.md` §8).
//!
//! They are read in the background, once a turn. No request waits for them: it takes what is [`known`](Workspaces::known), and a
//! first request may know nothing yet (8-2).

mod git;
mod run;

pub use git::Git;

use crate::driver::lock;
use async_trait::async_trait;
use run::{Progress, Run};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// What is known about the repository that holds the working directory (8-1). `Debug` shows no URL.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct WorkspaceFacts {
    /// Where the working tree begins. Bytes that are not Unicode are replaced by U+FFFD.
    pub root: String,
    /// Name and URL of each remote, by name. The URLs are **raw**, as they are configured: they may hold passwords and tokens. They
    /// go nowhere but into a snapshot, for which the component sanitises them (8-5).
    pub remotes: Vec<(String, String)>,
    /// The full hash of the commit that is checked out; none before it is read, or when there is no commit yet.
    pub commit: Option<String>,
    /// Whether `git status --porcelain` would say anything.
    pub has_changes: Option<bool>,
}

impl fmt::Debug for WorkspaceFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkspaceFacts")
            .field("root", &self.root)
            .field("remotes", &self.remotes.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("commit", &self.commit)
            .field("has_changes", &self.has_changes)
            .finish()
    }
}

/// Where facts come from. Whatever cannot be told is none: it is left out, and nothing fails (8-3). A future that is dropped
/// stops its work soon.
#[async_trait]
pub trait WorkspaceSource: Send + Sync {
    /// The root of the working tree that holds `directory`; none outside a repository. Nothing else is asked then.
    async fn root(&self, directory: &Path) -> Option<PathBuf>;

    /// The full hash of the commit that is checked out.
    async fn commit(&self, root: &Path) -> Option<String>;

    /// Name and raw URL of each remote.
    async fn remotes(&self, root: &Path) -> Option<Vec<(String, String)>>;

    /// Whether anything differs from the commit that is checked out, untracked files included.
    async fn has_changes(&self, root: &Path) -> Option<bool>;
}

/// The facts of one turn: make one for each. Dropping it stops what it has begun.
pub struct Workspaces {
    directory: PathBuf,
    source: Arc<dyn WorkspaceSource>,
    progress: Arc<watch::Sender<Progress>>,
    /// The task of the run that is under way. Starts and cancellations take turns by its lock.
    task: Mutex<Option<AbortHandle>>,
}

impl Workspaces {
    /// Of the git repository around the working directory of a turn.
    pub fn of(directory: impl Into<PathBuf>) -> Self {
        Self::from_source(directory, Arc::new(Git))
    }

    /// Of whatever tells them.
    pub fn from_source(directory: impl Into<PathBuf>, source: Arc<dyn WorkspaceSource>) -> Self {
        let progress = Arc::new(watch::Sender::new(Progress::default()));
        Self { directory: directory.into(), source, progress, task: Mutex::new(None) }
    }

    /// Begins to read them in the background; whether it did. It does so once, and again only after [`cancel`](Self::cancel) (8-2).
    /// It returns at once, and does nothing outside a tokio runtime.
    pub fn start(&self) -> bool {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            tracing::debug!("workspace facts need a tokio runtime");
            return false;
        };
        let mut task = lock(&self.task);
        if task.is_some() {
            return false;
        }
        let run = Run::begin(self.progress.clone(), self.source.clone());
        *task = Some(runtime.spawn(run.collect(self.directory.clone())).abort_handle());
        true
    }

    /// What is known right now; none as long as nothing is. Never waits.
    pub fn known(&self) -> Option<WorkspaceFacts> {
        self.progress.borrow().known()
    }

    /// What is known when nothing more is to come: at once if nothing was started or it was cancelled, else when all is read. For
    /// whoever wants to wait; a request does not.
    pub async fn settled(&self) -> Option<WorkspaceFacts> {
        let mut progress = self.progress.subscribe();
        // It cannot end before its answer: this value holds the other end.
        progress.wait_for(|progress| !progress.is_under_way()).await.ok().and_then(|progress| progress.known())
    }

    /// Stops reading, releases who waits, and allows another start (8-3). What is known by now stays known until then.
    pub fn cancel(&self) {
        let mut task = lock(&self.task);
        if let Some(task) = task.take() {
            task.abort();
        }
        self.progress.send_modify(Progress::end);
    }
}

impl Drop for Workspaces {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl fmt::Debug for Workspaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workspaces").field("directory", &self.directory).field("known", &self.known()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
