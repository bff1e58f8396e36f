//! Opens a connection: an attempt like any other, answered by 101 (RFC 6455 §4).

use super::belonging::Belonging;
use super::connection::{Connection, Opened};
use super::missed::Missed;
use crate::agent::ResponseFacts;
use crate::auth::Credential;
use crate::http::shown;
use crate::provider::is_legal_value;
use crate::responses::ClientParts;
use crate::responses::endpoint::Endpoint;
use crate::responses::exchange::{Call, Failed, Refused, unbuildable};
use crate::responses::failure::{ApiError, ApiErrorKind, Redaction, from_answer};
use crate::responses::recording::Entry;
use crate::responses::sending::{ERROR_BODY, Prepared, Unanswered, read_body, within};
use crate::responses::stream::StreamFacts;
use crate::responses::turn_state;
use http::header::{
    AGE, CONNECTION, DATE, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use reqwest::{Request, Response, Upgraded};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

impl ClientParts {
    /// With this credential, before the deadline.
    pub(super) async fn shake_hands(
        &self,
        call: &Call<'_>,
        credential: Credential,
        deadline: Instant,
        entry: &mut Entry,
    ) -> Result<Connection, Missed> {
        entry.credential(&credential);
        let belonging = Belonging::new(call.metadata, &credential);
        let attestation = self.attest(call, &credential).await;
        let prepared = self.prepare(call, &credential, &belonging.owner, attestation).map_err(unbuildable).map_err(Missed::Failed)?;
        let Prepared { mut request, redaction, dropped } = prepared;
        entry.dropped(dropped);
        let accept = ask_for_upgrade(&mut request)?;
        let (url, sent_ms) = (request.url().clone(), self.clock.now_ms());
        let response = within(deadline, self.http.upgrading().execute(request)).await.map_err(no_answer)?;
        if *response.url() != url {
            tracing::warn!(url = shown(&url), "the HTTP client followed a redirect; build it with redirect::Policy::none()");
            return Err(Missed::Failed(Failed::Final(ApiError::new(ApiErrorKind::RedirectRefused))));
        }
        let (status, headers) = (response.status(), response.headers().clone());
        entry.status(status.as_u16());
        if status != StatusCode::SWITCHING_PROTOCOLS {
            let version = response.version();
            let body = within(deadline, read_body(response, ERROR_BODY)).await.map_or_else(|_| Vec::new(), |(body, _)| body);
            let answered = Declined { status, headers, body, version, sent_ms, received_ms: self.clock.now_ms() };
            return Err(answered.judge(credential, &redaction));
        }
        let stream = upgrade(response, &headers, &accept, deadline).await?;
        keep_turn_state(call, &belonging, &headers);
        let facts = StreamFacts::read(&headers, &redaction);
        tracing::debug!(endpoint = call.endpoint.path(), "a WebSocket is open");
        let opened = Opened { stream, belonging, credential, redaction, facts };
        Ok(Connection::new(opened, self.most_bytes).await)
    }
}

/// Over whatever was configured. Gives the answer that is due.
fn ask_for_upgrade(request: &mut Request) -> Result<HeaderValue, Missed> {
    let key = generate_key();
    let legal = |text: &str| {
        let illegal = |_| Missed::NoSocket(ApiError::because(ApiErrorKind::Unbuildable, "the key of a handshake is no header value"));
        HeaderValue::from_str(text).map_err(illegal)
    };
    let (sent, due) = (legal(&key)?, legal(&derive_accept_key(key.as_bytes()))?);
    let headers = request.headers_mut();
    // Neither is spoken here.
    headers.remove(SEC_WEBSOCKET_EXTENSIONS);
    headers.remove(SEC_WEBSOCKET_PROTOCOL);
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    headers.insert(SEC_WEBSOCKET_KEY, sent);
    Ok(due)
}

fn no_answer(unanswered: Unanswered) -> Missed {
    Missed::NoSocket(match unanswered {
        Unanswered::Transient(kind) => ApiError::new(kind),
        Unanswered::Final(error) => error,
    })
}

async fn upgrade(response: Response, headers: &HeaderMap, accept: &HeaderValue, deadline: Instant) -> Result<Upgraded, Missed> {
    let is_websocket = headers.get(UPGRADE).is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"));
    let is_foreign = headers.contains_key(SEC_WEBSOCKET_EXTENSIONS) || headers.contains_key(SEC_WEBSOCKET_PROTOCOL);
    if !is_websocket || is_foreign || headers.get(SEC_WEBSOCKET_ACCEPT) != Some(accept) {
        tracing::warn!(url = shown(response.url()), "what answered a WebSocket handshake speaks something else");
        return Err(Missed::NoSocket(ApiError::because(ApiErrorKind::ResponseUndecodable, "no WebSocket")));
    }
    within(deadline, response.upgrade()).await.map_err(no_answer)
}

/// 10-2: a handshake that a request opened answers in its turn.
fn keep_turn_state(call: &Call<'_>, belonging: &Belonging, headers: &HeaderMap) {
    let token = headers.get(turn_state::HEADER).and_then(|token| token.to_str().ok()).filter(|token| is_legal_value(token));
    if let (Some(state), Some(token), Endpoint::Socket) = (&call.metadata.turn_state, token, call.endpoint) {
        state.token_for(&belonging.owner);
        state.offer(&belonging.owner, token);
    }
}

/// An answer that is not 101.
struct Declined {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    version: Version,
    sent_ms: i64,
    received_ms: i64,
}

impl Declined {
    /// A refusal of the request itself is one over HTTP too. All else is about WebSockets, or is for HTTP to try again.
    fn judge(self, credential: Credential, redaction: &Redaction) -> Missed {
        let error = from_answer(self.status, &self.headers, &self.body, redaction, self.received_ms);
        match self.status.as_u16() {
            401 | 403 => {
                let text = |name: HeaderName| self.headers.get(name).and_then(|value| value.to_str().ok()).map(Into::into);
                let facts = ResponseFacts {
                    status: Some(self.status.as_u16()),
                    date: text(DATE),
                    age: text(AGE),
                    body: self.body,
                    sent_ms: self.sent_ms,
                    received_ms: self.received_ms,
                };
                Missed::Failed(Failed::Refused(Box::new(Refused { error, sent: credential, facts })))
            }
            426 => Missed::ForGood(error),
            429 => Missed::Failed(Failed::Final(error)),
            _ if self.version == Version::HTTP_2 => {
                tracing::warn!("the HTTP client agrees on HTTP/2, which has no WebSockets; make it for_websockets");
                Missed::ForGood(error)
            }
            _ => Missed::NoSocket(error),
        }
    }
}
