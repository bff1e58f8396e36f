//! Runs the agent-identity component on wasmtime.

#[cfg(feature = "custodian")]
pub mod custodian;
#[cfg(feature = "client")]
pub mod http;
pub mod ports;
pub mod storage;
pub mod system;
