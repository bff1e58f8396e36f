//! Which credential a request carries, decided anew for every attempt (`spec/identity.md` §9, `spec/metadata.md` 11-3).
//!
//! - [`Authorizer`] is what clients ask, once before each attempt and once after a refusal.
//! - [`ProviderAuth`] is the authoriser of a provider and a [`Login`].
//! - [`Identities`] is what makes assertions: it bootstraps and registers as needed.
//! - [`TokenSource`] hands out ChatGPT bearer tokens.
//! - [`AwsLogin`] is what a program adds for AWS.
//! - [`RequestSigner`] signs requests as a whole.

mod aws;
mod credential;
mod login;
mod provider_auth;
mod secret;
mod signing;
mod stored_login;
mod table;
mod token_command;

pub use aws::{AwsKeys, AwsLogin, StoredAwsKey};
pub use credential::{Assertion, Credential, CredentialKind, HeaderField};
pub use login::{Login, Policy};
pub use provider_auth::ProviderAuth;
pub use secret::Secret;
pub use signing::RequestSigner;
pub use stored_login::{FoundLogin, LoginSource, LoginSources, StoredLogin, StoredTokens, find_login};
pub use token_command::{PrintedToken, TokenCommand};

use crate::agent::ResponseFacts;
use crate::error::Error;
use async_trait::async_trait;
use std::sync::atomic::{AtomicU64, Ordering};

/// Gives every attempt of a request its credential.
#[async_trait]
pub trait Authorizer: Send + Sync {
    /// The credential of one attempt. Nothing is cached by the caller. On an error nothing is sent (A6, S4); advice `back-off`
    /// marks a transient one, which counts as a network error (11-3).
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Credential, Error>;

    /// What to do about a refusal (401 or 403) of an attempt that carried `sent`. A caller repeats a request at most once (D2).
    async fn recover(&self, attempt: &Attempt<'_>, sent: &Credential, refusal: &ResponseFacts) -> Result<Recovery, Error>;
}

/// Makes assertions for one login.
#[async_trait]
pub trait Identities: Send + Sync {
    /// The header fields of an assertion, after whatever has to be registered first. Where nothing can be registered, what is
    /// there is used. The code of an error tells the state of §9: `key-…`, `bootstrap-unavailable` (only ever the managed
    /// bootstrap, N12), `run-task-missing`, and every other.
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Assertion, Error>;

    /// What a refusal of `sent` means (§10), after whatever has to be registered or corrected (D1, D5).
    async fn recover(&self, attempt: &Attempt<'_>, sent: &Assertion, refusal: &ResponseFacts) -> Result<Recovery, Error>;

    /// Whether registering and bootstrapping are possible here (P13, P21).
    fn can_register(&self) -> bool;
}

/// Hands out the ChatGPT tokens of one login.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// The tokens to use now, refreshed if they are about to expire.
    async fn tokens(&self) -> Result<ChatgptTokens, Error>;

    /// Replaces tokens that a server refused with 401; whether there are others now. Sources that cannot say no.
    async fn renew(&self, refused: &ChatgptTokens) -> Result<bool, Error> {
        let _ = refused;
        Ok(false)
    }
}

/// A ChatGPT bearer token and the account it is used for.
#[derive(Clone, Debug)]
pub struct ChatgptTokens {
    /// Sent as `Authorization: Bearer`.
    pub access_token: Secret,
    /// Sent as `ChatGPT-Account-ID`, if known.
    pub account_id: Option<String>,
    /// Whether `X-OpenAI-Fedramp: true` is sent.
    pub fedramp: bool,
}

/// One attempt of one request.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// What kind of request it is.
    pub scope: Scope,
    /// The conversation it belongs to; the fallback of P19 is engaged for it alone.
    pub conversation: &'a str,
    /// The task it is for: a normalised reference, or none for the run task.
    pub reference: Option<&'a str>,
    /// The endpoint it goes to, such as `responses`; only shown to people who approve it, and in events.
    pub endpoint: &'a str,
    /// The request, which is the same for all its attempts. Without it every attempt counts as a request.
    pub request: Option<RequestNumber>,
}

/// Tells the requests of a process apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestNumber(u64);

impl RequestNumber {
    /// A number that no other request has.
    pub fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl<'a> Attempt<'a> {
    /// An attempt for the run task.
    pub fn new(scope: Scope, conversation: &'a str, endpoint: &'a str) -> Self {
        Self { scope, conversation, reference: None, endpoint, request: None }
    }

    /// The same as one of the attempts of this request.
    #[must_use]
    pub fn of_request(self, number: RequestNumber) -> Self {
        Self { request: Some(number), ..self }
    }

    /// The same for the task of a normalised reference.
    #[must_use]
    pub fn for_task(self, reference: Option<&'a str>) -> Self {
        Self { reference, ..self }
    }
}

/// The scope of §9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Inference and compaction.
    Scoped,
    /// Every other request.
    Plain,
}

/// What to do about a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Authorise and send the whole request once more.
    Repeat,
    /// Give the refusal to the caller, with the code that explains it, if there is one.
    Surface(Option<String>),
}
