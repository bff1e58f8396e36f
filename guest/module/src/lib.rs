//! The core module of the component: everything in it is `agent-identity-component`.
//!
//! The linker optimises the whole program at the level of the crate that it links. So this crate, which has no code, is compiled for
//! speed, and the bindings, which have much, for size; a function keeps the level of its own crate.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate agent_identity_component as _;
