//! The authority, in a process of its own so that what it remembers is not taken for ours.

use crate::logs::Logs;
use agent_identity_host::Profile;
use agent_identity_host::authority::{Authority, AuthorityConfig};
use agent_identity_host::ports::{Http, HttpRequest};
use agent_identity_host::types::verification::ReplayMode;
use agent_identity_tests::component;
use agent_identity_tests::installation::http;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

const STARTED: &str = "AGENT_IDENTITY_SOAK_AUTHORITY";

pub struct Backend {
    pub base_url: String,
    http: Arc<dyn Http>,
    process: Mutex<Option<Process>>,
}

struct Process {
    child: Child,
    /// The child ends when this is closed, also when we die.
    stdin: ChildStdin,
    /// Read the child's output, so that it never writes into a closed pipe.
    readers: [JoinHandle<()>; 2],
}

pub async fn serve_if_started() {
    if std::env::var_os(STARTED).is_none() {
        return;
    }
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::INFO)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    // Many honest requests share a second.
    let config = AuthorityConfig { replay: ReplayMode::Cap(10_000), ..AuthorityConfig::default() };
    let authority = Authority::start(component(Profile::Portable), config).await.expect("an authority starts");
    println!("\nauthority at {}", authority.base_url());
    let closed = tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    closed.await.expect("it waits").expect("a pipe");
}

impl Backend {
    pub async fn start(logs: &Logs) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("a test knows its executable"))
            .args(["--exact", "--ignored", "--nocapture", "--quiet", "authority_of_the_soak"])
            .env(STARTED, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the executable starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let base_url = lines.find_map(|line| line.expect("text").strip_prefix("authority at ").map(str::to_owned));
        let (errors, logs) = (child.stderr.take().expect("piped"), logs.clone());
        let readers = [
            std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop)),
            std::thread::spawn(move || {
                for line in BufReader::new(errors).split(b'\n').map_while(Result::ok) {
                    logs.line(&String::from_utf8_lossy(&line));
                }
            }),
        ];
        let stdin = child.stdin.take().expect("piped");
        let process = Mutex::new(Some(Process { child, stdin, readers }));
        Self { base_url: base_url.expect("it says where it is"), http: http(), process }
    }

    pub fn authapi_base(&self) -> String {
        format!("{}/api/accounts", self.base_url)
    }

    pub fn jwks_url(&self) -> String {
        format!("{}/backend-api/wham/agent-identities/jwks", self.base_url)
    }

    pub fn responses_url(&self) -> String {
        format!("{}/backend-api/codex/responses", self.base_url)
    }

    pub async fn token(&self, account_id: &str, chatgpt_user_id: &str) -> String {
        let answer = self.ask("/dev/token", &json!({"account_id": account_id, "chatgpt_user_id": chatgpt_user_id})).await;
        answer["access_token"].as_str().expect("a token").to_owned()
    }

    pub async fn identity_jwt(&self, account_id: &str, chatgpt_user_id: &str) -> String {
        let answer = self.ask("/dev/identity-jwt", &json!({"account_id": account_id, "chatgpt_user_id": chatgpt_user_id})).await;
        answer["access_token"].as_str().expect("a token").to_owned()
    }

    pub async fn set_faults(&self, faults: &str) {
        self.ask("/dev/faults", &json!({ "faults": faults })).await;
    }

    pub async fn end_task(&self, task_id: &str) {
        self.ask("/dev/end-task", &json!({ "task_id": task_id })).await;
    }

    /// What requests to the model endpoint came to, by verdict and status.
    pub async fn verdicts(&self) -> BTreeMap<(String, u16), u64> {
        let page = self.send("GET", "/metrics", Vec::new()).await;
        let page = String::from_utf8(page).expect("metrics are text");
        let mut verdicts = BTreeMap::new();
        for line in page.lines().filter_map(|line| line.strip_prefix("agent_identity_authority_requests_total{endpoint=\"responses\",")) {
            let mut parts = line.split('"');
            let (_, verdict, _, status) = (parts.next(), parts.next(), parts.next(), parts.next());
            let count = line.rsplit(' ').next().and_then(|count| count.parse::<u64>().ok()).expect("a count");
            let status = status.and_then(|status| status.parse().ok()).expect("a status");
            *verdicts.entry((verdict.expect("a verdict").to_owned(), status)).or_default() += count;
        }
        verdicts
    }

    /// Answers 401 so far.
    pub async fn refusals(&self) -> u64 {
        self.verdicts().await.iter().filter(|((_, status), _)| *status == 401).map(|(_, count)| count).sum()
    }

    /// Ends the process; everything it logged has been looked at then.
    pub fn stop(&self) {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Process { mut child, stdin, readers }) = process {
            drop(stdin);
            child.wait().expect("it ends");
            readers.into_iter().for_each(|reader| reader.join().expect("it was read to its end"));
        }
    }

    async fn ask(&self, path: &str, question: &Value) -> Value {
        let body = self.send("POST", path, question.to_string().into_bytes()).await;
        if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("JSON") }
    }

    async fn send(&self, method: &str, path: &str, body: Vec<u8>) -> Vec<u8> {
        let request = HttpRequest {
            method: method.into(),
            url: format!("{}{path}", self.base_url),
            headers: vec![("content-type".into(), "application/json".into())],
            body,
            timeout_ms: 30_000,
            success_limit: 8 << 20,
            error_limit: 64 << 10,
        };
        let answer = self.http.send(request).await.expect("what is under /dev/ never fails");
        assert!((200..300).contains(&answer.status) || answer.status == 404, "{path}: {}", answer.status);
        answer.body
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Process { mut child, .. }) = process {
            // Only after a failure; whether it is gone already does not matter.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
