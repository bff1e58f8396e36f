//! What requests say about themselves (`spec/metadata.md` §§1–11).
//!
//! One [`Snapshot`] holds every fact of a request, and the component renders it for each way the request travels. A program opens a
//! [`SessionMetadata`] for each thread and a [`TurnMetadata`] for each turn; the typed clients and the signing layer do the rest.
//!
//! ```no_run
//! # #[cfg(feature = "client")]
//! # async fn program(
//! #     component: agent_identity_host::Component,
//! #     client: agent_identity_host::responses::ResponsesClient,
//! #     request: agent_identity_host::responses::ResponsesRequest,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! use agent_identity_host::metadata::{Execution, Metadata, SessionFacts, SessionMetadata};
//! use agent_identity_host::{Surroundings, installation, system};
//!
//! let metadata = Metadata::new(&component, &Surroundings::default())?;
//! let session = SessionMetadata::open(&metadata, SessionFacts {
//!     installation_id: installation::id_in_home("/home/me/.codex", metadata.session()?).await?,
//!     thread_id: metadata.fresh_id()?,
//!     thread_source: Some("user".into()),
//!     originator: Some("my_agent".into()),
//!     ..SessionFacts::default()
//! })?;
//! let turn = session.turn(metadata.fresh_id()?).runs(Execution { model: request.model.clone(), ..Execution::default() });
//! turn.begin()?;
//! let about = turn.request();
//! let mut answer = client.turn(&request, &about);
//! while let Some(event) = answer.next().await {
//!     println!("{:?}", event?);
//! }
//! # Ok(())
//! # }
//! ```

mod additions;
mod compaction;
mod defaults;
mod description;
mod dropped;
mod items;
#[cfg(any(feature = "client", feature = "conform"))]
pub mod json;
mod kind;
mod pool;
mod renderer;
mod rendering;
mod session;
mod snapshot;
mod transport;
mod turn;

pub use crate::component::wit::metadata::{
    Compaction, Execution, Lineage, Originator, OriginatorCandidates, OriginatorRules, SessionSource, Snapshot as Facts, ThreadOrigin,
    Turn as TurnFacts, TurnEvent, UserAgent, Window, Workspace,
};
pub use additions::Additions;
pub use compaction::Implementation;
pub use description::{Description, Moment};
pub use dropped::{DropReason, Dropped};
pub use items::{ItemMetadataForm, ItemRules};
pub use kind::Kind;
pub use renderer::Metadata;
pub use rendering::Rendering;
pub use session::{SessionFacts, SessionMetadata};
pub use snapshot::Snapshot;
pub use transport::Transport;
pub use turn::TurnMetadata;

#[cfg(test)]
mod tests;
