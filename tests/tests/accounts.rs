//! Two accounts, one program: the user switches between any two effects. From then on nothing of the first account is sent (L4).
//!
//! Everything that is sent passes a recording layer, which notes the account in use at that moment.

use agent_identity_core::encoding::from_base64url;
use agent_identity_host::authority::{Faults, RunningAuthority};
use agent_identity_host::enrollment::{ManagedIdentities, ManagedLogin, ManagedLogins};
use agent_identity_host::storage::{RECORD, TASKS};
use agent_identity_host::{Agent, Error};
use agent_identity_tests::effects::{Effect, Hook, Moment, Watched};
use agent_identity_tests::gate::Gate;
use agent_identity_tests::installation::{Installation, agents, authority, http, login};
use agent_identity_tests::requests::Caller;
use async_trait::async_trait;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::task::JoinSet;

const ACCOUNTS: [&str; 2] = ["account-1", "account-2"];

/// The login in use, and everything that was sent.
struct Logins {
    logins: [ManagedLogin; 2],
    in_use: AtomicUsize,
    sent: Mutex<Vec<(usize, Effect)>>,
}

#[async_trait]
impl ManagedLogins for Logins {
    async fn managed_login(&self) -> Result<ManagedLogin, Error> {
        Ok(self.logins[self.in_use.load(Ordering::SeqCst)].clone())
    }
}

impl Logins {
    async fn new(authority: &RunningAuthority) -> Arc<Self> {
        let logins = [login(authority, ACCOUNTS[0]).await, login(authority, ACCOUNTS[1]).await];
        Arc::new(Self { logins, in_use: AtomicUsize::new(0), sent: Mutex::default() })
    }

    fn switch(&self) {
        self.in_use.fetch_xor(1, Ordering::SeqCst);
    }

    fn in_use(&self) -> usize {
        self.in_use.load(Ordering::SeqCst)
    }

    /// Records what is sent, and switches the account after these effects. They are counted from the first one.
    fn switching_after(self: &Arc<Self>, effects: Vec<usize>) -> Arc<Hook> {
        let logins = self.clone();
        Arc::new(move |effect: &Effect, moment| match moment {
            Moment::Before if effect.kind == "http" => {
                logins.sent.lock().expect("not poisoned").push((logins.in_use(), effect.clone()));
            }
            Moment::After if effects.contains(&effect.number) => logins.switch(),
            _ => {}
        })
    }

    /// Nothing that was sent belongs to another account than the one in use at that moment.
    async fn check(&self, authority: &RunningAuthority, what: &str) {
        let owners = owners(authority).await;
        let sent = std::mem::take(&mut *self.sent.lock().expect("not poisoned"));
        for (in_use, effect) in &sent {
            for (name, value) in &effect.headers {
                if let Some(owner) = self.owner(&owners, name, value) {
                    assert_eq!(owner, ACCOUNTS[*in_use], "{what}: {name} of {owner} was sent to {}", effect.what);
                }
            }
        }
    }

    /// Whose header field this is.
    fn owner(&self, owners: &BTreeMap<String, String>, name: &str, value: &str) -> Option<String> {
        if name.eq_ignore_ascii_case("chatgpt-account-id") {
            return Some(value.to_owned());
        }
        if !name.eq_ignore_ascii_case("authorization") {
            return None;
        }
        let owner = match value.split_once(' ') {
            Some(("Bearer", token)) => self.logins.iter().find(|login| *login.access_token == token).map(|login| login.account_id.clone()),
            Some(("AgentAssertion", token)) => owners.get(&signer(token)).cloned(),
            _ => None,
        };
        Some(owner.expect("every credential belongs to somebody"))
    }
}

/// The agent that an assertion names.
fn signer(token: &str) -> String {
    let envelope = from_base64url(token).expect("an assertion is base64url");
    let envelope: Value = serde_json::from_slice(&envelope).expect("of JSON");
    envelope["agent_runtime_id"].as_str().expect("with an agent").to_owned()
}

/// The account of each agent that the authority knows.
async fn owners(authority: &RunningAuthority) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    agents(authority).await.iter().map(|agent| (text(&agent["agent_runtime_id"]), text(&agent["account_id"]))).collect()
}

struct Scene {
    authority: RunningAuthority,
    logins: Arc<Logins>,
}

impl Scene {
    async fn new() -> Self {
        let authority = authority().await;
        Self { logins: Logins::new(&authority).await, authority }
    }

    /// A request of a new process, which switches the account after these effects; what is left is looked at. Returns how many
    /// effects there were.
    async fn request(&self, installation: &Installation, reference: Option<&str>, switches: &[usize]) -> usize {
        let what = format!("{reference:?}, switched after the effects {switches:?}");
        let last = Arc::new(AtomicUsize::new(0));
        let (hook, highest) = (self.logins.switching_after(switches.to_vec()), last.clone());
        let watch = move |effect: &Effect, moment| {
            highest.fetch_max(effect.number, Ordering::SeqCst);
            hook(effect, moment);
        };
        let ports = Arc::new(Watched::new(http(), installation.storage(), Arc::new(watch)));
        let enrollment = installation.enrollment_in(installation.surroundings_of(&ports));
        let identities = ManagedIdentities::new(enrollment, self.logins.clone());
        let url = self.authority.responses_url();
        let caller = Caller { identities: &identities, http: &*ports, clock: &*installation.clock, url: &url };
        let ended = caller.call(reference).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        self.logins.check(&self.authority, &what).await;
        if ended.status() == 200 {
            let record = &installation.document(RECORD)["agent_identity"];
            assert_eq!(record["agent_runtime_id"], ended.last.verified()["agent_runtime_id"], "{what}: who signs is who is stored");
        } else {
            // The account was switched after the answer: the refusal is the caller's, and nothing is sent for it.
            assert_eq!((ended.status(), ended.sent, ended.refusal.as_deref()), (401, 1, None), "{what}");
        }
        last.load(Ordering::SeqCst) + 1
    }

    /// An installation of the account in use.
    async fn bootstrapped(&self) -> (Installation, Agent) {
        let installation = Installation::new(&self.authority);
        let login = self.logins.logins[self.logins.in_use()].clone();
        let agent = installation.enrollment().bootstrap(&login, None).await.expect("sound");
        (installation, agent)
    }
}

/// Switches the account after each effect of a request, alone and together with each later one. Returns how many effects there
/// are when nothing is switched.
async fn switch_everywhere(reference: Option<&str>, prepare: impl AsyncFn(&Scene) -> Installation) -> usize {
    let scene = Scene::new().await;
    let effects = scene.request(&prepare(&scene).await, reference, &[]).await;
    for first in 0..effects {
        // The authority's list of agents is read after each request: a new one keeps it short.
        let scene = Scene::new().await;
        let mut reached = scene.request(&prepare(&scene).await, reference, &[first]).await;
        let mut second = first + 1;
        while second < reached {
            reached = scene.request(&prepare(&scene).await, reference, &[first, second]).await;
            second += 1;
        }
    }
    effects
}

#[tokio::test(flavor = "multi_thread")]
async fn l4_switched_anywhere_on_the_way_to_a_first_request() {
    let effects = switch_everywhere(None, async |scene| Installation::new(&scene.authority)).await;
    assert!(effects >= 8, "load, two registrations, documents, and the request: {effects}");
}

#[tokio::test(flavor = "multi_thread")]
async fn l4_switched_anywhere_on_the_way_to_the_first_request_of_a_conversation() {
    let effects = switch_everywhere(Some("thread"), async |scene| scene.bootstrapped().await.0).await;
    assert!(effects >= 6, "{effects}");
}

#[tokio::test(flavor = "multi_thread")]
async fn l4_switched_anywhere_while_a_refused_task_is_replaced() {
    let prepare = async |scene: &Scene| {
        let (installation, agent) = scene.bootstrapped().await;
        let task = agent.ensure_task(None, None).await.expect("known");
        scene.authority.end_task(&task).await.expect("the store is sound");
        installation
    };
    let effects = switch_everywhere(None, prepare).await;
    assert!(effects >= 8, "{effects}");
}

#[tokio::test(flavor = "multi_thread")]
async fn l4_switched_anywhere_while_attempts_fail() {
    let scene = Scene::new().await;
    for switched in 0..16 {
        scene.authority.set_faults("agent/500:2,task/lose:1,task/503:1".parse().expect("faults"));
        scene.request(&Installation::new(&scene.authority), None, &[switched]).await;
    }
    scene.authority.set_faults(Faults::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn l4_an_account_that_comes_back_never_gets_the_tasks_of_the_other() {
    let scene = Scene::new().await;
    let installation = Installation::new(&scene.authority);
    for turn in 0..6 {
        scene.request(&installation, Some("thread"), &[]).await;
        let tasks = installation.document(TASKS);
        let tasks = tasks["tasks"].as_array().expect("tasks");
        let known = agents(&scene.authority).await;
        for task in tasks {
            let owner = known.iter().find(|agent| agent["agent_runtime_id"] == task["agent_runtime_id"]).expect("registered");
            assert_eq!(owner["account_id"], task["account_id"], "turn {turn}");
            assert!(owner["tasks"].as_array().expect("tasks").iter().any(|known| known["task_id"] == task["task_id"]));
        }
        scene.logins.switch();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn l4_callers_of_both_accounts_at_once_never_mix_them() {
    let scene = Arc::new(Scene::new().await);
    let installation = Installation::new(&scene.authority);
    let every_third = {
        let logins = scene.logins.clone();
        move |effect: &Effect, moment| {
            if moment == Moment::After && effect.number.is_multiple_of(3) && effect.number < 200 {
                logins.switch();
            }
        }
    };
    let ports = Arc::new(Watched::new(http(), installation.storage(), Arc::new(every_third)));
    let enrollment = installation.enrollment_in(installation.surroundings_of(&ports));
    let identities = Arc::new(ManagedIdentities::new(enrollment, scene.logins.clone()));
    let mut callers = JoinSet::new();
    for number in 0..40 {
        let (scene, identities, clock) = (scene.clone(), identities.clone(), installation.clock.clone());
        callers.spawn(async move {
            let (http, url) = (http(), scene.authority.responses_url());
            let caller = Caller { identities: &*identities, http: &*http, clock: &*clock, url: &url };
            let reference = ["one", "two", "three"][number % 3];
            let ended = caller.call(Some(reference)).await;
            ended.map(|ended| {
                let (verified, account) = (ended.last.verified(), ended.last.signed.headers[1].1.expose().to_owned());
                assert_eq!((ended.status(), &verified["account_id"]), (200, &Value::from(account)));
            })
        });
    }
    for ended in callers.join_all().await {
        // A login that changes at every third effect may leave no time for one of them; then nothing was sent.
        assert!(ended.as_ref().is_ok_and(|()| true) || ended.as_ref().is_err_and(|error| error.code == "cancelled"), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn l4_without_leave_of_the_logins_a_later_bootstrap_ends_an_earlier_one() {
    let scene = Scene::new().await;
    let installation = Installation::new(&scene.authority);
    let gate = Gate::closed();
    let enrollment = installation.enrollment_in(installation.surroundings_with(gate.clone(), Arc::new(|_, _| {})));
    let [first, second] = scene.logins.logins.clone();
    let earlier = {
        let enrollment = enrollment.clone();
        tokio::spawn(async move { enrollment.bootstrap(&first, None).await })
    };
    gate.wait_for(1).await;
    gate.let_through(4);
    let agent = enrollment.bootstrap(&second, None).await.expect("sound");
    assert_eq!(agent.account_id(), Some(ACCOUNTS[1]));
    assert_eq!(earlier.await.expect("it ends").expect_err("overtaken").code, "cancelled");
    assert_eq!(installation.document(RECORD)["agent_identity"]["account_id"], ACCOUNTS[1]);
    assert_eq!(enrollment.agent().and_then(|agent| agent.account_id().map(str::to_owned)).as_deref(), Some(ACCOUNTS[1]));
}
