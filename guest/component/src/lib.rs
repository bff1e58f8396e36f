//! The component: WIT bindings over `agent-identity-core`, and nothing else. One module per interface.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod agents;
#[cfg(target_arch = "wasm32")]
mod allocator;
mod assertions;
mod errors;
mod keys;
mod logins;
mod metadata;
mod operations;
#[cfg(target_arch = "wasm32")]
mod panic;
mod ports;
mod registrations;
mod task_refs;
mod verification;

#[allow(missing_docs, unsafe_op_in_unsafe_fn, clippy::all, clippy::as_conversions, clippy::arithmetic_side_effects)]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "identity" });
}

use bindings::agent_identity::component as imports;
use bindings::exports::agent_identity::component as exports;

/// Carries the implementation of every exported interface.
struct Component;

bindings::export!(Component with_types_in bindings);
