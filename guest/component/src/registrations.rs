//! Interface `registrations`.

use crate::Component;
use crate::exports::errors::Error;
use crate::exports::keys::{KeyBorrow, VerifyingKeyBorrow};
use crate::exports::registrations::{Guest, ReceivedRegistration, TaskRegistration};
use crate::exports::task_refs::ExternalTaskRef;
use crate::keys::KeyResource;
use crate::ports::{HostPorts, with_clean_stack};
use crate::task_refs::normalized;
use agent_identity_core::identifiers::{AgentRuntimeId, TaskId};
use agent_identity_core::keys::PublicKey;
use agent_identity_core::registration::{self as core, AgentDescription, TaskAnswer};
use agent_identity_core::sealed;
use agent_identity_core::timestamp::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;

impl Guest for Component {
    fn sign_task_at(
        key: KeyBorrow<'_>,
        agent_runtime_id: String,
        timestamp: String,
        reference: Option<ExternalTaskRef>,
    ) -> Result<TaskRegistration, Error> {
        let key = key.get::<KeyResource>().0.held()?;
        let registration = core::TaskRegistration {
            agent_runtime_id: AgentRuntimeId::parse(&agent_runtime_id)?,
            timestamp: Timestamp::parse(&timestamp)?,
            external_task_ref: normalized(reference.as_ref())?,
        };
        Ok(TaskRegistration { path: registration.path(), body: registration.sign(key), signed_text: registration.signed_text() })
    }

    fn parse_task(path: String, body: Vec<u8>) -> Result<ReceivedRegistration, Error> {
        let received = core::ReceivedRegistration::parse(&path, &body)?;
        Ok(ReceivedRegistration {
            agent_runtime_id: received.agent_runtime_id.as_str().into(),
            timestamp: received.timestamp.to_text(),
            external_task_ref: received.external_task_ref.map(|reference| reference.as_str().into()),
            signature: received.signature.to_vec(),
        })
    }

    fn agent_body(key: VerifyingKeyBorrow<'_>, description: AgentDescription) -> String {
        core::agent_body(key.get::<PublicKey>(), &description)
    }

    fn read_task_answer(key: KeyBorrow<'_>, body: Vec<u8>) -> Result<String, Error> {
        let answer = TaskAnswer::parse(&body)?;
        with_clean_stack(|| Ok(answer.open(key.get::<KeyResource>().0.held()?)?.as_str().into()))
    }

    fn seal_task_id(key: VerifyingKeyBorrow<'_>, task_id: String) -> Result<String, Error> {
        Ok(sealed::seal(key.get::<PublicKey>(), &TaskId::parse(&task_id)?, &HostPorts)?)
    }
}
