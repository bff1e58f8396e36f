//! A registered identity, opened from the home folder.

use super::backend::Backend;
use super::context::Context;
use super::failure::Failure;
use super::home::{Home, PENDING_KEY, identity_of};
use super::progress::Progress;
use crate::types::{Identity, PrivateForm, PublicForms, SecretForm};
use crate::{Agent, Component, Enrollment, Error, Key, Surroundings};
use std::sync::Arc;

/// An identity that is registered, with its key.
pub struct Enrolled {
    pub agent: Agent,
    pub identity: Identity,
    pub public: PublicForms,
    enrollment: Enrollment,
}

impl Enrolled {
    /// Opens the identity of the home folder. Errors: `auth-material-missing` when there is none.
    pub async fn open(context: &Context, component: &Component, backend: &Backend, progress: Arc<Progress>) -> Result<Self, Failure> {
        let home = context.home()?;
        let mut session = context.session(component)?;
        let Some(record) = home.record().await? else { return Err(not_registered(&home).await) };
        let Some(identity) = identity_of(&mut session, &record)? else { return Err(not_registered(&home).await) };
        let key = session.record_key(&record)?;
        let public = session.public_forms(&key)?;
        let secret = session.reveal(&key, SecretForm::Pkcs8Der)?;
        let base = backend.resolve(&home, &mut session).await?;
        let surroundings = Surroundings::default().storage(Arc::new(home.storage.clone())).inline_observer(progress);
        // Without the run task of the record: whether it may be used is asked when it is needed.
        let agent = Agent::builder(&identity.agent_runtime_id, Key::held(PrivateForm::Pkcs8Der, secret.to_vec()), &base)
            .account(&identity.account_id, &identity.chatgpt_user_id)
            .fedramp(identity.fedramp)
            .surroundings(surroundings.clone())
            .build(component)?;
        let enrollment = Enrollment::builder(base).surroundings(surroundings).build(component)?;
        Ok(Self { agent, identity, public, enrollment })
    }

    /// The registered task of a normalised reference, if there is one for this account, backend and key; the agent knows it then.
    pub async fn known_task(&self, reference: Option<&str>) -> Result<Option<String>, Failure> {
        let stored = match self.agent.stored_task(reference).await {
            Ok(task_id) => Some(task_id),
            Err(error) if error.code == MISSING => None,
            Err(error) => return Err(error.into()),
        };
        match &self.identity.task_id {
            of_record if reference.is_some() || of_record.is_none() || *of_record == stored => Ok(stored),
            // The record wins (L5), unless its task belongs to another backend (§8.4).
            _ => match self.enrollment.load().await?.task(None)? {
                Some(task_id) => {
                    self.agent.adopt_task(None, &task_id)?;
                    Ok(Some(task_id))
                }
                None => Ok(stored),
            },
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

async fn not_registered(home: &Home) -> Failure {
    let error = |what: &str| Error::new("auth-material-missing", crate::Advice::FixConfig, format!("{} {what}", home.path().display()));
    let has_key = home.inspect(PENDING_KEY).await.is_ok_and(|facts| facts.exists);
    if has_key {
        Failure::from(error("holds a key that is not registered yet"))
            .next("register it: agent-identity register --token-file FILE --account ID --user ID")
    } else {
        Failure::from(error("holds no identity")).next("make one: agent-identity init, then agent-identity register")
    }
}
