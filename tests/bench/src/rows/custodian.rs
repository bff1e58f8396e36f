//! Finished header values signed by the native custodian, whole and in parts.

use crate::fixture::{AGENT, SEED, TASK, session};
use crate::harness::{Failure, Subject};
use agent_identity_host::custodian::NativeCustodian;
use agent_identity_host::ports::Custodian;
use agent_identity_host::session::KeyHandle;
use agent_identity_host::system::{SystemClock, SystemRandom};
use agent_identity_host::types::CustodyCheck;
use agent_identity_host::types::assertions::Prepared;
use agent_identity_host::{Component, Key, Session, Signer};
use std::hint::black_box;
use std::sync::Arc;
use tokio::runtime::Builder;

/// The custodian's name for the key.
const KEY_ID: &str = "bench";

/// The rows.
pub fn subjects(component: &Component) -> Result<Vec<Subject<'static>>, Failure> {
    let mut whole = Custodied::new(component)?;
    let signing = Custodied::new(component)?;
    let mut preparing = Custodied::new(component)?;
    let mut assembling = Custodied::new(component)?;
    let prepared = assembling.prepare(None)?;
    let signature = block_on(assembling.sign(&prepared))?;
    let to_sign = assembling.prepare(None)?;
    Ok(vec![
        asynchronous("header/custodian", async move || whole.header(None).await)?.per_second(1),
        through_signer(component)?,
        asynchronous("header/custodian-sign", async move || signing.sign(&to_sign).await)?,
        Subject::new("header/custodian-prepare", move |n| {
            (0..n).try_for_each(|_| preparing.prepare(None).map(|made| drop(black_box(made))))
        }),
        Subject::new("header/custodian-assemble", move |n| {
            (0..n).try_for_each(|_| assembling.assemble(&prepared, &signature).map(|made| drop(black_box(made))))
        }),
    ])
}

/// As programs do it: with instances from the pool.
fn through_signer(component: &Component) -> Result<Subject<'static>, Failure> {
    let key = Key::custodial(Custodied::new(component)?.custodian, KEY_ID);
    let signer = Signer::new(component.clone(), Arc::new(SystemClock), Arc::new(SystemRandom), key)?;
    asynchronous("header/custodian-signer", async move || Ok(signer.authorize(AGENT, TASK, 0).await?))
}

/// Work inside a runtime that is there already, as in a program.
fn asynchronous<T>(name: &str, mut run: impl AsyncFnMut() -> Result<T, Failure> + 'static) -> Result<Subject<'static>, Failure> {
    let runtime = Builder::new_current_thread().build()?;
    let subject = Subject::new(name, move |n| {
        runtime.block_on(async {
            for _ in 0..n {
                black_box(run().await?);
            }
            Ok(())
        })
    });
    Ok(subject)
}

/// Runs a future on this thread.
pub fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    Builder::new_current_thread().build()?.block_on(future)
}

/// A key with the native custodian, through a session.
pub struct Custodied {
    session: Session,
    key: KeyHandle,
    custodian: Arc<NativeCustodian>,
}

impl Custodied {
    /// A new custodian with the key, and a new instance that refers to it.
    pub fn new(component: &Component) -> Result<Self, Failure> {
        let custodian = Arc::new(NativeCustodian::new());
        let public = custodian.import_seed(KEY_ID, &SEED)?;
        let mut session = session(component)?;
        let key = session.custodial_key(&public, KEY_ID, CustodyCheck::First)?;
        Ok(Self { session, key, custodian })
    }

    /// For a given second, or the present one.
    pub async fn header(&mut self, timestamp: Option<&str>) -> Result<String, Failure> {
        let prepared = self.prepare(timestamp)?;
        let signature = self.sign(&prepared).await?;
        self.assemble(&prepared, &signature)
    }

    fn prepare(&mut self, timestamp: Option<&str>) -> Result<Prepared, Failure> {
        Ok(match timestamp {
            Some(timestamp) => self.session.prepare_at(AGENT, TASK, timestamp),
            None => self.session.prepare(AGENT, TASK, 0),
        }?)
    }

    async fn sign(&self, prepared: &Prepared) -> Result<[u8; 64], Failure> {
        Ok(self.custodian.sign(KEY_ID, &prepared.text).await?)
    }

    fn assemble(&mut self, prepared: &Prepared, signature: &[u8; 64]) -> Result<String, Failure> {
        Ok(self.session.assemble(&self.key, AGENT, TASK, &prepared.timestamp, signature)?)
    }
}
