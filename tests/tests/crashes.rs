//! Programs that die: a real process is killed before and after every effect of every change of an identity. Whoever starts the
//! program again has exactly one identity, with one run task, and a key that signs.
//!
//! The processes are this test program, started again with one ignored test selected.

#[path = "crashes/process.rs"]
mod process;

use agent_identity_host::authority::{IdentitySubject, RunningAuthority};
use agent_identity_host::enrollment::ManagedLogin;
use agent_identity_host::storage::RECORD;
use agent_identity_host::{Agent, Enrollment};
use agent_identity_tests::effects::Moment;
use agent_identity_tests::installation::{ACCOUNT, Installation, agents, authority, http, login};
use agent_identity_tests::requests::Caller;
use process::{Change, Death, Program};
use serde_json::Value;

/// What is there before the program that dies is started, and what must be true afterwards.
struct Scene {
    authority: RunningAuthority,
    login: ManagedLogin,
    change: Change,
}

/// An installation whose program has died.
struct Remains<'a> {
    scene: &'a Scene,
    installation: Installation,
    death: Death,
}

impl Scene {
    async fn new(change: Change) -> Self {
        let authority = authority().await;
        let login = login(&authority, ACCOUNT).await;
        Self { authority, login, change }
    }

    /// Kills the program at every effect, each time in a new installation, and looks at what is left. Returns the effects.
    async fn die_everywhere(&self, prepare: impl AsyncFn(&Installation) -> Program, look: impl AsyncFn(Remains<'_>)) -> Vec<String> {
        let mut effects = Vec::new();
        loop {
            for moment in [Moment::Before, Moment::After] {
                let installation = Installation::new(&self.authority);
                let program = prepare(&installation).await;
                let Some(death) = program.run(self.change, effects.len(), moment).await else {
                    return effects;
                };
                if moment == Moment::After {
                    effects.push(death.effect.clone());
                }
                look(Remains { scene: self, installation, death }).await;
            }
        }
    }

    fn program(&self, installation: &Installation, secret: &str) -> Program {
        Program {
            home: installation.home().to_owned(),
            authapi_base: self.authority.authapi_base(),
            jwks_url: self.authority.jwks_url(),
            responses_url: self.authority.responses_url(),
            secret: secret.to_owned(),
        }
    }

    async fn bootstrapped(&self, installation: &Installation) -> Enrollment {
        let enrollment = installation.enrollment();
        enrollment.bootstrap(&self.login, None).await.expect("the authority is sound");
        enrollment
    }
}

impl Remains<'_> {
    /// The program is started again, with the same login: it has an identity that works, and it is the stored one.
    async fn restarted(&self) -> (Enrollment, Agent) {
        let enrollment = self.installation.enrollment();
        let agent = enrollment.bootstrap(&self.scene.login, None).await.unwrap_or_else(|error| panic!("{}: {error}", self.death));
        self.works(&agent).await;
        (enrollment, agent)
    }

    /// It signs, for the one run task it has, and is the one stored identity.
    async fn works(&self, agent: &Agent) {
        let (http, url) = (http(), self.scene.authority.responses_url());
        let caller = Caller { identities: agent, http: &*http, clock: &*self.installation.clock, url: &url };
        let ended = caller.call(None).await.unwrap_or_else(|error| panic!("{}: {error}", self.death));
        assert_eq!(ended.status(), 200, "{}", self.death);
        assert_eq!(self.in_use(), agent.agent_runtime_id(), "{}: one identity in use", self.death);
        let known = agents(&self.scene.authority).await;
        let of_agent = known.iter().find(|known| known["agent_runtime_id"] == agent.agent_runtime_id()).expect("it is registered");
        let tasks = of_agent["tasks"].as_array().expect("tasks");
        let run_tasks: Vec<_> = tasks.iter().filter(|task| task["external_task_ref"].is_null() && task["ended"] == false).collect();
        assert_eq!(run_tasks.len(), 1, "{}: one run task", self.death);
        assert_eq!(run_tasks[0]["task_id"], ended.last.signed.task_id);
    }

    fn in_use(&self) -> String {
        self.runtime_id("agent_identity")
    }

    fn runtime_id(&self, member: &str) -> String {
        self.installation.document(RECORD)[member]["agent_runtime_id"].as_str().unwrap_or_default().to_owned()
    }

    fn is_stored(&self) -> bool {
        self.installation.document(RECORD)["agent_identity"] != Value::Null
    }
}

/// Each of these was hit.
fn assert_hit(effects: &[String], expected: &[&str]) {
    for expected in expected {
        assert!(effects.iter().any(|effect| effect.starts_with(expected)), "{expected} is not among {effects:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_killed_at_every_effect_of_a_bootstrap() {
    let scene = Scene::new(Change::Bootstrap).await;
    let prepare = async |installation: &Installation| scene.program(installation, &scene.login.access_token);
    let effects = scene.die_everywhere(prepare, async |remains| {
        let (stored, before) = (remains.is_stored(), remains.in_use());
        let (_, agent) = remains.restarted().await;
        assert!(!stored || agent.agent_runtime_id() == before, "{}: what was stored is used", remains.death);
    });
    let effects = effects.await;
    assert_hit(&effects, &["load auth.json", "http agent/register", "http task/register", "store auth.json", "store agent_tasks.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_killed_at_every_effect_of_a_rotation() {
    let scene = Scene::new(Change::Rotate).await;
    let prepare = async |installation: &Installation| {
        scene.bootstrapped(installation).await;
        scene.program(installation, &scene.login.access_token)
    };
    let effects = scene.die_everywhere(prepare, async |remains| {
        let (old, waiting) = (remains.in_use(), remains.runtime_id("agent_identity_next"));
        let (enrollment, agent) = remains.restarted().await;
        assert_eq!(agent.agent_runtime_id(), old, "{}: the old key goes on", remains.death);
        let pending = enrollment.rotate(&remains.scene.login.access_token).await.expect("sound");
        assert!(waiting.is_empty() || pending == waiting, "{}: a key that was stored is not lost", remains.death);
        let agent = enrollment.finish_rotation(true).await.expect("sound");
        assert_eq!(agent.agent_runtime_id(), pending);
        remains.works(&agent).await;
        assert_eq!(remains.runtime_id("agent_identity_next"), "");
    });
    assert_hit(&effects.await, &["load auth.json", "http agent/register", "http task/register", "store auth.json"]);
}

async fn finishing(change: Change, accept: bool) {
    let scene = Scene::new(change).await;
    let prepare = async |installation: &Installation| {
        let enrollment = scene.bootstrapped(installation).await;
        enrollment.rotate(&scene.login.access_token).await.expect("sound");
        scene.program(installation, "")
    };
    let effects = scene.die_everywhere(prepare, async |remains| {
        let waiting = remains.runtime_id("agent_identity_next");
        let in_use = remains.in_use();
        let (enrollment, agent) = remains.restarted().await;
        assert_eq!(agent.agent_runtime_id(), in_use, "{}", remains.death);
        match enrollment.finish_rotation(accept).await {
            Ok(agent) => {
                assert_eq!(agent.agent_runtime_id(), if accept { &waiting } else { &in_use }, "{}", remains.death);
                remains.works(&agent).await;
            }
            // It had been finished.
            Err(error) => assert_eq!((error.code.as_str(), waiting.as_str()), ("config-invalid", ""), "{}", remains.death),
        }
        assert_eq!(remains.runtime_id("agent_identity_next"), "");
    });
    assert_hit(&effects.await, &["load auth.json", "store auth.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_killed_at_every_effect_of_finishing_a_rotation() {
    finishing(Change::Accept, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_killed_at_every_effect_of_giving_a_rotation_up() {
    finishing(Change::GiveUp, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l2_killed_at_every_effect_of_registering_a_thread_task() {
    let scene = Scene::new(Change::ThreadTask).await;
    let prepare = async |installation: &Installation| {
        scene.bootstrapped(installation).await;
        scene.program(installation, &scene.login.access_token)
    };
    let effects = scene.die_everywhere(prepare, async |remains| {
        let in_use = remains.in_use();
        let (_, agent) = remains.restarted().await;
        assert_eq!(agent.agent_runtime_id(), in_use);
        let thread = agent.ensure_task(Some("thread"), None).await.expect("sound");
        let known = agents(&remains.scene.authority).await;
        let of_agent = known.iter().find(|known| known["agent_runtime_id"] == in_use).expect("registered");
        let of_thread = of_agent["tasks"].as_array().expect("tasks").iter().filter(|task| task["external_task_ref"] == "thread");
        assert!(of_thread.clone().count() == 1 && of_thread.clone().all(|task| task["task_id"] == thread), "{}", remains.death);
    });
    assert_hit(&effects.await, &["http task/register", "store agent_tasks.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_killed_at_every_effect_of_replacing_a_refused_run_task() {
    let scene = Scene::new(Change::RefusedRequest).await;
    let prepare = async |installation: &Installation| {
        let agent = scene.bootstrapped(installation).await.agent().expect("bootstrapped");
        let task = agent.ensure_task(None, None).await.expect("known");
        scene.authority.end_task(&task).await.expect("the store is sound");
        scene.program(installation, &scene.login.access_token)
    };
    let effects = scene.die_everywhere(prepare, async |remains| {
        let in_use = remains.in_use();
        assert_eq!(remains.restarted().await.1.agent_runtime_id(), in_use, "{}", remains.death);
    });
    assert_hit(&effects.await, &["http responses", "http task/register", "store auth.json", "store agent_tasks.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn j9_killed_at_every_effect_of_a_login() {
    let scene = Scene::new(Change::Login).await;
    let issued = scene.authority.identity_jwt(&IdentitySubject::new(ACCOUNT, "user-1")).await.expect("the ids can be sent");
    let prepare = async |installation: &Installation| scene.program(installation, &issued.jwt);
    let effects = scene.die_everywhere(prepare, async |remains| {
        let stored = remains.is_stored();
        let enrollment = remains.installation.enrollment();
        let agent = if stored { enrollment.load().await } else { enrollment.login(&issued.jwt).await };
        assert_eq!(agent.expect("whole or not at all").agent_runtime_id(), issued.agent_runtime_id, "{}", remains.death);
    });
    assert_hit(&effects.await, &["http agent-identities/jwks", "store auth.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_killed_at_every_effect_of_a_logout() {
    let scene = Scene::new(Change::Logout).await;
    let prepare = async |installation: &Installation| {
        scene.bootstrapped(installation).await;
        scene.program(installation, "")
    };
    let effects = scene.die_everywhere(prepare, async |remains| {
        let (stored, before) = (remains.is_stored(), remains.in_use());
        let (enrollment, agent) = remains.restarted().await;
        assert_eq!(agent.agent_runtime_id() == before, stored, "{}: kept whole or gone", remains.death);
        enrollment.logout().await.expect("the folder can be written");
        assert!(!remains.is_stored());
    });
    assert_hit(&effects.await, &["erase auth.json", "erase agent_tasks.json"]);
}

#[test]
#[ignore = "not on its own: it is the process that dies"]
fn dies_at_an_effect() {
    process::run_if_started();
}
