//! `agent-identity logout`

use super::backend::Backend;
use super::context::Context;
use super::enrolled::{enrollment, surroundings};
use super::failure::{Exit, Failure};
use super::home::{Home, PENDING_KEY};
use super::output::{Facts, paint};
use super::stored::Stored;
use crate::storage::{RECORD, TASKS};
use clap::Args;
use clap::builder::styling::AnsiColor;
use std::io::{BufRead, IsTerminal, stderr, stdin};

/// Forget the identity: its key, its record and its tasks
///
/// Asks first, unless --yes says so already. `auth.json` goes as a whole, with the logins of other programs in it. Nothing is sent:
/// the agent stays registered at the backend, which cannot be used without its key. A key that waits for its registration stays.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity logout
  agent-identity logout --yes --json")]
pub struct Logout {
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Logout {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let home = context.home()?;
        let erased = present(&home).await?;
        if !erased.is_empty() {
            let component = context.component()?;
            let mut session = context.session(&component)?;
            self.confirm(context, &what_goes(&home, &mut session).await)?;
            // Only checked: nothing is sent there.
            let urls = Backend::default().urls(&home, &mut session, None).await?;
            let surroundings = surroundings(&home, context.progress("logging out")).await?;
            enrollment(&urls, surroundings).build(&component)?.logout().await?;
            home.forget_migration().await?;
        }
        context
            .output
            .facts(&Facts::new().shown("erased", erased.clone(), told(&erased)).with("home", home.path().display().to_string()))?;
        if home.has(PENDING_KEY).await? {
            context.output.note(format!("{} stays; agent-identity init --force replaces it", home.shown(PENDING_KEY).await));
        }
        Ok(())
    }

    fn confirm(&self, context: &Context, what: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        if !stdin().is_terminal() || !stderr().is_terminal() {
            return Err(Failure::usage(
                format!("nobody can be asked, and this cannot be undone: {what}"),
                "if that is meant, say so: --yes",
            ));
        }
        anstream::eprint!("{} {what}. Go on? [y/N] ", paint(AnsiColor::Yellow.on_default().bold(), "This cannot be undone:"));
        let mut answer = String::new();
        // Whoever gives no answer does not agree.
        let _ = stdin().lock().read_line(&mut answer);
        if matches!(answer.trim(), "y" | "Y" | "yes") {
            return Ok(());
        }
        context.output.note("nothing was erased");
        Err(Failure::told(Exit::Failed))
    }
}

/// The documents that are there. One that cannot be read is there too: it is erased all the same.
async fn present(home: &Home) -> Result<Vec<&'static str>, Failure> {
    let storage = home.storage().await?;
    let mut present = Vec::new();
    for name in [RECORD, TASKS] {
        if !matches!(storage.load(name).await, Ok(None)) {
            present.push(name);
        }
    }
    Ok(present)
}

async fn what_goes(home: &Home, session: &mut crate::Session) -> String {
    let whose = match Stored::read(home, session).await {
        Ok(stored) => match stored.record() {
            Some(record) => format!("the key of {} of account {}", record.agent_runtime_id, record.account_id),
            None => "the stored login".into(),
        },
        Err(_) => "what is stored".into(),
    };
    format!("{whose}, in {}, will be erased", home.path().display())
}

fn told(erased: &[&str]) -> String {
    if erased.is_empty() { "nothing; nobody was logged in".into() } else { erased.join(", ") }
}
