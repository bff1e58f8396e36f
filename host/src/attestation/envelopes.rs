//! The header field `x-oai-attestation`.

use super::{Attestor, InThread};
use crate::component::Component;
use crate::driver::{Completion, Performer, lock};
use crate::error::Error;
use crate::session::Session;
use crate::surroundings::Surroundings;
use std::fmt;
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

/// Attests requests with what the surroundings have for it. Threads share one.
pub struct Envelopes {
    session: Mutex<Session>,
    performer: Performer,
}

impl Envelopes {
    /// Of the attestor of these surroundings.
    pub fn new(component: &Component, surroundings: &Surroundings) -> Result<Self, Error> {
        Ok(Self { session: Mutex::new(surroundings.session(component)?), performer: surroundings.performer(None)? })
    }

    /// Whether there is somebody to ask for a thread (9-5).
    pub fn attests(&self, thread: &str) -> bool {
        self.performer.attestor.as_ref().is_some_and(|attestor| attestor.attests(Some(thread)))
    }

    /// The value of `x-oai-attestation` for one request of a thread, asked for now: do so just before it is sent (9-3), and only if its
    /// endpoint and login take it (9-4). None if there is nobody to ask (9-5), or the token is none for a header field (9-7).
    pub async fn envelope(&self, thread: &str) -> Result<Option<Zeroizing<String>>, Error> {
        let attestor = self.performer.attestor.as_ref().filter(|attestor| attestor.attests(Some(thread)));
        let Some(attestor) = attestor.cloned() else { return Ok(None) };
        let in_thread: Arc<dyn Attestor> = Arc::new(InThread::new(attestor, thread));
        let performer = Performer { attestor: Some(in_thread), ..self.performer.clone() };
        let operation = lock(&self.session).begin_attest()?;
        match performer.run(&self.session, operation).await? {
            Completion::Attested(envelope) => Ok(envelope.map(Zeroizing::new)),
            _ => Err(Error::internal("an attestation ended as something else".into())),
        }
    }
}

impl fmt::Debug for Envelopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelopes").field("attests", &self.performer.attestor.is_some()).finish()
    }
}
