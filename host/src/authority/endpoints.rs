//! The endpoints, and what they share.

pub(super) mod agents;
pub(super) mod development;
mod health;
mod inspecting;
mod key_set;
mod protected;
mod tasks;

use super::answer::Refusal;
use super::arrivals::{Arrival, Arrivals};
use super::clock::AuthorityClock;
use super::config::TaskIds;
use super::console::{CONSOLE, Console};
use super::faults::ActiveFaults;
use super::issuer::Issuer;
use super::metrics::Metrics;
use super::sockets::Sockets;
use super::store::Store;
use super::verifier::Verifier;
use super::{failing, limits, observing};
use crate::ports::Clock;
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Where registrations begin, behind the base URL.
pub(super) const AUTHAPI: &str = "/api/accounts";
/// Where model requests go.
pub(super) const RESPONSES: &str = "/backend-api/codex/responses";
/// Where the key set is.
pub(super) const JWKS: &str = "/backend-api/wham/agent-identities/jwks";

const AGENT: &str = "/api/accounts/v1/agent/register";
const TASK: &str = "/api/accounts/v1/agent/{agent_runtime_id}/task/register";
const COMPACT: &str = "/backend-api/codex/responses/compact";
const MEMORIES: &str = "/backend-api/codex/memories/trace_summarize";
/// The same key set for a base URL without `/backend-api` (§8.5).
const SHORT_JWKS: &str = "/agent-identities/jwks";

/// What every endpoint has at hand.
pub(super) struct Shared {
    pub(super) clock: Arc<AuthorityClock>,
    pub(super) store: Store,
    pub(super) verifier: Verifier,
    pub(super) issuer: Issuer,
    pub(super) faults: ActiveFaults,
    pub(super) metrics: Arc<Metrics>,
    pub(super) task_ids: TaskIds,
    /// Task ids answered so far.
    pub(super) answered_tasks: AtomicU64,
    pub(super) token_lifetime_s: u32,
    pub(super) sockets: Sockets,
    /// What came to the model endpoints lately; none unless development endpoints are served.
    pub(super) arrivals: Option<Arrivals>,
}

impl Shared {
    /// Remembers a request, where it can be asked for.
    fn note(&self, arrival: &Arrival<'_>) {
        if let Some(arrivals) = &self.arrivals {
            arrivals.note(self.clock.now_ms(), arrival);
        }
    }
}

/// Everything that is served.
pub(super) fn router(shared: Arc<Shared>, development: bool, console: Option<&Console>) -> Router {
    let router = Router::new()
        .route(AGENT, post(agents::register))
        .route(TASK, post(tasks::register))
        .route(RESPONSES, post(protected::responses).get(protected::socket::open))
        .route(COMPACT, post(protected::compact))
        .route(MEMORIES, post(protected::memories))
        .route(JWKS, get(key_set::show))
        .route(SHORT_JWKS, get(key_set::show))
        .route("/healthz", get(health::healthz))
        .route("/metrics", get(health::metrics));
    let router = if development { router.merge(development::router()).merge(inspecting::router()) } else { router };
    let router = if let Some(console) = console { router.merge(console.routes()) } else { router };
    router
        .fallback(async || Refusal::new(StatusCode::NOT_FOUND, "not-found"))
        .method_not_allowed_fallback(async || Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"))
        .layer(from_fn(limits::limit))
        .layer(from_fn_with_state(shared.clone(), failing::fail))
        .layer(from_fn_with_state(shared.clone(), observing::observe))
        .with_state(shared)
}

/// An endpoint, as faults and metrics name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Agent,
    Task,
    Responses,
    /// The handshake of a WebSocket at the path of `Responses`.
    Socket,
    /// A message on one.
    Message,
    Compact,
    Memories,
    Jwks,
    Development,
    Health,
    Metrics,
    Console,
    Other,
}

impl Endpoint {
    pub(super) const ALL: [Self; 13] = [
        Self::Agent,
        Self::Task,
        Self::Responses,
        Self::Socket,
        Self::Message,
        Self::Compact,
        Self::Memories,
        Self::Jwks,
        Self::Development,
        Self::Health,
        Self::Metrics,
        Self::Console,
        Self::Other,
    ];

    /// The endpoint a routed request is for.
    pub(super) fn of(request: &Request) -> Self {
        match request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) {
            Some(AGENT) => Self::Agent,
            Some(TASK) => Self::Task,
            Some(RESPONSES) if request.method() == Method::GET => Self::Socket,
            Some(RESPONSES) => Self::Responses,
            Some(COMPACT) => Self::Compact,
            Some(MEMORIES) => Self::Memories,
            Some(JWKS | SHORT_JWKS) => Self::Jwks,
            Some("/healthz") => Self::Health,
            Some("/metrics") => Self::Metrics,
            Some(path) if path.starts_with("/dev/") => Self::Development,
            Some(path) if path.starts_with(CONSOLE) => Self::Console,
            _ => Self::Other,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Task => "task",
            Self::Responses => "responses",
            Self::Socket => "websocket",
            Self::Message => "message",
            Self::Compact => "compact",
            Self::Memories => "memories",
            Self::Jwks => "jwks",
            Self::Development => "dev",
            Self::Health => "healthz",
            Self::Metrics => "metrics",
            Self::Console => "console",
            Self::Other => "other",
        }
    }

    /// Where it is, for those that take an assertion.
    pub(super) fn protected_path(self) -> Option<&'static str> {
        match self {
            Self::Responses | Self::Socket | Self::Message => Some(RESPONSES),
            Self::Compact => Some(COMPACT),
            Self::Memories => Some(MEMORIES),
            _ => None,
        }
    }

    /// Whether it takes an assertion.
    pub(super) fn is_protected(self) -> bool {
        matches!(self, Self::Responses | Self::Socket | Self::Message | Self::Compact | Self::Memories)
    }

    /// Whether clients speak to it by the specification.
    pub(super) fn is_of_specification(self) -> bool {
        self.is_protected() || matches!(self, Self::Agent | Self::Task | Self::Jwks)
    }

    /// Whether a body of another type is refused.
    pub(super) fn takes_json_only(self) -> bool {
        matches!(self, Self::Agent | Self::Task | Self::Development)
    }
}
