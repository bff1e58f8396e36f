//! Interface `assertions`.

use crate::Component;
use crate::exports::assertions::{Assertion, Guest, Prepared};
use crate::exports::errors::Error;
use crate::exports::keys::KeyBorrow;
use crate::keys::KeyResource;
use crate::ports::HostPorts;
use agent_identity_core::assertion::{self as core, Claim};
use agent_identity_core::ports::Ports;
use alloc::string::String;
use alloc::vec::Vec;

impl Guest for Component {
    fn authorize(key: KeyBorrow<'_>, agent_runtime_id: String, task_id: String, clock_offset_ms: i64) -> Result<String, Error> {
        let key = key.get::<KeyResource>().0.held()?;
        Ok(claim_now(&agent_runtime_id, &task_id, clock_offset_ms)?.authorize(key))
    }

    fn authorize_at(key: KeyBorrow<'_>, agent_runtime_id: String, task_id: String, timestamp: String) -> Result<String, Error> {
        let key = key.get::<KeyResource>().0.held()?;
        Ok(Claim::parse(&agent_runtime_id, &task_id, &timestamp)?.authorize(key))
    }

    fn prepare(agent_runtime_id: String, task_id: String, clock_offset_ms: i64) -> Result<Prepared, Error> {
        Ok(prepared(&claim_now(&agent_runtime_id, &task_id, clock_offset_ms)?))
    }

    fn prepare_at(agent_runtime_id: String, task_id: String, timestamp: String) -> Result<Prepared, Error> {
        Ok(prepared(&Claim::parse(&agent_runtime_id, &task_id, &timestamp)?))
    }

    fn assemble(
        key: KeyBorrow<'_>,
        agent_runtime_id: String,
        task_id: String,
        timestamp: String,
        signature: Vec<u8>,
    ) -> Result<String, Error> {
        let claim = Claim::parse(&agent_runtime_id, &task_id, &timestamp)?;
        Ok(key.get::<KeyResource>().0.assemble(&claim, &signature)?)
    }

    fn parse(header: String) -> Result<Assertion, Error> {
        let core::Assertion { claim, signature } = core::Assertion::parse(&header)?;
        Ok(Assertion {
            agent_runtime_id: claim.agent_runtime_id.as_str().into(),
            task_id: claim.task_id.as_str().into(),
            timestamp: claim.timestamp.to_text(),
            signature: signature.to_vec(),
        })
    }
}

fn claim_now(agent_runtime_id: &str, task_id: &str, clock_offset_ms: i64) -> agent_identity_core::Result<Claim> {
    Claim::at(agent_runtime_id, task_id, HostPorts.now_ms().saturating_add(clock_offset_ms))
}

fn prepared(claim: &Claim) -> Prepared {
    Prepared { timestamp: claim.timestamp.to_text(), text: claim.signed_text() }
}
