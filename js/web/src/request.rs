//! Requests that are to be signed.

use crate::agent::normalized;
use agent_identity_core::Result;
use agent_identity_core::client::{SignedRequest, method};
use agent_identity_core::flow::HttpRequest;

/// Milliseconds for the whole exchange, unless the caller says otherwise.
const TIMEOUT_MS: u32 = 30_000;

/// Most bytes of an answer that are read, of one that refuses and of any other.
const ERROR_LIMIT: u32 = 64 << 10;
const SUCCESS_LIMIT: u32 = 8 << 20;

/// A request that is to be signed and sent.
pub struct Request(pub(crate) SignedRequest);

impl Request {
    /// Without a body, for the run task. Only `https`, or `http` to a loopback host, is spoken (C7). Errors: `config-invalid` for another
    /// method than the usual ones.
    pub fn new(method_name: &str, url: &str) -> Result<Self> {
        let request = HttpRequest {
            method: method(method_name)?,
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout_ms: TIMEOUT_MS,
            success_limit: SUCCESS_LIMIT,
            error_limit: ERROR_LIMIT,
        };
        Ok(Self(SignedRequest { request, reference: None, conversation: None }))
    }

    /// With this header field; those of the signature replace one of the same name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.0.request.headers.push((name.into(), value.into()));
        self
    }

    /// With this body, which is sent again when the request is repeated.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.0.request.body = body.into();
        self
    }

    /// For the task of this normalised reference. Errors: `config-invalid`.
    pub fn task(mut self, reference: &str) -> Result<Self> {
        self.0.reference = Some(normalized(reference)?);
        Ok(self)
    }

    /// With so many milliseconds for the whole exchange.
    pub fn timeout_ms(mut self, timeout_ms: u32) -> Self {
        self.0.request.timeout_ms = timeout_ms;
        self
    }

    /// With an answer of at most so many bytes.
    pub fn limit(mut self, bytes: u32) -> Self {
        self.0.request.success_limit = bytes;
        self
    }
}
