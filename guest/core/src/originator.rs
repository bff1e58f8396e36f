//! Who a request says it comes from (`spec/metadata.md` §6).

use crate::error::{Code, Result};
use agent_identity_primitives::text::{is_blank, is_header_value};
use alloc::string::String;
use alloc::vec::Vec;

/// What counts when nobody says anything.
pub const DEFAULT: &str = "codex_cli_rs";
/// The environment variable of [`Source::Env`].
pub const OVERRIDE_VARIABLE: &str = "CODEX_INTERNAL_ORIGINATOR_OVERRIDE";

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
    /// Value of [`OVERRIDE_VARIABLE`].
    pub env: Option<&'a str>,
    /// The service name a thread was started under, recognised or not.
    pub service_name: Option<&'a str>,
    /// Stored with the thread.
    pub persisted: Option<&'a str>,
    /// Originator of the live thread that [`inherits_from`] names.
    pub inherited: Option<&'a str>,
    /// Value of [`ProcessOriginator`].
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

/// The originator of the process, which is set at most once (6-6).
#[derive(Clone, Debug, Default)]
pub struct ProcessOriginator(Option<String>);

impl ProcessOriginator {
    /// Sets it. Errors: `invalid-originator`, `originator-already-set`.
    pub fn set(&mut self, value: &str) -> Result<()> {
        if !is_header_value(value) {
            return Err(Code::InvalidOriginator.into());
        }
        if self.0.is_some() {
            return Err(Code::OriginatorAlreadySet.into());
        }
        self.0 = Some(value.into());
        Ok(())
    }

    /// What was set.
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// What was set, or [`DEFAULT`]: the first part of the user agent.
    pub fn value(&self) -> &str {
        self.get().unwrap_or(DEFAULT)
    }
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
