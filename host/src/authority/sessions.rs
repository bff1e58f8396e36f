//! Instances of the component for calls that leave nothing behind.

use crate::component::Component;
use crate::driver::lock;
use crate::error::Error;
use crate::ports::{Clock, Random};
use crate::session::Session;
use std::sync::{Arc, Mutex};

/// A pool of instances. A call takes microseconds, so it is made where the caller runs.
pub(super) struct Sessions {
    component: Component,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    idle: Mutex<Vec<Session>>,
}

/// Instances kept for later; more are made while more calls run at once.
const MOST_IDLE: usize = 16;

impl Sessions {
    pub(super) fn new(component: Component, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { component, clock, random, idle: Mutex::default() }
    }

    /// A new instance that is not part of the pool.
    pub(super) fn make(&self) -> Result<Session, Error> {
        Session::new(&self.component, self.clock.clone(), self.random.clone())
    }

    /// Runs a call on an instance. One that trapped is thrown away, and the call is made once more on a new one.
    pub(super) fn with<T>(&self, call: impl Fn(&mut Session) -> Result<T, Error>) -> Result<T, Error> {
        let pooled = lock(&self.idle).pop();
        if let Some(mut session) = pooled {
            let result = call(&mut session);
            if session.is_sound() {
                self.put_back(session);
                return result;
            }
        }
        let mut session = self.make()?;
        let result = call(&mut session);
        if session.is_sound() {
            self.put_back(session);
        }
        result
    }

    fn put_back(&self, session: Session) {
        let mut idle = lock(&self.idle);
        if idle.len() < MOST_IDLE {
            idle.push(session);
        }
    }
}
