//! Runs the agent-identity component on wasmtime.

pub mod ports;
pub mod storage;
pub mod system;
