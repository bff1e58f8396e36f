//! Example: a command that has an identity. It registers an agent, sends one signed request and prints the answer.
//!
//! ```text
//! COMMAND AUTHAPI_BASE ACCOUNT USER URL [BODY] < access-token
//! ```
//!
//! It knows of no key and no assertion: it imports `client` of the world `agent`, and awaits it.

mod arguments;
mod streams;

#[allow(missing_docs, unsafe_op_in_unsafe_fn, clippy::all, clippy::as_conversions, clippy::arithmetic_side_effects)]
mod bindings {
    wit_bindgen::generate!({
        path: ["../../../wit", "../../../wit/agent", "wit"],
        world: "agent-identity:wasi-example/command",
        generate_all,
    });
}

use arguments::Arguments;
use bindings::agent_identity::agent::client::{Agent, Answer};
use bindings::agent_identity::agent::http::Request;
use bindings::agent_identity::component::agents::{EnrollmentConfig, ManagedLogin};
use bindings::agent_identity::component::errors::Error;
use bindings::agent_identity::component::registrations::AgentDescription;
use bindings::exports::wasi::cli::run::Guest;

/// Only a login with an identity JWT asks for it; there is none here.
const JWKS_URL: &str = "https://chatgpt.com/backend-api/wham/agent-identities/jwks";

/// Carries the implementation of the exported interface.
struct Command;

impl Guest for Command {
    async fn run() -> Result<(), ()> {
        let answered = match Arguments::read() {
            Ok(arguments) => answer(arguments).await.map_err(|error| describe(&error)),
            Err(usage) => Err(usage),
        };
        let Answer { response, rejection, .. } = match answered {
            Ok(answer) => answer,
            Err(text) => return streams::complain(text).await.and(Err(())),
        };
        streams::print(response.body).await?;
        if (200..300).contains(&response.status) {
            return Ok(());
        }
        let code = rejection.code.unwrap_or_default();
        streams::complain(format!("refused: {} {code}", response.status)).await.and(Err(()))
    }
}

bindings::export!(Command with_types_in bindings);

async fn answer(arguments: Arguments) -> Result<Answer, Error> {
    let agent = Agent::enroll(&EnrollmentConfig {
        authapi_base: arguments.authapi_base,
        jwks_url: JWKS_URL.into(),
        description: AgentDescription { source: "cli".into(), os: "wasi".into(), agent_version: None },
        allowed_workspaces: Vec::new(),
        correct_clock: true,
        skew_threshold_s: None,
    })?;
    let login = ManagedLogin {
        account_id: arguments.account,
        chatgpt_user_id: arguments.user,
        email: None,
        plan_type: "unknown".into(),
        fedramp: false,
        access_token: streams::input().await,
    };
    agent.bootstrap(login, None).await?;
    let request = Request {
        method: "POST".into(),
        url: arguments.url,
        headers: vec![("content-type".into(), "application/json".into())],
        body: arguments.body.into_bytes(),
        timeout_ms: 30_000,
        success_limit: 8 << 20,
        error_limit: 64 << 10,
    };
    agent.send_signed(request, None, None).await
}

fn describe(error: &Error) -> String {
    let info = error.info();
    format!("{}: {}", info.code, info.message)
}
