//! `agent-identity verify`

use super::context::Context;
use super::failure::{Exit, Failure};
use super::input::Source;
use super::output::Facts;
use super::time::{FixedClock, unix_seconds};
use crate::Session;
use crate::ports::Clock;
use crate::session::VerifyingKeyHandle;
use crate::system::{SystemClock, SystemRandom};
use crate::types::PublicForm;
use crate::types::verification::{Facts as KnownFacts, Policy, TaskState};
use clap::{Args, ValueEnum};
use std::sync::Arc;

/// Judge a header as a server would
///
/// Checks signature, window and account of an AgentAssertion header against a public key. Exit code 0 means accepted, 1
/// refused; the verdict is the error code. Whether agent and task are registered, only the backend knows.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity sign | agent-identity verify --public-key \"$(cat agent.pub)\"
  agent-identity verify --public-key-file agent.pub --header-file captured --at 2026-04-23T00:00:05Z")]
pub struct Verify {
    /// The agent's public key
    #[arg(long, value_name = "LINE", required_unless_present = "public_key_file", conflicts_with = "public_key_file")]
    public_key: Option<String>,
    /// File with the agent's public key
    #[arg(long, value_name = "FILE")]
    public_key_file: Option<Source>,
    /// How the public key is written
    #[arg(long, value_name = "FORM", default_value = "ssh")]
    public_form: PublicFormName,
    /// File with the header, or - for standard input
    #[arg(long, value_name = "FILE|-", default_value = "-")]
    header_file: Source,
    /// How old the header may be, 1 to 900
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    max_age: u32,
    /// How far ahead its time may be, 0 to 60
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    ahead: u32,
    /// Account the agent is registered under
    #[arg(long, value_name = "ID", requires = "sent_account")]
    account: Option<String>,
    /// Value of ChatGPT-Account-ID that came with the header
    #[arg(long, value_name = "ID", requires = "account")]
    sent_account: Option<String>,
    /// Judge as of this time instead of now
    #[arg(long, value_name = "YYYY-MM-DDThh:mm:ssZ", value_parser = instant)]
    at: Option<i64>,
}

impl Verify {
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let component = context.component()?;
        let clock: Arc<dyn Clock> = match self.at {
            Some(seconds) => Arc::new(FixedClock(seconds.saturating_mul(1000))),
            None => Arc::new(SystemClock),
        };
        let mut session = Session::new(&component, clock, Arc::new(SystemRandom))?;
        let key = self.key(&mut session, context)?;
        let thumbprint = session.verifying_forms(&key)?.thumbprint;
        let header = self.header_file.read_header(&context.output)?;
        let known = KnownFacts {
            revoked: false,
            registered_account: self.account,
            sent_account: self.sent_account,
            task: TaskState::Unchecked,
            mark_s: None,
        };
        let policy = Policy { max_age_s: self.max_age, ahead_s: self.ahead };
        let accepted = session.verify_assertion(&header, Some(&key), &known, policy).map_err(refused)?;
        let assertion = session.parse_assertion(&header)?;
        let replay_key: String = accepted.replay_key.iter().map(|byte| format!("{byte:02x}")).collect();
        context.output.facts(
            &Facts::new()
                .with("verdict", "accepted")
                .with("agent_runtime_id", assertion.agent_runtime_id)
                .with("task_id", assertion.task_id)
                .with("timestamp", assertion.timestamp)
                .with("key_thumbprint", thumbprint)
                .with("replay_key", replay_key)
                .shown("retain_until_ms", accepted.retain_until_ms, super::time::timestamp(accepted.retain_until_ms.div_euclid(1000))),
        )
    }

    fn key(&self, session: &mut Session, context: &Context) -> Result<VerifyingKeyHandle, Failure> {
        let data = match (&self.public_key, &self.public_key_file) {
            (Some(line), _) => line.clone().into_bytes(),
            (None, Some(source)) => source.read("a public key", &context.output)?.to_vec(),
            (None, None) => return Err(Failure::usage("there is no public key", "give --public-key or --public-key-file")),
        };
        let data = if self.public_form.is_text() { data.trim_ascii() } else { &data };
        Ok(session.import_verifying_key(self.public_form.into(), data)?)
    }
}

/// A refusal is this command's answer, so it has one exit code; a bad option keeps its own.
fn refused(error: crate::Error) -> Failure {
    let is_option = error.code == "config-invalid";
    let failure = Failure::from(error);
    if is_option { failure } else { failure.exit(Exit::Failed) }
}

fn instant(text: &str) -> Result<i64, &'static str> {
    unix_seconds(text).ok_or("a time is written YYYY-MM-DDThh:mm:ssZ")
}

/// A form of a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PublicFormName {
    /// The line `ssh-ed25519 AAAA…`
    Ssh,
    /// JSON Web Key
    Jwk,
    /// SubjectPublicKeyInfo, 44 bytes of DER
    Spki,
    /// 32 bytes
    Raw,
}

impl PublicFormName {
    fn is_text(self) -> bool {
        matches!(self, Self::Ssh | Self::Jwk)
    }
}

impl From<PublicFormName> for PublicForm {
    fn from(name: PublicFormName) -> Self {
        match name {
            PublicFormName::Ssh => Self::Ssh,
            PublicFormName::Jwk => Self::Jwk,
            PublicFormName::Spki => Self::Spki,
            PublicFormName::Raw => Self::Raw,
        }
    }
}
