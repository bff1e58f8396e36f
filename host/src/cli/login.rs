//! `agent-identity login`

use super::backend::Backend;
use super::context::Context;
use super::enrolled::{enrollment, surroundings};
use super::failure::Failure;
use super::home::Home;
use super::input::{Source, access_token, of_environment};
use super::output::Facts;
use super::stored::Stored;
use crate::enrollment::ManagedLogin;
use crate::storage::RECORD;
use crate::types::Identity;
use crate::types::logins::BaseUrls;
use crate::{Agent, Session};
use clap::Args;
use zeroize::Zeroizing;

/// Log in: with an identity JWT, or as an account with its access token
///
/// An identity JWT speaks for an agent that is registered already and holds its key. It is verified with the backend's key set
/// and kept in the home folder.
///
/// With --account and --user an agent is had for that account, in one step: the one that is stored, else a new key, its registration
/// and a run task. Either all of that succeeds, or nothing is kept. `init` and `register` do the same step by step: they can take over
/// a key of yours, and keep a key whose registration failed.
///
/// Whoever was logged in before is logged out by that.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity login --jwt-file identity.jwt
  my-login --print-jwt | agent-identity login --jwt-file - --allowed-workspace acct-1
  agent-identity login --token-file token --account acct-1 --user user-1
  agent-identity login --jwt-file jwt --authapi-base http://127.0.0.1:8080/api/accounts \\
      --jwks-url http://127.0.0.1:8080/backend-api/wham/agent-identities/jwks")]
pub struct Login {
    /// File with an identity JWT, or `-` for standard input [default: the variable CODEX_ACCESS_TOKEN]
    #[arg(long, value_name = "FILE|-", conflicts_with_all = ["token_file", "account"])]
    jwt_file: Option<Source>,
    /// URL of the key set that the JWT is verified with [default: what `login` remembered, else the production service's]
    #[arg(long, value_name = "URL", conflicts_with = "account")]
    jwks_url: Option<String>,
    /// Account that may be logged in to; may be repeated [default: any]
    #[arg(long, value_name = "ID", conflicts_with = "account")]
    allowed_workspace: Vec<String>,
    /// File with an access token of the account, or `-` for standard input [default: the variable CODEX_ACCESS_TOKEN]
    #[arg(long, value_name = "FILE|-", requires = "account")]
    token_file: Option<Source>,
    /// Account the agent acts for
    #[arg(long, value_name = "ID", requires = "user")]
    account: Option<String>,
    /// User the agent acts for
    #[arg(long, value_name = "ID", requires = "account")]
    user: Option<String>,
    /// E-mail address of the user, kept in the record
    #[arg(long, value_name = "ADDRESS", requires = "account")]
    email: Option<String>,
    /// Plan of the account, kept in the record [default: unknown]
    #[arg(long, value_name = "PLAN", requires = "account")]
    plan: Option<String>,
    /// The account is a FedRAMP one
    #[arg(long, requires = "account")]
    fedramp: bool,
    /// What runs the agent: cli, vscode, exec, mcp or a text of your own
    #[arg(long, value_name = "NAME", default_value = "cli")]
    source: String,
    #[command(flatten)]
    backend: Backend,
}

/// What is logged in with.
enum Credential {
    Account(ManagedLogin),
    Jwt(Zeroizing<String>),
}

impl Login {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let home = context.home()?;
        let component = context.component()?;
        let mut session = context.session(&component)?;
        let before = Stored::read(&home, &mut session).await.map_err(damaged)?;
        let urls = self.backend.urls(&home, &mut session, self.jwks_url.as_deref()).await?;
        let credential = self.credential(&mut session, context)?;
        let progress = context.progress("logging in");
        let enrollment = enrollment(&urls, surroundings(&home, progress.clone()).await?)
            .source(&self.source)
            .allowed_workspaces(self.allowed_workspace.iter().cloned())
            .build(&component)?;
        let agent = match credential {
            Credential::Account(login) => enrollment.bootstrap(&login, None).await?,
            Credential::Jwt(jwt) => enrollment.login(&jwt).await?,
        };
        progress.done();
        self.remember(&home, &urls).await?;
        self.tell(context, home.shown(RECORD).await, &urls, &agent, before.record())
    }

    fn credential(&self, session: &mut Session, context: &Context) -> Result<Credential, Failure> {
        let (Some(account), Some(user)) = (&self.account, &self.user) else {
            return self.identity_jwt(session, context).map(Credential::Jwt);
        };
        Ok(Credential::Account(ManagedLogin {
            account_id: account.clone(),
            chatgpt_user_id: user.clone(),
            email: self.email.clone(),
            plan_type: self.plan.clone().unwrap_or_else(|| "unknown".into()),
            fedramp: self.fedramp,
            access_token: access_token(self.token_file.as_ref(), &context.output)?,
        }))
    }

    fn identity_jwt(&self, session: &mut Session, context: &Context) -> Result<Zeroizing<String>, Failure> {
        let jwt = match &self.jwt_file {
            Some(source) => source.read_secret_text("an identity JWT", &context.output)?,
            None => of_environment().ok_or_else(|| {
                let next = "name a file with --jwt-file FILE, or set CODEX_ACCESS_TOKEN; or have an agent registered: --token-file FILE --account ID --user ID";
                Failure::usage("there is no identity JWT", next)
            })?,
        };
        if session.access_token_kind(&jwt)?.as_deref() == Some("personal-access-token") {
            let next = "send it as it is, as a bearer token; or give an identity JWT: --jwt-file FILE";
            return Err(Failure::config("this is a personal access token, which holds no identity", next));
        }
        Ok(jwt)
    }

    async fn remember(&self, home: &Home, urls: &BaseUrls) -> Result<(), Failure> {
        home.remember_base(&urls.authapi_base).await?;
        match self.account {
            Some(_) => Ok(()),
            None => home.remember(|settings| settings.jwks_url = Some(urls.jwks_url.clone())).await,
        }
    }

    fn tell(&self, context: &Context, record: String, urls: &BaseUrls, agent: &Agent, before: Option<&Identity>) -> Result<(), Failure> {
        let is_same = before.is_some_and(|before| before.agent_runtime_id == agent.agent_runtime_id());
        let run_task = agent.task(None)?;
        let next = if run_task.is_some() { "agent-identity request URL" } else { "agent-identity task" };
        let facts = Facts::new()
            .with("mode", if self.account.is_some() { "record" } else { "jwt" })
            .with("agent_runtime_id", agent.agent_runtime_id())
            .with("account_id", agent.account_id())
            .with("chatgpt_user_id", agent.chatgpt_user_id())
            .with("run_task", run_task)
            .with("reused", self.account.is_some().then_some(is_same))
            .with("authapi_base", urls.authapi_base.clone())
            .with("record", record);
        context.output.facts(&facts)?;
        if let Some(before) = before.filter(|_| !is_same) {
            context.output.note(format!("{} of account {} was logged out by that", before.agent_runtime_id, before.account_id));
        }
        context.output.note(format!("next: {next}"));
        Ok(())
    }
}

/// Of what is stored already.
fn damaged(failure: Failure) -> Failure {
    if failure.code() == Some("record-invalid") { failure.next("remove it: agent-identity logout; then repeat") } else { failure }
}
