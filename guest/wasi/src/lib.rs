//! Adapter: what the world `agent` imports, from WASI 0.3. One module per interface.
//!
//! Composed with the component of that world it leaves a component that any runtime of WASI 0.3 with HTTP can host as it is.

mod clock;
mod custodian;
mod http;
mod race;
mod random;
mod storage;

#[allow(missing_docs, unsafe_op_in_unsafe_fn, clippy::all, clippy::as_conversions, clippy::arithmetic_side_effects)]
mod bindings {
    wit_bindgen::generate!({
        path: ["../../wit", "../../wit/agent", "wit"],
        world: "agent-identity:wasi/adapter",
        generate_all,
    });
}

use bindings::exports::agent_identity as exports;
use bindings::wasi;

/// Carries the implementation of every exported interface.
struct Adapter;

bindings::export!(Adapter with_types_in bindings);
