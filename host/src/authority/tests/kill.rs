//! Nothing that a client was told is lost over `kill -9`, under load and again and again.

use super::client::{ACCOUNT, USER, component, opaque, post, public_key, request, session_with};
use crate::agent::description;
use crate::authority::{Authority, AuthorityConfig, Database};
use crate::component::wit::keys::PublicForm;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const DATABASE: &str = "AUTHORITY_KILL_TEST_DATABASE";
const ROUNDS: u64 = 6;
const CLIENTS: usize = 4;
const CAP: u32 = 32;

/// The process that is killed: this test program, started again with a database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server() {
    let Some(path) = std::env::var_os(DATABASE) else { return };
    let config = AuthorityConfig { database: Database::File(path.into()), ..AuthorityConfig::default() };
    let authority = Authority::start(component(), config).await.unwrap();
    println!("\nauthority at {}", authority.base_url());
    // Should whoever started this be gone, so is its end of the pipe.
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_clients_were_told_survives_every_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("authority.db");
    component();
    let mut clients: Vec<Client> = (0..CLIENTS).map(|_| Client::default()).collect();
    for round in 0..ROUNDS {
        let mut server = Server::start(&path);
        let mut loads = tokio::task::JoinSet::new();
        for client in clients {
            let base = server.base_url.clone();
            loads.spawn(async move { client.load(&base).await });
        }
        tokio::time::sleep(Duration::from_millis(250 + 90 * round)).await;
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        clients = loads.join_all().await;
    }
    let server = Server::start(&path);
    let known = request("GET", &format!("{}/dev/agents", server.base_url), &[], b"").await.unwrap().json();
    let known: BTreeMap<&str, &Value> =
        known["agents"].as_array().unwrap().iter().map(|agent| (agent["agent_runtime_id"].as_str().unwrap(), agent)).collect();
    let (mut tasks, mut accepted) = (0, 0);
    for client in &clients {
        for agent in &client.agents {
            agent.compare(known.get(agent.id.as_str()).expect("an agent was forgotten"));
            agent.exhaust(&server.base_url).await;
            tasks += agent.tasks.len();
            accepted += agent.accepted.values().sum::<u32>();
        }
    }
    assert!(tasks > 20 && accepted > 100, "the load was too small to say anything: {tasks} tasks, {accepted} acceptances");
}

struct Server {
    child: Child,
    base_url: String,
}

impl Server {
    fn start(path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "authority::tests::kill::server"])
            .env(DATABASE, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let base_url = lines.find_map(|line| line.unwrap().strip_prefix("authority at ").map(Into::into)).unwrap();
        // Nothing else is written there, so that the pipe may go.
        Self { child, base_url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What one client was told, over all rounds.
#[derive(Default)]
struct Client {
    token: Option<String>,
    agents: Vec<Told>,
}

#[derive(Clone)]
struct Told {
    id: String,
    seed: [u8; 32],
    /// By reference, the empty text for the run task.
    tasks: BTreeMap<String, String>,
    ended: Vec<String>,
    /// Nothing more is sent for it: it was or may have been revoked.
    retired: bool,
    revoked: bool,
    /// How often each header was accepted, as far as this client heard.
    accepted: BTreeMap<String, u32>,
}

/// The server is gone.
struct Gone;

impl<E: std::error::Error> From<E> for Gone {
    fn from(_: E) -> Self {
        Self
    }
}

impl Client {
    async fn load(mut self, base: &str) -> Self {
        while self.step(base).await.is_ok() {}
        self
    }

    /// Old agents first, then a new one with tasks and requests.
    async fn step(&mut self, base: &str) -> Result<(), Gone> {
        for agent in self.agents.iter_mut().rev().take(3) {
            agent.use_again(base).await?;
        }
        let token = match &self.token {
            Some(token) => token.clone(),
            None => {
                let body = json!({"account_id": ACCOUNT, "chatgpt_user_id": USER}).to_string();
                let answer = post(&format!("{base}/dev/token"), &[], body.as_bytes()).await?.json();
                self.token.insert(answer["access_token"].as_str().unwrap().into()).clone()
            }
        };
        self.agents.push(Told::register(base, &token).await?);
        let number = self.agents.len();
        let agent = self.agents.last_mut().unwrap();
        for reference in ["", "a", "b"] {
            agent.register_task(base, reference).await?;
        }
        for _ in 0..6 {
            agent.call(base, None).await?;
        }
        if number.is_multiple_of(3) {
            agent.end_task(base, "b").await?;
        }
        if number.is_multiple_of(5) {
            agent.revoke(base).await?;
        }
        Ok(())
    }
}

impl Told {
    async fn register(base: &str, token: &str) -> Result<Self, Gone> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let mut seed = [5; 32];
        seed[..4].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let body = {
            let (mut session, _) = session_with(&seed);
            let key = session.import_verifying_key(PublicForm::Raw, &public_key(&seed)).unwrap();
            session.agent_body(&key, &description("cli")).unwrap()
        };
        let headers = [("authorization".to_owned(), format!("Bearer {token}"))];
        let answer = post(&format!("{base}/api/accounts/v1/agent/register"), &headers, body.as_bytes()).await?;
        assert_eq!(answer.0.status, 200, "a token was forgotten");
        let id = answer.json()["agent_runtime_id"].as_str().unwrap().into();
        Ok(Self { id, seed, tasks: BTreeMap::new(), ended: Vec::new(), retired: false, revoked: false, accepted: BTreeMap::new() })
    }

    async fn register_task(&mut self, base: &str, reference: &str) -> Result<(), Gone> {
        let (path, body) = {
            let (mut session, key) = session_with(&self.seed);
            let timestamp = session.prepare(&self.id, "any", 0).unwrap().timestamp;
            let reference = Some(opaque(reference)).filter(|_| !reference.is_empty());
            let signed = session.sign_task_at(&key, &self.id, &timestamp, reference.as_ref()).unwrap();
            (signed.path, signed.body)
        };
        let answer = post(&format!("{base}/api/accounts{path}"), &[], body.as_bytes()).await?;
        if answer.0.status == 429 {
            return Ok(());
        }
        assert_eq!(answer.0.status, 200, "{}", answer.text());
        let task_id = answer.json()["task_id"].as_str().unwrap().to_owned();
        let before = self.tasks.insert(reference.into(), task_id.clone());
        assert!(before.is_none_or(|before| before == task_id), "a task was forgotten");
        Ok(())
    }

    /// Sends a header that was sent before, or a new one.
    async fn call(&mut self, base: &str, header: Option<String>) -> Result<u16, Gone> {
        let header = header.unwrap_or_else(|| {
            let (mut session, key) = session_with(&self.seed);
            session.authorize(&key, &self.id, &self.tasks[""], 0).unwrap()
        });
        let url = format!("{base}/backend-api/codex/responses");
        let answer = post(&url, &[("authorization".into(), header.clone())], b"{}").await?;
        if answer.0.status == 200 {
            let told = self.accepted.entry(header).or_default();
            *told += 1;
            let count = answer.events().pop().unwrap()["verified"]["accepted_count"].as_u64().unwrap();
            assert!(u64::from(*told) <= count, "an acceptance was forgotten: told of {told}, known are {count}");
        }
        Ok(answer.0.status)
    }

    async fn use_again(&mut self, base: &str) -> Result<(), Gone> {
        let first = self.accepted.keys().next().cloned();
        if self.retired || first.is_none() {
            return Ok(());
        }
        self.call(base, first).await?;
        self.register_task(base, "").await?;
        self.register_task(base, "a").await
    }

    async fn end_task(&mut self, base: &str, reference: &str) -> Result<(), Gone> {
        let Some(task_id) = self.tasks.get(reference).cloned() else { return Ok(()) };
        let body = json!({ "task_id": task_id }).to_string();
        assert_eq!(post(&format!("{base}/dev/end-task"), &[], body.as_bytes()).await?.0.status, 204);
        self.ended.push(task_id);
        Ok(())
    }

    async fn revoke(&mut self, base: &str) -> Result<(), Gone> {
        self.retired = true;
        let body = json!({ "agent_runtime_id": self.id }).to_string();
        assert_eq!(post(&format!("{base}/dev/revoke-agent"), &[], body.as_bytes()).await?.0.status, 204);
        self.revoked = true;
        Ok(())
    }

    fn compare(&self, known: &Value) {
        assert!(!self.revoked || known["revoked"] == true, "a revocation was forgotten");
        let known = known["tasks"].as_array().unwrap();
        for (reference, task_id) in &self.tasks {
            let task = known.iter().find(|task| task["task_id"] == *task_id).expect("a task was forgotten");
            assert_eq!(task["external_task_ref"].as_str().unwrap_or_default(), reference);
            assert!(!self.ended.contains(task_id) || task["ended"] == true, "the end of a task was forgotten");
        }
    }

    /// Sends every header until it is refused: before and after the kills together, none was accepted beyond the cap.
    async fn exhaust(&self, base: &str) {
        let mut agent = self.clone();
        for header in self.accepted.keys() {
            for _ in 0..=CAP {
                let Ok(status) = agent.call(base, Some(header.clone())).await else { panic!("the server is gone") };
                if status != 200 {
                    break;
                }
            }
            assert!(agent.accepted[header] <= CAP, "an assertion was accepted {} times", agent.accepted[header]);
        }
    }
}
