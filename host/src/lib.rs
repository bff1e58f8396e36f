//! Runs the agent-identity component on wasmtime.

pub mod component;
pub mod error;
pub mod ports;
pub mod session;
pub mod system;

pub use component::{Component, LoadOptions, Profile};
pub use error::{Advice, Error};
pub use session::Session;
