//! An agent in an instance of the world `agent`.

use super::calls::Calls;
use super::convert;
use super::request::Request;
use crate::agent::{Headers, Rejection};
use crate::driver::Event;
use crate::enrollment::ManagedLogin;
use crate::error::Error;
use crate::ports::HttpResponse;
use crate::types::Identity;
use std::fmt;
use std::sync::Arc;
use wasmtime::component::ResourceAny;
use zeroize::Zeroizing;

/// An agent. Cheap to clone, shared by threads. Any number of its calls are under way at once; whoever wants the same thing shares
/// one registration or bootstrap. Dropping the future of a call cancels it; what others share with it is begun anew by one of them.
#[derive(Clone)]
pub struct Agent(Arc<Held>);

struct Held {
    calls: Arc<Calls>,
    handle: ResourceAny,
}

/// The final answer to a signed request.
#[derive(Debug)]
pub struct Answer {
    /// As it came.
    pub response: HttpResponse,
    /// What it means for the identity.
    pub rejection: Rejection,
    /// Whether the request was sent twice.
    pub repeated: bool,
}

impl Agent {
    pub(super) fn new(calls: Arc<Calls>, handle: ResourceAny) -> Self {
        Self(Arc::new(Held { calls, handle }))
    }

    /// Has an agent for this account: the stored one, else a new one. Returns its runtime id.
    /// Errors: `bootstrap-unavailable`, `chatgpt-auth-unavailable`, the `agent-…`, `task-…` and `store-…` codes, `cancelled`.
    pub async fn bootstrap(&self, login: &ManagedLogin, conversation: Option<&str>) -> Result<String, Error> {
        let params = (self.0.handle, convert::managed_login(login), owned(conversation));
        self.0.calls.ask(|functions| functions.bootstrap, params).await
    }

    /// Logs in with an identity JWT, and stores it. Errors: the `jwt-…`, `jwks-…` and `key-…` codes, `workspace-not-allowed`, `store-…`.
    pub async fn login(&self, jwt: &Zeroizing<String>) -> Result<String, Error> {
        self.0.calls.ask(|functions| functions.login, (self.0.handle, String::clone(jwt))).await
    }

    /// Takes the stored identity, whosever it is. Errors: `auth-material-missing`, `record-invalid`, `store-read-failed`.
    pub async fn load(&self) -> Result<String, Error> {
        self.0.calls.ask(|functions| functions.load, (self.0.handle,)).await
    }

    /// Registers a new key with this access token. Returns the runtime id that waits.
    pub async fn rotate(&self, access_token: &Zeroizing<String>) -> Result<String, Error> {
        self.0.calls.ask(|functions| functions.rotate, (self.0.handle, String::clone(access_token))).await
    }

    /// Puts the new key in the place of the old one, or with `false` drops it. Errors: `config-invalid` if no rotation is under way.
    pub async fn finish_rotation(&self, accept: bool) -> Result<String, Error> {
        self.0.calls.ask(|functions| functions.finish_rotation, (self.0.handle, accept)).await
    }

    /// Forgets the identity and its tasks, here and in storage.
    pub async fn logout(&self) -> Result<(), Error> {
        self.0.calls.ask(|functions| functions.logout, (self.0.handle,)).await
    }

    /// The task of a normalised reference, or the run task: known, stored, or registered now.
    /// Errors: `task-register-…`, `sealed-…`, `config-invalid` for a reference that is not normalised.
    pub async fn ensure_task(&self, reference: Option<&str>, conversation: Option<&str>) -> Result<String, Error> {
        let params = (self.0.handle, owned(reference), owned(conversation));
        self.0.calls.ask(|functions| functions.ensure_task, params).await
    }

    /// The header fields of one request for a known task. Build them anew for every attempt.
    /// Errors: `run-task-missing`, `clock-out-of-range`, `signature-invalid`.
    pub async fn authorize(&self, reference: Option<&str>) -> Result<Headers, Error> {
        self.0.calls.ask(|functions| functions.authorize, (self.0.handle, owned(reference))).await
    }

    /// Signs a request and sends it; a task that is missing is registered first. Refused with 401 for its task or the clock, it is
    /// signed anew and sent once more (D1, D2). A refusal is no error: it is in the answer.
    pub async fn send_signed(&self, request: Request, reference: Option<&str>, conversation: Option<&str>) -> Result<Answer, Error> {
        let params = (self.0.handle, request.into(), owned(reference), owned(conversation));
        self.0.calls.ask(|functions| functions.send_signed, params).await.map(convert::answer)
    }

    /// Takes a task that was registered earlier. Errors: `task-id-invalid`.
    pub async fn adopt_task(&self, reference: Option<&str>, task_id: &str) -> Result<(), Error> {
        self.0.calls.ask(|functions| functions.adopt_task, (self.0.handle, owned(reference), task_id.to_owned())).await
    }

    /// Who the agent in use is.
    pub async fn identity(&self) -> Result<Option<Identity>, Error> {
        let identity = self.0.calls.call(|functions| functions.identity, (self.0.handle,)).await?;
        Ok(identity.map(convert::identity))
    }

    /// Offset that is added to the wall clock, milliseconds.
    pub async fn clock_offset_ms(&self) -> Result<i64, Error> {
        self.0.calls.call(|functions| functions.clock_offset_ms, (self.0.handle,)).await
    }

    /// What happened since the last call, oldest first; of what nobody asks for, the last 1024.
    pub async fn take_events(&self) -> Result<Vec<Event>, Error> {
        let events = self.0.calls.call(|functions| functions.take_events, (self.0.handle,)).await?;
        Ok(events.into_iter().map(convert::event).collect())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.calls.release(self.handle);
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Agent")
    }
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}
