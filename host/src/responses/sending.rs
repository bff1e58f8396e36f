//! One attempt on the wire.

use super::ClientParts;
use super::endpoint::{ATTESTATION, BETA};
use super::exchange::Call;
use super::failure::{ApiError, ApiErrorKind, Redaction};
use super::stream::deadline_in;
use super::turn_state::{self, Owner};
use crate::auth::{Credential, CredentialKind};
use crate::error::{Advice, Error};
use crate::http::{failure_of, is_allowed, shown};
use crate::ports::HttpFailure;
use crate::provider::{CredentialSource, DefaultBase, DropReason, Dropped, HeaderLayers, merge_headers};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode};
use reqwest::{Request, Response};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

/// Most bytes of an error body that are read (N7).
pub(super) const ERROR_BODY: usize = 64 << 10;

/// What a call wants of a success.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    Stream,
    /// All of it, up to so many bytes.
    Whole(usize),
}

/// A success, as far as it has been received.
pub(super) enum Receiving {
    Stream(Response),
    Whole(Vec<u8>),
}

/// A request that is ready to be sent.
pub(super) struct Prepared {
    pub(super) request: Request,
    pub(super) redaction: Redaction,
    pub(super) dropped: Vec<Dropped>,
}

pub(super) struct Answered {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// The success, or the body of an error.
    pub(super) received: Result<Receiving, Vec<u8>>,
}

pub(super) enum Unanswered {
    Transient(ApiErrorKind),
    Final(ApiError),
}

impl ClientParts {
    /// Puts an attempt together; the credential's fields go on last (11-1, 11-3).
    pub(super) fn prepare(
        &self,
        call: &Call<'_>,
        credential: &Credential,
        owner: &Owner,
        attestation: Attestation,
    ) -> Result<Prepared, Error> {
        let default_base = self.default_base.unwrap_or_else(|| credential.default_base());
        self.check_recipient(credential)?;
        let url = self.provider.endpoint_in(credential.region(), call.endpoint.path(), default_base, &*self.environment)?;
        if !is_allowed(&url) {
            let message = format!("{} is neither https nor http on a loopback host", shown(&url));
            return Err(Error::new("base-url-unsupported", Advice::FixConfig, message));
        }
        let mut selected = Selected { headers: call.rendered.headers.clone(), dropped: call.rendered.dropped.clone() };
        if !self.takes_attestation(call, credential) {
            selected.leave_out(ATTESTATION);
        }
        selected.attest(attestation);
        let turn_state = call.metadata.turn_state.as_ref().filter(|_| call.endpoint.takes_turn_state());
        let turn_state = turn_state.and_then(|state| state.token_for(owner));
        selected.headers.extend(turn_state.clone().map(|token| (turn_state::HEADER.to_owned(), token)));
        match call.endpoint.accept() {
            Some(accept) => {
                selected.headers.push((ACCEPT.as_str().into(), accept.into()));
                selected.headers.push((CONTENT_TYPE.as_str().into(), "application/json".into()));
            }
            None => selected.headers.insert(0, (BETA.0.into(), BETA.1.into())),
        }
        let layers = HeaderLayers { defaults: &self.default_headers, request: &selected.headers, auth: credential.headers() };
        let mut merged = merge_headers(&self.provider, &layers, &*self.environment)?;
        for name in [turn_state::HEADER, ATTESTATION] {
            if let Some(token) = merged.headers.get_mut(name) {
                token.set_sensitive(true);
            }
        }
        let mut dropped = selected.dropped;
        dropped.append(&mut merged.dropped);
        if self.is_aws() {
            dropped.append(&mut without_account(&mut merged.headers));
        }
        let mut request = Request::new(if call.endpoint.accept().is_some() { Method::POST } else { Method::GET }, url);
        *request.headers_mut() = merged.headers;
        *request.body_mut() = call.body.as_ref().map(|body| body.bytes(self.is_api_key(credential)).into());
        // Over the finished request, and the last that is done to it (11-3, 13-7).
        if let Some(signer) = credential.signer() {
            dropped.append(&mut signer.sign(&mut request)?);
        }
        dropped.sort();
        let redaction = self.redaction(request.headers());
        Ok(Prepared { request, redaction, dropped })
    }

    /// Asks for the attestation of an attempt, as late as can be (9-3): within its budget it delays nothing but this attempt (9-6).
    pub(super) async fn attest(&self, call: &Call<'_>, credential: &Credential) -> Attestation {
        let thread = call.rendered.ids.thread_id.as_deref();
        let (Some(envelopes), Some(thread), true) = (&self.envelopes, thread, self.takes_attestation(call, credential)) else {
            return Attestation::None;
        };
        if !envelopes.attests(thread) {
            return Attestation::None;
        }
        match envelopes.envelope(thread).await {
            Ok(Some(envelope)) => Attestation::Envelope(envelope),
            Ok(None) => Attestation::Illegal,
            Err(error) => {
                tracing::warn!(code = error.code, "a request is sent without an attestation");
                Attestation::None
            }
        }
    }

    /// 9-3, 9-4, 13-9.
    fn takes_attestation(&self, call: &Call<'_>, credential: &Credential) -> bool {
        call.endpoint.takes_attestation() && credential.default_base() == DefaultBase::Chatgpt && !self.is_aws()
    }

    /// Sends it. `timeout` is for the head of a stream, else for the whole answer.
    pub(super) async fn send(&self, request: Request, wanted: Wanted, timeout: Duration) -> Result<Answered, Unanswered> {
        let deadline = deadline_in(timeout);
        let url = request.url().clone();
        let response = within(deadline, self.http.client().execute(request)).await?;
        if *response.url() != url {
            tracing::warn!(url = shown(&url), "the HTTP client followed a redirect; build it with redirect::Policy::none()");
            return Err(Unanswered::Final(ApiError::new(ApiErrorKind::RedirectRefused)));
        }
        let (status, headers) = (response.status(), response.headers().clone());
        if !status.is_success() {
            let body = within(deadline, read_body(response, ERROR_BODY)).await.map_or_else(|_| Vec::new(), |(body, _)| body);
            return Ok(Answered { status, headers, received: Err(body) });
        }
        let received = match wanted {
            Wanted::Stream => {
                check_stream(&headers)?;
                Receiving::Stream(response)
            }
            Wanted::Whole(limit) => match within(deadline, read_body(response, limit)).await? {
                (_, true) => return Err(Unanswered::Final(ApiError::new(ApiErrorKind::ResponseTooLarge).with_status(status.as_u16()))),
                (body, false) => Receiving::Whole(body),
            },
        };
        Ok(Answered { status, headers, received: Ok(received) })
    }

    /// Everything that was sent in confidence: configured and credential fields, the turn state, query parameters.
    pub(super) fn redaction(&self, headers: &HeaderMap) -> Redaction {
        let sensitive = headers.iter().filter(|(name, value)| value.is_sensitive() && *name != "chatgpt-account-id");
        let values = sensitive.filter_map(|(_, value)| value.to_str().ok());
        Redaction::of(values.chain(self.provider.query_params.values().map(String::as_str)))
    }

    /// 13-9: no authorizer can make this provider see an assertion or an account.
    fn check_recipient(&self, credential: &Credential) -> Result<(), Error> {
        let is_account = |name: &str| ACCOUNT.iter().any(|account| name.eq_ignore_ascii_case(account));
        let is_foreign = credential.kind() == CredentialKind::Assertion || credential.headers().iter().any(|(name, _)| is_account(name));
        if self.is_aws() && is_foreign {
            return Err(Error::internal(format!("a credential of row {} belongs to an account, not to AWS", credential.row())));
        }
        Ok(())
    }

    fn is_aws(&self) -> bool {
        matches!(self.provider.credentials, CredentialSource::Aws(_))
    }

    /// API-key auth, as 11-10 and 12-7 mean it.
    fn is_api_key(&self, credential: &Credential) -> bool {
        match self.provider.credentials {
            CredentialSource::EnvironmentKey(_) | CredentialSource::OwnBearer(_) | CredentialSource::Command(_) => true,
            CredentialSource::Login => credential.kind() == CredentialKind::Bearer && credential.default_base() == DefaultBase::Api,
            CredentialSource::Aws(_) | CredentialSource::Open => false,
        }
    }
}

/// The fields of one attempt.
struct Selected {
    headers: Vec<(String, String)>,
    dropped: Vec<Dropped>,
}

/// What is attested for one attempt (§9).
pub(super) enum Attestation {
    /// It is not asked for, or there is nobody to ask.
    None,
    /// The value of the field.
    Envelope(Zeroizing<String>),
    /// The token is none for a header field (9-7).
    Illegal,
}

impl Selected {
    fn attest(&mut self, attestation: Attestation) {
        match attestation {
            Attestation::None => {}
            Attestation::Envelope(envelope) => self.headers.push((ATTESTATION.to_owned(), envelope.to_string())),
            Attestation::Illegal => self.dropped.push(Dropped { name: ATTESTATION.to_owned(), reason: DropReason::Illegal }),
        }
    }

    /// 9-4: attestation goes with ChatGPT auth only.
    fn leave_out(&mut self, name: &str) {
        let is_it = |found: &str| found.eq_ignore_ascii_case(name);
        let found: Vec<_> = self.headers.extract_if(.., |(found, _)| is_it(found)).collect();
        self.dropped.extend(found.into_iter().map(|(name, _)| Dropped { name, reason: DropReason::Reserved }));
    }
}

/// Fields that tell an account, or come from one.
const ACCOUNT: [&str; 3] = ["chatgpt-account-id", "x-openai-fedramp", ATTESTATION];

/// 13-9: whoever set them.
fn without_account(headers: &mut HeaderMap) -> Vec<Dropped> {
    let present = ACCOUNT.into_iter().filter(|name| headers.remove(*name).is_some());
    present.map(|name| Dropped { name: name.to_owned(), reason: DropReason::Reserved }).collect()
}

/// A page or a JSON document instead of a stream comes from something else than the API.
fn check_stream(headers: &HeaderMap) -> Result<(), Unanswered> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if ["text/html", "application/json"].iter().any(|wrong| essence.eq_ignore_ascii_case(wrong)) {
        return Err(Unanswered::Final(ApiError::because(ApiErrorKind::ResponseUndecodable, &format!("{essence} instead of a stream"))));
    }
    Ok(())
}

pub(super) async fn within<T>(deadline: Instant, work: impl Future<Output = reqwest::Result<T>>) -> Result<T, Unanswered> {
    let done = timeout_at(deadline, work).await.map_err(|_| Unanswered::Transient(ApiErrorKind::Timeout))?;
    done.map_err(|error| {
        Unanswered::Transient(match failure_of(error) {
            HttpFailure::Timeout => ApiErrorKind::Timeout,
            HttpFailure::Connect => ApiErrorKind::Connect,
            HttpFailure::Failed | HttpFailure::Cancelled => ApiErrorKind::Network,
        })
    })
}

/// Up to so many bytes, and whether there are more.
pub(super) async fn read_body(mut response: Response, limit: usize) -> reqwest::Result<(Vec<u8>, bool)> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = limit - body.len();
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            return Ok((body, true));
        }
    }
    Ok((body, false))
}

#[cfg(test)]
mod tests;
