//! A backend that speaks `spec/identity.md`: for development, demos and tests, and for teams that want to run one.
//!
//! It listens on loopback and keeps what it knows in SQLite. Everything it judges, the component judges: keys, registrations,
//! assertions, replays. What a client was told survives `kill -9`.
//!
//! ```no_run
//! # async fn example() -> Result<(), agent_identity_host::Error> {
//! use agent_identity_host::Component;
//! use agent_identity_host::authority::{Authority, AuthorityConfig};
//!
//! let authority = Authority::start(&Component::load()?, AuthorityConfig::default()).await?;
//! let token = authority.development_token("acct-1", "user-1").await?;
//! // Register an agent at `authority.authapi_base()` with the token, then call `authority.responses_url()`.
//! # drop(token);
//! authority.shutdown().await
//! # }
//! ```
//!
//! | method and path | what it does |
//! |---|---|
//! | `POST /api/accounts/v1/agent/register` | registers an agent, with a development token as bearer |
//! | `POST /api/accounts/v1/agent/{id}/task/register` | registers a task |
//! | `POST /backend-api/codex/responses` | verifies; server-sent events |
//! | `GET /backend-api/codex/responses` with an upgrade | verifies; the same events over a WebSocket |
//! | `POST /backend-api/codex/responses/compact`, `/backend-api/codex/memories/trace_summarize` | verify; JSON |
//! | `GET /backend-api/wham/agent-identities/jwks` | keys of identity JWTs |
//! | `GET /healthz`, `GET /metrics` | for whoever watches it |
//! | `POST /dev/token`, `/dev/identity-jwt`, `/dev/revoke-agent`, `/dev/end-task`, `/dev/faults`, `GET /dev/agents` | development only |
//! | `GET /console/` | the console, where one was given |
//! | `GET /dev/inspect` | development only: what came to the model endpoints lately, decoded |

mod answer;
mod arrivals;
mod clock;
mod config;
mod console;
mod endpoints;
mod failing;
mod faults;
mod issuer;
mod limits;
mod metrics;
mod observing;
mod pieces;
mod random;
mod replay;
mod running;
mod server;
mod sessions;
mod sockets;
mod store;
mod verifier;

pub use arrivals::RequestFilter;
pub use config::{AuthorityConfig, Database, SocketLimits, TaskIds, replay_mode};
pub use console::Console;
pub use faults::Faults;
pub use issuer::{IdentitySubject, IssuedIdentity};
pub use running::RunningAuthority;

use crate::component::Component;
use crate::component::wit::verification::{Policy, ReplayConfig};
use crate::error::Error;
use crate::system::SystemRandom;
use arrivals::Arrivals;
use clock::AuthorityClock;
use endpoints::Shared;
use faults::ActiveFaults;
use issuer::Issuer;
use metrics::Metrics;
use replay::Replay;
use sessions::Sessions;
use sockets::Sockets;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use store::Store;
use tokio::net::TcpListener;
use verifier::Verifier;

/// The authority; [`Self::start`] runs one.
#[derive(Clone, Copy, Debug)]
pub struct Authority;

impl Authority {
    /// Opens the database, restores the replay window and starts to serve.
    ///
    /// Errors: `config-invalid` for an address that is not loopback or is in use, a database that cannot be used, and a window or
    /// replay mode out of range.
    pub async fn start(component: &Component, config: AuthorityConfig) -> Result<RunningAuthority, Error> {
        if !config.listen.ip().is_loopback() {
            return Err(Error::config(format!("{} is not a loopback address; the authority speaks plain HTTP", config.listen)));
        }
        let listener = TcpListener::bind(config.listen).await;
        let listener = listener.map_err(|error| Error::config(format!("cannot listen on {}: {error}", config.listen)))?;
        let shared = Arc::new(share(component, &config).await?);
        let router = endpoints::router(shared.clone(), config.development, config.console.as_ref());
        RunningAuthority::start(listener, router, shared, config.console.is_some())
    }
}

async fn share(component: &Component, config: &AuthorityConfig) -> Result<Shared, Error> {
    let policy = Policy { max_age_s: config.max_age_s, ahead_s: config.ahead_s };
    let clock = Arc::new(AuthorityClock::new(config.clock.clone(), config.faults.skew_ms()));
    let sessions = Arc::new(Sessions::new(component.clone(), clock.clone(), Arc::new(SystemRandom)));
    let store = Store::open(config.database.clone()).await?;
    let window = ReplayConfig { mode: config.replay, policy, capacity: config.replay_capacity };
    let replay = Replay::open(window, sessions.clone(), store.clone()).await?;
    Ok(Shared {
        clock,
        issuer: Issuer::new(store.clone()),
        verifier: Verifier { sessions, store: store.clone(), replay, policy },
        store,
        faults: ActiveFaults::new(config.faults.clone()),
        metrics: Arc::new(Metrics::default()),
        task_ids: config.task_ids,
        answered_tasks: AtomicU64::new(0),
        token_lifetime_s: config.token_lifetime_s,
        sockets: Sockets::new(config.sockets),
        arrivals: config.development.then(Arrivals::default),
    })
}

#[cfg(test)]
mod tests;
