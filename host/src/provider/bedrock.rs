//! The built-in provider `amazon-bedrock`: what may be configured, and its region (13-1 to 13-4).

use super::description::{MEMBERS, check_conflicts, plain};
use super::members::Members;
use super::{AwsAuth, CredentialSource, Environment, Provider, filled};
use crate::auth::Secret;
use crate::error::{Advice, Error};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use zeroize::Zeroizing;

pub(super) const ID: &str = "amazon-bedrock";

pub(super) fn built_in() -> Provider {
    with_aws(AwsAuth::default())
}

/// 13-1: only profile and region may be set.
pub(super) fn overridden(table: Value) -> Result<Provider, Error> {
    let mut members = Members::read(format!("model_providers.{ID}"), table, MEMBERS)?;
    let usual = usual_members();
    let unusual: Vec<String> = members.unusual(&usual).into_iter().filter(|name| *name != "aws").map(Into::into).collect();
    let is_unusual = |name: &str| unusual.iter().any(|other| other == name);
    check_conflicts(&members, is_unusual("auth"), is_unusual("requires_openai_auth"), is_unusual("supports_websockets"))?;
    if !unusual.is_empty() {
        let message = format!("{} may set only aws.profile and aws.region; remove {}", members.place(), unusual.join(", "));
        return Err(Error::new("aws-override-unsupported", Advice::FixConfig, message));
    }
    let Some(mut aws) = members.inner("aws", &["profile", "region"])? else {
        return Ok(built_in());
    };
    let (profile, region) = (aws.filled("profile")?, aws.filled("region")?);
    if region.as_deref().is_some_and(|region| !is_region(region)) {
        return Err(aws.wrong("region", REGION_RULE));
    }
    Ok(with_aws(AwsAuth { profile, region }))
}

/// The region of the endpoint (13-4). `token` is the Bedrock bearer token, where its own region may be used (`region_from_token`).
/// Errors: `aws-region-missing`, `config-invalid`.
pub fn region(aws: &AwsAuth, environment: &dyn Environment, token: Option<&Secret>) -> Result<String, Error> {
    if let Some(region) = &aws.region {
        return Ok(region.clone());
    }
    for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Some(region) = filled(environment, variable) {
            return if is_region(&region) { Ok(region) } else { Err(Error::config(format!("{variable} must be {REGION_RULE}"))) };
        }
    }
    token.and_then(token_region).ok_or_else(|| {
        let message = "no AWS region is set; set model_providers.amazon-bedrock.aws.region or AWS_REGION";
        Error::new("aws-region-missing", Advice::FixConfig, message)
    })
}

/// 13-3.
pub(super) fn base_url(region: &str) -> String {
    format!("https://bedrock-mantle.{region}.api.aws/openai/v1")
}

fn with_aws(aws: AwsAuth) -> Provider {
    let mut provider = plain(ID, "Amazon Bedrock", CredentialSource::Aws(aws));
    provider.http_headers.insert("x-amzn-mantle-client-agent".into(), "codex".into());
    provider
}

/// Members that say what is so anyway.
fn usual_members() -> Value {
    json!({
        "name": "Amazon Bedrock", "query_params": {}, "http_headers": {}, "env_http_headers": {}, "request_max_retries": 4,
        "stream_max_retries": 5, "stream_idle_timeout_ms": 300_000, "websocket_connect_timeout_ms": 15_000,
        "websocket_startup_timeout_ms": 15_000, "supports_websockets": false, "requires_openai_auth": false, "wire_api": "responses"
    })
}

/// A region becomes part of a host name.
fn is_region(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

const REGION_RULE: &str = "a region such as us-east-1: small letters, digits and hyphens";

/// The region in the credential scope inside a Bedrock bearer token: `<key>/<date>/<region>/bedrock/aws4_request`.
fn token_region(token: &Secret) -> Option<String> {
    let encoded = token.expose().strip_prefix("bedrock-api-key-")?;
    let decoded = Zeroizing::new(STANDARD.decode(encoded).ok()?);
    let text = std::str::from_utf8(&decoded).ok()?;
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    let (_, scope) = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "X-Amz-Credential")?;
    let mut parts = scope.split('/').skip(2);
    let region = parts.next().filter(|region| is_region(region))?;
    parts.eq(["bedrock", "aws4_request"]).then(|| region.to_owned())
}
