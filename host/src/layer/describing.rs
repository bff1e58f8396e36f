//! What the layer adds to a request of the model endpoints beside its signature.

use super::SigningLayer;
use super::body::{text_of, with_client_metadata};
use crate::auth::{Assertion, Credential};
use crate::error::Error;
use crate::responses::{ATTESTATION, Endpoint, Owner, Rendered, RequestMetadata, TURN_STATE};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use reqwest::{Request, Response, Url};

/// The metadata of a request under way.
pub(super) struct Described {
    pub(super) metadata: RequestMetadata,
    endpoint: Option<Endpoint>,
    thread: Option<String>,
}

impl Described {
    /// Puts metadata on a request, once for all its attempts (1-2). What is no model endpoint gets none.
    pub(super) fn put_on(request: &mut Request, metadata: RequestMetadata) -> Result<Self, Error> {
        let Some(endpoint) = endpoint_of(request) else { return Ok(Self { metadata, endpoint: None, thread: None }) };
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let rendered = metadata.render(endpoint, text_of(body, "prompt_cache_key").as_deref())?;
        for (name, value) in &rendered.headers {
            set(request.headers_mut(), name, value, false);
        }
        if endpoint == Endpoint::Responses {
            put_in_body(request, &rendered);
        }
        if !rendered.dropped.is_empty() {
            let dropped: Vec<_> = rendered.dropped.iter().map(|dropped| (&dropped.name, dropped.reason.as_str())).collect();
            tracing::debug!(?dropped, "metadata was left out of a request");
        }
        Ok(Self { metadata, endpoint: Some(endpoint), thread: rendered.ids.thread_id })
    }

    /// Puts on what each attempt has of its own: turn state and attestation (10-2, 9-3).
    pub(super) async fn complete(&self, layer: &SigningLayer, assertion: &Assertion, request: &mut Request) {
        if let (Some(state), true) = (&self.metadata.turn_state, self.takes_turn_state())
            && let Some(token) = state.token_for(&owner(assertion))
        {
            set(request.headers_mut(), TURN_STATE, &token, true);
        }
        let (Some(envelopes), Some(thread)) = (&layer.envelopes, &self.thread) else { return };
        if !self.endpoint.is_some_and(Endpoint::takes_attestation) {
            return;
        }
        match envelopes.envelope(thread).await {
            Ok(Some(envelope)) => set(request.headers_mut(), ATTESTATION, &envelope, true),
            // Nobody to ask, or a token that no field can carry (9-5, 9-7).
            Ok(None) => tracing::debug!(asked = envelopes.attests(thread), "a request has no attestation"),
            Err(error) => tracing::warn!(code = error.code, "a request is sent without an attestation"),
        }
    }

    /// Keeps the token that an answer brings.
    pub(super) fn read(&self, assertion: &Assertion, answer: &Response) {
        let token = answer.headers().get(TURN_STATE).and_then(|token| token.to_str().ok());
        let takes_it = answer.status().is_success() && self.takes_turn_state();
        if let (Some(state), Some(token), true) = (&self.metadata.turn_state, token, takes_it) {
            state.offer(&owner(assertion), token);
        }
    }

    fn takes_turn_state(&self) -> bool {
        self.endpoint.is_some_and(Endpoint::takes_turn_state)
    }
}

/// By method and path: the paths of the table of §11.
fn endpoint_of(request: &Request) -> Option<Endpoint> {
    let is_at = |url: &Url, endpoint: &Endpoint| url.path().strip_suffix(endpoint.path()).is_some_and(|base| base.ends_with('/'));
    let known = [Endpoint::Compact, Endpoint::Memories, Endpoint::Responses];
    known.into_iter().find(|endpoint| *request.method() == Method::POST && is_at(request.url(), endpoint))
}

/// 1D: only if the body is a JSON object that is there as a whole.
fn put_in_body(request: &mut Request, rendered: &Rendered) {
    let Some(body) = request.body().and_then(reqwest::Body::as_bytes) else { return };
    let Some(body) = with_client_metadata(body, &rendered.client_metadata) else { return };
    if request.headers().contains_key(header::CONTENT_LENGTH) {
        request.headers_mut().insert(header::CONTENT_LENGTH, body.len().into());
    }
    *request.body_mut() = Some(body.into());
}

/// What is rendered is legal, so nothing is lost here.
fn set(headers: &mut HeaderMap, name: &str, value: &str, is_secret: bool) {
    if let (Ok(name), Ok(mut value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
        value.set_sensitive(is_secret);
        headers.insert(name, value);
    }
}

fn owner(assertion: &Assertion) -> Owner {
    Owner::of(&Credential::assertion("layer", assertion.clone()))
}
