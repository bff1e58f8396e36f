//! HTTP on reqwest and rustls.

use crate::ports::{Http, HttpFailure, HttpRequest, HttpResponse};
use async_trait::async_trait;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::{Client, ClientBuilder, Request, Response, Url, redirect, retry};
use std::error::Error;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Makes each request once, as it is: no redirects, no repeats, no cookies, no referrer, no decompression. To what the
/// caller sets it adds the fields HTTP needs, and `accept: */*` unless there is an `accept`.
///
/// Only `https`, or `http` to a loopback host, is ever spoken (C7); anything else is logged and fails as [`Connect`].
///
/// The proxies of the system and the environment are not used. A program that needs one sets it on a builder
/// ([`from_builder`](Self::from_builder)) or hands over its own client ([`with_client`](Self::with_client)).
///
/// A WebSocket begins with HTTP/1.1, so it needs a client that agrees on nothing newer with servers:
/// [`for_websockets`](Self::for_websockets).
///
/// [`Connect`]: HttpFailure::Connect
#[derive(Clone)]
pub struct ReqwestHttp {
    client: Client,
    /// Speaks HTTP/1.1 only.
    upgrading: Option<Client>,
}

impl ReqwestHttp {
    /// With the certificates the system trusts. Errors: TLS cannot be set up.
    pub fn new() -> Result<Self, reqwest::Error> {
        Self::from_builder(Client::builder().no_proxy())
    }

    /// With a builder's proxies, certificates and timeouts; the rules above are set on top of it.
    pub fn from_builder(builder: ClientBuilder) -> Result<Self, reqwest::Error> {
        strict(builder).build().map(Self::with_client)
    }

    /// Opens WebSockets with what this builder makes: give it the proxies, certificates and timeouts of the other. Without it they are
    /// opened as requests are made, which fails where a server agrees on HTTP/2; the requests then go over HTTP.
    pub fn for_websockets(self, builder: ClientBuilder) -> Result<Self, reqwest::Error> {
        Ok(Self { upgrading: Some(strict(builder).http1_only().build()?), ..self })
    }

    /// With a client as it is, its proxies, cookies and default fields included. It must have been built with
    /// `redirect::Policy::none()`: an answer it was redirected to is refused, but the request has been sent by then.
    pub fn with_client(client: Client) -> Self {
        Self { client, upgrading: None }
    }

    /// For requests whose answers are read as they arrive.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// For WebSocket handshakes.
    pub(crate) fn upgrading(&self) -> &Client {
        self.upgrading.as_ref().unwrap_or(&self.client)
    }

    async fn exchange(&self, request: Request, deadline: Instant, limits: &Limits) -> Result<HttpResponse, HttpFailure> {
        let url = request.url().clone();
        let response = within(deadline, self.client.execute(request)).await?;
        if *response.url() != url {
            tracing::warn!(url = shown(&url), "the HTTP client followed a redirect; build it with redirect::Policy::none()");
            return Err(HttpFailure::Failed);
        }
        let status = response.status();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text_of(value))).collect();
        let limit = if status.is_success() { limits.success } else { limits.error };
        let (body, truncated) = match within(deadline, read_body(response, limit)).await {
            // The status of a refusal says enough; its body only explains (N6).
            Err(failure) if !status.is_success() => {
                tracing::debug!(url = shown(&url), status = status.as_u16(), %failure, "the body of a refusal cannot be read");
                (Vec::new(), false)
            }
            read => read?,
        };
        Ok(HttpResponse { status: status.as_u16(), headers, body, truncated })
    }
}

/// Nothing of the client: its default fields may hold secrets.
impl fmt::Debug for ReqwestHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReqwestHttp")
    }
}

#[async_trait]
impl Http for ReqwestHttp {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let deadline = Instant::now() + Duration::from_millis(request.timeout_ms.into());
        let limits = Limits { success: to_usize(request.success_limit), error: to_usize(request.error_limit) };
        let request = prepare(request)?;
        let (method, url) = (request.method().clone(), request.url().clone());
        let answer = self.exchange(request, deadline, &limits).await;
        match &answer {
            Ok(response) => tracing::debug!(%method, url = shown(&url), status = response.status, bytes = response.body.len(), "http"),
            Err(failure) => tracing::debug!(%method, url = shown(&url), %failure, "http"),
        }
        answer
    }
}

/// Each request once, as it is.
fn strict(builder: ClientBuilder) -> ClientBuilder {
    let builder = builder.redirect(redirect::Policy::none()).retry(retry::never()).referer(false);
    builder.no_gzip().no_brotli().no_zstd().no_deflate()
}

struct Limits {
    success: usize,
    error: usize,
}

fn prepare(mut request: HttpRequest) -> Result<Request, HttpFailure> {
    let url = Url::parse(&request.url).map_err(|error| {
        tracing::warn!(%error, "refused: the URL of a request cannot be read");
        HttpFailure::Connect
    })?;
    if !is_allowed(&url) {
        tracing::warn!(url = shown(&url), "refused: only https, or http to a loopback host, without user name and password");
        return Err(HttpFailure::Connect);
    }
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| not_http(&url, "method"))?;
    let mut headers = HeaderMap::with_capacity(request.headers.len());
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| not_http(&url, "header name"))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| not_http(&url, "header value"))?;
        value.set_sensitive(name == AUTHORIZATION);
        headers.append(name, value);
    }
    let has_body = method != Method::GET || !request.body.is_empty();
    let mut prepared = Request::new(method, url);
    *prepared.headers_mut() = headers;
    *prepared.body_mut() = has_body.then(|| std::mem::take(&mut request.body).into());
    Ok(prepared)
}

/// C7. A user name or password in a URL would become an `authorization` field.
pub(crate) fn is_allowed(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let is_loopback = || {
        let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        host == "localhost"
            || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
            || v6.and_then(|host| host.parse::<Ipv6Addr>().ok()).is_some_and(|address| address.is_loopback())
    };
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    !has_credentials && (url.scheme() == "https" || url.scheme() == "http" && is_loopback())
}

/// Stops reading, and with that closes the connection, at the first byte above the limit.
async fn read_body(mut response: Response, limit: usize) -> reqwest::Result<(Vec<u8>, bool)> {
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

async fn within<T>(deadline: Instant, work: impl Future<Output = reqwest::Result<T>>) -> Result<T, HttpFailure> {
    timeout_at(deadline, work).await.map_err(|_| HttpFailure::Timeout)?.map_err(failure_of)
}

pub(crate) fn failure_of(error: reqwest::Error) -> HttpFailure {
    let failure = match &error {
        error if error.is_timeout() => HttpFailure::Timeout,
        error if error.is_connect() => HttpFailure::Connect,
        _ => HttpFailure::Failed,
    };
    tracing::debug!(cause = innermost(&error.without_url()), "http failed");
    failure
}

fn innermost(error: &dyn Error) -> String {
    error.source().map_or_else(|| error.to_string(), innermost)
}

fn not_http(url: &Url, part: &str) -> HttpFailure {
    tracing::warn!(url = shown(url), part, "refused: this part of the request is not legal in HTTP");
    HttpFailure::Failed
}

/// For logs: where a request goes, without the parts of a URL that may hold a secret.
pub(crate) fn shown(url: &Url) -> String {
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

fn text_of(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

fn to_usize(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
