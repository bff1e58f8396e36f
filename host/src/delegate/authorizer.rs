//! Gates in front of what gives a client's requests their credentials.

use super::lineage::Lineage;
use super::signing::{Gates, RequestKind, SigningRequest, SigningSubject};
use crate::agent::{Agent, ResponseFacts};
use crate::auth::{Assertion, Attempt, Authorizer, Credential, Identities, Recovery, RequestNumber};
use crate::driver::lock;
use crate::enrollment::Enrollment;
use crate::error::Error;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Asks a delegate's gates before the assertion of an attempt is made, and before anything is registered for it. Put it under the
/// decision of §9: requests that carry another credential, or none, are not asked about.
pub struct GatedIdentities<I> {
    inner: I,
    door: Door,
}

/// The same in front of a whole [`Authorizer`], for one that signs all it authorises: every attempt is asked about.
pub struct GatedAuthorizer<A> {
    inner: A,
    door: Door,
}

/// Who signs, as far as it is known before anything is registered.
pub trait SigningIdentity: Send + Sync {
    /// The agent.
    fn agent_runtime_id(&self) -> Option<String>;

    /// The task of a normalised reference, or the run task.
    fn task_id(&self, reference: Option<&str>) -> Option<String>;
}

impl<I: Identities> GatedIdentities<I> {
    /// `identity` tells whose signature is asked about.
    pub fn new(inner: I, identity: Arc<dyn SigningIdentity>, gates: Gates, lineage: &Lineage) -> Self {
        Self { inner, door: Door::new(identity, gates, lineage) }
    }
}

impl<A: Authorizer> GatedAuthorizer<A> {
    /// `identity` tells whose signature is asked about.
    pub fn new(inner: A, identity: Arc<dyn SigningIdentity>, gates: Gates, lineage: &Lineage) -> Self {
        Self { inner, door: Door::new(identity, gates, lineage) }
    }
}

#[async_trait]
impl<I: Identities> Identities for GatedIdentities<I> {
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Assertion, Error> {
        self.door.pass(attempt).await?;
        self.inner.authorize(attempt).await
    }

    async fn recover(&self, attempt: &Attempt<'_>, sent: &Assertion, refusal: &ResponseFacts) -> Result<Recovery, Error> {
        self.inner.recover(attempt, sent, refusal).await
    }

    fn can_register(&self) -> bool {
        self.inner.can_register()
    }
}

#[async_trait]
impl<A: Authorizer> Authorizer for GatedAuthorizer<A> {
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Credential, Error> {
        self.door.pass(attempt).await?;
        self.inner.authorize(attempt).await
    }

    async fn recover(&self, attempt: &Attempt<'_>, sent: &Credential, refusal: &ResponseFacts) -> Result<Recovery, Error> {
        self.inner.recover(attempt, sent, refusal).await
    }
}

impl SigningIdentity for Agent {
    fn agent_runtime_id(&self) -> Option<String> {
        Some(Agent::agent_runtime_id(self).into())
    }

    fn task_id(&self, reference: Option<&str>) -> Option<String> {
        self.task(reference).ok().flatten()
    }
}

impl SigningIdentity for Enrollment {
    fn agent_runtime_id(&self) -> Option<String> {
        self.agent().map(|agent| agent.agent_runtime_id().into())
    }

    fn task_id(&self, reference: Option<&str>) -> Option<String> {
        self.agent()?.task_id(reference)
    }
}

/// Gates, and the requests they have judged.
struct Door {
    identity: Arc<dyn SigningIdentity>,
    gates: Gates,
    thread_id: String,
    requests: Mutex<BTreeMap<RequestNumber, Arc<SigningRequest>>>,
}

/// Requests that are remembered. One that was forgotten is asked about again.
const MOST_REQUESTS: usize = 512;

impl Door {
    fn new(identity: Arc<dyn SigningIdentity>, gates: Gates, lineage: &Lineage) -> Self {
        Self { identity, gates, thread_id: lineage.thread_id.clone(), requests: Mutex::default() }
    }

    async fn pass(&self, attempt: &Attempt<'_>) -> Result<(), Error> {
        self.gates.admit(&self.request(attempt)).await
    }

    fn request(&self, attempt: &Attempt<'_>) -> Arc<SigningRequest> {
        let Some(number) = attempt.request else { return self.fresh(attempt) };
        let mut requests = lock(&self.requests);
        let request = requests.entry(number).or_insert_with(|| self.fresh(attempt)).clone();
        if requests.len() > MOST_REQUESTS {
            requests.pop_first();
        }
        request
    }

    fn fresh(&self, attempt: &Attempt<'_>) -> Arc<SigningRequest> {
        Arc::new(SigningRequest::new(SigningSubject {
            delegate_thread_id: self.thread_id.clone(),
            agent_runtime_id: self.identity.agent_runtime_id(),
            task_id: self.identity.task_id(attempt.reference),
            endpoint: attempt.endpoint.into(),
            kind: RequestKind::of_endpoint(attempt.endpoint),
        }))
    }
}
