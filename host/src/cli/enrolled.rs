//! A registered identity, opened from the home folder.

use super::backend::Backend;
use super::context::Context;
use super::failure::Failure;
use super::home::{Home, PENDING_KEY, identity_of};
use super::progress::Progress;
use super::stored::is_jwt;
use crate::enrollment::EnrollmentBuilder;
use crate::types::logins::BaseUrls;
use crate::types::{Identity, PrivateForm, SecretForm};
use crate::{Agent, Component, Enrollment, Error, Key, Session, Surroundings};
use std::sync::Arc;

/// An identity that is registered, with its key.
pub struct Enrolled {
    pub agent: Agent,
    enrollment: Enrollment,
    /// What the record says about the run task.
    run_task: Option<String>,
}

/// The storage of a home folder's identity, and progress on standard error.
pub async fn surroundings(home: &Home, progress: Arc<Progress>) -> Result<Surroundings, Failure> {
    Ok(Surroundings::default().storage(home.storage().await?).inline_observer(progress))
}

/// Begins describing the enrollment of a home folder.
pub fn enrollment(urls: &BaseUrls, surroundings: Surroundings) -> EnrollmentBuilder {
    Enrollment::builder(&urls.authapi_base).jwks_url(&urls.jwks_url).surroundings(surroundings)
}

impl Enrolled {
    /// Opens the identity of the home folder; a JWT is verified first. Errors: `auth-material-missing` when there is none.
    pub async fn open(context: &Context, component: &Component, backend: &Backend, progress: Arc<Progress>) -> Result<Self, Failure> {
        let home = context.home()?;
        let mut session = context.session(component)?;
        let Some(document) = home.record().await? else { return Err(not_registered(&home).await) };
        let urls = backend.urls(&home, &mut session, None).await?;
        let surroundings = surroundings(&home, progress).await?;
        let enrollment = enrollment(&urls, surroundings.clone()).build(component)?;
        match identity_of(&mut session, &document)? {
            Some(identity) => {
                let key = key_of(&mut session, &document)?;
                let agent = agent(component, &identity, key, &urls.authapi_base, surroundings)?;
                Ok(Self { agent, enrollment, run_task: identity.task_id })
            }
            None if is_jwt(&document) => Ok(Self { agent: enrollment.load().await?, enrollment, run_task: None }),
            None => Err(not_registered(&home).await),
        }
    }

    /// The registered task of a normalised reference, if there is one for this account, backend and key; the agent knows it then.
    pub async fn known_task(&self, reference: Option<&str>) -> Result<Option<String>, Failure> {
        let stored = match self.agent.stored_task(reference).await {
            Ok(task_id) => Some(task_id),
            Err(error) if error.code == MISSING => None,
            Err(error) => return Err(error.into()),
        };
        if reference.is_some() || self.run_task.is_none() || self.run_task == stored {
            return Ok(stored);
        }
        // The record wins (L5), unless its task belongs to another backend (§8.4).
        match self.enrollment.load().await?.task(None)? {
            Some(task_id) => {
                self.agent.adopt_task(None, &task_id)?;
                Ok(Some(task_id))
            }
            None => Ok(stored),
        }
    }

    /// As [`Self::known_task`]; a missing task is an error.
    pub async fn task(&self, reference: Option<&str>) -> Result<String, Failure> {
        self.known_task(reference).await?.ok_or_else(|| {
            let which = if reference.is_some() { "this reference" } else { "the run task" };
            let missing = Error::new(MISSING, crate::Advice::AfterRegister, format!("no task is registered for {which} here"));
            let same = if reference.is_some() { " with the same --kind and --value" } else { "" };
            Failure::from(missing).next(format!("register it: agent-identity task{same}"))
        })
    }
}

const MISSING: &str = "run-task-missing";

fn key_of(session: &mut Session, document: &[u8]) -> Result<Key, Failure> {
    let key = session.record_key(document)?;
    let secret = session.reveal(&key, SecretForm::Pkcs8Der)?;
    session.release(key)?;
    Ok(Key::held(PrivateForm::Pkcs8Der, secret.to_vec()))
}

/// Without the run task of the record: whether it may be used is asked when it is needed.
fn agent(component: &Component, identity: &Identity, key: Key, base: &str, surroundings: Surroundings) -> Result<Agent, Failure> {
    let agent = Agent::builder(&identity.agent_runtime_id, key, base)
        .account(&identity.account_id, &identity.chatgpt_user_id)
        .fedramp(identity.fedramp)
        .surroundings(surroundings)
        .build(component)?;
    Ok(agent)
}

/// Why nothing can be signed, and what to do about it.
pub async fn not_registered(home: &Home) -> Failure {
    let error = |what: &str| Error::new("auth-material-missing", crate::Advice::FixConfig, format!("{} {what}", home.path().display()));
    let has_key = home.has(PENDING_KEY).await.is_ok_and(|has| has);
    if has_key {
        Failure::from(error("holds a key that is not registered yet"))
            .next("register it: agent-identity register --token-file FILE --account ID --user ID")
    } else {
        Failure::from(error("holds no identity"))
            .next("make one: agent-identity init, then agent-identity register; or in one step: agent-identity login")
    }
}
