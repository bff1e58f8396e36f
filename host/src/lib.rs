//! Runs the agent-identity component on wasmtime.

#[cfg(feature = "custodian")]
pub mod custodian;
pub mod ports;
pub mod storage;
pub mod system;
