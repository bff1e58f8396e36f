//! `agent-identity demo`

mod attempts;
mod backend;
mod page;
mod story;

use super::built_console::built_console;
use super::context::Context;
use super::failure::{Exit, Failure};
use crate::authority::{Authority, AuthorityConfig, RunningAuthority, TaskIds};
use crate::registering::AgentRegistration;
use crate::types::{PrivateForm, SecretForm};
use crate::{Agent, Component, Error, Key, Session, agent};
use attempts::Attempts;
use clap::Args;
use page::Page;
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;
use story::{Story, milliseconds};
use zeroize::Zeroizing;

/// See everything at work on this machine: requests accepted and refused
///
/// Starts a backend on a loopback port, registers an agent and two tasks, sends signed requests over HTTP, and shows how a
/// replayed, an expired and a tampered header are refused. Nothing is kept. Exit code 0 when everything went as it should.
///
/// With --console it then serves the console, a page that does the same in a browser, and prints its URL. Ctrl-C ends it, and so does
/// the end of standard input, or an hour.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity demo
  agent-identity demo --console
  agent-identity demo --json | jq .steps")]
pub struct Demo {
    /// Then serve the console: the one built in the checkout, or the one in DIR
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    console: Option<Option<PathBuf>>,
}

const ACCOUNT: &str = "acct-demo";
const USER: &str = "user-demo";
const THREAD: &str = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

impl Demo {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        // What cannot be served is told first.
        let console = self.console.map(|folder| built_console(folder.as_deref())).transpose()?;
        let mut story = Story::new(&context.output, console.is_some());
        story.say("Everything below runs on this machine and is gone when the demo ends.")?;
        let started = Instant::now();
        let component = context.component()?;
        tell_component(&mut story, &component, started)?;

        let started = Instant::now();
        let config = AuthorityConfig { task_ids: TaskIds::Alternating, ..AuthorityConfig::default() };
        let authority = Authority::start(&component, config).await?;
        let played = play(context, &mut story, &component, &authority, started).await;
        let closed = authority.shutdown().await;
        played?;
        closed?;
        let page = match console {
            Some(console) => Some(Page::serve(&component, console, &mut story).await?),
            None => None,
        };
        let ended = story.end();
        if let Some(page) = page {
            page.until_ended(ended.is_ok()).await?;
        }
        if ended? { Ok(()) } else { Err(Failure::told(Exit::Failed)) }
    }
}

async fn play(
    context: &Context,
    story: &mut Story<'_>,
    component: &Component,
    authority: &RunningAuthority,
    started: Instant,
) -> Result<(), Failure> {
    story.heading("An agent gets an identity")?;
    story.fact("authority", json!(authority.base_url()), "A backend listens on", &[authority.base_url()], started)?;
    let (agent, mut session, key) = enrol(context, story, component, authority).await?;

    let mut attempts = Attempts::new(authority, &agent, &mut session, &key)?;
    story.heading("It signs requests, and the backend accepts them")?;
    let run_header = attempts.accepted(story, "a request for the run task", None).await?;
    attempts.accepted(story, "a request for the thread's task", Some(THREAD)).await?;

    story.heading("What the backend refuses")?;
    attempts.replayed(story, &run_header).await?;
    attempts.expired(story).await?;
    attempts.tampered(story, &run_header).await?;

    story.heading("How long the component takes")?;
    attempts.timings(story)
}

/// Key, agent registration and two tasks.
async fn enrol(
    context: &Context,
    story: &mut Story<'_>,
    component: &Component,
    authority: &RunningAuthority,
) -> Result<(DemoAgent, Session, crate::session::KeyHandle), Failure> {
    let started = Instant::now();
    let mut session = context.session(component)?;
    let key = session.generate_key()?;
    let public = session.public_forms(&key)?;
    let thumbprint = public.thumbprint.as_str();
    story.fact("key_thumbprint", json!(thumbprint), "A key is made in the component", &[thumbprint], started)?;

    let started = Instant::now();
    let token = Zeroizing::new(authority.development_token(ACCOUNT, USER).await?);
    let base = authority.authapi_base();
    let id = AgentRegistration::new(&base, public.raw.clone(), agent::description("cli")).run(component, &token).await?;
    story.fact("agent_runtime_id", json!(id), "The agent is registered", &[&id], started)?;

    // The agent is given the key's bytes once more: its instances are its own.
    let secret = session.reveal(&key, SecretForm::Pkcs8Der)?;
    let agent = Agent::builder(&id, Key::held(PrivateForm::Pkcs8Der, secret.to_vec()), &base).account(ACCOUNT, USER).build(component)?;

    let started = Instant::now();
    let run_task = agent.ensure_task(None, None).await?;
    story.fact("run_task", json!(run_task), "Its run task is registered", &[&run_task], started)?;
    let started = Instant::now();
    let thread_task = agent.ensure_task(Some(THREAD), None).await?;
    let detail = format!("for the thread {THREAD}; the id came sealed to the agent's key");
    story.fact("thread_task", json!(thread_task), "A task of its own", &[&thread_task, &detail], started)?;
    Ok((DemoAgent { agent, id, run_task, thread_task }, session, key))
}

/// The agent, and what it was given.
pub struct DemoAgent {
    agent: Agent,
    id: String,
    run_task: String,
    thread_task: String,
}

fn tell_component(story: &mut Story<'_>, component: &Component, started: Instant) -> Result<(), Failure> {
    let profile = component.profile();
    let (size, imports) = (profile.bytes().len(), component.imports());
    let facts = json!({
        "profile": profile.as_str(), "sha256": profile.sha256(), "size": size, "imports": imports, "load_ms": milliseconds(started.elapsed()),
    });
    let names: Vec<&str> =
        imports.iter().filter_map(|name| name.rsplit('/').next()).map(|name| name.split('@').next().unwrap_or(name)).collect();
    let lines = [
        format!("agent-identity.wasm, {} build, {size} bytes", profile.as_str()),
        format!("sha256 {}", profile.sha256()),
        format!("imports {}: no files, no network, nothing else", names.join(" and ")),
    ];
    story.heading("One WebAssembly component does all the cryptography")?;
    story.fact("component", facts, "It is loaded", &[&lines[0], &lines[1], &lines[2]], started)
}

fn no_such(what: &str) -> Failure {
    Failure::from(Error::new("internal", crate::Advice::Never, format!("the demo lost its {what}")))
}
