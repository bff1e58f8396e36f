//! Signs every request of an existing `reqwest` program: `ClientBuilder::new(client).with(SigningLayer::new(agent, [api])?)`.

mod body;
mod describing;

use crate::agent::{Agent, ResponseFacts};
use crate::attestation::Envelopes;
use crate::auth::{Assertion, Attempt, Identities, Recovery, Scope};
use crate::error::Error;
use crate::responses::RequestMetadata;
use ::http::response::Parts;
use ::http::{Extensions, HeaderName, HeaderValue, StatusCode, header};
use bytes::{Bytes, BytesMut};
use describing::Described;
use reqwest::{Request, Response, ResponseBuilderExt, Url};
use reqwest_middleware::{Middleware, Next};
use std::sync::Arc;

/// Most bytes of a refusal that are read to understand it (N7).
const REFUSAL_LIMIT: usize = 64 << 10;

/// A `reqwest-middleware` layer that adds the agent's header fields to requests for the origins it was made for.
///
/// Requests to other origins pass unchanged: an assertion is a credential. A task that is missing is registered first. A request
/// refused with 401 because of its task or of the clock is signed anew and repeated once, if its body can be sent again (D1, D2).
/// Put the layer inside a retry layer, so that every attempt is signed anew. If the assertion cannot be built the request fails
/// and nothing is sent (A6).
///
/// Requests that come with a [`RequestMetadata`], as an extension or from [`describing`](Self::describing), get what the
/// specification says for their endpoint, which is told by its path: header fields, and `client_metadata` in a JSON body of
/// `responses`. Every other member of the body stays as it is.
///
/// ```no_run
/// # async fn program(client: reqwest_middleware::ClientWithMiddleware, turn: agent_identity_host::metadata::TurnMetadata)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// let request = client.post("https://chatgpt.com/backend-api/codex/responses").body(r#"{"model":"gpt-5.4"}"#);
/// let answer = request.with_extension(turn.request()).send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SigningLayer {
    agent: Agent,
    origins: Vec<url::Origin>,
    reference: Option<String>,
    metadata: Option<Box<RequestMetadata>>,
    envelopes: Option<Arc<Envelopes>>,
}

impl SigningLayer {
    /// Signs requests to these origins, each given as a URL such as `https://api.example`. They must be `https`, or `http` on a
    /// loopback host. Errors: `config-invalid`.
    pub fn new<'a>(agent: Agent, origins: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let origins = origins.into_iter().map(origin).collect::<Result<Vec<_>, _>>()?;
        if origins.is_empty() {
            return Err(Error::config("a signing layer needs at least one origin to sign for"));
        }
        Ok(Self { agent, origins, reference: None, metadata: None, envelopes: None })
    }

    /// Signs for the task of this normalised reference instead of the run task.
    #[must_use]
    pub fn for_task(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// What requests say about themselves that come without metadata of their own.
    #[must_use]
    pub fn describing(mut self, metadata: RequestMetadata) -> Self {
        self.metadata = Some(Box::new(metadata));
        self
    }

    /// Attests described requests with this (§9).
    #[must_use]
    pub fn attestation(mut self, envelopes: Arc<Envelopes>) -> Self {
        self.envelopes = Some(envelopes);
        self
    }

    /// `described` names conversation and task of its own.
    fn attempt<'a>(&'a self, url: &'a Url, described: Option<&'a Described>) -> Attempt<'a> {
        let metadata = described.map(|described| &described.metadata);
        let conversation = metadata.map_or("reqwest", |metadata| &metadata.conversation);
        let reference = metadata.and_then(|metadata| metadata.reference.as_deref()).or(self.reference.as_deref());
        Attempt::new(Scope::Scoped, conversation, url.path()).for_task(reference)
    }

    async fn sign(&self, request: &mut Request, described: Option<&Described>) -> Result<Assertion, Error> {
        let url = request.url().clone();
        let assertion = Identities::authorize(&self.agent, &self.attempt(&url, described)).await?;
        if let Some(described) = described {
            described.complete(self, &assertion, request).await;
        }
        for (name, value) in &assertion.headers {
            let illegal = || Error::internal(format!("the header field {name} cannot be sent"));
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| illegal())?;
            value.set_sensitive(true);
            request.headers_mut().insert(HeaderName::from_bytes(name.as_bytes()).map_err(|_| illegal())?, value);
        }
        Ok(assertion)
    }

    /// Whether the request is to be repeated, and the refusal as it came otherwise.
    async fn judge(
        &self,
        sent: &Assertion,
        described: Option<&Described>,
        sent_ms: i64,
        refusal: Response,
    ) -> Result<Option<Response>, Error> {
        let received_ms = self.agent.now_ms();
        let url = refusal.url().clone();
        let (parts, body) = read(refusal).await?;
        let field = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned);
        let facts = ResponseFacts {
            status: Some(parts.status.as_u16()),
            date: field(header::DATE),
            age: field(header::AGE),
            body: body.to_vec(),
            sent_ms,
            received_ms,
        };
        match self.agent.recover(&self.attempt(&url, described), sent, &facts).await? {
            Recovery::Repeat => Ok(None),
            Recovery::Surface(_) => Ok(Some(as_it_came(parts, body, url)?)),
        }
    }
}

#[async_trait::async_trait]
impl Middleware for SigningLayer {
    async fn handle(&self, mut request: Request, extensions: &mut Extensions, next: Next<'_>) -> reqwest_middleware::Result<Response> {
        if !self.origins.contains(&request.url().origin()) {
            return next.run(request, extensions).await;
        }
        let failed = reqwest_middleware::Error::middleware;
        let metadata = extensions.get::<RequestMetadata>().or(self.metadata.as_deref()).cloned();
        let described = metadata.map(|metadata| Described::put_on(&mut request, metadata)).transpose().map_err(failed)?;
        let described = described.as_ref();
        let again = request.try_clone();
        let sent = self.sign(&mut request, described).await.map_err(failed)?;
        let sent_ms = self.agent.now_ms();
        let response = next.clone().run(request, extensions).await?;
        note(described, &sent, &response);
        let (Some(mut again), StatusCode::UNAUTHORIZED) = (again, response.status()) else { return Ok(response) };
        if let Some(refusal) = self.judge(&sent, described, sent_ms, response).await.map_err(failed)? {
            return Ok(refusal);
        }
        let sent = self.sign(&mut again, described).await.map_err(failed)?;
        let response = next.run(again, extensions).await?;
        note(described, &sent, &response);
        Ok(response)
    }
}

fn note(described: Option<&Described>, sent: &Assertion, answer: &Response) {
    if let Some(described) = described {
        described.read(sent, answer);
    }
}

/// The body of a refusal; what is beyond the limit is cut off.
async fn read(refusal: Response) -> Result<(Parts, Bytes), Error> {
    let mut read = BytesMut::new();
    let mut refusal = refusal;
    // A body that breaks off explains less, and the refusal stands.
    while let Ok(Some(chunk)) = refusal.chunk().await {
        let room = REFUSAL_LIMIT - read.len();
        read.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            break;
        }
    }
    let (parts, _) = ::http::Response::<reqwest::Body>::from(refusal).into_parts();
    Ok((parts, read.freeze()))
}

fn as_it_came(parts: Parts, body: Bytes, url: Url) -> Result<Response, Error> {
    let response = ::http::Response::builder().status(parts.status).version(parts.version).url(url).body(body);
    let mut response = response.map_err(|_| Error::internal("an answer cannot be handed on".into()))?;
    *response.headers_mut() = parts.headers;
    Ok(response.into())
}

fn origin(text: &str) -> Result<url::Origin, Error> {
    let url = Url::parse(text).map_err(|_| Error::config(format!("{text} is not a URL")))?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if url.scheme() == "https" || (url.scheme() == "http" && loopback) {
        return Ok(url.origin());
    }
    Err(Error::config(format!("{text} is neither https nor http on a loopback host")))
}

#[cfg(all(test, feature = "authority"))]
mod tests;
