//! agent-identity by wasm-bindgen: with the feature `engine`, the engine of `agent-identity/compact` of the npm package.
#![cfg_attr(feature = "engine", no_std)]

#[cfg(feature = "engine")]
extern crate agent_identity_component as _;
