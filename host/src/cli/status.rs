//! `agent-identity status`

use super::backend::Backend;
use super::context::Context;
use super::failure::{Exit, Failure};
use super::home::{Home, PENDING_KEY};
use super::output::Facts;
use super::storage_choice::StorageName;
use super::stored::{Stored, StoredIdentity};
use crate::storage::RECORD;
use clap::Args;
use serde_json::Value;

/// Show who is logged in, without any network
///
/// Prints identity, key thumbprint, tasks, storage and backend; nothing of it is secret. Exit code 0 when an identity is there, 1 when
/// there is none. Whether the backend still accepts it, `agent-identity doctor` finds out.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity status
  agent-identity status --json | jq -r .agent_runtime_id")]
pub struct Status {
    #[command(flatten)]
    backend: Backend,
}

impl Status {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let home = context.home()?;
        let component = context.component()?;
        let mut session = context.session(&component)?;
        let stored = Stored::read(&home, &mut session).await?;
        let pending = home.has(PENDING_KEY).await?;
        let urls = self.backend.urls(&home, &mut session, None).await?;
        let facts = Facts::new().with("mode", mode(&stored, pending)).with("auth_mode", stored.auth_mode.clone());
        let facts = identity_facts(facts, &stored);
        let facts = facts.with("pending_key", if pending { Value::from(home.shown(PENDING_KEY).await) } else { Value::Null });
        let facts = storage_facts(facts, &home).await?.with("authapi_base", urls.authapi_base);
        let facts = if matches!(stored.identity, StoredIdentity::Jwt) { facts.with("jwks_url", urls.jwks_url) } else { facts };
        context.output.facts(&facts)?;
        self.advise(context, &stored, pending)
    }

    fn advise(&self, context: &Context, stored: &Stored, pending: bool) -> Result<(), Failure> {
        if stored.next.is_some() {
            context.output.note("a rotation is under way; finish it: agent-identity rotate");
        }
        match (&stored.identity, pending) {
            (StoredIdentity::Record(_, Err(error)), _) => Err(error.clone().into()),
            (StoredIdentity::Record(..), _) => Ok(()),
            (StoredIdentity::Jwt, _) => {
                context.output.note("whose JWT it is counts only once it is verified: agent-identity doctor");
                Ok(())
            }
            (StoredIdentity::None, true) => self.logged_out(context, "agent-identity register --token-file FILE --account ID --user ID"),
            (StoredIdentity::None, false) => self.logged_out(context, "agent-identity login, or agent-identity init"),
        }
    }

    fn logged_out(&self, context: &Context, next: &str) -> Result<(), Failure> {
        context.output.note(format!("next: {next}"));
        Err(Failure::told(Exit::Failed))
    }
}

fn mode(stored: &Stored, pending: bool) -> &'static str {
    match &stored.identity {
        StoredIdentity::Record(..) => "record",
        StoredIdentity::Jwt => "jwt",
        StoredIdentity::None if pending => "pending",
        StoredIdentity::None => "none",
    }
}

fn identity_facts(facts: Facts, stored: &Stored) -> Facts {
    let record = stored.record();
    let thumbprint = match &stored.identity {
        StoredIdentity::Record(_, Ok(public)) => Some(public.thumbprint.clone()),
        _ => None,
    };
    let (count, why) = match &stored.tasks {
        Ok(tasks) => (tasks.len(), tasks.len().to_string()),
        Err(why) => (0, format!("0: {why}")),
    };
    facts
        .with("agent_runtime_id", record.map(|record| record.agent_runtime_id.clone()))
        .with("account_id", record.map(|record| record.account_id.clone()))
        .with("chatgpt_user_id", record.map(|record| record.chatgpt_user_id.clone()))
        .with("email", record.and_then(|record| record.email.clone()))
        .with("plan", record.map(|record| record.plan_type.clone()))
        .with("fedramp", record.map(|record| record.fedramp))
        .with("key_thumbprint", thumbprint)
        .with("run_task", record.and_then(|record| record.task_id.clone()))
        .shown("stored_tasks", count, why)
        .with("rotation_to", stored.next.as_ref().map(|next| next.agent_runtime_id.clone()))
}

async fn storage_facts(facts: Facts, home: &Home) -> Result<Facts, Failure> {
    let kept = home.kept().await?;
    let mode = match kept.name {
        StorageName::File => home.inspect(RECORD).await?.mode.map(|mode| format!("{:04o}", mode & 0o7777)),
        _ => None,
    };
    Ok(facts.with("storage", kept.name.to_string()).with("record", home.shown(RECORD).await).with("record_mode", mode))
}
