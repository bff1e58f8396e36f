//! Checks that need nothing but this machine.

use super::Check;
use crate::cli::backend::Backend;
use crate::cli::context::Context;
use crate::cli::enrolled::Enrolled;
use crate::cli::failure::Failure;
use crate::cli::home::{Home, Kept, PENDING_KEY, SETTINGS};
use crate::cli::stored::{RunTask, Stored, StoredIdentity};
use crate::storage::{RECORD, TASKS};
use crate::{Agent, Component};
use std::time::Instant;

/// The component loads, and which one it is.
pub fn component() -> Result<(Component, Check), Failure> {
    let started = Instant::now();
    let component = Component::load()?;
    let profile = component.profile();
    let ms = started.elapsed().as_millis();
    let finding = format!("{} build, sha256 {}, loaded in {ms} ms", profile.as_str(), profile.sha256());
    let check = if ms > 500 {
        let next = "the next start is quicker if ~/.cache/agent-identity (or $XDG_CACHE_HOME) can be written by you only";
        Check::warn("component", format!("{finding}: compiled anew"), next)
    } else {
        Check::ok("component", finding)
    };
    Ok((component, check))
}

/// The home folder and its documents: whose they are, and who else can read them.
pub async fn home(home: &Home) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut present = Vec::new();
    for name in [SETTINGS, PENDING_KEY, RECORD, TASKS] {
        match home.inspect(name).await {
            Ok(facts) => match (facts.problem, facts.exists) {
                (Some(problem), _) => {
                    checks.push(Check::fail("storage", format!("{}: {problem}", facts.path.display()), "do that, then repeat"))
                }
                (None, true) => present.push(name),
                (None, false) => {}
            },
            Err(failure) => checks.push(Check::failed("storage", failure)),
        }
    }
    checks.extend(kept(home).await);
    let path = home.path().display();
    checks.push(match home.inspect(RECORD).await.ok().and_then(|facts| facts.directory_mode) {
        None if !home.path().exists() => Check::warn("storage", format!("{path} does not exist yet"), "make it: agent-identity init"),
        Some(mode) if mode & 0o077 != 0 => {
            Check::warn("storage", format!("{path} has mode {mode:04o}: others can look into it"), format!("run: chmod 700 {path}"))
        }
        _ => Check::ok("storage", format!("files in {path}: {}", if present.is_empty() { "none".to_owned() } else { present.join(", ") })),
    });
    checks
}

/// Where the identity is kept, if that is not the home folder: it has just kept an entry, given it back and erased it.
async fn kept(home: &Home) -> Option<Check> {
    match home.kept().await {
        Ok(Kept { place: None, .. }) => None,
        Ok(Kept { name, place: Some(place), .. }) => Some(Check::ok("storage", format!("the identity is kept in {place} ({name})"))),
        Err(failure) => Some(Check::failed("storage", failure)),
    }
}

/// The key parses and belongs to an identity; what waits; the run task is there.
pub async fn identity(context: &Context, component: &Component, home: &Home, backend: &Backend) -> Vec<Check> {
    let pending = home.has(PENDING_KEY).await.is_ok_and(|has| has);
    let looked = async {
        let mut session = context.session(component)?;
        let stored = Stored::read(home, &mut session).await?;
        Ok::<_, Failure>((stored, backend.resolve(home, &mut session).await?))
    };
    let (stored, base) = match looked.await {
        Ok(looked) => looked,
        Err(failure) => return vec![Check::failed("key", failure)],
    };
    let (key, agent_runtime_id) = match &stored.identity {
        StoredIdentity::None if pending => return vec![pending_key(context, component, home).await],
        StoredIdentity::None => return vec![Check::warn("key", "there is none", "make one: agent-identity init; or agent-identity login")],
        StoredIdentity::Record(_, Err(error)) => return vec![Check::failed("key", error.clone().into())],
        StoredIdentity::Record(record, Ok(public)) => {
            let (id, account) = (&record.agent_runtime_id, &record.account_id);
            (Check::ok("key", format!("{id} of account {account}, thumbprint {}", public.thumbprint)), id.clone())
        }
        StoredIdentity::Jwt => match verified(context, component, backend).await {
            Ok(agent) => {
                let (id, account) = (agent.agent_runtime_id(), agent.account_id().unwrap_or_default());
                (Check::ok("key", format!("{id} of account {account}, from a JWT that the key set vouches for")), id.to_owned())
            }
            Err(failure) => return vec![Check::failed("key", failure)],
        },
    };
    let mut checks = vec![key];
    if pending {
        checks.push(Check::warn("key", "another key waits for its registration", "register it: agent-identity register"));
    }
    checks.extend(rotation(&stored));
    checks.extend(task_store(&stored));
    checks.push(run_task(&stored, &agent_runtime_id, &base));
    checks
}

async fn verified(context: &Context, component: &Component, backend: &Backend) -> Result<Agent, Failure> {
    Ok(Enrolled::open(context, component, backend, context.progress("verifying the identity JWT")).await?.agent)
}

fn rotation(stored: &Stored) -> Option<Check> {
    let next = stored.next.as_ref()?;
    let finding = format!("a rotation is under way: {} waits, and the old key signs until it is in place", next.agent_runtime_id);
    Some(Check::warn("rotation", finding, "finish it: agent-identity rotate; or drop the new key: agent-identity rotate --abort"))
}

fn task_store(stored: &Stored) -> Option<Check> {
    let why = stored.tasks.as_ref().err()?;
    let next = "nothing is lost: tasks are registered again when they are needed, and the store is written anew";
    Some(Check::warn("task", format!("the task store counts as empty: {why}"), next))
}

fn run_task(stored: &Stored, agent_runtime_id: &str, base: &str) -> Check {
    match stored.run_task(agent_runtime_id, base) {
        RunTask::Known(task_id) => Check::ok("task", format!("the run task is {task_id}")),
        RunTask::Elsewhere(other) => {
            let next = "register one here: agent-identity task; or name the other backend: --authapi-base URL";
            Check::warn("task", format!("the run task belongs to another backend, {other}, and is not used here"), next)
        }
        RunTask::None => Check::warn("task", "no run task is registered", "register it: agent-identity task"),
    }
}

async fn pending_key(context: &Context, component: &Component, home: &Home) -> Check {
    let thumbprint = async {
        let mut session = context.session(component)?;
        let key = home.pending_key(&mut session).await?;
        Ok::<_, Failure>(match key {
            Some(key) => session.public_forms(&key)?.thumbprint,
            None => String::new(),
        })
    };
    match thumbprint.await {
        Ok(thumbprint) => Check::warn(
            "key",
            format!("{thumbprint} is not registered yet"),
            "register it: agent-identity register --token-file FILE --account ID --user ID",
        ),
        Err(failure) => Check::failed("key", failure),
    }
}
