//! What kind of login a document or an environment holds (`spec/identity.md` §8.1).

use crate::error::{Code, Error, Result};
use crate::json::{Object, string};

/// How the stored login authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMode {
    /// `apikey`.
    ApiKey,
    /// `chatgpt`: a managed ChatGPT login.
    Chatgpt,
    /// `chatgptAuthTokens`: ChatGPT tokens that the host manages.
    ChatgptAuthTokens,
    /// `headers`: ready-made headers.
    Headers,
    /// `agentIdentity`.
    AgentIdentity,
    /// `personalAccessToken`.
    PersonalAccessToken,
    /// `bedrockApiKey`.
    BedrockApiKey,
}

impl AuthMode {
    /// Every mode.
    pub const ALL: [Self; 7] = [
        Self::ApiKey,
        Self::Chatgpt,
        Self::ChatgptAuthTokens,
        Self::Headers,
        Self::AgentIdentity,
        Self::PersonalAccessToken,
        Self::BedrockApiKey,
    ];

    /// The spelling in `auth.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "apikey",
            Self::Chatgpt => "chatgpt",
            Self::ChatgptAuthTokens => "chatgptAuthTokens",
            Self::Headers => "headers",
            Self::AgentIdentity => "agentIdentity",
            Self::PersonalAccessToken => "personalAccessToken",
            Self::BedrockApiKey => "bedrockApiKey",
        }
    }
}

/// The mode an `auth.json` document names or, when it names none, the one its members imply; never `agentIdentity` by inference.
///
/// `store-read-failed` if the document is no JSON object, `record-invalid` if it names a mode that does not exist.
pub fn auth_mode(auth_json: &[u8]) -> Result<AuthMode> {
    let document = document(auth_json)?;
    if let Some(named) = document.value("auth_mode").map_err(mode_unknown)? {
        let named = string(named).ok_or("auth_mode").map_err(mode_unknown)?;
        return AuthMode::ALL.into_iter().find(|mode| mode.as_str() == named).ok_or("auth_mode").map_err(mode_unknown);
    }
    let implied = [
        ("personal_access_token", AuthMode::PersonalAccessToken),
        ("bedrock_api_key", AuthMode::BedrockApiKey),
        ("OPENAI_API_KEY", AuthMode::ApiKey),
    ];
    let present = |member| !matches!(document.value(member), Ok(None));
    Ok(implied.into_iter().find(|(member, _)| present(member)).map_or(AuthMode::Chatgpt, |(_, mode)| mode))
}

/// What `CODEX_ACCESS_TOKEN` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessTokenKind {
    /// A bearer token that starts with `at-`.
    PersonalAccessToken,
    /// Anything else; it must prove to be an identity JWT.
    IdentityJwt,
}

impl AccessTokenKind {
    /// The kebab-case spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PersonalAccessToken => "personal-access-token",
            Self::IdentityJwt => "identity-jwt",
        }
    }
}

/// Tells the two kinds of access token apart, outer white space aside; `None` for a blank text.
pub fn access_token_kind(text: &str) -> Option<AccessTokenKind> {
    match text.trim() {
        "" => None,
        token if token.starts_with("at-") => Some(AccessTokenKind::PersonalAccessToken),
        _ => Some(AccessTokenKind::IdentityJwt),
    }
}

/// Reads an `auth.json` document as far as its top level.
pub(crate) fn document(auth_json: &[u8]) -> Result<Object<'_>> {
    let object = core::str::from_utf8(auth_json).ok().and_then(Object::read);
    object.ok_or_else(|| Error::new(Code::StoreReadFailed, "the stored login is not a JSON object; repair it or log in again"))
}

fn mode_unknown(_: &str) -> Error {
    Error::new(Code::RecordInvalid, "the stored login's auth_mode is none of the known modes; log in again")
}

#[cfg(test)]
mod tests;
