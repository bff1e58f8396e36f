//! The same for programs without an async runtime.

use crate::agent::Headers;
use crate::component::wit::task_refs::ExternalTaskRef;
use crate::error::Error;
use std::future::Future;
use tokio::runtime::{Builder, Runtime};

/// An [`crate::Agent`] whose calls block. It brings its own runtime; do not use it inside another one.
pub struct Agent {
    agent: crate::Agent,
    runtime: Runtime,
}

impl Agent {
    /// Wraps an agent.
    pub fn new(agent: crate::Agent) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::internal(format!("no runtime can be made: {error}")))?;
        Ok(Self { agent, runtime })
    }

    /// As [`crate::Agent::authorize`].
    pub fn authorize(&self, reference: Option<&str>) -> Result<Headers, Error> {
        self.wait(self.agent.authorize(reference))
    }

    /// As [`crate::Agent::register_task`].
    pub fn register_task(&self, reference: Option<&ExternalTaskRef>, conversation: Option<&str>) -> Result<String, Error> {
        self.wait(self.agent.register_task(reference, conversation))
    }

    /// Everything else, which does not wait for anything.
    pub fn agent(&self) -> &crate::Agent {
        &self.agent
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}
