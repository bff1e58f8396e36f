//! How a person ends a command that would go on.

use super::failure::Failure;

/// SIGINT or SIGTERM; Ctrl-C elsewhere.
#[cfg(unix)]
pub struct Interruption(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Interruption {
    /// From here on a signal ends the wait, even one that comes before it.
    pub fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|error| Failure::internal(format!("signals cannot be awaited: {error}")));
        Ok(Self(listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?))
    }

    /// Until there is one.
    pub async fn wait(mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

#[cfg(not(unix))]
pub struct Interruption;

#[cfg(not(unix))]
impl Interruption {
    pub fn listen() -> Result<Self, Failure> {
        Ok(Self)
    }

    pub async fn wait(self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals the process is simply ended.
            std::future::pending::<()>().await;
        }
    }
}
