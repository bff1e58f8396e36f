//! `agent-identity serve`

use super::built_console::built_console;
use super::context::Context;
use super::failure::Failure;
use super::interruption::Interruption;
use super::output::Facts;
use super::private_file;
use crate::authority::{Authority, AuthorityConfig, Database, Faults, IdentitySubject, RunningAuthority, TaskIds, replay_mode};
use crate::types::verification::ReplayMode;
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Run a backend: registration, verification, replay protection
///
/// The authority registers agents and tasks and judges every signed request strictly. It listens on a loopback address and
/// runs until it is interrupted. For development, tests, and teams that want a backend of their own.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity serve
  agent-identity serve --listen 127.0.0.1:8080 --database authority.db
  agent-identity serve --token-file token --account acct-1 --user user-1
  agent-identity serve --jwt-file jwt --account acct-1 --user user-1
  agent-identity serve --console
  agent-identity serve --fault 500:2,skew:+400s")]
pub struct Serve {
    /// Loopback address to listen on; port 0 is any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// SQLite file to keep everything in [default: memory]
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// How often one header is accepted: off (always), cap:N or strict (once)
    #[arg(long, value_name = "MODE", default_value = "cap:32", value_parser = replay_mode)]
    replay: ReplayMode,
    /// How old a header may be, 1 to 900
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    max_age: u32,
    /// How far ahead its time may be, 0 to 60
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    ahead: u32,
    /// How task ids are answered: plain, sealed or alternating
    #[arg(long, value_name = "HOW", default_value = "plain")]
    task_ids: TaskIds,
    /// What goes wrong on purpose: a list such as 500:2,slow:3s,skew:+400s,401-task:1,drop:1
    #[arg(long, value_name = "LIST", default_value = "")]
    fault: Faults,
    /// Write an access token for `register` into FILE (mode 0600, replaced)
    #[arg(long, value_name = "FILE", requires_all = ["account", "user"])]
    token_file: Option<PathBuf>,
    /// Write an identity JWT of a new agent for `login` into FILE (mode 0600, replaced)
    #[arg(long, value_name = "FILE", requires_all = ["account", "user"])]
    jwt_file: Option<PathBuf>,
    /// Serve the console, a page for browsers: the one built in the checkout, or the one in DIR
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    console: Option<Option<PathBuf>>,
    /// Account of that token or JWT
    #[arg(long, value_name = "ID", requires = "user")]
    account: Option<String>,
    /// User of that token or JWT
    #[arg(long, value_name = "ID", requires = "account")]
    user: Option<String>,
}

impl Serve {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let component = context.component()?;
        let config = AuthorityConfig {
            listen: self.listen,
            database: self.database.clone().map_or(Database::Memory, Database::File),
            replay: self.replay,
            max_age_s: self.max_age,
            ahead_s: self.ahead,
            task_ids: self.task_ids,
            faults: self.fault.clone(),
            console: self.console.as_ref().map(|folder| built_console(folder.as_deref())).transpose()?,
            ..AuthorityConfig::default()
        };
        // Listened for from here on: whoever reads what is told may interrupt at once.
        let interruption = Interruption::listen()?;
        let authority = Authority::start(&component, config).await?;
        // Told only when the token is there, so that whoever waits for the first line finds it.
        let told = match self.write_tokens(&authority).await {
            Ok(()) => self.tell(context, &authority),
            Err(failure) => Err(failure),
        };
        if told.is_ok() {
            interruption.wait().await;
        }
        authority.shutdown().await?;
        told
    }

    fn tell(&self, context: &Context, authority: &RunningAuthority) -> Result<(), Failure> {
        context.output.facts(
            &Facts::new()
                .with("listening_on", authority.base_url())
                .with("authapi_base", authority.authapi_base())
                .with("responses_url", authority.responses_url())
                .with("jwks_url", authority.jwks_url())
                .with("console_url", authority.console_url())
                .with("database", self.database.as_ref().map_or_else(|| "memory".to_owned(), |path| path.display().to_string()))
                .with("token_file", self.token_file.as_ref().map(|path| path.display().to_string()))
                .with("jwt_file", self.jwt_file.as_ref().map(|path| path.display().to_string())),
        )?;
        if let (Some(file), Some(account), Some(user)) = (&self.token_file, &self.account, &self.user) {
            context.output.note(format!("next, in another terminal: agent-identity init --authapi-base {}", authority.authapi_base()));
            context
                .output
                .note(format!("          then: agent-identity register --token-file {} --account {account} --user {user}", file.display()));
        }
        if let Some(file) = &self.jwt_file {
            let (base, jwks) = (authority.authapi_base(), authority.jwks_url());
            let login = format!("agent-identity login --jwt-file {} --authapi-base {base} --jwks-url {jwks}", file.display());
            context.output.note(format!("in another terminal: {login}"));
        }
        if let Some(url) = authority.console_url() {
            context.output.note(format!("open {url} in a browser"));
        }
        context.output.note("Ctrl-C ends it");
        Ok(())
    }

    async fn write_tokens(&self, authority: &RunningAuthority) -> Result<(), Failure> {
        let (Some(account), Some(user)) = (&self.account, &self.user) else { return Ok(()) };
        if let Some(file) = &self.token_file {
            let token = Zeroizing::new(authority.development_token(account, user).await?);
            private_file::replace(file, token.as_bytes())?;
        }
        if let Some(file) = &self.jwt_file {
            let identity = authority.identity_jwt(&IdentitySubject::new(account, user)).await?;
            private_file::replace(file, identity.jwt.as_bytes())?;
        }
        Ok(())
    }
}
