//! `agent-identity rotate`

use super::backend::Backend;
use super::context::Context;
use super::enrolled::{enrollment, not_registered, surroundings};
use super::failure::Failure;
use super::home::Home;
use super::input::{Source, access_token};
use super::output::Facts;
use super::probe::Probe;
use super::progress::Progress;
use super::stored::{Stored, StoredIdentity, next_record};
use crate::types::Identity;
use crate::types::logins::BaseUrls;
use crate::{Advice, Agent, Component, Enrollment, Error, Surroundings};
use clap::Args;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Change the key: register a new one, try it, and put it in the place of the old one
///
/// The backend knows an agent by its key, so a new key is a new agent of the same account. Until the new one is in place the old one goes
/// on signing, and both are stored; so whatever interrupts this, nothing is lost, and running it again goes on where it ended. The old
/// agent stays registered at the backend: if others may have its key, have it revoked there.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity rotate --token-file token
  agent-identity rotate --token-file token --probe https://api.example/v1/models
  agent-identity rotate --begin --token-file token
  agent-identity rotate --finish
  agent-identity rotate --abort")]
pub struct Rotate {
    /// File with an access token of the account, or `-` for standard input [default: the variable CODEX_ACCESS_TOKEN]
    #[arg(long, value_name = "FILE|-", conflicts_with_all = ["finish", "abort"])]
    token_file: Option<Source>,
    /// Only register the new key; the old one stays in use
    #[arg(long, conflicts_with_all = ["finish", "abort", "probe"])]
    begin: bool,
    /// Only put the key that was registered in the place of the old one
    #[arg(long, conflicts_with = "abort")]
    finish: bool,
    /// Drop the key that was registered; the old one stays in use
    #[arg(long, conflicts_with = "probe")]
    abort: bool,
    #[command(flatten)]
    probe: Probe,
    #[command(flatten)]
    backend: Backend,
}

/// A rotation that is looked at from this process.
struct Rotation<'a> {
    context: &'a Context,
    component: &'a Component,
    home: Home,
    urls: BaseUrls,
    progress: Arc<Progress>,
    enrollment: Enrollment,
    /// The identity in use when the command began.
    present: Identity,
    stage: Stage,
}

/// How far it was when the command began.
enum Stage {
    /// Nothing is registered; this token is what to register with.
    New(Zeroizing<String>),
    /// This identity waits.
    Waiting(String),
}

impl Rotate {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let component = context.component()?;
        let rotation = Rotation::open(context, &component, &self).await?;
        let next = match &rotation.stage {
            Stage::Waiting(_) if self.abort => return rotation.tell("aborted", &rotation.finish(false).await?, None),
            Stage::Waiting(next) => next.clone(),
            Stage::New(token) => rotation.enrollment.rotate(token).await?,
        };
        if self.begin {
            return rotation.tell("pending", &next, None);
        }
        let status = rotation.try_out(&self.probe).await?;
        let id = rotation.finish(true).await?;
        rotation.tell("finished", &id, status)
    }
}

impl<'a> Rotation<'a> {
    async fn open(context: &'a Context, component: &'a Component, command: &Rotate) -> Result<Self, Failure> {
        let home = context.home()?;
        let mut session = context.session(component)?;
        let stored = Stored::read(&home, &mut session).await?;
        let present = match stored.identity {
            StoredIdentity::Record(present, _) => *present,
            StoredIdentity::Jwt => return Err(is_jwt()),
            StoredIdentity::None => return Err(not_registered(&home).await),
        };
        let waiting = stored.next.filter(|next| next.account_id == present.account_id && next.chatgpt_user_id == present.chatgpt_user_id);
        let stage = match waiting {
            Some(next) => Stage::Waiting(next.agent_runtime_id),
            None if command.finish || command.abort => return Err(none_waits()),
            None => Stage::New(access_token(command.token_file.as_ref(), &context.output)?),
        };
        let urls = command.backend.urls(&home, &mut session, None).await?;
        let progress = context.progress("changing the key");
        let enrollment = enrollment(&urls, surroundings(&home, progress.clone()).await?).source("cli").build(component)?;
        Ok(Self { context, component, home, urls, progress, enrollment, present, stage })
    }

    /// Lets the new identity sign a request, if one is named. Whatever comes of it, both stay stored.
    async fn try_out(&self, probe: &Probe) -> Result<Option<u16>, Failure> {
        if !probe.is_wanted() {
            return Ok(None);
        }
        let stays = |failure: Failure| {
            failure.next("the old key stays in use; repeat the command, or give up the new key: agent-identity rotate --abort")
        };
        let document = self.home.record().await?;
        let next = document.as_deref().and_then(|document| next_record(document)).ok_or_else(none_waits)?;
        let agent: Agent = Agent::from_record(self.component, &next, &self.urls.authapi_base)?
            .surroundings(Surroundings::default().inline_observer(self.progress.clone()))
            .build(self.component)?;
        let probed = probe.run(&agent).await.map_err(stays)?;
        probed.map(|probed| probed.accepted().map_err(stays)).transpose()
    }

    async fn finish(&self, accept: bool) -> Result<String, Failure> {
        Ok(self.enrollment.finish_rotation(accept).await?.agent_runtime_id().to_owned())
    }

    fn tell(&self, state: &str, id: &str, status: Option<u16>) -> Result<(), Failure> {
        self.progress.done();
        let is_pending = state == "pending";
        let (present, next) = if is_pending { (self.present.agent_runtime_id.as_str(), Some(id)) } else { (id, None) };
        let replaced = (state == "finished").then_some(self.present.agent_runtime_id.as_str());
        let facts = Facts::new()
            .with("rotation", state)
            .with("agent_runtime_id", present)
            .with("rotation_to", next)
            .with("replaced", replaced)
            .with("account_id", self.present.account_id.clone())
            .with("probe_status", status);
        self.context.output.facts(&facts)?;
        if is_pending {
            self.context.output.note("the old key stays in use; next: agent-identity rotate --finish, or agent-identity rotate --abort");
        }
        Ok(())
    }
}

fn none_waits() -> Failure {
    Failure::config("no rotation is under way", "begin one: agent-identity rotate --token-file FILE")
}

fn is_jwt() -> Failure {
    let error =
        Error::new("auth-material-missing", Advice::FixConfig, "the stored identity is a JWT, whose key is changed by whoever issues it");
    Failure::from(error).next("log in with a new one: agent-identity login --jwt-file FILE")
}
