//! Runs the agent-identity component on wasmtime.

pub mod agent;
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
pub mod driver;
pub mod error;
#[cfg(feature = "client")]
pub mod http;
#[cfg(feature = "client")]
pub mod layer;
pub mod ports;
pub mod registering;
pub mod session;
pub mod signer;
pub mod storage;
pub mod system;

pub use agent::Agent;
pub use component::{Component, LoadOptions, Profile};
pub use error::{Advice, Error};
pub use session::Session;
pub use signer::{Key, Signer};

/// Types of the component's interfaces that appear in this crate's own.
pub mod types {
    pub use crate::component::wit::keys::{CustodyCheck, PrivateForm, PublicForm, PublicForms};
    pub use crate::component::wit::logins::Identity;
    pub use crate::component::wit::registrations::AgentDescription;
    pub use crate::component::wit::reveal::SecretForm;
    pub use crate::component::wit::task_refs::ExternalTaskRef;
    pub use crate::component::wit::{agents, assertions, errors, logins, operations, registrations, verification};
}
