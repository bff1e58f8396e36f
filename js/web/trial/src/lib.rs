//! The crate for Rust programs, as the tests call it in a browser: each function is one call of it, and errors are thrown as their codes.

use agent_identity_web::{Account, Agent, AgentConfig, AgentDescription, EnrollmentConfig, Error, Host, Key, PrivateForm, Request};
use wasm_bindgen::prelude::wasm_bindgen;

type Answered<T> = Result<T, String>;

fn code(error: Error) -> String {
    error.into_detail().code.as_str().into()
}

fn description() -> AgentDescription {
    AgentDescription { source: "cli".into(), os: "web".into(), agent_version: None }
}

/// The thumbprint of a key that the browser keeps.
#[wasm_bindgen]
pub async fn kept_key(database: String, key_id: String) -> Answered<String> {
    let key = Key::kept(&Host::new(&database), &key_id).await.map_err(code)?;
    Ok(key.public().thumbprint())
}

/// The `Authorization` of an agent whose key the browser keeps, or whose seed is given.
#[wasm_bindgen]
pub async fn header(database: String, key_id: Option<String>, seed: Vec<u8>) -> Answered<String> {
    let host = Host::new(&database);
    let key = match key_id {
        Some(key_id) => Key::kept(&host, &key_id).await,
        None => Key::import(PrivateForm::Seed, &seed),
    };
    let config = AgentConfig {
        agent_runtime_id: "agent-123",
        account_id: None,
        chatgpt_user_id: None,
        fedramp: false,
        authapi_base: "https://auth.example",
        correct_clock: true,
        skew_threshold_s: None,
        clock_offset_ms: 0,
    };
    let agent = Agent::open(&config, &key.map_err(code)?, &host).map_err(code)?;
    agent.adopt_task(None, "task-123").map_err(code)?;
    let headers = agent.authorize(None).await.map_err(code)?;
    headers.into_iter().next().map(|(_, value)| value).ok_or_else(|| "no header".into())
}

/// Registers an agent with a new key, and gives its id.
#[wasm_bindgen]
pub async fn register(origin: String, token: String) -> Answered<String> {
    let key = Key::generate().map_err(code)?;
    let base = format!("{origin}/api/accounts");
    let id = Agent::register(&base, &key, &description(), token, &Host::default()).await.map_err(code)?;
    Ok(id.as_str().into())
}

/// An enrollment, one call after another.
#[wasm_bindgen]
pub struct Enrolled(Agent, String);

#[wasm_bindgen]
#[allow(missing_docs, reason = "each is the call of the same name")]
impl Enrolled {
    /// With documents in this database.
    #[wasm_bindgen(constructor)]
    pub fn new(origin: String, database: &str) -> Answered<Enrolled> {
        let config = EnrollmentConfig {
            authapi_base: format!("{origin}/api/accounts"),
            jwks_url: format!("{origin}/backend-api/wham/agent-identities/jwks"),
            description: description(),
            allowed_workspaces: Vec::new(),
            correct_clock: true,
            skew_threshold_s: None,
        };
        Ok(Self(Agent::enroll(config, &Host::new(database)).map_err(code)?, origin))
    }

    pub async fn bootstrap(&self, account_id: String, user: String, token: String) -> Answered<String> {
        let account = Account { account_id, chatgpt_user_id: user, email: None, plan_type: "pro".into(), fedramp: false };
        text(self.0.bootstrap(account, token).await)
    }

    pub async fn login(&self, jwt: String) -> Answered<String> {
        text(self.0.login(jwt).await)
    }

    pub async fn load(&self) -> Answered<String> {
        text(self.0.load().await)
    }

    pub async fn rotate(&self, token: String) -> Answered<String> {
        text(self.0.rotate(token).await)
    }

    pub async fn finish_rotation(&self, accept: bool) -> Answered<String> {
        text(self.0.finish_rotation(accept).await)
    }

    pub async fn logout(&self) -> Answered<()> {
        self.0.logout().await.map_err(code)
    }

    pub async fn ensure_task(&self) -> Answered<String> {
        self.0.ensure_task(None).await.map(|id| id.as_str().into()).map_err(code)
    }

    /// Status and body of a signed request.
    pub async fn send(&self) -> Answered<String> {
        let request = Request::new("POST", &format!("{}/backend-api/codex/responses", self.1)).map_err(code)?;
        let request = request.header("content-type", "application/json").body(r#"{"model":"m","input":"hello"}"#);
        let answer = self.0.send(request).await.map_err(code)?;
        Ok(format!("{} {} {}", answer.response.status, answer.repeated, String::from_utf8_lossy(&answer.response.body)))
    }

    /// Kinds and attempts of what happened.
    pub fn events(&self) -> Vec<String> {
        self.0.take_events().into_iter().map(|event| format!("{:?} {}", event.kind, event.subject)).collect()
    }
}

fn text(id: Result<agent_identity_web::AgentRuntimeId, Error>) -> Answered<String> {
    id.map(|id| id.as_str().into()).map_err(code)
}
