//! How commands fail: what happened, what to do, and the exit code.

use super::Cli;
use super::output::{Output, paint};
use crate::error::{Advice, Error, advice_text};
use crate::ports::{Clock, StorageError};
use crate::system::SystemClock;
use clap::CommandFactory;
use clap::builder::styling::AnsiColor;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use serde_json::{Value, json};
use std::io;
use std::process::ExitCode;

/// Exit codes; `docs/cli.md` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Success = 0,
    Failed = 1,
    Usage = 2,
    Config = 3,
    BackOff = 4,
    Clock = 5,
    AfterRegister = 6,
    Internal = 70,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A failure as the user sees it.
pub struct Failure {
    /// None when everything that can be said has been said.
    error: Option<Box<Error>>,
    next: Option<String>,
    exit: Exit,
}

impl Failure {
    /// Wrong usage that clap cannot see.
    pub fn usage(message: impl Into<String>, next: impl Into<String>) -> Self {
        Self { error: Some(Box::new(Error::new("usage", Advice::FixConfig, message))), next: Some(next.into()), exit: Exit::Usage }
    }

    /// Configuration that does not fit, with the step that helps here.
    pub fn config(message: impl Into<String>, next: impl Into<String>) -> Self {
        Self::from(Error::config(message)).next(next)
    }

    /// A fault of this program.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::from(Error::new("internal", Advice::Never, message))
    }

    /// Ends the program without another word: the command has told everything.
    pub fn told(exit: Exit) -> Self {
        Self { error: None, next: None, exit }
    }

    /// A better next step than the general one of the code.
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Another exit code than that of the advice.
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The code of its error.
    pub fn code(&self) -> Option<&str> {
        self.error.as_deref().map(|error| error.code.as_str())
    }

    /// What happened, and what to do.
    pub fn texts(self) -> (String, String) {
        let next = self.next.unwrap_or_else(|| self.error.as_deref().map(next_step).unwrap_or_default());
        (self.error.map(|error| error.to_string()).unwrap_or_default(), next)
    }

    /// Tells the user and gives the exit code.
    pub fn report(self, output: &Output) -> ExitCode {
        if let Some(error) = &self.error {
            let next = self.next.unwrap_or_else(|| next_step(error));
            if output.is_json() {
                // Nobody is left to tell if this fails.
                let _ = output.json(&json!({ "error": described(error, &next) }));
            } else {
                let label = paint(AnsiColor::Red.on_default().bold(), format!("error[{}]", error.code));
                anstream::eprintln!("{label}: {}{}", error.message, circumstances(error));
                anstream::eprintln!("  {} {next}", paint(AnsiColor::Cyan.on_default().bold(), "next:"));
            }
        }
        self.exit.into()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = exit_of(&error);
        Self { error: Some(Box::new(error)), next: None, exit }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        let (code, advice) = match &error {
            StorageError::Unreadable { .. } => ("store-read-failed", Advice::FixConfig),
            StorageError::Conflict { .. } | StorageError::Unanswered { .. } | StorageError::Unwritable { .. } => {
                ("store-write-failed", Advice::BackOff)
            }
        };
        Self::from(Error::new(code, advice, error.to_string()))
    }
}

/// Of standard output. A reader that has seen enough is no failure.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::told(Exit::Success);
        }
        Self::from(Error::new("store-write-failed", Advice::BackOff, format!("standard output cannot be written: {error}")))
    }
}

/// Reports what clap found wrong, help and version included.
pub fn usage(error: &clap::Error, json: bool) -> ExitCode {
    let is_bare = matches!(error.get(ContextKind::InvalidSubcommand), Some(ContextValue::String(name)) if name == "agent-identity");
    if error.kind() == ErrorKind::MissingSubcommand && is_bare && !json {
        let _ = Cli::command().write_long_help(&mut anstream::stderr());
        return Exit::Usage.into();
    }
    let is_help = error.exit_code() == 0;
    if json && !is_help {
        let text = error.to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        let _ = Output::new(true, true).json(&json!({ "error": {
            "code": "usage", "advice": "fix-config", "message": message, "next": "see: agent-identity help",
        }}));
    } else {
        let _ = error.print();
    }
    if is_help { Exit::Success.into() } else { Exit::Usage.into() }
}

/// The exit code that goes with an error.
pub fn exit_of(error: &Error) -> Exit {
    match error.advice {
        _ if error.code == "internal" => Exit::Internal,
        Advice::Never => Exit::Failed,
        Advice::AfterRegister => Exit::AfterRegister,
        Advice::BackOff => Exit::BackOff,
        Advice::FixClock => Exit::Clock,
        Advice::FixConfig => Exit::Config,
    }
}

/// What to do about an error: by its code where that is known, else by its advice.
pub fn next_step(error: &Error) -> String {
    if let Some(waiting) = error.waiting(SystemClock.now_ms()) {
        return format!("{waiting}; then repeat the same command");
    }
    let known = match error.code.as_str() {
        "auth-material-missing" => {
            "make an identity: agent-identity init, then agent-identity register; or in one step: agent-identity login"
        }
        "run-task-missing" => "register the task: agent-identity task",
        "base-url-unsupported" => "use an https URL, or http on a loopback host such as http://127.0.0.1:8080/api/accounts",
        "agent-register-rejected" => "check that the access token is current and belongs to the account",
        "network-connect" | "network-failed" | "network-timeout" => {
            "check that the backend is up and its URL is right: agent-identity doctor"
        }
        "task-register-unavailable" | "bootstrap-unavailable" => "check that the backend is up: agent-identity doctor; then repeat",
        "rejected-key" | "agent-unknown" | "agent-revoked" => {
            "this backend does not accept the identity; check --authapi-base, or make a new one: agent-identity init --force"
        }
        "account-mismatch" => "sign for the account the agent is registered under: agent-identity doctor shows it",
        "assertion-missing" | "assertion-malformed" | "assertion-too-long" => "give the whole header value: AgentAssertion <token>",
        "assertion-replayed" => "sign anew: one header may be used only a limited number of times",
        "signature-invalid" => "check that this is the public key of the agent that signed, and that nothing was altered",
        "key-public-invalid" => "check the public key and --public-form; `agent-identity keygen` prints all forms of a key",
        "key-malformed" | "key-not-base64" | "key-not-pkcs8" | "key-form-unsupported" => {
            "name the form the key is in with --form, or make a new one: agent-identity keygen --out FILE"
        }
        "jwt-malformed" | "jwt-claims-invalid" => {
            "check that this is an identity JWT: three parts with dots between them, for codex-app-server"
        }
        "jwt-header-invalid" | "jwt-kid-unknown" | "jwt-key-unusable" | "jwt-signature-invalid" => {
            "check --jwks-url: it must be the key set of whoever issued the JWT"
        }
        "jwt-expired" => "get a new JWT and log in with it; agent-identity doctor checks the clock",
        "jwks-unavailable" | "jwks-undecodable" => "check the network and --jwks-url, then repeat",
        "workspace-not-allowed" => "log in to an account that is allowed, or allow this one: --allowed-workspace ID",
        "chatgpt-auth-unavailable" => "name the account and the user: --account ID --user ID",
        "token-command-start" | "token-command-encoding" | "token-command-empty" => {
            "correct the command; it must print the token, and nothing else, on standard output"
        }
        "token-command-exit" | "token-command-timeout" => "run the command by hand to see what it says, then repeat",
        "provider-key-missing" => "set the variable that the provider's env_key names, then repeat",
        "usage-limit-reached" | "quota-exceeded" => "wait until the limit starts anew, or use another provider: --provider FILE",
        "endpoint-not-found" => "check --model and the base URL of the provider",
        "store-read-failed" => "look at the home folder: agent-identity doctor",
        "internal" => "this is a fault of agent-identity; report it with what AGENT_IDENTITY_LOG=debug prints",
        code if code.starts_with("ref-") => "correct the reference; `agent-identity help normalize` names the rules of each kind",
        _ => return by_advice(error),
    };
    known.into()
}

fn by_advice(error: &Error) -> String {
    match error.advice {
        Advice::Never => "repeating does not help; change what is asked".into(),
        Advice::AfterRegister => "get a new task, then repeat: agent-identity task --new".into(),
        Advice::BackOff => "wait a little, then repeat the same command".into(),
        Advice::FixClock => "set the clock of the signing machine, then repeat; agent-identity doctor measures it".into(),
        Advice::FixConfig => "correct it, then repeat; agent-identity doctor checks the whole set-up".into(),
    }
}

/// The members of an error in JSON.
pub fn described(error: &Error, next: &str) -> Value {
    let mut described = json!({
        "code": error.code, "advice": advice_text(error.advice), "message": error.message, "next": next,
    });
    let optional = [
        ("status", error.status.map(Value::from)),
        ("attempts", error.attempts.map(Value::from)),
        ("retry_after_s", error.retry_after_s.map(Value::from)),
        ("cause", error.cause.clone().map(Value::from)),
        ("from_cooldown", error.from_cooldown.then_some(Value::Bool(true))),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            described[name] = value;
        }
    }
    described
}

fn circumstances(error: &Error) -> String {
    let status = error.status.map(|status| format!("HTTP {status}"));
    let attempts = error.attempts.filter(|attempts| *attempts > 1).map(|attempts| format!("{attempts} attempts"));
    let cause = error.cause.as_ref().map(|cause| format!("cause: {cause}"));
    let known: Vec<String> = [status, attempts, cause].into_iter().flatten().collect();
    if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) }
}
