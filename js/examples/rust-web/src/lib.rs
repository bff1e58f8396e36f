//! A page in plain Rust with one button: it registers an agent with the access token in the field, or takes the one that the browser has
//! stored, sends a signed request, and shows what the backend verified.

use agent_identity_web::{Account, Agent, AgentDescription, EnrollmentConfig, Host, Request, Result};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Document, HtmlInputElement};

/// Begins when the module is loaded.
#[wasm_bindgen(start)]
pub fn start() -> std::result::Result<(), JsValue> {
    let window = web_sys::window().ok_or("this is no page")?;
    let document = window.document().ok_or("this is no page")?;
    let page = Rc::new(Page { origin: window.location().origin()?, document });
    let button = page.document.query_selector("button")?.ok_or("there is no button")?;
    let pressed = Closure::<dyn Fn()>::new(move || {
        let page = page.clone();
        spawn_local(async move { page.show(&page.press().await) });
    });
    button.add_event_listener_with_callback("click", pressed.into_js_value().unchecked_ref())
}

struct Page {
    document: Document,
    /// The backend is behind the origin of the page.
    origin: String,
}

impl Page {
    async fn press(&self) -> String {
        match self.sign().await {
            Ok(verified) => verified,
            Err(error) => format!("error: {error}"),
        }
    }

    /// Registers if need be, and sends one request.
    async fn sign(&self) -> Result<String> {
        let config = EnrollmentConfig {
            authapi_base: format!("{}/api/accounts", self.origin),
            jwks_url: format!("{}/backend-api/wham/agent-identities/jwks", self.origin),
            description: AgentDescription { source: "cli".into(), os: "web".into(), agent_version: None },
            allowed_workspaces: Vec::new(),
            correct_clock: true,
            skew_threshold_s: None,
        };
        let account = Account {
            account_id: self.field("account"),
            chatgpt_user_id: self.field("user"),
            email: None,
            plan_type: "pro".into(),
            fedramp: false,
        };
        let agent = Agent::enroll(config, &Host::default())?;
        agent.bootstrap(account, self.field("token")).await?;
        let request = Request::new("POST", &format!("{}/backend-api/codex/responses", self.origin))?
            .header("content-type", "application/json")
            .body(r#"{"model":"m","input":"hello"}"#);
        let answer = agent.send(request).await?.response;
        Ok(format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)))
    }

    fn field(&self, name: &str) -> String {
        let field = self.document.query_selector(&format!("[name={name}]")).ok().flatten();
        field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()).map(|field| field.value()).unwrap_or_default()
    }

    fn show(&self, text: &str) {
        if let Ok(Some(output)) = self.document.query_selector("output") {
            output.set_text_content(Some(text));
        }
    }
}
