//! A running authority, for the program that started it.

use super::arrivals::RequestFilter;
use super::console::CONSOLE;
use super::endpoints::development::{end_task, issue_identity, issue_token, revoke_agent, set_faults};
use super::endpoints::{AUTHAPI, JWKS, RESPONSES, Shared};
use super::faults::Faults;
use super::issuer::{IdentitySubject, IssuedIdentity};
use super::server;
use super::store::tokens::Holder;
use super::store::{Survives, run};
use crate::error::Error;
use axum::Router;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Serves until it is shut down or dropped. Dropping it is like a crash: nothing that was told is lost.
pub struct RunningAuthority {
    base_url: String,
    has_console: bool,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<()>>,
}

impl RunningAuthority {
    pub(super) fn start(listener: TcpListener, router: Router, shared: Arc<Shared>, has_console: bool) -> Result<Self, Error> {
        let address = listener.local_addr().map_err(|error| Error::internal(format!("a listener without an address: {error}")))?;
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(server::serve(listener, router, shared.metrics.clone(), stopped));
        tracing::info!(target: "agent_identity::authority", %address, "listening");
        Ok(Self { base_url: format!("http://{address}"), has_console, shared, stop, server: Some(server) })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Base of the registration endpoints.
    pub fn authapi_base(&self) -> String {
        format!("{}{AUTHAPI}", self.base_url)
    }

    /// The model endpoint.
    pub fn responses_url(&self) -> String {
        format!("{}{RESPONSES}", self.base_url)
    }

    /// The model endpoint over a WebSocket: `ws://127.0.0.1:PORT/…`.
    pub fn websocket_url(&self) -> String {
        format!("ws{}", self.responses_url().trim_start_matches("http"))
    }

    /// The key set of identity JWTs.
    pub fn jwks_url(&self) -> String {
        format!("{}{JWKS}", self.base_url)
    }

    /// The page of the console, if one is served.
    pub fn console_url(&self) -> Option<String> {
        self.has_console.then(|| format!("{}{CONSOLE}", self.base_url))
    }

    /// A bearer token with which this user of this account registers agents. Errors: `config-invalid` for ids that cannot be sent.
    pub async fn development_token(&self, account_id: &str, chatgpt_user_id: &str) -> Result<String, Error> {
        issue_token(&self.shared, Holder { account_id: account_id.into(), chatgpt_user_id: chatgpt_user_id.into() }).await
    }

    /// A new agent of this user, with its key in an identity JWT.
    pub async fn identity_jwt(&self, subject: &IdentitySubject) -> Result<IssuedIdentity, Error> {
        issue_identity(&self.shared, subject).await
    }

    /// Replaces all faults; the clock is shifted as they say.
    pub fn set_faults(&self, faults: Faults) {
        set_faults(&self.shared, faults);
    }

    /// Shifts the authority's clock against the one of its configuration.
    pub fn set_clock_offset(&self, offset_ms: i64) {
        self.shared.clock.set_offset_ms(offset_ms);
    }

    /// Ends a task: from now on its assertions are refused, and its reference gets a new task. Whether there was such a task.
    pub async fn end_task(&self, task_id: &str) -> Result<bool, Error> {
        end_task(&self.shared, task_id.into()).await
    }

    /// Revokes an agent and its key. Whether there was such an agent.
    pub async fn revoke_agent(&self, agent_runtime_id: &str) -> Result<bool, Error> {
        revoke_agent(&self.shared, agent_runtime_id.into()).await
    }

    /// The requests that came to the model endpoints lately, decoded, in the order in which they came: what `GET /dev/inspect`
    /// answers. Empty where development endpoints are not served.
    pub fn recent_requests(&self, filter: &RequestFilter) -> Vec<Value> {
        self.shared.arrivals.as_ref().map(|arrivals| arrivals.select(filter)).unwrap_or_default()
    }

    /// Stops accepting, gives requests under way five seconds, ends WebSockets, and closes the database.
    pub async fn shutdown(mut self) -> Result<(), Error> {
        // Fails only when the server has ended already.
        let _ = self.stop.send(true);
        if let Some(server) = self.server.take() {
            server.await.map_err(|error| Error::internal(format!("the server failed: {error}")))?;
        }
        self.shared.store.run(Survives::PowerCut, run::end).await?;
        self.shared.store.close().await;
        Ok(())
    }

    /// Serves until the process is asked to stop (SIGINT or SIGTERM; Ctrl-C elsewhere), then shuts down.
    pub async fn until_interrupted(self) -> Result<(), Error> {
        interrupted().await.map_err(|error| Error::internal(format!("signals cannot be awaited: {error}")))?;
        tracing::info!(target: "agent_identity::authority", "stopping");
        self.shutdown().await
    }
}

impl Drop for RunningAuthority {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

impl fmt::Debug for RunningAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RunningAuthority({})", self.base_url)
    }
}

#[cfg(unix)]
async fn interrupted() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
