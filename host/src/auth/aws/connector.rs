//! Gives AWS's credential providers our HTTP client, so that there is one TLS stack in the program.

use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use reqwest::{Client, Request, Response};
use std::io;
use std::time::Duration;

/// Most bytes of an answer: documents with credentials are a few KiB.
const MOST_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct OverReqwest(pub(super) Client);

#[derive(Debug)]
struct Connector {
    client: Client,
    /// For the whole exchange.
    timeout: Option<Duration>,
}

impl HttpClient for OverReqwest {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let timeout = match (settings.connect_timeout(), settings.read_timeout()) {
            (Some(connect), Some(read)) => Some(connect.saturating_add(read)),
            (connect, read) => read.or(connect),
        };
        SharedHttpConnector::new(Connector { client: self.0.clone(), timeout })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(exchange(self.client.clone(), request, self.timeout))
    }
}

async fn exchange(client: Client, request: HttpRequest, timeout: Option<Duration>) -> Result<HttpResponse, ConnectorError> {
    let (parts, body) = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?.into_parts();
    let body = body.bytes().map(Bytes::copy_from_slice).ok_or_else(|| ConnectorError::user("the body is a stream".into()))?;
    let mut request = Request::try_from(http::Request::from_parts(parts, body)).map_err(|error| ConnectorError::user(error.into()))?;
    *request.timeout_mut() = timeout;
    let response = client.execute(request).await.map_err(failed)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut answer = http::Response::new(SdkBody::from(read(response).await?));
    (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
    HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
}

async fn read(mut response: Response) -> Result<Vec<u8>, ConnectorError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(ConnectorError::io(io::Error::other("the answer is too long").into()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn failed(error: reqwest::Error) -> ConnectorError {
    let error = error.without_url();
    if error.is_timeout() { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
}
