//! Bearer tokens that a command prints (`spec/metadata.md` §12).

mod process;

use super::Secret;
use crate::error::Error;
use crate::ports::Clock;
use crate::provider::CommandAuth;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// The tokens of one provider: kept in memory, fetched by running its command (12-4).
///
/// The command runs at most once at a time, however many requests wait for it (12-5). A request that is given up while it
/// runs the command ends it; the next one that waits runs it again.
pub struct TokenCommand {
    auth: CommandAuth,
    clock: Arc<dyn Clock>,
    /// Locked while the command runs: whoever waits looks at the kept token first.
    kept: Mutex<Kept>,
}

/// A token and which run of the command printed it.
#[derive(Clone, Debug)]
pub struct PrintedToken {
    /// The token.
    pub token: Secret,
    /// Counts the runs that printed a token, from 1.
    pub run: u64,
}

#[derive(Default)]
struct Kept {
    token: Option<Secret>,
    /// Run that printed it.
    run: u64,
    /// When it was printed, on the monotonic clock.
    since_ms: u64,
}

impl TokenCommand {
    /// Runs nothing yet.
    pub fn new(auth: CommandAuth, clock: Arc<dyn Clock>) -> Self {
        Self { auth, clock, kept: Mutex::default() }
    }

    /// A fresh token. Errors: `token-command-start`, `token-command-exit`, `token-command-timeout`, `token-command-encoding`,
    /// `token-command-empty`.
    pub async fn token(&self) -> Result<PrintedToken, Error> {
        let mut kept = self.kept.lock().await;
        match kept.printed().filter(|_| self.is_fresh(&kept)) {
            Some(printed) => Ok(printed),
            None => self.run(&mut kept).await,
        }
    }

    /// Replaces the token of a run that a server refused. Requests refused with the same token share one run (12-6).
    /// Errors: as [`Self::token`].
    pub async fn renew(&self, refused_run: u64) -> Result<(), Error> {
        let mut kept = self.kept.lock().await;
        if kept.run > refused_run && kept.token.is_some() {
            return Ok(());
        }
        self.run(&mut kept).await.map(drop)
    }

    /// A token that is refused or too old is gone before the command runs: a failed run leaves none (12-4).
    async fn run(&self, kept: &mut Kept) -> Result<PrintedToken, Error> {
        kept.token = None;
        let token = process::run(&self.auth, &*self.clock).await?;
        *kept = Kept { token: Some(token.clone()), run: kept.run + 1, since_ms: self.clock.monotonic_ms() };
        Ok(PrintedToken { token, run: kept.run })
    }

    fn is_fresh(&self, kept: &Kept) -> bool {
        let age = Duration::from_millis(self.clock.monotonic_ms().saturating_sub(kept.since_ms));
        self.auth.refresh_interval.is_zero() || age < self.auth.refresh_interval
    }
}

impl Kept {
    fn printed(&self) -> Option<PrintedToken> {
        self.token.clone().map(|token| PrintedToken { token, run: self.run })
    }
}

impl fmt::Debug for TokenCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenCommand({:?})", self.auth)
    }
}

#[cfg(all(test, unix))]
mod tests;
