//! Request metadata (`spec/metadata.md`): one snapshot of a request's facts, and everything that is rendered from it.
//!
//! [`render`] gives what follows from the snapshot alone, [`request`] adds every other header field and member of an endpoint except
//! authorisation. [`items`] prepares response items.

mod additions;
mod compaction;
mod dropped;
mod extras;
mod header_value;
pub mod items;
mod lineage;
mod members;
mod rendering;
mod session_source;
mod snapshot;
mod transport;
mod window;

pub use additions::{Additions, prompt_cache_key};
pub use compaction::Compaction;
pub use dropped::{DropReason, Dropped};
pub use extras::check_configured;
pub use header_value::HeaderValue;
pub use lineage::{Turn, TurnEvent, agent_name, may_start_root_turn, session_id};
pub use rendering::{Rendering, render, request};
pub use session_source::SessionSource;
pub use snapshot::{Execution, Kind, Snapshot, Texts, Workspace};
pub use transport::Transport;
pub use window::Window;

#[cfg(test)]
mod tests;
