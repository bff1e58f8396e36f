//! Instances of the component for whoever renders: as many as threads render at once.

use crate::component::Component;
use crate::driver::lock;
use crate::error::Error;
use crate::session::Session;
use crate::surroundings::Surroundings;
use std::sync::Mutex;

/// Instances kept for later.
const MOST_IDLE: usize = 32;

pub(super) struct Pool {
    component: Component,
    pub(super) surroundings: Surroundings,
    idle: Mutex<Vec<Session>>,
}

impl Pool {
    /// With one instance.
    pub(super) fn new(component: &Component, surroundings: &Surroundings) -> Result<Self, Error> {
        let pool = Self { component: component.clone(), surroundings: surroundings.clone(), idle: Mutex::default() };
        pool.put_back(pool.make()?);
        Ok(pool)
    }

    pub(super) fn make(&self) -> Result<Session, Error> {
        self.surroundings.session(&self.component)
    }

    /// Makes a call. After a trap the instance is thrown away and the call is made once more on a new one.
    pub(super) fn with<T>(&self, call: impl Fn(&mut Session) -> Result<T, Error>) -> Result<T, Error> {
        let mut session = self.take()?;
        let result = call(&mut session);
        if session.is_sound() {
            self.put_back(session);
            return result;
        }
        let mut fresh = self.make()?;
        let result = call(&mut fresh);
        if fresh.is_sound() {
            self.put_back(fresh);
        }
        result
    }

    fn take(&self) -> Result<Session, Error> {
        let idle = lock(&self.idle).pop();
        idle.map_or_else(|| self.make(), Ok)
    }

    fn put_back(&self, session: Session) {
        let mut idle = lock(&self.idle);
        if idle.len() < MOST_IDLE {
            idle.push(session);
        }
    }
}
