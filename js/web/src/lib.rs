//! agent-identity for Rust programs in the browser: the core, with hosts over `fetch`, IndexedDB and WebCrypto. In pages and in workers; every
//! function that waits is an ordinary `async fn`.
//!
//! ```ignore
//! use agent_identity_web::{Agent, Host, Request};
//!
//! let agent = Agent::enroll(config, &Host::default())?;
//! agent.bootstrap(account, access_token).await?; // stored from now on: `agent.load()` takes it
//! let answer = agent.send(Request::new("POST", "https://api.example/responses")?.body(json)).await?;
//! ```
//!
//! Documents and keys lie in the same database, in the same form, as those of the npm package: a page may use both.
//!
//! With the feature `engine` alone it is what `agent-identity/compact` of the npm package is made from, without any host.
#![cfg_attr(feature = "engine", no_std)]

#[cfg(feature = "engine")]
extern crate agent_identity_component as _;

#[cfg(feature = "hosts")]
mod agent;
#[cfg(feature = "hosts")]
mod browser;
#[cfg(feature = "hosts")]
mod custodian;
#[cfg(feature = "hosts")]
mod database;
#[cfg(feature = "hosts")]
mod documents;
#[cfg(feature = "hosts")]
mod host;
#[cfg(feature = "hosts")]
mod http;
#[cfg(feature = "hosts")]
mod key;
#[cfg(feature = "hosts")]
mod realm;
#[cfg(feature = "hosts")]
mod request;
#[cfg(feature = "hosts")]
mod values;

#[cfg(feature = "hosts")]
pub use crate::{agent::Agent, host::Host, key::Key, request::Request};
#[cfg(feature = "hosts")]
pub use agent_identity_core::{
    Advice, Code, Error, Result,
    agent::{AgentConfig, Headers},
    client::Answer,
    enrollment::{Account, EnrollmentConfig},
    flow::{Event, HttpResponse},
    identifiers::{AgentRuntimeId, TaskId},
    keys::{PrivateForm, PublicKey},
    registration::AgentDescription,
};
