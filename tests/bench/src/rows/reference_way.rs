//! How the reference client builds a header: the key is read anew for each, the members go through an ordered map.

use crate::fixture::{AGENT, TASK};
use crate::harness::Failure;
use agent_identity_core::timestamp::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::pkcs8::DecodePrivateKey;
use ed25519_dalek::{Signer, SigningKey};
use std::collections::BTreeMap;

/// The header value; `pkcs8_text` is base64 of PKCS#8 DER.
pub fn header(pkcs8_text: &str, now: Timestamp) -> Result<String, Failure> {
    let der = STANDARD.decode(pkcs8_text)?;
    let key = SigningKey::from_pkcs8_der(&der).map_err(|error| error.to_string())?;
    let timestamp = now.to_string();
    let signature = key.sign(format!("{AGENT}:{TASK}:{timestamp}").as_bytes());
    let envelope = BTreeMap::from([
        ("agent_runtime_id", AGENT.to_owned()),
        ("task_id", TASK.to_owned()),
        ("timestamp", timestamp),
        ("signature", STANDARD.encode(signature.to_bytes())),
    ]);
    Ok(format!("AgentAssertion {}", URL_SAFE_NO_PAD.encode(serde_json::to_vec(&envelope)?)))
}
