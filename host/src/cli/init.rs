//! `agent-identity init`

use super::backend::Backend;
use super::context::Context;
use super::failure::Failure;
use super::home::{Home, PENDING_KEY, identity_of};
use super::input::Source;
use super::keygen::PrivateFormName;
use super::output::Facts;
use super::stored::is_jwt;
use crate::session::KeyHandle;
use crate::storage::RECORD;
use crate::{Session, agent};
use clap::Args;

/// Make the home folder and a key, or take over a key
///
/// The key waits in the home folder (mode 0600) until `register` has registered it. The backend given here is remembered.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity init
  agent-identity init --authapi-base http://127.0.0.1:8080/api/accounts
  agent-identity init --key-file agent.pem --form pkcs8-pem")]
pub struct Init {
    #[command(flatten)]
    backend: Backend,
    /// Take over the private key in FILE, or on standard input (`-`), instead of making one
    #[arg(long, value_name = "FILE|-", requires = "form")]
    key_file: Option<Source>,
    /// Form of that key
    #[arg(long, requires = "key_file")]
    form: Option<PrivateFormName>,
    /// Make a new key although there is one. A registered identity stays in use until the new key is registered
    #[arg(long)]
    force: bool,
}

impl Init {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let home = context.home()?;
        let component = context.component()?;
        let mut session = context.session(&component)?;
        if !self.force {
            refuse_to_overwrite(&home, &mut session).await?;
        }
        let key = self.key(&mut session, context)?;
        let public = session.public_forms(&key)?;
        let authapi_base = self.backend.resolve(&home, &mut session).await?;
        accept_base(&mut session, &authapi_base, &public.raw)?;
        home.remember_base(&authapi_base).await?;
        home.write_pending_key(&mut session, &key).await?;
        let facts = Facts::new()
            .with("home", home.path().display().to_string())
            .with("key_thumbprint", public.thumbprint)
            .with("public_key", public.ssh)
            .with("authapi_base", authapi_base);
        context.output.facts(&facts)?;
        context.output.note("next: agent-identity register --token-file FILE --account ID --user ID");
        Ok(())
    }

    fn key(&self, session: &mut Session, context: &Context) -> Result<KeyHandle, Failure> {
        match (&self.key_file, self.form) {
            (Some(source), Some(form)) => form.import(session, source, &context.output),
            _ => Ok(session.generate_key()?),
        }
    }
}

async fn refuse_to_overwrite(home: &Home, session: &mut Session) -> Result<(), Failure> {
    if home.has(PENDING_KEY).await? {
        let message = format!("{} holds a key already", home.shown(PENDING_KEY).await);
        return Err(Failure::config(message, "register it: agent-identity register; or replace it: agent-identity init --force"));
    }
    let Some(record) = home.record().await? else { return Ok(()) };
    if identity_of(session, &record)?.is_some() || is_jwt(&record) {
        let message = format!("{} holds a registered identity already", home.shown(RECORD).await);
        return Err(Failure::config(
            message,
            "use it: agent-identity task; or make another one: agent-identity init --force, or --home DIR",
        ));
    }
    Ok(())
}

/// Asks the component whether it would register there (C7). Nothing is sent.
fn accept_base(session: &mut Session, authapi_base: &str, public_key: &[u8]) -> Result<(), Failure> {
    let key = session.import_verifying_key(crate::types::PublicForm::Raw, public_key)?;
    let operation = session.begin_register_agent(authapi_base, &key, &agent::description("cli"), "unused", false)?;
    Ok(session.release(operation)?)
}
