//! Signature Version 4 (13-6, 13-7).

use super::AwsKeys;
use crate::auth::RequestSigner;
use crate::error::{Advice, Error};
use crate::ports::Clock;
use crate::provider::{DropReason, Dropped};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Request;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tracing::Dispatch;
use tracing::dispatcher::with_default;

const SERVICE: &str = "bedrock-mantle";

/// Fields that only the signature sets.
const OWN: [HeaderName; 3] = [AUTHORIZATION, HeaderName::from_static("x-amz-date"), HeaderName::from_static("x-amz-security-token")];

/// Signs with these keys for this region, at the time of signing.
pub(super) struct SigV4 {
    keys: Credentials,
    region: String,
    clock: Arc<dyn Clock>,
}

impl SigV4 {
    pub(super) fn new(keys: Credentials, region: String, clock: Arc<dyn Clock>) -> Self {
        Self { keys, region, clock }
    }
}

impl RequestSigner for SigV4 {
    fn sign(&self, request: &mut Request) -> Result<Vec<Dropped>, Error> {
        let dropped = remove_unpreserved(request.headers_mut());
        for name in OWN {
            request.headers_mut().remove(name);
        }
        let time = now(&*self.clock).ok_or_else(|| failure("the clock is before 1970; set it"))?;
        for (name, value) in self.signature(request, time)? {
            let mut value = HeaderValue::try_from(value).map_err(|_| failure("the signature is no legal header value"))?;
            value.set_sensitive(name != "x-amz-date");
            request.headers_mut().insert(name, value);
        }
        Ok(dropped)
    }
}

impl SigV4 {
    /// The fields to add. The settings are the crate's: the payload hash is in the canonical request alone, and `authorization`,
    /// `user-agent`, `transfer-encoding`, `x-amzn-trace-id` are not signed.
    fn signature(&self, request: &Request, time: SystemTime) -> Result<Vec<(HeaderName, String)>, Error> {
        let identity = self.keys.clone().into();
        let params = v4::SigningParams::builder().identity(&identity).region(&self.region).name(SERVICE).time(time);
        let params = params.settings(SigningSettings::default()).build().map_err(|_| failure("the signer was not set up"))?;
        let fields = request.headers().iter().map(|(name, value)| value.to_str().map(|value| (name.as_str(), value)));
        let fields = fields.collect::<Result<Vec<_>, _>>().map_err(|_| failure("a header value is not text"))?;
        let body = request.body().map_or(Some(&[][..]), reqwest::Body::as_bytes).ok_or_else(|| failure("the body is not finished"))?;
        let signable =
            SignableRequest::new(request.method().as_str(), request.url().as_str(), fields.into_iter(), SignableBody::Bytes(body));
        let signable = signable.map_err(|_| failure("the URL or a header field is not one that can be signed"))?;
        // At level trace the crate shows the body and the session token.
        let output = with_default(&Dispatch::none(), || sign(signable, &params.into()));
        let (instructions, _) = output.map_err(|_| failure("the signer failed"))?.into_parts();
        let (headers, _) = instructions.into_parts();
        Ok(headers.iter().map(|header| (HeaderName::from_static(header.name()), header.value().to_owned())).collect())
    }
}

impl From<&AwsKeys> for Credentials {
    fn from(keys: &AwsKeys) -> Self {
        let session_token = keys.session_token.as_ref().map(|token| token.expose().to_owned());
        Self::new(keys.access_key_id.expose(), keys.secret_access_key.expose(), session_token, None, "agent-identity")
    }
}

/// Fields with `_` in their names do not reach the service as they were signed.
fn remove_unpreserved(headers: &mut HeaderMap) -> Vec<Dropped> {
    let names: Vec<_> = headers.keys().filter(|name| name.as_str().contains('_')).cloned().collect();
    let dropped = |name: HeaderName| {
        headers.remove(&name);
        Dropped { name: name.as_str().to_owned(), reason: DropReason::Reserved }
    };
    names.into_iter().map(dropped).collect()
}

fn now(clock: &dyn Clock) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_millis(u64::try_from(clock.now_ms()).ok()?))
}

fn failure(what: &str) -> Error {
    Error::new("aws-signing", Advice::Never, format!("the request cannot be signed for AWS: {what}"))
}
