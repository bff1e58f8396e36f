//! What a request may be: its size, its time, and the host it was sent to.

use super::answer::Refusal;
use super::endpoints::Endpoint;
use super::pieces::{Unread, collect};
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// Most bytes of request line and header fields.
const HEAD: usize = 16 << 10;
/// Most bytes of a body, and of a message on a WebSocket.
pub(super) const BODY: usize = 1 << 20;
/// Longest time for a request, body included, and for the answer to a message.
pub(super) const TIME: Duration = Duration::from_secs(30);

/// Refuses what is too large, too slow, not for this host or not readable; the body is read before anything is judged.
pub(super) async fn limit(request: Request, next: Next) -> Response {
    let served = async {
        check_head(&request)?;
        let (parts, body) = request.into_parts();
        let body = collect(body, BODY).await.map_err(|unread| match unread {
            Unread::TooLong => too_large(),
            Unread::BrokenOff => Refusal::new(StatusCode::BAD_REQUEST, "body-incomplete"),
        })?;
        Ok::<_, Refusal>(next.run(Request::from_parts(parts, Body::from(body))).await)
    };
    match tokio::time::timeout(TIME, served).await {
        Ok(served) => served.unwrap_or_else(IntoResponse::into_response),
        Err(_) => Refusal::new(StatusCode::REQUEST_TIMEOUT, "request-timeout").into_response(),
    }
}

fn check_head(request: &Request) -> Result<(), Refusal> {
    let headers = request.headers();
    let fields: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if fields + request.uri().to_string().len() > HEAD {
        return Err(Refusal::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "header-too-large"));
    }
    if !is_for_loopback(request) {
        return Err(Refusal::new(StatusCode::MISDIRECTED_REQUEST, "host-unknown").because("the authority is a loopback host"));
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > BODY as u64) {
        return Err(too_large());
    }
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(unsupported("the body must not be encoded"));
    }
    if request.method() == Method::POST && Endpoint::of(request).takes_json_only() && !is_json(headers) {
        return Err(unsupported("Content-Type must be application/json"));
    }
    Ok(())
}

/// A page of another site that gets its own name resolved to this address is told apart by `Host`.
fn is_for_loopback(request: &Request) -> bool {
    let from_header = || request.headers().get(HOST)?.to_str().ok()?.parse::<Authority>().ok();
    let Some(authority) = request.uri().authority().cloned().or_else(from_header) else { return false };
    let host = authority.host();
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || v6.and_then(|host| host.parse::<Ipv6Addr>().ok()).is_some_and(|address| address.is_loopback())
}

/// Pages of other sites cannot send this type without being asked first.
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn too_large() -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large")
}

fn unsupported(message: &'static str) -> Refusal {
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-unsupported").because(message)
}
