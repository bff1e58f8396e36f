//! A request that is to be signed.

use super::imported::http;
use crate::ports::HttpRequest;
use std::fmt;

/// A request that may carry the assertion, which is a credential. `Debug` shows method and URL only.
pub struct Request(pub(super) HttpRequest);

impl Request {
    /// A `POST` of a JSON text, its answer read up to 1 MiB within 30 s.
    pub fn post(url: impl Into<String>, json: impl Into<Vec<u8>>) -> Self {
        Self(HttpRequest {
            method: "POST".into(),
            url: url.into(),
            headers: vec![("content-type".into(), "application/json".into())],
            body: json.into(),
            timeout_ms: 30_000,
            success_limit: 1 << 20,
            error_limit: 64 << 10,
        })
    }
}

/// Any request: `GET`, `POST`, `PUT`, `PATCH`, `DELETE`, `HEAD` or `OPTIONS`.
impl From<HttpRequest> for Request {
    fn from(request: HttpRequest) -> Self {
        Self(request)
    }
}

impl From<Request> for http::Request {
    fn from(Request(mut request): Request) -> Self {
        Self {
            method: std::mem::take(&mut request.method),
            url: std::mem::take(&mut request.url),
            headers: std::mem::take(&mut request.headers),
            body: std::mem::take(&mut request.body),
            timeout_ms: request.timeout_ms,
            success_limit: request.success_limit,
            error_limit: request.error_limit,
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {})", self.0.method, self.0.url)
    }
}
