//! `agent-identity completions`

use super::Cli;
use super::context::Context;
use super::failure::Failure;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print a completion script for a shell
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity completions bash > ~/.local/share/bash-completion/completions/agent-identity
  agent-identity completions fish > ~/.config/fish/completions/agent-identity.fish")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        // Made in memory first: the generator panics when it cannot write.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "agent-identity", &mut script);
        context.output.bytes(&script)
    }
}
