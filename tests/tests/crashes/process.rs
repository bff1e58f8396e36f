//! The process that dies.

use agent_identity_host::enrollment::ManagedLogin;
use agent_identity_host::ports::Http;
use agent_identity_host::storage::FileStorage;
use agent_identity_host::system::SystemClock;
use agent_identity_host::{Enrollment, Profile, Surroundings};
use agent_identity_tests::component;
use agent_identity_tests::effects::{Effect, Hook, Moment, Watched};
use agent_identity_tests::installation::{ACCOUNT, http};
use agent_identity_tests::requests::Caller;
use std::fmt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What the program is doing when it dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Bootstrap,
    Login,
    Rotate,
    Accept,
    GiveUp,
    ThreadTask,
    RefusedRequest,
    Logout,
}

const ALL: [Change; 8] = [
    Change::Bootstrap,
    Change::Login,
    Change::Rotate,
    Change::Accept,
    Change::GiveUp,
    Change::ThreadTask,
    Change::RefusedRequest,
    Change::Logout,
];

/// What the program is given.
pub struct Program {
    pub home: PathBuf,
    pub authapi_base: String,
    pub jwks_url: String,
    pub responses_url: String,
    /// An access token, or an identity JWT.
    pub secret: String,
}

/// Where it died.
pub struct Death {
    pub effect: String,
    moment: Moment,
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "killed {} {}", if self.moment == Moment::Before { "before" } else { "after" }, self.effect)
    }
}

const NAMES: [&str; 7] = ["CRASH_HOME", "CRASH_AUTHAPI", "CRASH_JWKS", "CRASH_RESPONSES", "CRASH_SECRET", "CRASH_CHANGE", "CRASH_AT"];
const BEFORE: &str = "before";

impl Program {
    /// Runs it until it dies; none if it came to its end.
    pub async fn run(&self, change: Change, effect: usize, moment: Moment) -> Option<Death> {
        let [home, authapi, jwks, responses, secret, of, at] = NAMES;
        let side = if moment == Moment::Before { BEFORE } else { "after" };
        let mut command = Command::new(std::env::current_exe().expect("a test knows its executable"));
        command
            .args(["--exact", "dies_at_an_effect", "--ignored", "--nocapture", "--quiet", "--test-threads=1"])
            .env(home, &self.home)
            .env(authapi, &self.authapi_base)
            .env(jwks, &self.jwks_url)
            .env(responses, &self.responses_url)
            .env(secret, &self.secret)
            .env(of, format!("{change:?}"))
            .env(at, format!("{effect} {side}"));
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("it waits").expect("the executable starts");
        let text = String::from_utf8_lossy(&output.stdout);
        let dying = text.lines().find_map(|line| line.strip_prefix("dying at "));
        assert_eq!(output.status.success(), dying.is_none(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
        dying.map(|effect| Death { effect: effect.to_owned(), moment })
    }
}

/// Does what the process was started for; nothing when it was selected by hand.
pub fn run_if_started() {
    if let Some(values) = NAMES.map(|name| std::env::var(name).ok()).into_iter().collect::<Option<Vec<_>>>() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        runtime.block_on(run(&values));
    }
}

async fn run(values: &[String]) {
    let [home, authapi, jwks, responses, secret, change, at] = values else { return };
    let change = ALL.into_iter().find(|known| format!("{known:?}") == *change).expect("a change");
    let (number, side) = at.split_once(' ').expect("a number and a side");
    let (number, moment) = (number.parse::<usize>().expect("a number"), if side == BEFORE { Moment::Before } else { Moment::After });
    let storage = Arc::new(FileStorage::open(home).expect("the folder can be used"));
    let ports = Arc::new(Watched::new(http(), storage, killing(number, moment)));
    let surroundings = Surroundings::default().http(ports.clone()).storage(ports.clone()).sleeper(ports.clone());
    let enrollment = Enrollment::builder(authapi).jwks_url(jwks).surroundings(surroundings);
    let enrollment = enrollment.build(component(Profile::Portable)).expect("the configuration is valid");
    perform(change, &enrollment, &*ports, responses, secret).await;
}

fn killing(number: usize, moment: Moment) -> Arc<Hook> {
    Arc::new(move |effect: &Effect, reached| {
        if effect.number == number && reached == moment {
            println!("\ndying at {} {}", effect.kind, short(&effect.what));
            std::process::abort();
        }
    })
}

/// The last two parts of a URL.
fn short(what: &str) -> String {
    let parts: Vec<_> = what.rsplit('/').take(2).collect();
    let parts: Vec<_> = parts.into_iter().rev().collect();
    parts.join("/").trim_start_matches("codex/").to_owned()
}

async fn perform(change: Change, enrollment: &Enrollment, http: &dyn Http, url: &str, secret: &str) {
    let secret = Zeroizing::new(secret.to_owned());
    let login = ManagedLogin {
        account_id: ACCOUNT.into(),
        chatgpt_user_id: format!("user-of-{ACCOUNT}"),
        email: None,
        plan_type: "pro".into(),
        fedramp: false,
        access_token: secret.clone(),
    };
    match change {
        Change::Bootstrap => drop(enrollment.bootstrap(&login, None).await.expect("sound")),
        Change::Login => drop(enrollment.login(&secret).await.expect("sound")),
        Change::Rotate => drop(enrollment.rotate(&secret).await.expect("sound")),
        Change::Accept => drop(enrollment.finish_rotation(true).await.expect("sound")),
        Change::GiveUp => drop(enrollment.finish_rotation(false).await.expect("sound")),
        Change::Logout => enrollment.logout().await.expect("sound"),
        Change::ThreadTask => {
            let agent = enrollment.load().await.expect("sound");
            agent.ensure_task(Some("thread"), None).await.expect("sound");
        }
        Change::RefusedRequest => {
            let agent = enrollment.load().await.expect("sound");
            let caller = Caller { identities: &agent, http, clock: &SystemClock, url };
            assert_eq!(caller.call(None).await.expect("sound").status(), 200);
        }
    }
}
