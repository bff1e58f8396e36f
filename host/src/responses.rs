//! Clients of the model endpoints: `responses` (streamed), `responses/compact` and `memories/trace_summarize`.
//!
//! They put the pieces of a request together: the provider's description, a credential made anew for every attempt, the metadata,
//! retries and timeouts (`spec/metadata.md` §11).
//!
//! ```no_run
//! use agent_identity_host::auth::Authorizer;
//! use agent_identity_host::metadata::SessionMetadata;
//! use agent_identity_host::provider::Provider;
//! use agent_identity_host::responses::{ResponseEvent, ResponsesClient, ResponsesRequest, TurnEvent};
//! use std::sync::Arc;
//!
//! # async fn program(provider: Provider, authorizer: Arc<dyn Authorizer>, session: SessionMetadata) -> Result<(), Box<dyn std::error::Error>> {
//! let client = ResponsesClient::builder(provider, authorizer).build()?;
//! let input = vec![serde_json::json!({"type": "message", "role": "user", "content": "Hello"})];
//! let request = ResponsesRequest { model: "gpt-5.4".into(), input, ..ResponsesRequest::default() };
//! let metadata = session.turn("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b").request(); // or RequestMetadata::new: nothing is said
//! let mut turn = client.turn(&request, &metadata);
//! while let Some(event) = turn.next().await {
//!     if let TurnEvent::Response(ResponseEvent::OutputTextDelta(delta)) = event? {
//!         print!("{}", delta.text);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod answers;
mod builder;
mod compaction;
mod endpoint;
mod event;
mod exchange;
mod failure;
mod metadata;
mod rate_limits;
mod recording;
mod request;
mod retry;
mod sending;
mod sse;
mod stream;
pub mod telemetry;
mod turn;
mod turn_state;
mod websocket;

pub use answers::{Compacted, Summaries, TraceSummary};
pub use builder::ResponsesClientBuilder;
pub use compaction::CompactedV2;
pub use event::{Completed, Delta, OutputItem, Position, RawEvent, ResponseEvent, TokenUsage};
pub use failure::{ApiError, ApiErrorKind};
pub(crate) use metadata::Rendered;
pub use metadata::{RecordedMetadata, RequestMetadata};
pub use rate_limits::{Credits, RateLimitSnapshot, RateLimitWindow};
pub use request::{CompactRequest, Reasoning, ReasoningEffort, ResponsesRequest, ServiceTier, SummarizeRequest, Trace, TraceMetadata};
pub use stream::{ResponseStream, StreamFacts};
pub use turn::{Turn, TurnEvent};
pub use turn_state::TurnState;
pub(crate) use turn_state::{HEADER as TURN_STATE, Owner};
pub use websocket::ResponsesSession;

use crate::attestation::Envelopes;
use crate::auth::{Authorizer, RequestNumber};
use crate::error::Error;
use crate::http::ReqwestHttp;
use crate::ports::{Clock, Random};
use crate::provider::{CredentialSource, DefaultBase, Environment, Provider};
pub(crate) use endpoint::{ATTESTATION, Endpoint};
use exchange::{Answer, Call};
use http::HeaderMap;
use request::{Body, Described, Dialect};
use sending::{Receiving, Wanted};
use std::fmt;
use std::sync::Arc;
use stream::Reading;
use telemetry::Recorder;
use tracing::Instrument;
use turn::Sender;

/// A client of one provider. Cheap to clone, shared by tasks.
///
/// Every attempt of a request asks the authorizer for a credential and applies it last; at most `request_max_retries` attempts
/// follow a failure that may pass, and one follows a 401 that the authorizer recovers from. Redirects are not followed. Dropping
/// a future cancels its request.
#[derive(Clone)]
pub struct ResponsesClient(Arc<ClientParts>);

/// What a client is made of.
struct ClientParts {
    provider: Provider,
    authorizer: Arc<dyn Authorizer>,
    http: ReqwestHttp,
    environment: Arc<dyn Environment>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    default_headers: Vec<(String, String)>,
    default_base: Option<DefaultBase>,
    recorder: Option<Recorder>,
    envelopes: Option<Arc<Envelopes>>,
    app_version: Option<String>,
    most_bytes: usize,
}

impl ResponsesClient {
    /// Begins a client of this provider.
    pub fn builder(provider: Provider, authorizer: Arc<dyn Authorizer>) -> ResponsesClientBuilder {
        ResponsesClientBuilder::new(provider, authorizer)
    }

    /// POST `responses`: sends the request and gives the stream of its response once the server has begun to answer. A stream that
    /// breaks later is the caller's to take up again; [`Self::turn`] does that.
    pub async fn stream(&self, request: &ResponsesRequest, metadata: &RequestMetadata) -> Result<ResponseStream, ApiError> {
        self.open(RequestNumber::fresh(), request, metadata).await
    }

    async fn open(
        &self,
        number: RequestNumber,
        request: &ResponsesRequest,
        metadata: &RequestMetadata,
    ) -> Result<ResponseStream, ApiError> {
        let (body, rendered) = self.described(request, metadata).map_err(unbuildable)?;
        let timeout = self.0.provider.stream_idle_timeout;
        let (endpoint, wanted, rendered) = (Endpoint::Responses, Wanted::Stream, &rendered);
        let call = Call { number, endpoint, model: &request.model, body: Some(body), metadata, rendered, wanted, timeout };
        let Answer { received, headers, owner, redaction, entry } = self.run(&call).await?;
        let Receiving::Stream(received) = received else {
            return Err(unexpected());
        };
        let reading = Reading { idle_timeout: timeout, most_event_bytes: self.0.most_bytes, turn_state: metadata.turn_state.clone() };
        Ok(ResponseStream::new(Answer { received, headers, owner, redaction, entry }, reading))
    }

    /// The body of `responses`, and the metadata that goes with it.
    fn described(&self, request: &ResponsesRequest, metadata: &RequestMetadata) -> Result<(Body, Rendered), Error> {
        let provider = &self.0.provider;
        let mut rendered = metadata.render(Endpoint::Responses, request.prompt_cache_key.as_deref())?;
        let input = metadata.sent_items(&request.input, provider, request.store, &mut rendered.dropped)?;
        let is_stored = metadata.is_stored_by(provider)?;
        let body = request.body(&Described::new(&rendered, input.as_deref(), is_stored), self.0.dialect())?;
        Ok((body, rendered))
    }

    /// POST `responses`, sent again as a whole while its stream breaks (11-8).
    pub fn turn<'a>(&'a self, request: &'a ResponsesRequest, metadata: &RequestMetadata) -> Turn<'a> {
        Turn::new(Sender::Client(self), request, metadata)
    }

    /// POST `responses/compact`: the items that replace a history. Of an empty history nothing is left, without a request (3-16).
    pub async fn compact(&self, request: &CompactRequest, metadata: &RequestMetadata) -> Result<Compacted, ApiError> {
        if request.input.is_empty() {
            return Ok(Compacted::default());
        }
        let (body, rendered) = self.described_compaction(request, metadata).map_err(unbuildable)?;
        let (body, headers) = self.whole(Endpoint::Compact, &request.model, body, metadata, &rendered).await?;
        let compacted: Compacted = answers::decode(&body)?;
        Ok(Compacted { rate_limits: rate_limits::from_headers(&headers), ..compacted })
    }

    fn described_compaction(&self, request: &CompactRequest, metadata: &RequestMetadata) -> Result<(Body, Rendered), Error> {
        let mut rendered = metadata.render(Endpoint::Compact, request.prompt_cache_key.as_deref())?;
        let input = metadata.sent_items(&request.input, &self.0.provider, false, &mut rendered.dropped)?;
        let body = request.body(&Described::new(&rendered, input.as_deref(), false), self.0.dialect())?;
        Ok((body, rendered))
    }

    /// POST `memories/trace_summarize`: a summary of each trace.
    pub async fn summarize(&self, request: &SummarizeRequest, metadata: &RequestMetadata) -> Result<Summaries, ApiError> {
        let (body, rendered) = self.described_summary(request, metadata).map_err(unbuildable)?;
        let (body, _) = self.whole(Endpoint::Memories, &request.model, body, metadata, &rendered).await?;
        answers::decode(&body)
    }

    fn described_summary(&self, request: &SummarizeRequest, metadata: &RequestMetadata) -> Result<(Body, Rendered), Error> {
        let mut rendered = metadata.render(Endpoint::Memories, None)?;
        let filtered = |trace: &Trace| metadata.sent_items(&trace.items, &self.0.provider, false, &mut rendered.dropped);
        let items = request.traces.iter().map(filtered).collect::<Result<Vec<_>, _>>()?;
        Ok((request.body(&items)?, rendered))
    }

    /// A whole answer, within four times the idle timeout of streams (table of §11).
    async fn whole(
        &self,
        endpoint: Endpoint,
        model: &str,
        body: Body,
        metadata: &RequestMetadata,
        rendered: &Rendered,
    ) -> Result<(Vec<u8>, HeaderMap), ApiError> {
        let timeout = self.0.provider.stream_idle_timeout.saturating_mul(4);
        let (number, wanted) = (RequestNumber::fresh(), Wanted::Whole(self.0.most_bytes));
        let call = Call { number, endpoint, model, body: Some(body), metadata, rendered, wanted, timeout };
        match self.run(&call).await? {
            Answer { received: Receiving::Whole(body), headers, .. } => Ok((body, headers)),
            _ => Err(unexpected()),
        }
    }

    async fn run(&self, call: &Call<'_>) -> Result<Answer<Receiving>, ApiError> {
        let span = tracing::info_span!("model_request", provider = self.0.provider.id, endpoint = call.endpoint.path(), model = call.model);
        self.0.run(call).instrument(span).await
    }

    fn parts(&self) -> &ClientParts {
        &self.0
    }
}

impl ClientParts {
    fn dialect(&self) -> Dialect {
        Dialect { is_openai: self.provider.is_openai(), takes_service_tier: !matches!(self.provider.credentials, CredentialSource::Aws(_)) }
    }
}

fn unbuildable(error: Error) -> ApiError {
    ApiError::of(ApiErrorKind::Unbuildable, error)
}

fn unexpected() -> ApiError {
    unbuildable(Error::internal("an answer was received in another way than it was asked for".into()))
}

impl fmt::Debug for ResponsesClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponsesClient({:?})", self.0.provider)
    }
}

#[cfg(test)]
mod tests;
