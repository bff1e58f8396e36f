//! A program with two accounts and an identity JWT, its conversations, and the callers in it.

use crate::backend::Backend;
use crate::chance::Chance;
use crate::logs::Logs;
use crate::tally::Tally;
use agent_identity_host::auth::Identities;
use agent_identity_host::enrollment::{ManagedIdentities, ManagedLogin, ManagedLogins};
use agent_identity_host::storage::RECORD;
use agent_identity_host::{Agent, Enrollment, Error, Surroundings};
use agent_identity_tests::faulty::Machine;
use agent_identity_tests::installation::{Installation, http};
use agent_identity_tests::requests::{Caller, Ended};
use async_trait::async_trait;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};
use zeroize::Zeroizing;

/// Conversations of a program; none is the run task.
const REFERENCES: [Option<&str>; 8] =
    [None, Some("one"), Some("two"), Some("three"), Some("four"), Some("five"), Some("six"), Some("seven")];

/// Whether it is calm. Each request is made in one weather.
#[derive(Default)]
pub struct Weather(Arc<RwLock<bool>>);

impl Weather {
    /// Waits for the requests under way, and lets no others begin.
    pub async fn pause(&self) -> OwnedRwLockWriteGuard<bool> {
        self.0.clone().write_owned().await
    }

    pub fn calm(&self, mut pause: OwnedRwLockWriteGuard<bool>) {
        *pause = true;
    }

    pub fn storm(&self, mut pause: OwnedRwLockWriteGuard<bool>) {
        *pause = false;
    }
}

pub struct Program {
    backend: Arc<Backend>,
    installation: Installation,
    pub machine: Arc<Machine>,
    logins: Arc<Logins>,
    jwt: Zeroizing<String>,
    process: Mutex<Arc<Process>>,
    /// An identity of its own kind, in a folder of its own.
    by_jwt: (Installation, Mutex<Agent>),
    logs: Logs,
    restarts: AtomicU64,
}

/// What ends with a process.
struct Process {
    enrollment: Enrollment,
    identities: ManagedIdentities,
}

struct Logins {
    logins: [ManagedLogin; 2],
    in_use: AtomicUsize,
}

#[async_trait]
impl ManagedLogins for Logins {
    async fn managed_login(&self) -> Result<ManagedLogin, Error> {
        Ok(self.logins[self.in_use.load(Ordering::SeqCst)].clone())
    }
}

impl Program {
    pub async fn new(backend: &Arc<Backend>, number: usize, logs: &Logs) -> Arc<Self> {
        let login = async |account: &str| {
            let (account_id, chatgpt_user_id) = (format!("account-{number}-{account}"), format!("user-{number}-{account}"));
            let token = backend.token(&account_id, &chatgpt_user_id).await;
            logs.keep_secret(&token);
            let access_token = Zeroizing::new(token);
            ManagedLogin { account_id, chatgpt_user_id, email: None, plan_type: "pro".into(), fedramp: false, access_token }
        };
        let logins = Arc::new(Logins { logins: [login("a").await, login("b").await], in_use: AtomicUsize::new(0) });
        let jwt = Zeroizing::new(backend.identity_jwt(&format!("account-{number}-c"), "user-c").await);
        logs.keep_secret(&jwt);
        let installation = Installation::at(backend.authapi_base(), backend.jwks_url());
        let machine = Arc::new(Machine::new(http(), installation.storage()));
        let process = Mutex::new(Arc::new(process(&installation, &machine, &logins)));
        let of_jwt = Installation::at(backend.authapi_base(), backend.jwks_url());
        let surroundings = Surroundings::default().http(machine.clone()).storage(of_jwt.storage()).clock(machine.clone());
        let agent = of_jwt.enrollment_in(surroundings).login(&jwt).await.expect("a good token");
        Arc::new(Self {
            backend: backend.clone(),
            installation,
            machine,
            logins,
            jwt,
            process,
            by_jwt: (of_jwt, Mutex::new(agent)),
            logs: logs.clone(),
            restarts: AtomicU64::new(0),
        })
    }

    /// One request after another, each in one weather, for conversations of the managed account or of the JWT's.
    pub async fn call_for_ever(self: Arc<Self>, weather: Arc<Weather>, tally: Arc<Tally>, mut chance: Chance) {
        loop {
            let reference = REFERENCES[chance.below(REFERENCES.len())];
            let by_jwt = chance.below(4) == 0;
            let of = weather.0.read().await;
            let ended = self.call(reference, by_jwt).await;
            if *of {
                let ended = ended.as_ref().unwrap_or_else(|error| panic!("in a calm, {reference:?}: {error}"));
                assert_eq!((ended.status(), ended.sent), (200, 1), "in a calm, {reference:?}: {:?}", ended.refusal);
            }
            drop(of);
            tally.count(&told(&ended));
            tokio::time::sleep(Duration::from_millis(2 + chance.below(15) as u64)).await;
        }
    }

    async fn call(&self, reference: Option<&str>, by_jwt: bool) -> Result<Ended, Error> {
        let (process, agent) = (self.process(), lock(&self.by_jwt.1).clone());
        let identities: &dyn Identities = if by_jwt { &agent } else { &process.identities };
        let url = self.backend.responses_url();
        Caller { identities, http: &*self.machine, clock: &*self.machine, url: &url }.call(reference).await
    }

    /// After a storm: whatever it left to be learnt is learnt. A request meets two refusals at most, its task's and its clock's.
    pub async fn settle(&self) {
        for by_jwt in [false, true] {
            for reference in REFERENCES {
                let mut last = None;
                for _ in 0..3 {
                    let ended = self.call(reference, by_jwt).await;
                    let is_settled = ended.as_ref().is_ok_and(|ended| (ended.status(), ended.sent) == (200, 1));
                    last = Some(told(&ended));
                    if is_settled {
                        last = None;
                        break;
                    }
                }
                assert_eq!(last, None, "{reference:?} does not come to rest");
            }
        }
        self.note_key();
    }

    pub fn switch_account(&self) {
        self.logins.in_use.fetch_xor(1, Ordering::SeqCst);
    }

    /// A new key for the account of the agent in use, accepted or given up. The token must be that account's: should another agent
    /// have been taken meanwhile, the key is given up.
    pub async fn rotate(&self, accept: bool) -> Result<(), Error> {
        let enrollment = self.process().enrollment.clone();
        let account = || enrollment.agent().and_then(|agent| agent.account_id().map(str::to_owned));
        let Some(before) = account() else { return Ok(()) };
        let login = self.logins.logins.iter().find(|login| login.account_id == before).expect("one of the two");
        enrollment.rotate(&login.access_token).await?;
        self.note_key();
        enrollment.finish_rotation(accept && account() == Some(before)).await.map(drop)
    }

    pub async fn log_out(&self) -> Result<(), Error> {
        self.process().enrollment.logout().await
    }

    /// The process ends in the middle of whatever it does, and begins anew.
    pub fn restart(&self) {
        let fresh = Arc::new(process(&self.installation, &self.machine, &self.logins));
        *lock(&self.process) = fresh;
        self.restarts.fetch_add(1, Ordering::Relaxed);
    }

    /// Logs in with the JWT again; its tasks are found in storage.
    pub async fn log_in_with_jwt(&self) -> Result<(), Error> {
        let surroundings = Surroundings::default().http(self.machine.clone()).storage(self.by_jwt.0.storage()).clock(self.machine.clone());
        let agent = self.by_jwt.0.enrollment_in(surroundings).login(&self.jwt).await?;
        *lock(&self.by_jwt.1) = agent;
        Ok(())
    }

    /// A task that is in use now.
    pub fn some_task(&self, chance: &mut Chance) -> Option<String> {
        let reference = REFERENCES[chance.below(REFERENCES.len())];
        let agent = if chance.below(3) == 0 { lock(&self.by_jwt.1).clone() } else { self.process().enrollment.agent()? };
        agent.task(reference).expect("sound")
    }

    /// One identity is stored, and a new process works with it.
    pub async fn check_files(&self) {
        self.restart();
        self.settle().await;
        let record = self.installation.document(RECORD);
        let agent = self.process().enrollment.agent().expect("settled");
        assert_eq!(record["agent_identity"]["agent_runtime_id"], agent.agent_runtime_id());
    }

    fn process(&self) -> Arc<Process> {
        lock(&self.process).clone()
    }

    /// The keys that are stored now must not be seen in any log.
    fn note_key(&self) {
        let record = self.installation.document(RECORD);
        for member in ["agent_identity", "agent_identity_next"] {
            if let Some(key) = record[member]["agent_private_key"].as_str() {
                self.logs.keep_secret(key);
            }
        }
    }
}

fn process(installation: &Installation, machine: &Arc<Machine>, logins: &Arc<Logins>) -> Process {
    let surroundings =
        Surroundings::default().http(machine.clone()).storage(machine.clone()).clock(machine.clone()).random(machine.clone());
    let enrollment = installation.enrollment_in(surroundings);
    Process { identities: ManagedIdentities::new(enrollment.clone(), logins.clone()), enrollment }
}

fn told(ended: &Result<Ended, Error>) -> String {
    match ended {
        Ok(ended) => match (&ended.last.answer, &ended.refusal) {
            (Ok(answer), None) => answer.status.to_string(),
            (Ok(answer), Some(code)) => format!("{} {code}", answer.status),
            (Err(failure), _) => format!("{failure:?}"),
        },
        Err(error) => error.code.clone(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
