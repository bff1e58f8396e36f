//! Who a request says it comes from (`spec/metadata.md` §6).

use crate::error::{Code, Error, Result};
use agent_identity_primitives::text::{is_blank, is_header_value};
use alloc::string::String;
use alloc::vec::Vec;

/// What counts when nobody says anything.
pub const DEFAULT: &str = "codex_cli_rs";

/// Service names with a result of their own: the name in lower case (6-1).
const SERVICE_NAMES: [&str; 7] =
    ["CODEX_WORK_LOCAL", "CODEX_WORK_CLOUD", "codex_work_desktop", "codex_work_web", "codex_work_mobile", "codex_work_cca", "chatgpt_cca"];

/// Which source counts first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The environment variable, then the thread's own sources.
    #[default]
    EnvFirst,
    /// The thread's own sources, then the environment variable.
    ThreadFirst,
}

impl Mode {
    /// Reads the setting; `config-invalid` for any other text.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "env-first" => Ok(Self::EnvFirst),
            "thread-first" => Ok(Self::ThreadFirst),
            _ => Err(Error::new(Code::ConfigInvalid, "the originator mode is neither env-first nor thread-first")),
        }
    }
}

/// Where an originator comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The environment variable.
    Env,
    /// A recognised service name.
    Service,
    /// What was stored with the thread.
    Persisted,
    /// The thread that this one comes from.
    Inherited,
    /// What the host set for the process.
    Process,
    /// [`DEFAULT`].
    Default,
}

impl Source {
    /// The source as it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Service => "service",
            Self::Persisted => "persisted",
            Self::Inherited => "inherited",
            Self::Process => "process",
            Self::Default => "default",
        }
    }
}

/// What each source says. Legal or not, [`resolve`] looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Candidates<'a> {
    /// Value of the environment variable `CODEX_INTERNAL_ORIGINATOR_OVERRIDE`.
    pub env: Option<&'a str>,
    /// The service name a thread was started under, recognised or not.
    pub service_name: Option<&'a str>,
    /// Stored with the thread.
    pub persisted: Option<&'a str>,
    /// Originator of the live thread that [`inherits_from`] names.
    pub inherited: Option<&'a str>,
    /// What the host set for the process; see [`check`].
    pub process: Option<&'a str>,
}

/// How service names are recognised (6-1).
#[derive(Clone, Copy, Debug, Default)]
pub struct ServiceNames<'a> {
    /// Whether case counts (`service_name_match` = `exact`).
    pub is_exact: bool,
    /// Configured replacements: a result, and what to use instead.
    pub replacements: &'a [(String, String)],
}

/// The originator of a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Originator {
    /// The value, always legal in a header.
    pub value: String,
    /// Where it comes from.
    pub source: Source,
    /// Sources that came first and could not be used.
    pub warnings: Vec<Skipped>,
}

/// A source that says something unusable (6-2). What it says is not repeated: it may hold anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The source.
    pub source: Source,
    /// Whether its value is blank; otherwise it is not legal in a header.
    pub is_blank: bool,
}

impl Skipped {
    /// Why it could not be used.
    pub fn reason(&self) -> &'static str {
        if self.is_blank { "blank" } else { "illegal" }
    }
}

/// Chooses a thread's originator. To be done once for each start, resume and fork; the result stays with the thread (6-3).
pub fn resolve(mode: Mode, candidates: &Candidates<'_>, names: &ServiceNames<'_>) -> Originator {
    let service = candidates.service_name.and_then(|name| names.result(name));
    let env = (Source::Env, candidates.env);
    let service = (Source::Service, service.as_deref());
    let persisted = (Source::Persisted, candidates.persisted);
    let inherited = (Source::Inherited, candidates.inherited);
    let process = (Source::Process, candidates.process);
    let in_order = match mode {
        Mode::EnvFirst => [env, service, persisted, inherited, process],
        Mode::ThreadFirst => [service, persisted, inherited, env, process],
    };
    let mut warnings = Vec::new();
    for (source, value) in in_order {
        match value {
            Some(value) if is_header_value(value) => return Originator { value: value.into(), source, warnings },
            Some(value) => warnings.push(Skipped { source, is_blank: is_blank(value) }),
            None => {}
        }
    }
    Originator { value: DEFAULT.into(), source: Source::Default, warnings }
}

impl ServiceNames<'_> {
    /// The result of a service name; `None` for one that is not recognised.
    fn result(&self, name: &str) -> Option<String> {
        let name = name.trim();
        let is_named = |known: &&str| known.eq_ignore_ascii_case(name) && (!self.is_exact || *known == name);
        let result = SERVICE_NAMES.iter().find(|known| is_named(known))?.to_ascii_lowercase();
        let replacement = self.replacements.iter().find(|(replaced, _)| *replaced == result);
        Some(replacement.map_or(result, |(_, replacement)| replacement.clone()))
    }
}

/// What a thread begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// Nothing.
    New,
    /// Nothing any more.
    Cleared,
    /// A copy with the session metadata of the thread it was copied from.
    Fork,
    /// A copy of the last turns only, without session metadata.
    TruncatedFork,
    /// Its own stored history.
    Resumed,
}

impl History {
    /// Reads the kebab-case spelling; `config-invalid` for any other text.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(match text {
            "new" => Self::New,
            "cleared" => Self::Cleared,
            "fork" => Self::Fork,
            "truncated-fork" => Self::TruncatedFork,
            "resumed" => Self::Resumed,
            _ => return Err(Error::new(Code::ConfigInvalid, "the history is not one of new, cleared, fork, truncated-fork, resumed")),
        })
    }
}

/// Where a thread comes from, as thread ids.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origins<'a> {
    /// The thread that spawned it as a sub-agent.
    pub spawned_by: Option<&'a str>,
    /// Its parent.
    pub parent: Option<&'a str>,
    /// The thread whose history was copied.
    pub forked_from: Option<&'a str>,
}

/// The thread whose originator a new thread inherits, if that thread is live and has one (6-4, 6-5).
pub fn inherits_from<'a>(history: History, origins: &Origins<'a>) -> Option<&'a str> {
    match history {
        History::New | History::Cleared | History::TruncatedFork => origins.spawned_by.or(origins.parent).or(origins.forked_from),
        History::Fork | History::Resumed => None,
    }
}

/// Checks the originator of a process, which the host sets at most once (6-6). Errors: `invalid-originator`.
pub fn check(value: &str) -> Result<()> {
    if is_header_value(value) { Ok(()) } else { Err(Code::InvalidOriginator.into()) }
}

/// Whether a client of an app server, by the name of its handshake, gives the process its originator (6-6).
pub fn is_of_client(name: &str) -> bool {
    !matches!(name, "codex-backend" | "codex_app_server_daemon")
}

/// Whether this is one of the service's own clients (6-8).
pub fn is_first_party(originator: &str) -> bool {
    matches!(originator, DEFAULT | "codex-tui" | "codex_vscode") || originator.starts_with("Codex ")
}

/// Whether this is one of the service's own chat clients (6-8).
pub fn is_first_party_chat(originator: &str) -> bool {
    matches!(originator, "codex_atlas" | "codex_chatgpt_desktop")
}

#[cfg(test)]
mod tests;
