//! The component's own table decides in every test; identities and tokens are scripted, token commands are real processes.

mod doubles;
mod leaks;
mod recovery;
mod rows;
mod switching;

use super::super::{Assertion, ChatgptTokens, CredentialKind, TokenSource};
use super::*;
use doubles::{Recorder, Tokens, agent_login, managed_login, provider};
use serde_json::json;
use std::sync::OnceLock;

fn component() -> &'static Component {
    static COMPONENT: OnceLock<Component> = OnceLock::new();
    COMPONENT.get_or_init(|| Component::load().unwrap())
}

/// Policy `chatgpt-auth`, an environment without variables.
fn auth(provider: Provider, login: Login) -> ProviderAuth {
    let auth = ProviderAuth::new(component(), Arc::new(provider), login).unwrap();
    auth.policy(Policy::ChatgptAuth).environment(Arc::new(|_: &str| None))
}

fn scoped() -> Attempt<'static> {
    Attempt::new(Scope::Scoped, "conversation-1", "responses")
}

fn plain() -> Attempt<'static> {
    Attempt::new(Scope::Plain, "conversation-1", "models")
}

/// Row, kind and the fields that go out.
async fn sent(auth: &ProviderAuth, attempt: &Attempt<'_>) -> (String, CredentialKind, Vec<String>) {
    let credential = auth.authorize(attempt).await.unwrap();
    (credential.row().to_owned(), credential.kind(), lines(&credential))
}

/// The code of an error; nothing is sent then.
async fn code(auth: &ProviderAuth, attempt: &Attempt<'_>) -> String {
    auth.authorize(attempt).await.unwrap_err().code
}

fn lines(credential: &Credential) -> Vec<String> {
    credential.headers().iter().map(|(name, value)| format!("{name}: {}", value.expose())).collect()
}

fn expected(row: &str, kind: CredentialKind, lines: &[&str]) -> (String, CredentialKind, Vec<String>) {
    (row.into(), kind, lines.iter().copied().map(Into::into).collect())
}
