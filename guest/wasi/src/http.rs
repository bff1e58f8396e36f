//! Interface `http`, from `wasi:http`.

use crate::Adapter;
use crate::bindings::{wit_future, wit_stream};
use crate::exports::agent::http::{Error, Guest, Request, Response};
use crate::race::{before, beside};
use crate::wasi::clocks::monotonic_clock;
use crate::wasi::http::client;
use crate::wasi::http::types::{self, ErrorCode, Fields, Method, RequestOptions, Scheme};
use wit_bindgen::StreamResult;

/// Nanoseconds of a millisecond.
const NS: u64 = 1_000_000;

/// Bytes read of a body at once.
const CHUNK: usize = 16 << 10;

impl Guest for Adapter {
    async fn send(request: Request) -> Result<Response, Error> {
        let deadline = monotonic_clock::wait_for(u64::from(request.timeout_ms).saturating_mul(NS));
        before(deadline, exchange(request)).await.unwrap_or(Err(Error::Timeout))
    }
}

async fn exchange(request: Request) -> Result<Response, Error> {
    let limits = (request.success_limit, request.error_limit);
    let (prepared, body, content) = prepare(request)?;
    let writing = async move {
        if let (Some(mut body), Some(content)) = (body, content) {
            // A server may answer without reading everything.
            body.write_all(content).await;
        }
    };
    beside(writing, async {
        let response = client::send(prepared).await.map_err(|code| failure(&code))?;
        let status = response.get_status_code();
        let fields = response.get_headers().copy_all();
        let headers = fields.into_iter().map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned())).collect();
        let is_success = (200..300).contains(&status);
        let limit = usize::try_from(if is_success { limits.0 } else { limits.1 }).unwrap_or(usize::MAX);
        let (body, truncated) = match read(response, limit).await {
            // The status of a refusal says enough; its body only explains (N6).
            Err(_) if !is_success => (Vec::new(), false),
            read => read?,
        };
        Ok(Response { status, headers, body, truncated })
    })
    .await
}

type Prepared = (types::Request, Option<wit_bindgen::StreamWriter<u8>>, Option<Vec<u8>>);

fn prepare(request: Request) -> Result<Prepared, Error> {
    let (scheme, rest) = request.url.split_once("://").ok_or(Error::Connect)?;
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(at).ok_or(Error::Connect)?;
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let fields: Vec<_> = request.headers.into_iter().map(|(name, value)| (name.to_lowercase(), value.into_bytes())).collect();
    let fields = Fields::from_list(&fields).map_err(|_| Error::Failed)?;
    let has_body = request.method != "GET" || !request.body.is_empty();
    if has_body {
        let length = request.body.len().to_string().into_bytes();
        fields.set("content-length", &[length]).map_err(|_| Error::Failed)?;
    }
    let options = RequestOptions::new();
    let timeout = Some(u64::from(request.timeout_ms).saturating_mul(NS));
    // A runtime without them has the deadline of the whole exchange all the same.
    let _ = options.set_connect_timeout(timeout);
    let _ = options.set_first_byte_timeout(timeout);
    let (trailers, no_trailers) = wit_future::new(|| Ok(None));
    drop(trailers);
    let (body, content) = wit_stream::new();
    let (prepared, _sent) = types::Request::new(fields, has_body.then_some(content), no_trailers, Some(options));
    let refused = |()| Error::Failed;
    prepared.set_method(&method(&request.method)).map_err(refused)?;
    prepared.set_scheme(Some(&scheme_of(scheme))).map_err(refused)?;
    prepared.set_authority(Some(authority)).map_err(refused)?;
    prepared.set_path_with_query(Some(&path)).map_err(refused)?;
    Ok((prepared, has_body.then_some(body), has_body.then_some(request.body)))
}

fn method(text: &str) -> Method {
    match text {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        "HEAD" => Method::Head,
        "OPTIONS" => Method::Options,
        other => Method::Other(other.into()),
    }
}

fn scheme_of(text: &str) -> Scheme {
    match text {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        other => Scheme::Other(other.into()),
    }
}

/// Stops reading at the first byte above the limit.
async fn read(response: types::Response, limit: usize) -> Result<(Vec<u8>, bool), Error> {
    let (ended, read) = wit_future::new(|| Ok(()));
    let (mut stream, trailers) = types::Response::consume_body(response, read);
    let mut body = Vec::new();
    loop {
        let (result, chunk) = stream.read(Vec::with_capacity(CHUNK)).await;
        let room = limit.saturating_sub(body.len());
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            return Ok((body, true));
        }
        if !matches!(result, StreamResult::Complete(_)) {
            break;
        }
    }
    drop(stream);
    drop(ended);
    // Says whether the body came to its end.
    trailers.await.map_err(|code| failure(&code))?;
    Ok((body, false))
}

fn failure(code: &ErrorCode) -> Error {
    match code {
        ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => Error::Timeout,
        ErrorCode::DnsTimeout
        | ErrorCode::DnsError(_)
        | ErrorCode::DestinationNotFound
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpProhibited
        | ErrorCode::DestinationIpUnroutable
        | ErrorCode::ConnectionRefused
        | ErrorCode::TlsProtocolError
        | ErrorCode::TlsCertificateError
        | ErrorCode::TlsAlertReceived(_) => Error::Connect,
        _ => Error::Failed,
    }
}
