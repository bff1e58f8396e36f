//! The user agent of a process (6-9).

use super::machine;
use crate::error::Error;
use crate::metadata::{OriginatorCandidates, OriginatorRules, UserAgent};
use crate::session::Session;
use clap::Args;

#[derive(Args)]
#[command(next_help_heading = "User agent")]
pub struct Agent {
    /// Show the user agent too
    #[arg(long)]
    user_agent: bool,
    /// Version of the program [default: of this one]
    #[arg(long, value_name = "VERSION", requires = "user_agent")]
    app_version: Option<String>,
    /// Name of the operating system [default: of this machine]
    #[arg(long, value_name = "NAME", requires = "user_agent")]
    os: Option<String>,
    /// Its version [default: of this machine]
    #[arg(long, value_name = "VERSION", requires = "user_agent")]
    os_version: Option<String>,
    /// Processor architecture; empty if it is not known [default: of this machine]
    #[arg(long, value_name = "NAME", requires = "user_agent")]
    arch: Option<String>,
    /// The terminal [default: by TERM_PROGRAM, else TERM]
    #[arg(long, value_name = "NAME", requires = "user_agent")]
    terminal: Option<String>,
    /// What a client adds for the whole process
    #[arg(long, value_name = "TEXT", requires = "user_agent")]
    suffix: Option<String>,
}

impl Agent {
    /// Of this program, on this machine.
    pub fn of_this_program() -> Self {
        Self { user_agent: true, app_version: None, os: None, os_version: None, arch: None, terminal: None, suffix: None }
    }

    /// The user agent, if it is asked for. It has the originator of the process, not that of a thread.
    pub fn render(&self, process: Option<&str>, session: &mut Session) -> Result<Option<String>, Error> {
        if !self.user_agent {
            return Ok(None);
        }
        let process = OriginatorCandidates { process: process.map(Into::into), ..OriginatorCandidates::default() };
        let originator = session.resolve_originator(&process, &OriginatorRules::default())?.value;
        let machine = machine::here();
        let parts = UserAgent {
            originator,
            version: self.app_version.clone().unwrap_or_else(|| env!("CARGO_PKG_VERSION").into()),
            os: self.os.clone().unwrap_or(machine.os),
            os_version: self.os_version.clone().unwrap_or(machine.os_version),
            arch: Some(self.arch.clone().unwrap_or(machine.arch)).filter(|arch| !arch.is_empty()),
            terminal: self.terminal.clone().unwrap_or(machine.terminal),
            suffix: self.suffix.clone(),
        };
        session.render_user_agent(&parts).map(Some)
    }
}
