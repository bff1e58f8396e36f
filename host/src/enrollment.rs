//! An installation's agent identity: how it is got, kept, changed and lost (`spec/identity.md` §7, §8).

mod builder;
#[cfg(feature = "client")]
mod identities;
mod managed_login;
#[cfg(feature = "client")]
mod while_in_use;

pub use builder::EnrollmentBuilder;
#[cfg(feature = "client")]
pub use identities::ManagedIdentities;
pub use managed_login::{ManagedLogin, ManagedLogins};
#[cfg(feature = "client")]
use while_in_use::WhileInUse;

use crate::agent::{Agent, Flights};
use crate::component::Component;
use crate::component::wit::agents::{Change, EnrollmentConfig};
use crate::component::wit::reveal::SecretForm;
use crate::driver::{Completion, Performer, lock};
use crate::error::{Advice, Error};
use crate::session::{EnrollmentHandle, OperationHandle, Session};
use crate::signer::Key;
use crate::surroundings::Surroundings;
use crate::types::PrivateForm;
use std::fmt;
use std::sync::{Arc, Mutex};
use zeroize::{Zeroize, Zeroizing};

/// Gets, keeps, changes and loses the identity of an installation. Cheap to clone, shared by threads.
///
/// A change that is overtaken by a later one ends with `cancelled`, and what it brought is not used.
#[derive(Clone)]
pub struct Enrollment(Arc<Inner>);

struct Inner {
    component: Component,
    config: EnrollmentConfig,
    surroundings: Surroundings,
    replaces_tasks: bool,
    performer: Performer,
    session: Mutex<Session>,
    handle: Mutex<EnrollmentHandle>,
    agent: Mutex<Option<Agent>>,
    /// Changes under way that concurrent callers share (L6, L13).
    flights: Arc<Flights<Shared, Result<Agent, Error>>>,
}

/// What callers share.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Shared {
    /// For this account and user.
    Bootstrap(String, String),
    Load,
}

impl Enrollment {
    /// Begins describing an enrollment. Agents and tasks are registered at `authapi_base`.
    pub fn builder(authapi_base: impl Into<String>) -> EnrollmentBuilder {
        EnrollmentBuilder::new(authapi_base.into())
    }

    /// The agent in use.
    pub fn agent(&self) -> Option<Agent> {
        lock(&self.0.agent).clone()
    }

    /// An agent for the account of a managed login: the one in use or stored, else a new one. Concurrent callers share one bootstrap.
    /// Errors: `bootstrap-unavailable`, `chatgpt-auth-unavailable`, `agent-register-…`, `task-register-…`, `store-…`.
    pub async fn bootstrap(&self, login: &ManagedLogin, conversation: Option<&str>) -> Result<Agent, Error> {
        self.bootstrap_with(login, &self.0.performer, conversation).await
    }

    /// The same, except that nothing more is sent once another login is in use; then the error is `cancelled`.
    #[cfg(feature = "client")]
    async fn bootstrap_while(&self, in_use: WhileInUse, conversation: Option<&str>) -> Result<Agent, Error> {
        let login = in_use.login.clone();
        let performer = Performer { http: in_use.guard(self.0.performer.http.clone()), ..self.0.performer.clone() };
        self.bootstrap_with(&login, &performer, conversation).await
    }

    async fn bootstrap_with(&self, login: &ManagedLogin, performer: &Performer, conversation: Option<&str>) -> Result<Agent, Error> {
        if let Some(agent) = self.agent().filter(|agent| login.is_of(agent)) {
            return Ok(agent);
        }
        let key = Shared::Bootstrap(login.account_id.clone(), login.chatgpt_user_id.clone());
        let (enrollment, login, performer) = (self.clone(), login.clone(), performer.clone());
        let conversation = conversation.map(str::to_owned);
        let bootstrapping = move || async move {
            lock(&enrollment.0.agent).take_if(|agent| !login.is_of(agent));
            let agent = enrollment.change_to_agent(Change::Bootstrap(login.to_wit()), &performer, conversation.as_deref()).await?;
            if login.is_of(&agent) { Ok(agent) } else { Err(overtaken()) }
        };
        self.share(key, bootstrapping).await
    }

    /// Logs in with an identity JWT, and stores it. Nothing is registered. Errors: the `jwt-…`, `jwks-…` and `key-…` codes,
    /// `workspace-not-allowed`, `store-…`.
    pub async fn login(&self, jwt: &Zeroizing<String>) -> Result<Agent, Error> {
        self.change_to_agent(Change::Login(String::clone(jwt)), &self.0.performer, None).await
    }

    /// Takes the stored identity, whosever it is; a JWT is verified first. Errors: `auth-material-missing`, `record-invalid`,
    /// `store-read-failed`, those of [`Self::login`]. Concurrent callers share one loading.
    pub async fn load(&self) -> Result<Agent, Error> {
        let enrollment = self.clone();
        let loading = move || async move { enrollment.change_to_agent(Change::Load, &enrollment.0.performer, None).await };
        self.share(Shared::Load, loading).await
    }

    /// Registers a new key with this access token. The old one goes on signing, and both are stored, until [`Self::finish_rotation`].
    /// Returns the runtime id that waits. When it fails nothing has changed. The token must be one of the record's account: that is
    /// not checked here, and the backend refuses the new agent with `account-mismatch` otherwise, so try it before finishing.
    pub async fn rotate(&self, access_token: &Zeroizing<String>) -> Result<String, Error> {
        match self.change(Change::Rotate(String::clone(access_token)), &self.0.performer, None).await? {
            Completion::RotationPending(id) => Ok(id),
            _ => Err(Error::internal("a rotation ended as something else".into())),
        }
    }

    /// Puts the new key in the place of the old one, or with `false` drops it. Errors: `config-invalid` if no rotation is under way.
    pub async fn finish_rotation(&self, accept: bool) -> Result<Agent, Error> {
        self.change_to_agent(Change::FinishRotation(accept), &self.0.performer, None).await
    }

    /// Forgets the identity and its tasks, here and in storage.
    pub async fn logout(&self) -> Result<(), Error> {
        lock(&self.0.agent).take();
        self.change(Change::Logout, &self.0.performer, None).await.map(drop)
    }

    async fn share<F>(&self, what: Shared, change: impl FnOnce() -> F) -> Result<Agent, Error>
    where
        F: Future<Output = Result<Agent, Error>> + Send + 'static,
    {
        let waiting = || tracing::debug!("the same change is under way; its outcome is awaited");
        self.0.flights.join(what, change, waiting).await.unwrap_or_else(|| Err(Error::internal("a change of the login panicked".into())))
    }

    async fn change_to_agent(&self, change: Change, performer: &Performer, conversation: Option<&str>) -> Result<Agent, Error> {
        match self.change(change, performer, conversation).await? {
            Completion::SignedIn(id) => self.take_agent(&id),
            _ => Err(Error::internal("a login ended as something else".into())),
        }
    }

    async fn change(&self, change: Change, performer: &Performer, conversation: Option<&str>) -> Result<Completion, Error> {
        let operation = self.begin(&change, conversation);
        wipe(change);
        performer.run(&self.0.session, operation?).await
    }

    /// Begins a change in the instance; one that trapped is replaced. What it knew besides the stored documents, cooldowns and the
    /// clock offset, is learnt again.
    fn begin(&self, change: &Change, conversation: Option<&str>) -> Result<OperationHandle, Error> {
        let mut session = lock(&self.0.session);
        let mut handle = lock(&self.0.handle);
        if !session.is_sound() {
            *session = self.0.surroundings.session(&self.0.component)?;
            *handle = session.open_enrollment(&self.0.config)?;
        }
        session.begin_change(&handle, change, conversation)
    }

    /// The agent the instance holds now, if it is still the one that a change ended with.
    fn take_agent(&self, agent_runtime_id: &str) -> Result<Agent, Error> {
        let mut session = lock(&self.0.session);
        let enrolled = session.enrolled_agent(&lock(&self.0.handle))?.ok_or_else(overtaken)?;
        let identity = session.agent_identity(&enrolled)?;
        if identity.agent_runtime_id != agent_runtime_id {
            return Err(overtaken());
        }
        let mut present = lock(&self.0.agent);
        if let Some(agent) = present.as_ref().filter(|agent| is_same(agent, &identity)) {
            return Ok(agent.clone());
        }
        let key = session.agent_key(&enrolled)?;
        let secret = session.reveal(&key, SecretForm::Pkcs8Der)?;
        let clock_offset_ms = session.agent_clock_offset_ms(&enrolled)?;
        session.release(key)?;
        session.release(enrolled)?;
        let builder = Agent::builder(agent_runtime_id, Key::held(PrivateForm::Pkcs8Der, secret.to_vec()), &self.0.config.authapi_base)
            .account(identity.account_id, identity.chatgpt_user_id)
            .fedramp(identity.fedramp)
            .correct_clock(self.0.config.correct_clock)
            .replace_tasks(self.0.replaces_tasks)
            .run_task(identity.task_id)
            .clock_offset_ms(clock_offset_ms)
            .surroundings(self.0.surroundings.clone());
        let agent = builder.build(&self.0.component)?;
        *present = Some(agent.clone());
        Ok(agent)
    }
}

fn is_same(agent: &Agent, identity: &crate::types::Identity) -> bool {
    agent.agent_runtime_id() == identity.agent_runtime_id
        && agent.account_id() == Some(&identity.account_id)
        && agent.chatgpt_user_id() == Some(&identity.chatgpt_user_id)
}

fn overtaken() -> Error {
    Error::new("cancelled", Advice::BackOff, "another change of the login began meanwhile; what this one brought is not used")
}

/// Overwrites the secret of a change once the component has its copy (K15).
fn wipe(change: Change) {
    match change {
        Change::Bootstrap(mut login) => login.access_token.zeroize(),
        Change::Login(mut secret) | Change::Rotate(mut secret) => secret.zeroize(),
        Change::Load | Change::FinishRotation(_) | Change::Logout => {}
    }
}

impl fmt::Debug for Enrollment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Enrollment").field(&self.agent()).finish()
    }
}

#[cfg(all(test, feature = "authority"))]
mod tests;
