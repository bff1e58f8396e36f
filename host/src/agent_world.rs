//! The world `agent` (WASI 0.3) on wasmtime: each flow is one function of the component that is awaited, and what it needs from
//! outside are imports.
//!
//! ```no_run
//! use agent_identity_host::agent_world::{AgentWorld, Imports, Request};
//!
//! # async fn program(config: agent_identity_host::types::agents::EnrollmentConfig) -> Result<(), Box<dyn std::error::Error>> {
//! let world = AgentWorld::load()?;
//! let instance = world.instantiate(Imports::default()).await?;
//! let agent = instance.enroll(&config).await?;
//! agent.load().await?; // or .login(&jwt), or .bootstrap(&managed_login, None)
//! let answer = agent.send_signed(Request::post("https://chatgpt.com/backend-api/codex/responses", "{}"), None, None).await?;
//! println!("{}", answer.response.status);
//! # Ok(())
//! # }
//! ```
//!
//! For programs that host components of this generation anyway. Others are better served by [`crate::Agent`] and
//! [`crate::Enrollment`]: those sign on several threads, and survive a trap of the component.
//!
//! - [`AgentWorld`]: the compiled component. [`Imports`]: what its instances are given.
//! - [`Instance`]: one instance, which any number of calls share.
//! - [`Agent`]: an agent in an instance. Dropping the future of a call cancels it.

mod agent;
mod calls;
mod component;
mod convert;
mod functions;
mod imports;
mod instance;
mod request;

pub use agent::{Agent, Answer};
pub use component::AgentWorld;
pub use imports::Imports;
pub use instance::Instance;
pub use request::Request;

/// Bindings generated from `wit/agent`.
#[allow(missing_docs)]
pub mod bindings {
    wasmtime::component::bindgen!({ path: ["../wit", "../wit/agent"], world: "agent-identity:agent/agent" });
}

use bindings::agent_identity::agent as imported;
use bindings::exports::agent_identity::agent::client as wit;
use bindings::exports::agent_identity::component as shared;
