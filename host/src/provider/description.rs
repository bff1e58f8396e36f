//! Reads the description of a provider: defaults, limits and members that exclude each other (table of §11, 12-1, 13-2).

use super::catalogue::ConfigContext;
use super::members::Members;
use super::{CommandAuth, CredentialSource, OPENAI_NAME, Provider, is_legal_value};
use crate::auth::Secret;
use crate::error::{Advice, Error};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

pub(super) const OPENAI_ID: &str = "openai";

/// Members of a provider's table. `wire_api` has one value (13-1).
pub(super) const MEMBERS: &[&str] = &[
    "name",
    "base_url",
    "query_params",
    "http_headers",
    "env_http_headers",
    "request_max_retries",
    "stream_max_retries",
    "stream_idle_timeout_ms",
    "websocket_connect_timeout_ms",
    "websocket_startup_timeout_ms",
    "supports_websockets",
    "requires_openai_auth",
    "env_key",
    "experimental_bearer_token",
    "auth",
    "aws",
    "wire_api",
];

const AUTH_MEMBERS: &[&str] = &["command", "args", "timeout_ms", "refresh_interval_ms", "cwd"];

/// A provider with the default of every member.
pub(super) fn plain(id: &str, name: &str, credentials: CredentialSource) -> Provider {
    Provider {
        id: id.into(),
        name: name.into(),
        base_url: None,
        query_params: BTreeMap::new(),
        http_headers: BTreeMap::new(),
        env_http_headers: BTreeMap::new(),
        request_max_retries: 4,
        stream_max_retries: 5,
        stream_idle_timeout: Duration::from_millis(300_000),
        websocket_connect_timeout: Duration::from_millis(15_000),
        supports_websockets: false,
        requires_openai_auth: false,
        credentials,
    }
}

pub(super) fn openai(context: &ConfigContext) -> Provider {
    let base = plain(OPENAI_ID, OPENAI_NAME, CredentialSource::Login);
    with_openai_fields(Provider { requires_openai_auth: true, supports_websockets: true, ..base }, context)
}

/// A provider of the user's own.
pub(super) fn custom(id: &str, table: Value, context: &ConfigContext) -> Result<Provider, Error> {
    let mut members = Members::read(format!("model_providers.{id}"), table, MEMBERS)?;
    let name = members.filled("name")?.ok_or_else(|| members.wrong("name", "given"))?;
    let requires_openai_auth = members.flag("requires_openai_auth")?;
    let supports_websockets = members.flag("supports_websockets")?;
    let command = command_auth(&mut members, &context.folder)?;
    check_conflicts(&members, command.is_some(), requires_openai_auth, supports_websockets)?;
    if members.has("aws") {
        let message = format!("{}.aws: only the built-in provider amazon-bedrock can use AWS", members.place());
        return Err(Error::new("aws-on-custom-provider", Advice::FixConfig, message));
    }
    if members.text("wire_api")?.is_some_and(|api| api != "responses") {
        return Err(members.wrong("wire_api", "responses"));
    }
    let credentials = credentials(&mut members, command, requires_openai_auth)?;
    let base = plain(id, &name, credentials);
    let provider = Provider {
        base_url: members.text("base_url")?.map(|url| super::endpoint::checked_base(members.place(), &url)).transpose()?,
        query_params: members.text_map("query_params")?,
        http_headers: members.text_map("http_headers")?.into_iter().map(|(name, value)| (name, Secret::new(value))).collect(),
        env_http_headers: members.text_map("env_http_headers")?,
        request_max_retries: retries(&mut members, "request_max_retries", base.request_max_retries)?,
        stream_max_retries: retries(&mut members, "stream_max_retries", base.stream_max_retries)?,
        stream_idle_timeout: wait(&mut members, "stream_idle_timeout_ms")?.unwrap_or(base.stream_idle_timeout),
        websocket_connect_timeout: websocket_wait(&mut members)?.unwrap_or(base.websocket_connect_timeout),
        supports_websockets,
        requires_openai_auth,
        ..base
    };
    Ok(if provider.is_openai() { with_openai_fields(provider, context) } else { provider })
}

/// 12-1 and 13-2: a credential of one's own excludes the others. Every member in conflict is named.
pub(super) fn check_conflicts(
    members: &Members,
    command: bool,
    requires_openai_auth: bool,
    supports_websockets: bool,
) -> Result<(), Error> {
    let aws = members.has("aws");
    let excluding: Vec<&str> = [("auth", command), ("aws", aws)].into_iter().filter_map(|(name, there)| there.then_some(name)).collect();
    let others = [
        ("env_key", members.has("env_key")),
        ("experimental_bearer_token", members.has("experimental_bearer_token")),
        ("requires_openai_auth", requires_openai_auth),
        ("supports_websockets", aws && supports_websockets),
    ];
    let others = others.into_iter().filter_map(|(name, there)| there.then_some(name));
    let named: Vec<&str> = excluding.iter().copied().chain(others).collect();
    if excluding.is_empty() || named.len() < 2 {
        return Ok(());
    }
    let message = format!("{} sets {}; keep one of them", members.place(), named.join(", "));
    Err(Error::new("provider-auth-conflict", Advice::FixConfig, message))
}

/// §9: the first that applies.
fn credentials(members: &mut Members, command: Option<CommandAuth>, requires_openai_auth: bool) -> Result<CredentialSource, Error> {
    let key = members.filled("env_key")?;
    let bearer = members.secret("experimental_bearer_token")?;
    if bearer.as_ref().is_some_and(|bearer| !is_legal_value(bearer.expose())) {
        return Err(members.wrong("experimental_bearer_token", "a token of visible ASCII characters"));
    }
    Ok(match (key, bearer, command) {
        (Some(key), ..) => CredentialSource::EnvironmentKey(key),
        (None, Some(bearer), _) => CredentialSource::OwnBearer(bearer),
        (None, None, Some(command)) => CredentialSource::Command(command),
        (None, None, None) if requires_openai_auth => CredentialSource::Login,
        (None, None, None) => CredentialSource::Open,
    })
}

fn command_auth(members: &mut Members, folder: &Path) -> Result<Option<CommandAuth>, Error> {
    let Some(mut auth) = members.inner("auth", AUTH_MEMBERS)? else {
        return Ok(None);
    };
    let command = auth.text("command")?.filter(|command| !command.trim().is_empty()).ok_or_else(|| {
        let message = format!("{}.command is blank; name the program that prints the token", auth.place());
        Error::new("provider-auth-empty-command", Advice::FixConfig, message)
    })?;
    let timeout_ms = auth.number("timeout_ms")?.unwrap_or(5_000);
    if timeout_ms == 0 {
        let message = format!("{}.timeout_ms is 0, so no command could ever answer; set at least 1", auth.place());
        return Err(Error::new("provider-auth-zero-timeout", Advice::FixConfig, message));
    }
    let refresh_ms = auth.number("refresh_interval_ms")?.unwrap_or(300_000);
    // An absolute `cwd` replaces the folder.
    let cwd = auth.filled("cwd")?.map_or_else(|| folder.to_owned(), |cwd| folder.join(cwd));
    let args = auth.texts("args")?;
    let (timeout, refresh_interval) = (Duration::from_millis(timeout_ms), Duration::from_millis(refresh_ms));
    Ok(Some(CommandAuth { command, args, timeout, refresh_interval, cwd }))
}

/// 11-2. What the configuration says about these fields stays.
fn with_openai_fields(mut provider: Provider, context: &ConfigContext) -> Provider {
    let configured: Vec<String> = provider.http_headers.keys().chain(provider.env_http_headers.keys()).cloned().collect();
    let is_free = |name: &str| !configured.iter().any(|other| other.eq_ignore_ascii_case(name));
    if is_free("version") {
        provider.http_headers.insert("version".into(), Secret::from(context.client_version.as_str()));
    }
    for (field, variable) in [("OpenAI-Organization", "OPENAI_ORGANIZATION"), ("OpenAI-Project", "OPENAI_PROJECT")] {
        if is_free(field) {
            provider.env_http_headers.insert(field.into(), variable.into());
        }
    }
    provider
}

fn retries(members: &mut Members, name: &str, default: u32) -> Result<u32, Error> {
    Ok(members.number(name)?.map_or(default, |number| u32::try_from(number.min(MOST_RETRIES)).unwrap_or(default)))
}

const MOST_RETRIES: u64 = 100;

fn websocket_wait(members: &mut Members) -> Result<Option<Duration>, Error> {
    let named = wait(members, "websocket_connect_timeout_ms")?;
    match (named, wait(members, "websocket_startup_timeout_ms")?) {
        (Some(_), Some(_)) => Err(members.wrong("websocket_startup_timeout_ms", "left out beside websocket_connect_timeout_ms")),
        (named, alias) => Ok(named.or(alias)),
    }
}

fn wait(members: &mut Members, name: &str) -> Result<Option<Duration>, Error> {
    match members.number(name)? {
        Some(0) => Err(members.wrong(name, "at least 1")),
        ms => Ok(ms.map(Duration::from_millis)),
    }
}
