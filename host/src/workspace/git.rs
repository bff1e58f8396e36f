//! Facts of a git repository, read without git and without running anything.
//!
//! The folder may be somebody else's work: its configuration can name programs. None is run: neither hooks nor a file system
//! monitor, which are not known here, nor filters and text converters. Nothing is fetched and nothing is written, not even the index.
//! A repository that belongs to another user is not read, unless `safe.directory` says so.

mod status;

use super::WorkspaceSource;
use async_trait::async_trait;
use gix::bstr::ByteSlice;
use gix::discover::upwards::Options as Upwards;
use gix::sec::trust::Mapping;
use gix::{Repository, ThreadSafeRepository, open};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Reads git repositories, bare ones excepted: they have no working tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct Git;

#[async_trait]
impl WorkspaceSource for Git {
    async fn root(&self, directory: &Path) -> Option<PathBuf> {
        blocking(directory, |directory, _| root(directory)).await
    }

    async fn commit(&self, root: &Path) -> Option<String> {
        blocking(root, |root, _| commit(&opened(root)?)).await
    }

    async fn remotes(&self, root: &Path) -> Option<Vec<(String, String)>> {
        blocking(root, |root, _| Some(remotes(&opened(root)?))).await
    }

    async fn has_changes(&self, root: &Path) -> Option<bool> {
        blocking(root, |root, stop| status::has_changes(opened(root)?, stop)).await
    }
}

/// The working tree around a directory. `core.worktree` can put it elsewhere: then the directory is in none.
fn root(directory: &Path) -> Option<PathBuf> {
    let upwards = Upwards { dot_git_only: true, ..Upwards::default() };
    let trust = Mapping { full: options(), reduced: options() };
    let repository = ThreadSafeRepository::discover_opts(directory, upwards, trust).ok()?;
    let root = gix::path::realpath(repository.to_thread_local().workdir()?).ok()?;
    gix::path::realpath(directory).ok()?.starts_with(&root).then_some(root)
}

fn opened(root: &Path) -> Option<Repository> {
    options().open(root).ok().map(|repository| repository.to_thread_local())
}

fn options() -> open::Options {
    open::Options::default().bail_if_untrusted(true)
}

fn commit(repository: &Repository) -> Option<String> {
    repository.head_id().ok().map(|commit| commit.to_string())
}

/// The first URL of each remote, as it is written: `url.….insteadOf` would put other people's tokens into it.
fn remotes(repository: &Repository) -> Vec<(String, String)> {
    let config = repository.config_snapshot();
    let url = |name: &gix::bstr::BStr| config.plumbing().strings_by("remote", Some(name), "url")?.into_iter().next();
    let text = |bytes: &gix::bstr::BStr| bytes.to_str().ok().map(ToOwned::to_owned);
    let names = repository.remote_names();
    names.iter().filter_map(|name| Some((text(name.as_ref())?, text(url(name.as_ref())?.as_ref())?))).collect()
}

/// Says that work is to stop once nobody waits for it.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

async fn blocking<T, W>(path: &Path, work: W) -> Option<T>
where
    T: Send + 'static,
    W: FnOnce(&Path, &Arc<AtomicBool>) -> Option<T> + Send + 'static,
{
    let (path, stop) = (path.to_owned(), StopOnDrop(Arc::default()));
    let is_to_stop = stop.0.clone();
    tokio::task::spawn_blocking(move || work(&path, &is_to_stop)).await.ok().flatten()
}

#[cfg(test)]
mod tests;
