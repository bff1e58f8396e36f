//! The component, loaded once: engine, compiled code, and instances of it.

mod code_cache;
mod engine;
mod instance;

pub use code_cache::CacheFolder;
#[cfg(feature = "agent-world")]
pub(crate) use engine::{Build, broken, tick_while_alive, ticks};
pub use engine::{Component, LoadOptions, Profile};
pub(crate) use instance::{HostState, Instance};
#[cfg(feature = "agent-world")]
pub(crate) use instance::{draw, limits};

/// Bindings generated from `wit/`. The rest of this crate wraps them in types that keep secrets out of `Debug`.
#[allow(missing_docs)]
pub mod bindings {
    wasmtime::component::bindgen!({ path: "../wit", world: "identity" });
}

pub(crate) use bindings::exports::agent_identity::component as wit;
