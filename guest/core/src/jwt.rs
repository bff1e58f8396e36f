//! Login with an identity JWT (`spec/identity.md` §8.3).
//!
//! Nothing inside a token counts before its signature and its claims are accepted. The one exception is the account id, which
//! is compared with the allowed workspaces before the key set is fetched (J3, J4).

mod key_set;
mod rs256;

use crate::encoding::from_base64url;
use crate::error::{Code, Error, Result};
use crate::identifiers::AgentRuntimeId;
use crate::json::{Decoded, Object, is_json};
use crate::secret_text::SecretText;
use alloc::string::String;
use alloc::vec::Vec;
use key_set::KeySet;
use zeroize::Zeroizing;

/// Longest token that is looked at, in bytes.
pub const MAX_JWT_LEN: usize = 64 * 1024;

/// Largest key set that is looked at, in bytes.
pub const MAX_JWKS_LEN: usize = 1024 * 1024;

const ISSUER: &str = "https://chatgpt.com/codex-backend/agent-identity";
const AUDIENCE: &str = "codex-app-server";
/// How long after `exp` a token is still accepted (J8).
const LEEWAY_MS: i64 = 60_000;

/// The claims of a token that passed J1 to J8.
#[derive(Clone, Debug)]
pub struct IdentityClaims {
    /// The agent the token speaks for; keeps to I1.
    pub agent_runtime_id: AgentRuntimeId,
    /// Base64 text of the PKCS#8 key, as it stands in the token.
    pub agent_private_key: SecretText,
    /// The account the agent acts for.
    pub account_id: String,
    /// The user the agent acts for.
    pub chatgpt_user_id: String,
    /// The user's mail address, as it stands in the token.
    pub email: Option<String>,
    /// The plan, as it stands in the token; see [`crate::record::plan`].
    pub plan_type: String,
    /// Whether the account is a FedRAMP one.
    pub fedramp: bool,
    /// When the token was issued, in Unix seconds.
    pub iat: u64,
    /// When the token expires, in Unix seconds.
    pub exp: u64,
}

/// Verifies `jwt` with the key set document `jwks` at the instant `now_ms` (J1, J2, J5 to J8).
///
/// `now_ms` is the later of the raw and the corrected wall clock (D7). The first failing rule decides the code, in the order of
/// their numbers; a runtime id outside I1 is `runtime-id-invalid`, after all of them.
pub fn verify(jwt: &str, jwks: &[u8], now_ms: i64) -> Result<IdentityClaims> {
    let token = Token::split(jwt)?;
    let claims = Claims::read(&token.claims)?;
    let keys = KeySet::read(jwks)?;
    let kid = rs256_kid(&token.header)?;
    if !keys.rsa_key(&kid)?.verify(token.signed.as_bytes(), &token.signature) {
        return Err(Error::new(Code::JwtSignatureInvalid, "the identity JWT's signature does not verify; ask for a new token"));
    }
    claims.accept(now_ms)
}

/// The account id of a token that nobody has verified yet: all that may be taken from it before J8 (J4).
pub fn unverified_account_id(jwt: &str) -> Result<String> {
    Ok(Claims::read(&Token::split(jwt)?.claims)?.account_id)
}

/// Compares an account id with the allowed workspaces (J3); `workspace-not-allowed` if it is none of them.
///
/// An empty list stands for no restriction.
pub fn allowed_workspace<S: AsRef<str>>(account_id: &str, allowed: &[S]) -> Result<()> {
    if allowed.is_empty() || allowed.iter().any(|workspace| workspace.as_ref() == account_id) {
        return Ok(());
    }
    Err(Error::new(Code::WorkspaceNotAllowed, "the token's account is not an allowed workspace; log in with an account of an allowed one"))
}

/// A token taken apart: both documents decoded, neither believed (J1).
struct Token<'a> {
    /// Header and claims as they were signed.
    signed: &'a str,
    header: Zeroizing<String>,
    claims: Zeroizing<String>,
    signature: Zeroizing<Vec<u8>>,
}

impl<'a> Token<'a> {
    fn split(jwt: &'a str) -> Result<Self> {
        Self::parts(jwt).ok_or_else(|| {
            Error::new(
                Code::JwtMalformed,
                "the access token is not an identity JWT: it must be three base64url parts of at most 64 KiB in all",
            )
        })
    }

    fn parts(jwt: &'a str) -> Option<Self> {
        if jwt.len() > MAX_JWT_LEN {
            return None;
        }
        let (signed, signature) = jwt.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self { signed, header: json_part(header)?, claims: json_part(claims)?, signature: part(signature)? })
    }
}

/// The bytes of one part. A dot, and with it a fourth part, is not base64url.
fn part(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    from_base64url(text).filter(|bytes| !bytes.is_empty()).map(Zeroizing::new)
}

/// The JSON text of one part.
fn json_part(text: &str) -> Option<Zeroizing<String>> {
    let bytes = part(text)?;
    let text = core::str::from_utf8(&bytes).ok()?;
    is_json(text).then(|| Zeroizing::new(text.into()))
}

/// The `kid` of a header whose `alg` is exactly `RS256` (J6).
fn rs256_kid(header: &str) -> Result<String> {
    let kid = || {
        let header = Object::read(header)?;
        let algorithm = header.string("alg").ok()?;
        header.string("kid").ok().filter(|_| algorithm == "RS256")
    };
    kid().ok_or_else(|| Error::new(Code::JwtHeaderInvalid, "the identity JWT's header must name alg RS256 and a kid; ask for a new token"))
}

/// Claims of the right shape (J2), not yet accepted.
struct Claims {
    iss: String,
    aud: String,
    agent_runtime_id: String,
    agent_private_key: SecretText,
    account_id: String,
    chatgpt_user_id: String,
    email: Option<String>,
    plan_type: String,
    fedramp: bool,
    iat: u64,
    exp: u64,
}

impl Claims {
    fn read(text: &str) -> Result<Self> {
        let Some(object) = Object::read(text) else {
            return Err(Error::new(Code::JwtClaimsInvalid, "the identity JWT's claims are not a JSON object; ask for a new token"));
        };
        Self::members(&object).map_err(|name| {
            let message =
                ["the identity JWT's claim ", name, " is missing, given twice or of the wrong type; ask for a new token"].concat();
            Error::new(Code::JwtClaimsInvalid, message)
        })
    }

    fn members(object: &Object<'_>) -> Decoded<Self> {
        Ok(Self {
            iss: object.string("iss")?,
            aud: object.string("aud")?,
            agent_runtime_id: object.string("agent_runtime_id")?,
            agent_private_key: object.secret("agent_private_key")?,
            account_id: object.string("account_id")?,
            chatgpt_user_id: object.string("chatgpt_user_id")?,
            email: object.optional_string("email")?,
            plan_type: object.string("plan_type")?,
            fedramp: object.boolean("chatgpt_account_is_fedramp")?,
            iat: object.unsigned("iat")?,
            exp: object.unsigned("exp")?,
        })
    }

    /// Accepts the claims of a token whose signature verified (J8, then I1).
    fn accept(self, now_ms: i64) -> Result<IdentityClaims> {
        if self.iss != ISSUER || self.aud != AUDIENCE {
            return Err(Error::new(
                Code::JwtClaimsInvalid,
                "the identity JWT has another issuer or audience; ask for a token made for agents",
            ));
        }
        let oldest_exp = u64::try_from(now_ms.saturating_sub(LEEWAY_MS)).unwrap_or(0).div_ceil(1000);
        if self.exp < oldest_exp {
            return Err(Error::new(Code::JwtExpired, "the identity JWT has expired; ask for a new token"));
        }
        Ok(IdentityClaims {
            agent_runtime_id: AgentRuntimeId::parse(&self.agent_runtime_id)?,
            agent_private_key: self.agent_private_key,
            account_id: self.account_id,
            chatgpt_user_id: self.chatgpt_user_id,
            email: self.email,
            plan_type: self.plan_type,
            fedramp: self.fedramp,
            iat: self.iat,
            exp: self.exp,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
