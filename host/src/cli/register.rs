//! `agent-identity register`

use super::backend::Backend;
use super::context::Context;
use super::failure::Failure;
use super::home::{Home, PENDING_KEY, identity_of};
use super::input::{Source, access_token};
use super::output::Facts;
use crate::driver::Observer;
use crate::registering::AgentRegistration;
use crate::session::KeyHandle;
use crate::storage::RECORD;
use crate::types::agents::AgentConfig;
use crate::types::{Identity, PublicForms};
use crate::{Component, Session, Surroundings, agent};
use clap::Args;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Register the key of `init` as an agent
///
/// Sends the public key with an access token of the account, and keeps the id that comes back with the key in `auth.json`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity register --token-file token --account acct-1 --user user-1
  my-login | agent-identity register --token-file - --account acct-1 --user user-1
  CODEX_ACCESS_TOKEN=… agent-identity register --account acct-1 --user user-1")]
pub struct Register {
    #[command(flatten)]
    backend: Backend,
    /// File with the access token, or `-` for standard input [default: the variable CODEX_ACCESS_TOKEN]
    #[arg(long, value_name = "FILE|-")]
    token_file: Option<Source>,
    /// Account the agent acts for
    #[arg(long, value_name = "ID")]
    account: String,
    /// User the agent acts for
    #[arg(long, value_name = "ID")]
    user: String,
    /// E-mail address of the user, kept in the record
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Plan of the account, kept in the record
    #[arg(long, value_name = "PLAN", default_value = "unknown")]
    plan: String,
    /// The account is a FedRAMP one
    #[arg(long)]
    fedramp: bool,
    /// What runs the agent: cli, vscode, exec, mcp or a text of your own
    #[arg(long, value_name = "NAME", default_value = "cli")]
    source: String,
}

impl Register {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let home = context.home()?;
        let component = context.component()?;
        let mut session = context.session(&component)?;
        let key = pending_key(&home, &mut session).await?;
        let public = session.public_forms(&key)?;
        let authapi_base = self.backend.resolve(&home, &mut session).await?;
        self.accept_account(&mut session, &key, &authapi_base)?;
        let token = access_token(self.token_file.as_ref(), &context.output)?;
        let identity = self.register(context, &component, &authapi_base, &public, &token).await?;
        keep(&home, session, &key, &identity).await?;
        home.remember_base(&authapi_base).await?;
        let facts = Facts::new()
            .with("agent_runtime_id", identity.agent_runtime_id)
            .with("account_id", identity.account_id)
            .with("chatgpt_user_id", identity.chatgpt_user_id)
            .with("key_thumbprint", public.thumbprint)
            .with("authapi_base", authapi_base)
            .with("record", home.shown(RECORD).await);
        context.output.facts(&facts)?;
        context.output.note("next: agent-identity task");
        Ok(())
    }

    /// Asks the component whether it would sign for this account (A5): a record that cannot be used must not be registered for.
    fn accept_account(&self, session: &mut Session, key: &KeyHandle, authapi_base: &str) -> Result<(), Failure> {
        let config = AgentConfig {
            agent_runtime_id: "agent".into(),
            account_id: Some(self.account.clone()),
            chatgpt_user_id: Some(self.user.clone()),
            fedramp: self.fedramp,
            authapi_base: authapi_base.into(),
            correct_clock: true,
            skew_threshold_s: None,
            clock_offset_ms: 0,
        };
        let agent = session.open_agent(&config, key)?;
        Ok(session.release(agent)?)
    }

    async fn register(
        &self,
        context: &Context,
        component: &Component,
        authapi_base: &str,
        public: &PublicForms,
        token: &Zeroizing<String>,
    ) -> Result<Identity, Failure> {
        let progress: Arc<dyn Observer> = context.progress("registering the agent");
        let agent_runtime_id = AgentRegistration::new(authapi_base, public.raw.clone(), agent::description(&self.source))
            .fedramp(self.fedramp)
            .surroundings(Surroundings::default().inline_observer(progress))
            .run(component, token)
            .await?;
        Ok(Identity {
            agent_runtime_id,
            account_id: self.account.clone(),
            chatgpt_user_id: self.user.clone(),
            email: self.email.clone(),
            plan_type: self.plan.clone(),
            fedramp: self.fedramp,
            task_id: None,
        })
    }
}

/// The key to register. One that the record holds already was left over by an interrupted run.
async fn pending_key(home: &Home, session: &mut Session) -> Result<KeyHandle, Failure> {
    let record = home.record().await?;
    let registered = match &record {
        Some(record) => identity_of(session, record)?,
        None => None,
    };
    let pending = home.pending_key(session).await?;
    match (pending, registered, &record) {
        (Some(pending), Some(identity), Some(record)) if is_key_of(session, &pending, record)? => {
            home.storage().await?.erase(PENDING_KEY).await?;
            Err(already_registered(&identity))
        }
        (Some(pending), ..) => Ok(pending),
        (None, Some(identity), _) => Err(already_registered(&identity)),
        (None, None, _) => Err(Failure::config(format!("{} holds no key", home.path().display()), "make one: agent-identity init")),
    }
}

fn is_key_of(session: &mut Session, pending: &KeyHandle, record: &[u8]) -> Result<bool, Failure> {
    let Ok(stored) = session.record_key(record) else { return Ok(false) };
    Ok(session.public_forms(&stored)?.raw == session.public_forms(pending)?.raw)
}

fn already_registered(identity: &Identity) -> Failure {
    Failure::config(
        format!("the key is registered already, as {}", identity.agent_runtime_id),
        "register its run task: agent-identity task; or make another identity: agent-identity init --force",
    )
}

/// The record first, then the pending key goes: a crash in between leaves the key twice, never not at all.
async fn keep(home: &Home, mut session: Session, key: &KeyHandle, identity: &Identity) -> Result<(), Failure> {
    home.update_record(|record| Ok(session.write_record(record, identity, key)?)).await?;
    Ok(home.storage().await?.erase(PENDING_KEY).await?)
}
