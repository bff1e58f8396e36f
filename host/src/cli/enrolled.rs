//! A registered identity, opened from the home folder.

use super::context::Context;
use super::failure::Failure;
use super::home::{Home, identity_of};
use super::progress::Progress;
use super::task_store::{Binding, Entry, TaskStore};
use super::time::timestamp;
use crate::ports::{Clock, Document};
use crate::system::SystemClock;
use crate::types::{Identity, PrivateForm, PublicForms, SecretForm};
use crate::{Agent, Component, Error, Key, Session, Surroundings};
use clap::Args;
use std::sync::Arc;

/// The backend, where it is not the remembered one.
#[derive(Args, Clone, Debug)]
pub struct Backend {
    /// Base URL of the registration endpoints [default: what `init` remembered, else the production service]
    #[arg(long, value_name = "URL", env = "AGENT_IDENTITY_AUTHAPI_BASE", hide_env_values = true)]
    pub authapi_base: Option<String>,
}

impl Backend {
    /// The base URL in force.
    pub async fn resolve(&self, home: &Home, session: &mut Session) -> Result<String, Failure> {
        let named = self.authapi_base.as_deref().map(str::trim).filter(|base| !base.is_empty());
        let base = match named {
            Some(base) => base.to_owned(),
            None => match home.settings().await? {
                Some(settings) => settings.authapi_base,
                None => session.resolve_base_urls(None, None, None)?.authapi_base,
            },
        };
        Ok(base.trim_end_matches('/').to_owned())
    }
}

/// An identity that is registered, with its key.
pub struct Enrolled {
    pub home: Home,
    pub identity: Identity,
    pub public: PublicForms,
    pub authapi_base: String,
    pub key: Key,
    pub session: Session,
}

impl Enrolled {
    /// Opens the identity of the home folder. Errors: `auth-material-missing` when there is none.
    pub async fn open(context: &Context, component: &Component, backend: &Backend) -> Result<Self, Failure> {
        let home = context.home()?;
        let mut session = context.session(component)?;
        let Some(record) = home.record().await? else { return Err(not_registered(&home).await) };
        let Some(identity) = identity_of(&mut session, &record)? else { return Err(not_registered(&home).await) };
        let handle = session.record_key(&record)?;
        let public = session.public_forms(&handle)?;
        let key = Key::held(PrivateForm::Pkcs8Der, session.reveal(&handle, SecretForm::Pkcs8Der)?.to_vec());
        session.release(handle)?;
        let authapi_base = backend.resolve(&home, &mut session).await?;
        Ok(Self { home, identity, public, authapi_base, key, session })
    }

    /// The agent, without its tasks.
    pub fn agent(&self, component: &Component, progress: Arc<Progress>) -> Result<Agent, Failure> {
        let agent = Agent::builder(&self.identity.agent_runtime_id, self.key.clone(), &self.authapi_base)
            .account(&self.identity.account_id, &self.identity.chatgpt_user_id)
            .fedramp(self.identity.fedramp)
            .surroundings(Surroundings::default().inline_observer(progress))
            .build(component)?;
        Ok(agent)
    }

    /// The registered task of a reference, if there is one for this binding. The record's run task wins (L5), unless the task
    /// store knows it from another backend (§8.4).
    pub async fn known_task(&self, context: &Context, reference: Option<&str>) -> Option<String> {
        let (store, problem) = TaskStore::load(&self.home).await;
        if let Some(why) = problem {
            context.output.warn(format!("the task store counts as empty: {why}"));
        }
        let binding = self.binding();
        let of_record = self.identity.task_id.clone().filter(|id| reference.is_none() && !store.is_bound_elsewhere(&binding, id));
        of_record.or_else(|| store.find(&binding, reference).map(|entry| entry.task_id.clone()))
    }

    /// As [`Self::known_task`]; a missing task is an error.
    pub async fn task(&self, context: &Context, reference: Option<&str>) -> Result<String, Failure> {
        self.known_task(context, reference).await.ok_or_else(|| {
            let which = if reference.is_some() { "this reference" } else { "the run task" };
            let missing = Error::new("run-task-missing", crate::Advice::AfterRegister, format!("no task is registered for {which} here"));
            let same = if reference.is_some() { " with the same --kind and --value" } else { "" };
            Failure::from(missing).next(format!("register it: agent-identity task{same}"))
        })
    }

    /// Stores a task that was registered: in the task store and, if it is the run task, in the record (L2).
    pub async fn keep_task(&self, component: &Component, context: &Context, reference: Option<&str>, task_id: &str) -> Result<(), Failure> {
        if reference.is_none() && self.identity.task_id.as_deref() != Some(task_id) {
            let identity = Identity { task_id: Some(task_id.into()), ..self.identity.clone() };
            let mut session = context.session(component)?;
            self.home.update_record(move |record| with_task(&mut session, record, &identity)).await?;
        }
        self.note_use(reference, task_id).await
    }

    /// Notes in the task store that a task is used.
    pub async fn note_use(&self, reference: Option<&str>, task_id: &str) -> Result<(), Failure> {
        let binding = self.binding();
        let known = TaskStore::load(&self.home).await.0.find(&binding, reference).filter(|entry| entry.task_id == task_id).cloned();
        let entry = known.unwrap_or_else(|| Entry {
            binding,
            task_id: task_id.into(),
            registered_at: timestamp(SystemClock.now_ms().div_euclid(1000)),
            external_task_ref: reference.map(Into::into),
        });
        TaskStore::remember(&self.home, entry).await
    }

    fn binding(&self) -> Binding {
        Binding {
            agent_runtime_id: self.identity.agent_runtime_id.clone(),
            account_id: self.identity.account_id.clone(),
            chatgpt_user_id: self.identity.chatgpt_user_id.clone(),
            authapi_base: self.authapi_base.clone(),
            key_thumbprint: self.public.thumbprint.clone(),
        }
    }
}

/// The record with its run task. Another process may have replaced the identity meanwhile; then the task is not that record's.
fn with_task(session: &mut Session, record: Option<Document>, identity: &Identity) -> Result<Document, Failure> {
    let replaced = || Failure::config("the identity was replaced while its task was registered", "repeat the command");
    let record = record.ok_or_else(replaced)?;
    if identity_of(session, &record)?.is_none_or(|stored| stored.agent_runtime_id != identity.agent_runtime_id) {
        return Err(replaced());
    }
    let key = session.record_key(&record)?;
    Ok(session.write_record(Some(&record), identity, &key)?)
}

async fn not_registered(home: &Home) -> Failure {
    let error = |what: &str| Error::new("auth-material-missing", crate::Advice::FixConfig, format!("{} {what}", home.path().display()));
    let has_key = home.inspect(super::home::PENDING_KEY).await.is_ok_and(|facts| facts.exists);
    if has_key {
        Failure::from(error("holds a key that is not registered yet"))
            .next("register it: agent-identity register --token-file FILE --account ID --user ID")
    } else {
        Failure::from(error("holds no identity")).next("make one: agent-identity init, then agent-identity register")
    }
}
