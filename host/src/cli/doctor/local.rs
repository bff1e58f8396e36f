//! Checks that need nothing but this machine.

use super::Check;
use crate::Component;
use crate::cli::backend::Backend;
use crate::cli::context::Context;
use crate::cli::enrolled::Enrolled;
use crate::cli::failure::Failure;
use crate::cli::home::{Home, PENDING_KEY, SETTINGS};
use crate::storage::{RECORD, TASKS};
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

/// The key parses and belongs to the record; the run task is there.
pub async fn identity(context: &Context, component: &Component, home: &Home, backend: &Backend) -> Vec<Check> {
    let has = |name| async move { home.inspect(name).await.is_ok_and(|facts| facts.exists) };
    let (registered, pending) = (has(RECORD).await, has(PENDING_KEY).await);
    if !registered {
        return vec![if pending {
            pending_key(context, component, home).await
        } else {
            Check::warn("key", "there is none", "make one: agent-identity init")
        }];
    }
    let enrolled = match Enrolled::open(context, component, backend, context.progress("looking at the identity")).await {
        Ok(enrolled) => enrolled,
        Err(failure) => return vec![Check::failed("key", failure)],
    };
    let identity = &enrolled.identity;
    let mut checks = vec![Check::ok(
        "key",
        format!("{} of account {}, thumbprint {}", identity.agent_runtime_id, identity.account_id, enrolled.public.thumbprint),
    )];
    if pending {
        checks.push(Check::warn("key", "another key waits for its registration", "register it: agent-identity register"));
    }
    checks.push(match enrolled.known_task(None).await {
        Ok(Some(task_id)) => Check::ok("task", format!("the run task is {task_id}")),
        Ok(None) => Check::warn("task", "no run task is registered", "register it: agent-identity task"),
        Err(failure) => Check::failed("task", failure),
    });
    checks
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
