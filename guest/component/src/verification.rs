//! Interface `verification`.

use crate::Component;
use crate::exports::errors::Error;
use crate::exports::keys::VerifyingKeyBorrow;
use crate::exports::verification as wit;
use crate::ports::HostPorts;
use ::core::cell::RefCell;
use agent_identity_core::assertion::Assertion;
use agent_identity_core::keys::PublicKey;
use agent_identity_core::ports::Ports;
use agent_identity_core::registration::ReceivedRegistration;
use agent_identity_core::replay::{Config, Entry, Mode, ReplayWindow};
use agent_identity_core::verification::{self as core, Accepted, Facts, Policy, TaskState};
use agent_identity_core::{Code, Error as CoreError, Result as CoreResult};
use alloc::string::String;
use alloc::vec::Vec;

impl wit::Guest for Component {
    type ReplayWindow = ReplayWindowResource;

    fn verify_assertion(
        header: String,
        agent: Option<VerifyingKeyBorrow<'_>>,
        facts: wit::Facts,
        policy: wit::Policy,
    ) -> Result<wit::Accepted, Error> {
        let assertion = Assertion::parse(&header)?;
        let facts = known(&facts, agent.as_ref());
        Ok(core::assertion(&assertion, &facts, policy.try_into()?, HostPorts.now_ms())?.into())
    }

    fn verify_registration(
        path: String,
        body: Vec<u8>,
        agent: Option<VerifyingKeyBorrow<'_>>,
        facts: wit::Facts,
        policy: wit::Policy,
    ) -> Result<wit::Accepted, Error> {
        let received = ReceivedRegistration::parse(&path, &body)?;
        let facts = known(&facts, agent.as_ref());
        Ok(core::registration(&received, &facts, policy.try_into()?, HostPorts.now_ms())?.into())
    }

    fn verify_signature(public_key: Vec<u8>, message: Vec<u8>, signature: Vec<u8>) -> bool {
        let Ok(signature) = <[u8; 64]>::try_from(signature) else { return false };
        PublicKey::from_bytes(&public_key).is_ok_and(|key| key.verify_strict(&message, &signature))
    }
}

fn known<'a>(facts: &'a wit::Facts, agent: Option<&'a VerifyingKeyBorrow<'a>>) -> Facts<'a> {
    Facts {
        agent: agent.map(|key| key.get::<PublicKey>()),
        revoked: facts.revoked,
        registered_account: facts.registered_account.as_deref(),
        sent_account: facts.sent_account.as_deref(),
        task: match facts.task {
            wit::TaskState::Known => TaskState::Known,
            wit::TaskState::Ended => TaskState::Ended,
            wit::TaskState::Unknown => TaskState::Unknown,
            wit::TaskState::Unchecked => TaskState::Unchecked,
        },
        mark_s: facts.mark_s,
    }
}

impl TryFrom<wit::Policy> for Policy {
    type Error = CoreError;

    fn try_from(policy: wit::Policy) -> CoreResult<Self> {
        Self::new(policy.max_age_s, policy.ahead_s)
    }
}

impl From<Accepted> for wit::Accepted {
    fn from(accepted: Accepted) -> Self {
        Self {
            replay_key: accepted.replay_key.to_vec(),
            timestamp_s: accepted.timestamp.unix_seconds(),
            retain_until_ms: accepted.retain_until_ms,
        }
    }
}

/// A replay window in the component's memory.
pub(crate) struct ReplayWindowResource(RefCell<ReplayWindow>);

impl wit::GuestReplayWindow for ReplayWindowResource {
    fn open(config: wit::ReplayConfig, start: wit::ReplayStart) -> Result<wit::ReplayWindow, Error> {
        let config = config_of(&config)?;
        let window = match start {
            wit::ReplayStart::New => ReplayWindow::new(config)?,
            wit::ReplayStart::Restored((entries, mark)) => {
                let entries = entries.iter().map(entry).collect::<CoreResult<Vec<_>>>()?;
                ReplayWindow::restored(config, entries, mark)?
            }
            wit::ReplayStart::Lost => ReplayWindow::lost(config, HostPorts.now_ms())?,
        };
        Ok(wit::ReplayWindow::new(Self(RefCell::new(window))))
    }

    fn admit(&self, replay_key: Vec<u8>, timestamp_s: i64) -> Result<u32, Error> {
        let count = self.0.borrow_mut().admit(HostPorts.now_ms(), &replay_key_of(&replay_key)?, timestamp_s)?;
        Ok(u32::from(count))
    }

    fn mark(&self) -> Option<i64> {
        self.0.borrow().mark_to_store()
    }

    fn len(&self) -> u32 {
        u32::try_from(self.0.borrow().len()).unwrap_or(u32::MAX)
    }
}

fn config_of(config: &wit::ReplayConfig) -> CoreResult<Config> {
    let out_of_range = |_| CoreError::new(Code::ConfigInvalid, "the replay cap must be 1 to 10000");
    Ok(Config {
        mode: match config.mode {
            wit::ReplayMode::Off => Mode::Off,
            wit::ReplayMode::Cap(cap) => Mode::Cap(cap.try_into().map_err(out_of_range)?),
            wit::ReplayMode::Strict => Mode::Strict,
        },
        max_age_s: config.policy.max_age_s,
        ahead_s: config.policy.ahead_s,
        capacity: usize::try_from(config.capacity).unwrap_or(usize::MAX),
    })
}

fn entry(entry: &wit::ReplayEntry) -> CoreResult<Entry> {
    Ok(Entry { key: replay_key_of(&entry.key)?, timestamp_s: entry.timestamp_s, count: u16::try_from(entry.count).unwrap_or(u16::MAX) })
}

fn replay_key_of(bytes: &[u8]) -> CoreResult<[u8; 32]> {
    bytes.try_into().map_err(|_| CoreError::new(Code::ConfigInvalid, "a replay key has 32 bytes"))
}
