//! `agent-identity originator`

mod agent;
mod machine;

use super::context::Context;
use super::failure::Failure;
use super::output::Facts;
use crate::metadata::{Originator as Resolved, OriginatorCandidates, OriginatorRules};
use crate::session::Session;
use agent::Agent;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value, json};

/// Show which originator a thread has, and why
///
/// Each option is what one source says, legal or not; what comes first and cannot be used is told as a warning. With --user-agent shows the
/// user agent of the process too, made of what this machine is unless options say otherwise.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity originator
  agent-identity originator --service-name codex_work_web --persisted my_agent --mode thread-first
  agent-identity originator --history truncated-fork --forked-from 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b --inherited their_agent
  agent-identity originator --process my_agent --user-agent --app-version 1.2.3 --suffix 'my-mcp; 0.4'
  agent-identity originator --check 'my agent'

Environment:
  CODEX_INTERNAL_ORIGINATOR_OVERRIDE  as --env")]
pub struct Originator {
    /// What the override says [default: CODEX_INTERNAL_ORIGINATOR_OVERRIDE]
    #[arg(long, value_name = "TEXT")]
    env: Option<String>,
    /// Pass over the environment
    #[arg(long, conflicts_with = "env")]
    no_env: bool,
    /// The service name the thread was started under
    #[arg(long, value_name = "NAME")]
    service_name: Option<String>,
    /// What is stored with the thread
    #[arg(long, value_name = "TEXT")]
    persisted: Option<String>,
    /// Originator of the live thread that this one comes from
    #[arg(long, value_name = "TEXT")]
    inherited: Option<String>,
    /// What the program set for its process
    #[arg(long, value_name = "TEXT")]
    process: Option<String>,
    /// How the thread came to be: whether and from whom it inherits; --inherited counts only if it does
    #[arg(long, value_name = "HISTORY", value_parser = ["new", "cleared", "fork", "truncated-fork", "resumed"])]
    history: Option<String>,
    /// The thread that spawned it as a sub-agent
    #[arg(long, value_name = "THREAD", requires = "history")]
    spawned_by: Option<String>,
    /// Its parent thread
    #[arg(long, value_name = "THREAD", requires = "history")]
    parent: Option<String>,
    /// The thread it was forked from
    #[arg(long, value_name = "THREAD", requires = "history")]
    forked_from: Option<String>,
    /// Which source counts first
    #[arg(long, value_name = "MODE", default_value = "env-first", value_parser = modes())]
    mode: String,
    /// Case counts in service names
    #[arg(long)]
    exact_names: bool,
    /// Another result for a recognised service name; may be repeated
    #[arg(long, value_name = "NAME=TEXT", value_parser = replacement)]
    replace: Vec<(String, String)>,
    /// Check whether a process may be given this originator, instead
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["env", "no_env", "service_name", "persisted", "inherited", "process", "history", "user_agent"])]
    check: Option<String>,
    /// It is the name of an app server's client
    #[arg(long, requires = "check")]
    client_name: bool,
    #[command(flatten)]
    agent: Agent,
}

/// The variable that overrides (§6).
const VARIABLE: &str = "CODEX_INTERNAL_ORIGINATOR_OVERRIDE";

impl Originator {
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let component = context.component()?;
        let mut session = context.session(&component)?;
        if let Some(value) = &self.check {
            return self.check(value, context, &mut session);
        }
        let rules = OriginatorRules { mode: self.mode.clone(), exact_names: self.exact_names, replacements: self.replace.clone() };
        let inherits_from = self.inherits_from(&mut session)?;
        let mut candidates = self.candidates();
        candidates.inherited = candidates.inherited.filter(|_| self.history.is_none() || inherits_from.is_some());
        let resolved = session.resolve_originator(&candidates, &rules)?;
        let user_agent = self.agent.render(self.process.as_deref(), &mut session)?;
        self.tell(context, resolved, inherits_from, user_agent)
    }

    /// The thread whose originator it inherits if that is live (6-4, 6-5).
    fn inherits_from(&self, session: &mut Session) -> Result<Option<String>, Failure> {
        let Some(history) = &self.history else { return Ok(None) };
        let [spawned_by, parent, forked_from] = [&self.spawned_by, &self.parent, &self.forked_from].map(Option::as_deref);
        Ok(session.originator_parent(history, spawned_by, parent, forked_from)?)
    }

    fn candidates(&self) -> OriginatorCandidates {
        OriginatorCandidates {
            env: self.env.clone().or_else(|| variable().filter(|_| !self.no_env)),
            service_name: self.service_name.clone(),
            persisted: self.persisted.clone(),
            inherited: self.inherited.clone(),
            process: self.process.clone(),
        }
    }

    fn tell(
        &self,
        context: &Context,
        resolved: Resolved,
        inherits_from: Option<String>,
        user_agent: Option<String>,
    ) -> Result<(), Failure> {
        let warnings: Vec<Value> = resolved.warnings.iter().map(|(source, reason)| json!({ "source": source, "reason": reason })).collect();
        if !context.output.is_json() {
            for (source, reason) in &resolved.warnings {
                context.output.warn(format!("the source {source} was passed over: it is {reason} (6-2)"));
            }
        }
        let words = |is: bool| if is { "yes" } else { "no" };
        let facts = Facts::new()
            .with("originator", resolved.value)
            .with("source", resolved.source)
            .shown("is_first_party", resolved.is_first_party, words(resolved.is_first_party))
            .shown("is_first_party_chat", resolved.is_first_party_chat, words(resolved.is_first_party_chat))
            .with("mode", self.mode.clone())
            .with("inherits_from", inherits_from)
            .with("user_agent", user_agent);
        if context.output.is_json() {
            let mut answer = facts.to_json();
            answer["warnings"] = warnings.into();
            return context.output.json(&answer);
        }
        context.output.facts(&facts)
    }

    /// 6-6.
    fn check(&self, value: &str, context: &Context, session: &mut Session) -> Result<(), Failure> {
        let is_taken = session.check_originator(value, self.client_name).map_err(|error| {
            Failure::from(error).next("use printable ASCII, at least one character, without a space at either end (0-3)")
        })?;
        let text = if is_taken { "yes" } else { "no: an app server keeps its own originator for a client of this name (6-6)" };
        context.output.facts(&Facts::new().with("is_legal", true).shown("is_set", is_taken, text))
    }
}

/// Originator and user agent of this program, where nothing but the environment says who it is.
pub fn of_this_program(session: &mut Session) -> Result<(String, String), Failure> {
    let candidates = OriginatorCandidates { env: variable(), ..OriginatorCandidates::default() };
    let originator = session.resolve_originator(&candidates, &OriginatorRules::default())?.value;
    let user_agent = Agent::of_this_program().render(None, session)?;
    Ok((originator, user_agent.unwrap_or_default()))
}

/// What is no Unicode has a replacement character here, which is not legal either.
fn variable() -> Option<String> {
    std::env::var_os(VARIABLE).map(|value| value.to_string_lossy().into_owned())
}

fn modes() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(["env-first", "thread-first"])
}

fn replacement(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=TEXT")?;
    Ok((name.into(), value.into()))
}
