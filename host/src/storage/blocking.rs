//! Work that blocks: files, locks, the keyring, key derivation.

use crate::ports::StorageError;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Runs work where blocking is allowed. Work that has begun is finished even if the caller no longer waits; its panics are
/// the caller's.
pub(super) async fn blocking<T, E>(
    failed: impl FnOnce(&'static str) -> StorageError,
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StorageError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(failed("the program is shutting down").into()),
        },
    }
}

/// Lets the writers of one storage take turns in the order they came, before they wait for the lock that they share with other
/// processes. Without it a thousand of them would keep a thousand threads trying.
#[derive(Clone, Debug)]
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }

    /// Until it is dropped, the others wait. (None can only be if the turns were ended, which nobody does.)
    pub(super) async fn next(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).acquire_owned().await.ok()
    }
}
