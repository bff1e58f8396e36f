//! Finished header values, with the key already in place.

use crate::fixture::{AGENT, Keyed, SEED, TASK, core_key, pkcs8_text, session};
use crate::harness::{Failure, Subject};
use agent_identity_core::assertion::Claim;
use agent_identity_core::keys::SecretKey;
use agent_identity_core::timestamp::Timestamp;
use agent_identity_host::custodian::NativeCustodian;
use agent_identity_host::ports::{Clock, Custodian};
use agent_identity_host::session::KeyHandle;
use agent_identity_host::system::{SystemClock, SystemRandom};
use agent_identity_host::types::CustodyCheck;
use agent_identity_host::{Component, Key, Session, Signer};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::pkcs8::DecodePrivateKey;
use ed25519_dalek::{Signer as _, SigningKey};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};

/// The custodian's name for the key.
const KEY_ID: &str = "bench";

/// Everyone who builds headers, shown to build the same ones.
pub struct Peers {
    wide: Keyed,
    portable: Keyed,
    core: SecretKey,
    custodian: Custodied,
    signer: Signer,
    runtime: Runtime,
    pkcs8_text: String,
}

impl Peers {
    /// Refuses peers that differ: a header that is wrong is not worth measuring.
    pub fn new(wide: &Component, portable: &Component) -> Result<Self, Failure> {
        let custodian = Custodied::new(wide)?;
        let key = Key::custodial(custodian.custodian.clone(), KEY_ID);
        let mut peers = Self {
            wide: Keyed::new(wide)?,
            portable: Keyed::new(portable)?,
            core: core_key(),
            custodian,
            signer: Signer::new(wide.clone(), Arc::new(SystemClock), Arc::new(SystemRandom), key)?,
            runtime: Builder::new_current_thread().build()?,
            pkcs8_text: pkcs8_text()?,
        };
        peers.compare()?;
        Ok(peers)
    }

    fn compare(&mut self) -> Result<(), Failure> {
        let now = Timestamp::from_unix_ms(SystemClock.now_ms())?;
        let text = now.to_string();
        let expected = reference_header(&self.pkcs8_text, now)?;
        let custodian = &mut self.custodian;
        let built = [
            ("wide", self.wide.session.authorize_at(&self.wide.key, AGENT, TASK, &text)?),
            ("portable", self.portable.session.authorize_at(&self.portable.key, AGENT, TASK, &text)?),
            ("core", Claim::at(AGENT, TASK, now.unix_ms())?.authorize(&self.core)),
            ("custodian", self.runtime.block_on(custodian.header_at(&text))?),
        ];
        match built.iter().find(|(_, header)| *header != expected) {
            Some((peer, _)) => Err(format!("{peer} builds another header than the reference way").into()),
            None => Ok(()),
        }
    }

    /// The rows.
    pub fn subjects(self) -> Vec<Subject<'static>> {
        let Self { mut wide, mut portable, core, mut custodian, signer, runtime, pkcs8_text } = self;
        let runtime = Arc::new(runtime);
        let for_signer = runtime.clone();
        vec![
            Subject::new("header/wide", move |n| (0..n).try_for_each(|_| wide.header().map(drop))).per_second(1),
            Subject::new("header/portable", move |n| (0..n).try_for_each(|_| portable.header().map(drop))).per_second(1),
            Subject::new("header/custodian", move |n| {
                runtime.block_on(async {
                    for _ in 0..n {
                        black_box(custodian.header().await?);
                    }
                    Ok(())
                })
            })
            .per_second(1),
            Subject::new("header/custodian-signer", move |n| {
                for_signer.block_on(async {
                    for _ in 0..n {
                        black_box(signer.authorize(AGENT, TASK, 0).await?);
                    }
                    Ok(())
                })
            }),
            Subject::new("header/core-native", move |n| {
                (0..n).try_for_each(|_| {
                    black_box(Claim::at(AGENT, TASK, SystemClock.now_ms())?.authorize(&core));
                    Ok(())
                })
            }),
            Subject::new("header/reference-way", move |n| {
                (0..n).try_for_each(|_| {
                    black_box(reference_header(&pkcs8_text, Timestamp::from_unix_ms(SystemClock.now_ms())?)?);
                    Ok(())
                })
            }),
        ]
    }
}

/// A key with the native custodian, through a session.
struct Custodied {
    session: Session,
    key: KeyHandle,
    custodian: Arc<NativeCustodian>,
}

impl Custodied {
    fn new(component: &Component) -> Result<Self, Failure> {
        let custodian = Arc::new(NativeCustodian::new());
        let public = custodian.import_seed(KEY_ID, &SEED)?;
        let mut session = session(component)?;
        let key = session.custodial_key(&public, KEY_ID, CustodyCheck::First)?;
        Ok(Self { session, key, custodian })
    }

    async fn header(&mut self) -> Result<String, Failure> {
        let prepared = self.session.prepare(AGENT, TASK, 0)?;
        let signature = self.custodian.sign(KEY_ID, &prepared.text).await?;
        Ok(self.session.assemble(&self.key, AGENT, TASK, &prepared.timestamp, &signature)?)
    }

    async fn header_at(&mut self, timestamp: &str) -> Result<String, Failure> {
        let prepared = self.session.prepare_at(AGENT, TASK, timestamp)?;
        let signature = self.custodian.sign(KEY_ID, &prepared.text).await?;
        Ok(self.session.assemble(&self.key, AGENT, TASK, timestamp, &signature)?)
    }
}

/// How the reference client does it: the key is read anew for every header, the members go through an ordered map.
fn reference_header(pkcs8_text: &str, now: Timestamp) -> Result<String, Failure> {
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
