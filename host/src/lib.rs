//! Runs the agent-identity component on wasmtime.

pub mod component;
#[cfg(feature = "custodian")]
pub mod custodian;
pub mod error;
#[cfg(feature = "client")]
pub mod http;
pub mod ports;
pub mod session;
pub mod storage;
pub mod system;

pub use component::{Component, LoadOptions, Profile};
pub use error::{Advice, Error};
pub use session::Session;
