//! Runs the agent-identity component on wasmtime: an existing program signs its requests with one more line.
//!
//! ```no_run
//! use agent_identity_host::{Component, Enrollment, Surroundings, layer::SigningLayer, storage::FileStorage};
//! use reqwest_middleware::ClientBuilder;
//! use std::sync::Arc;
//!
//! # async fn program() -> Result<(), Box<dyn std::error::Error>> {
//! let component = Component::load()?;
//! let storage = Arc::new(FileStorage::open("/home/me/.config/agent-identity")?);
//! let enrollment = Enrollment::builder("https://auth.openai.com/api/accounts")
//!     .surroundings(Surroundings::default().storage(storage))
//!     .build(&component)?;
//! let agent = enrollment.load().await?; // or .login(&jwt), or .bootstrap(&managed_login, None)
//! let client = ClientBuilder::new(reqwest::Client::new()).with(SigningLayer::new(agent, ["https://chatgpt.com"])?).build();
//! let answer = client.post("https://chatgpt.com/backend-api/codex/responses").body("{}").send().await?;
//! println!("{}", answer.status());
//! # Ok(())
//! # }
//! ```
//!
//! - [`Agent`]: registers tasks and builds header fields; shared by threads. [`blocking::Agent`] for programs without async.
//! - [`Enrollment`]: gets, keeps, changes and loses the identity of an installation: bootstrap, login, rotation, logout.
//! - [`registering::AgentRegistration`]: gives a key an identity.
//! - [`responses::ResponsesClient`]: the model endpoints, streamed, with credentials, retries and timeouts.
//! - [`provider::Providers`], [`auth::ProviderAuth`]: where requests go, and whose credential each attempt carries.
//! - [`delegate`]: sub-agents that sign with their parent's identity, if its approver lets them.
//! - [`metadata`]: what requests say about their thread, turn, window and program; rendered by the component for each endpoint.
//! - [`storage`]: OS keyring, encrypted file, plain file, memory; a ladder that says what it chose; migration between them.
//! - [`layer::SigningLayer`]: signs every request of a `reqwest` program.
//! - [`Signer`], [`Session`]: the component itself, for servers and tools.
//! - [`installation`], [`workspace`], [`attestation`], [`trace_context`]: what a request's metadata says, and only a host can know.
//! - `agent_world`: the same for programs that host components of WASI 0.3, with each flow one function of the component.
//! - [`ports`]: the seams for HTTP, storage, clocks, randomness and custodians.
//!
//! Features: `client` (reqwest with rustls), `custodian` (keys in aws-lc-rs), `keyring` and `age` (storage in the OS keyring and
//! in an encrypted file), `authority` (a backend), `workspace` (facts of git repositories), `conform` (the conformance driver),
//! `agent-world` (the world of `wit/agent`), `cli` (all of them but the last, and the command line; default).

pub mod agent;
#[cfg(feature = "agent-world")]
pub mod agent_world;
pub mod attestation;
#[cfg(feature = "client")]
pub mod auth;
#[cfg(feature = "authority")]
pub mod authority;
pub mod blocking;
#[cfg(feature = "cli")]
pub mod cli;
pub mod component;
#[cfg(feature = "conform")]
pub mod conform;
#[cfg(feature = "custodian")]
pub mod custodian;
pub mod delegate;
pub mod driver;
pub mod enrollment;
pub mod error;
#[cfg(feature = "client")]
pub mod http;
pub mod installation;
#[cfg(feature = "client")]
pub mod layer;
pub mod metadata;
pub mod ports;
#[cfg(feature = "client")]
pub mod provider;
pub mod registering;
#[cfg(feature = "client")]
pub mod responses;
pub mod session;
pub mod signer;
pub mod storage;
pub mod surroundings;
pub mod system;
mod timestamp;
pub mod trace_context;
#[cfg(feature = "workspace")]
pub mod workspace;

pub use agent::Agent;
pub use component::{Component, LoadOptions, Profile};
pub use enrollment::Enrollment;
pub use error::{Advice, Error};
pub use session::Session;
pub use signer::{Key, Signer};
pub use surroundings::Surroundings;

/// Types of the component's interfaces that appear in this crate's own.
pub mod types {
    pub use crate::component::wit::keys::{CustodyCheck, PrivateForm, PublicForm, PublicForms};
    pub use crate::component::wit::logins::Identity;
    pub use crate::component::wit::registrations::AgentDescription;
    pub use crate::component::wit::reveal::SecretForm;
    pub use crate::component::wit::task_refs::ExternalTaskRef;
    pub use crate::component::wit::{agents, assertions, errors, logins, metadata, operations, registrations, verification};
}
