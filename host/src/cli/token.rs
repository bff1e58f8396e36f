//! `agent-identity token`

use super::context::Context;
use super::failure::Failure;
use super::output::Facts;
use super::provider_choice::ProviderChoice;
use crate::auth::{Secret, TokenCommand};
use crate::provider::{CommandAuth, CredentialSource};
use crate::system::SystemClock;
use clap::Args;
use serde_json::json;
use std::io::{IsTerminal, stdout};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Run the command that prints a provider's bearer token
///
/// Runs it as requests to that provider do: without a shell, without input, and killed with all it has started when it takes too long.
/// The token is printed to a pipe or a file; on a terminal only with --show.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity token -- my-login print-token
  agent-identity token --provider config.toml --provider-id proxy | wc -c
  agent-identity token --timeout-ms 500 --json -- ./token.sh")]
pub struct Token {
    #[command(flatten)]
    provider: ProviderChoice,
    /// Kill the command after so many milliseconds [default: what the provider says, else 5000]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout_ms: Option<u64>,
    /// Print the token on a terminal too
    #[arg(long)]
    show: bool,
    /// The command and its arguments; no argument should be a secret
    #[arg(last = true, value_name = "COMMAND", required_unless_present = "provider", conflicts_with = "provider")]
    command: Vec<String>,
}

impl Token {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let auth = self.auth(context)?;
        let progress = context.progress("running the token command");
        let printed = TokenCommand::new(auth, Arc::new(SystemClock)).token().await;
        progress.done();
        self.tell(context, &printed?.token)
    }

    fn auth(&self, context: &Context) -> Result<CommandAuth, Failure> {
        let timeout = self.timeout_ms.map(Duration::from_millis);
        if let Some((command, args)) = self.command.split_first() {
            let timeout = timeout.unwrap_or(Duration::from_secs(5));
            let (command, args) = (command.clone(), args.to_vec());
            return Ok(CommandAuth { command, args, timeout, refresh_interval: Duration::ZERO, cwd: PathBuf::new() });
        }
        match self.provider.read(&context.output)? {
            Some(provider) => match provider.credentials {
                CredentialSource::Command(auth) => Ok(CommandAuth { timeout: timeout.unwrap_or(auth.timeout), ..auth }),
                _ => Err(Failure::config(
                    format!("the provider {} gets its credential in another way ({})", provider.id, provider.class()),
                    "name one with a command in its `auth` table",
                )),
            },
            None => Err(Failure::usage("there is no command", "give one after --, or a provider with --provider FILE")),
        }
    }

    fn tell(&self, context: &Context, token: &Secret) -> Result<(), Failure> {
        let token = token.expose();
        if !self.show && stdout().is_terminal() {
            return context.output.facts(&Facts::new().with("characters", token.len()).with("shown", false));
        }
        if context.output.is_json() { context.output.json(&json!({ "token": token })) } else { context.output.line(token) }
    }
}
