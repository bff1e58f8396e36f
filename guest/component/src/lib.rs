//! The component: WIT bindings over `agent-identity-core`, and nothing else. One module per interface.
//!
//! With the feature `agent-world` it is that of the second world: the first one's interfaces, and `client`, which awaits its imports.
//! With the feature `compact` the same functions are offered to JavaScript by wasm-bindgen instead.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod agents;
#[cfg(target_arch = "wasm32")]
mod allocator;
mod assertions;
#[cfg(feature = "agent-world")]
mod client;
#[cfg(feature = "compact")]
mod compact;
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

/// The bindings of one world, both with the same types.
#[cfg(not(feature = "compact"))]
macro_rules! bindings {
    ($world:tt, $path:tt, {$($with:tt)*} $($options:tt)*) => {
        #[allow(missing_docs, unsafe_op_in_unsafe_fn, clippy::all, clippy::as_conversions, clippy::arithmetic_side_effects)]
        mod bindings {
            wit_bindgen::generate!({
                path: $path,
                world: $world,
                // Where the core's type is the same, the bindings make that: nothing needs to be moved from one into the other.
                with: {
                    "agent-identity:component/agents@0.1.0/enrollment-config": agent_identity_core::enrollment::EnrollmentConfig,
                    "agent-identity:component/logins@0.1.0/base-urls": agent_identity_core::base_urls::BaseUrls,
                    "agent-identity:component/metadata@0.1.0/additions": agent_identity_core::metadata::Additions,
                    "agent-identity:component/metadata@0.1.0/compaction": agent_identity_core::metadata::Compaction,
                    "agent-identity:component/metadata@0.1.0/execution": agent_identity_core::metadata::Execution,
                    "agent-identity:component/metadata@0.1.0/session-source": agent_identity_core::metadata::SessionSource,
                    "agent-identity:component/metadata@0.1.0/snapshot": agent_identity_core::metadata::Snapshot,
                    "agent-identity:component/metadata@0.1.0/turn": agent_identity_core::metadata::Turn,
                    "agent-identity:component/metadata@0.1.0/turn-event": agent_identity_core::metadata::TurnEvent,
                    "agent-identity:component/metadata@0.1.0/workspace": agent_identity_core::metadata::Workspace,
                    "agent-identity:component/operations@0.1.0/http-response": agent_identity_core::flow::HttpResponse,
                    "agent-identity:component/operations@0.1.0/sign-request": agent_identity_core::flow::SignRequest,
                    "agent-identity:component/operations@0.1.0/unseal-request": agent_identity_core::flow::UnsealRequest,
                    "agent-identity:component/registrations@0.1.0/agent-description": agent_identity_core::registration::AgentDescription,
                    $($with)*
                },
                $($options)*
            });
        }
    };
}

#[cfg(not(any(feature = "agent-world", feature = "compact")))]
bindings!("identity", "../../wit", {});
#[cfg(feature = "agent-world")]
bindings!("agent-identity:agent/agent", ["../../wit", "../../wit/agent"], {
    "agent-identity:agent/http@0.1.0/response": agent_identity_core::flow::HttpResponse,
} generate_all,);

#[cfg(not(any(feature = "agent-world", feature = "compact")))]
use bindings::agent_identity::component as imports;
#[cfg(not(feature = "compact"))]
use bindings::exports::agent_identity::component as exports;
#[cfg(feature = "compact")]
use compact::{exports, imports};

/// What the second world imports.
#[cfg(feature = "agent-world")]
mod imports {
    pub(crate) use crate::bindings::agent_identity::agent::{clock, custodian, http, storage};
    pub(crate) use crate::bindings::agent_identity::component::random;
}

/// Carries the implementation of every exported interface.
struct Component;

#[cfg(not(feature = "compact"))]
bindings::export!(Component with_types_in bindings);
