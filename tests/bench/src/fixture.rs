//! What all rows work on: one key, one agent, one task, and instances of the component that hold them.

use crate::harness::Failure;
use agent_identity_core::keys::{ExportForm, PrivateForm as CoreForm, SecretKey};
use agent_identity_host::component::CacheFolder;
use agent_identity_host::session::KeyHandle;
use agent_identity_host::system::{SystemClock, SystemRandom};
use agent_identity_host::types::PrivateForm;
use agent_identity_host::types::agents::AgentConfig;
use agent_identity_host::{Component, LoadOptions, Profile, Session};
use std::path::Path;
use std::sync::Arc;

/// Ids as backends give them out: with a prefix and 32 hexadecimal digits.
pub const AGENT: &str = "agent-0190a1b2c3d47e5f8a9b0c1d2e3f4a5b";
/// See [`AGENT`].
pub const TASK: &str = "task-0190a1b2c3d47e5f8a9b0c1d2e3f4a5c";
/// Seed of the key. Test data.
pub const SEED: [u8; 32] = [7; 32];

/// A key in an instance of its own.
pub struct Keyed {
    /// The instance.
    pub session: Session,
    /// The key.
    pub key: KeyHandle,
}

impl Keyed {
    /// A new instance with the key in it.
    pub fn new(component: &Component) -> Result<Self, Failure> {
        let mut session = session(component)?;
        let key = session.import_key(PrivateForm::Seed, &SEED)?;
        Ok(Self { session, key })
    }

    /// A finished header for the present second.
    pub fn header(&mut self) -> Result<String, Failure> {
        Ok(self.session.authorize(&self.key, AGENT, TASK, 0)?)
    }

    /// A finished header for a given second.
    pub fn header_at(&mut self, timestamp: &str) -> Result<String, Failure> {
        Ok(self.session.authorize_at(&self.key, AGENT, TASK, timestamp)?)
    }
}

/// The component with code from this cache folder.
pub fn cached(folder: &Path, profile: Profile) -> Result<Component, Failure> {
    load(profile, Some(CacheFolder::at(folder)))
}

/// The component, compiled anew without a cache.
pub fn load(profile: Profile, cache: Option<CacheFolder>) -> Result<Component, Failure> {
    Ok(Component::load_with(LoadOptions { profile, cache, ..LoadOptions::default() })?)
}

/// A new instance on the machine's own clock.
pub fn session(component: &Component) -> Result<Session, Failure> {
    Ok(Session::new(component, Arc::new(SystemClock), Arc::new(SystemRandom))?)
}

/// The key, natively.
pub fn core_key() -> SecretKey {
    SecretKey::from_seed(&SEED)
}

/// The key as the identity record holds it: base64 of PKCS#8 v2 with the public key attached, 116 characters.
pub fn pkcs8_text() -> Result<String, Failure> {
    use base64::Engine;
    let v2_head = [0x30, 0x51, 2, 1, 1, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let der = [&v2_head[..], &SEED, &[0x81, 0x21, 0], core_key().public().as_bytes()].concat();
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let read = SecretKey::import(CoreForm::Pkcs8Base64, text.as_bytes())?;
    if read.export(ExportForm::Der) == core_key().export(ExportForm::Der) {
        Ok(text)
    } else {
        Err("the PKCS#8 text is another key's".into())
    }
}

/// The agent.
pub fn agent_config() -> AgentConfig {
    AgentConfig {
        agent_runtime_id: AGENT.into(),
        account_id: None,
        chatgpt_user_id: None,
        fedramp: false,
        authapi_base: "https://auth.example.com".into(),
        correct_clock: true,
        skew_threshold_s: None,
        clock_offset_ms: 0,
    }
}
