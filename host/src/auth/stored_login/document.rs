//! Reads the login of an `auth.json` document, mode by mode. Members of other modes are not looked at.

use super::{StoredLogin, StoredTokens};
use crate::auth::Secret;
use crate::error::{Advice, Error};
use crate::session::Session;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// What `mode` needs of the document.
pub(super) fn read(session: &mut Session, auth_json: &[u8], mode: &str) -> Result<StoredLogin, Error> {
    match mode {
        "apikey" => {
            let ApiKey { value } = members(auth_json)?;
            filled(value, "OPENAI_API_KEY").map(StoredLogin::ApiKey)
        }
        "personalAccessToken" => {
            let PersonalAccessToken { value } = members(auth_json)?;
            filled(value, "personal_access_token").map(StoredLogin::PersonalAccessToken)
        }
        "bedrockApiKey" => {
            let Bedrock { value } = members(auth_json)?;
            filled(value.and_then(|value| value.api_key), "bedrock_api_key").map(StoredLogin::Bedrock)
        }
        "agentIdentity" => identity(session, auth_json),
        "chatgpt" => match tokens(auth_json)? {
            Some(tokens) => Ok(StoredLogin::ManagedChatgpt(tokens)),
            // The mode is implied by every document that names no other: an empty one is no login.
            None if !names_mode(auth_json)? => Ok(StoredLogin::None),
            None => Err(no_tokens()),
        },
        "chatgptAuthTokens" => tokens(auth_json)?.map(StoredLogin::ExternalChatgptTokens).ok_or_else(no_tokens),
        "headers" => {
            let message = "the stored login is ready-made header fields, which only the program that made them has; log in again";
            Err(Error::new("record-invalid", Advice::FixConfig, message))
        }
        other => Err(Error::internal(format!("the stored login has the mode {other:?}, which is not one of those known"))),
    }
}

/// The component reads a record as far as its key, and a JWT only together with its key set: that both are there is seen here.
fn identity(session: &mut Session, auth_json: &[u8]) -> Result<StoredLogin, Error> {
    let material_missing = || {
        Error::new("auth-material-missing", Advice::FixConfig, "the stored login is an agent identity without its material; log in again")
    };
    // The account does not matter here: the record is only read.
    if session.read_record(auth_json, "", "")?.identity.is_some() {
        let Record { value: RecordKey { agent_private_key } } = members(auth_json)?;
        let is_blank = agent_private_key.expose().trim().is_empty();
        return if is_blank { Err(material_missing()) } else { Ok(StoredLogin::IdentityRecord) };
    }
    let Identity { value } = members(auth_json)?;
    let jwt = value.filter(|jwt| !jwt.expose().trim().is_empty()).ok_or_else(material_missing)?;
    Ok(StoredLogin::IdentityJwt(jwt))
}

#[derive(Deserialize)]
struct ApiKey {
    #[serde(rename = "OPENAI_API_KEY")]
    value: Option<Secret>,
}

#[derive(Deserialize)]
struct PersonalAccessToken {
    #[serde(rename = "personal_access_token")]
    value: Option<Secret>,
}

#[derive(Deserialize)]
struct Bedrock {
    #[serde(rename = "bedrock_api_key")]
    value: Option<BedrockKey>,
}

#[derive(Deserialize)]
struct BedrockKey {
    api_key: Option<Secret>,
}

#[derive(Deserialize)]
struct Identity {
    #[serde(rename = "agent_identity")]
    value: Option<Secret>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "agent_identity")]
    value: RecordKey,
}

#[derive(Deserialize)]
struct RecordKey {
    agent_private_key: Secret,
}

#[derive(Deserialize)]
struct Tokens {
    tokens: Option<StoredTokens>,
}

#[derive(Deserialize)]
struct Mode {
    auth_mode: Option<IgnoredAny>,
}

/// A value of the wrong type is not shown: the text of a JSON error may hold it.
fn members<'a, T: Deserialize<'a>>(auth_json: &'a [u8]) -> Result<T, Error> {
    serde_json::from_slice(auth_json).map_err(|_| {
        let message = "the stored login misses or mistypes a member of its auth_mode; log in again";
        Error::new("record-invalid", Advice::FixConfig, message)
    })
}

fn tokens(auth_json: &[u8]) -> Result<Option<StoredTokens>, Error> {
    let Tokens { tokens } = members(auth_json)?;
    match tokens {
        Some(tokens) if tokens.access_token().expose().trim().is_empty() => Err(no_tokens()),
        tokens => Ok(tokens),
    }
}

fn names_mode(auth_json: &[u8]) -> Result<bool, Error> {
    let Mode { auth_mode } = members(auth_json)?;
    Ok(auth_mode.is_some())
}

fn filled(value: Option<Secret>, member: &str) -> Result<Secret, Error> {
    let value = value.ok_or_else(|| missing(member))?;
    match value.expose().trim() {
        "" => Err(missing(member)),
        trimmed if trimmed.len() == value.expose().len() => Ok(value),
        trimmed => Ok(trimmed.into()),
    }
}

fn missing(member: &str) -> Error {
    Error::new("record-invalid", Advice::FixConfig, format!("the stored login has no {member}; log in again"))
}

fn no_tokens() -> Error {
    Error::new("chatgpt-auth-unavailable", Advice::FixConfig, "the stored ChatGPT login has no access token; log in again")
}
