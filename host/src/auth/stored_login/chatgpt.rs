//! The tokens of a ChatGPT login, and the account they stand for (`spec/identity.md` §8.4).

use crate::auth::{ChatgptTokens, Secret, TokenSource};
use crate::enrollment::ManagedLogin;
use crate::error::{Advice, Error};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use zeroize::Zeroizing;

/// The member `tokens` of `auth.json`. Nothing in it is verified: the backend is who checks the access token.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredTokens {
    id_token: Option<Secret>,
    access_token: Secret,
    refresh_token: Option<Secret>,
    account_id: Option<String>,
}

impl StoredTokens {
    /// The access token.
    pub fn access_token(&self) -> &Secret {
        &self.access_token
    }

    /// The refresh token, if there is one.
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.refresh_token.as_ref()
    }

    /// The account and the user an agent is bootstrapped for. A workspace that is forced comes before the account of the tokens,
    /// if it is the only one.
    ///
    /// Errors: `chatgpt-auth-unavailable`, naming what is missing.
    pub fn managed_login(&self, forced_workspaces: &[String]) -> Result<ManagedLogin, Error> {
        let claims = self.claims();
        Ok(ManagedLogin {
            account_id: self.account(&claims, forced_workspaces).ok_or_else(|| unavailable("account id"))?,
            chatgpt_user_id: some_text(&claims.chatgpt.user_id).ok_or_else(|| unavailable("user id"))?,
            email: some_text(&claims.email),
            plan_type: some_text(&claims.chatgpt.plan_type).unwrap_or_else(|| "unknown".into()),
            fedramp: claims.chatgpt.is_fedramp.unwrap_or(false),
            access_token: Zeroizing::new(self.access_token.expose().to_owned()),
        })
    }

    /// What requests that carry the access token itself send.
    pub fn bearer(&self, forced_workspaces: &[String]) -> ChatgptTokens {
        let claims = self.claims();
        ChatgptTokens {
            access_token: self.access_token.clone(),
            account_id: self.account(&claims, forced_workspaces),
            fedramp: claims.chatgpt.is_fedramp.unwrap_or(false),
        }
    }

    fn account(&self, claims: &IdClaims, forced_workspaces: &[String]) -> Option<String> {
        let mut forced = forced_workspaces.iter().filter(|id| !id.is_empty());
        match (forced.next(), forced.next()) {
            (Some(only), None) => Some(only.clone()),
            _ => some_text(&self.account_id).or_else(|| some_text(&claims.chatgpt.account_id)),
        }
    }

    /// An id token that cannot be read says nothing.
    fn claims(&self) -> IdClaims {
        self.id_token.as_ref().and_then(id_claims).unwrap_or_default()
    }
}

/// Tokens that never change, such as those a program is given once.
#[async_trait]
impl TokenSource for ChatgptTokens {
    async fn tokens(&self) -> Result<ChatgptTokens, Error> {
        Ok(self.clone())
    }
}

/// What the payload of an id token says.
#[derive(Default, Deserialize)]
struct IdClaims {
    email: Option<String>,
    #[serde(rename = "https://api.openai.com/auth", default)]
    chatgpt: ChatgptClaims,
}

#[derive(Default, Deserialize)]
struct ChatgptClaims {
    #[serde(rename = "chatgpt_account_id")]
    account_id: Option<String>,
    #[serde(rename = "chatgpt_user_id")]
    user_id: Option<String>,
    #[serde(rename = "chatgpt_plan_type")]
    plan_type: Option<String>,
    #[serde(rename = "chatgpt_account_is_fedramp")]
    is_fedramp: Option<bool>,
}

fn id_claims(token: &Secret) -> Option<IdClaims> {
    let mut parts = token.expose().split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let json = Zeroizing::new(URL_SAFE_NO_PAD.decode(payload).ok()?);
    serde_json::from_slice(&json).ok()
}

fn some_text(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

fn unavailable(what: &str) -> Error {
    let message = format!("the ChatGPT login has no {what}, which an agent identity is bound to; log in again");
    Error::new("chatgpt-auth-unavailable", Advice::FixConfig, message)
}
