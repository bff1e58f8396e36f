//! What a connection may be used for.

use crate::auth::Credential;
use crate::responses::metadata::RequestMetadata;
use crate::responses::turn_state::Owner;

/// Whose a connection is. Its handshake told the server about one conversation and one login, once; neither another conversation's
/// requests nor another login's ever go over it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Belonging {
    conversation: String,
    reference: Option<String>,
    pub(super) owner: Owner,
    agent_runtime_id: Option<String>,
    task_id: Option<String>,
}

impl Belonging {
    pub(super) fn new(metadata: &RequestMetadata, credential: &Credential) -> Self {
        Self {
            conversation: metadata.conversation.clone(),
            reference: metadata.reference.clone(),
            owner: Owner::of(credential),
            agent_runtime_id: credential.agent_runtime_id().map(Into::into),
            task_id: credential.task_id().map(Into::into),
        }
    }
}
