//! The component's table of §9. No row of it is written down here.

use crate::component::Component;
use crate::component::wit::agents::{ScopeDecision, ScopeInputs};
use crate::driver::lock;
use crate::error::Error;
use crate::session::Session;
use crate::system::{SystemClock, SystemRandom};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// An instance that answers which credential a request carries. A call takes microseconds.
pub(super) struct Table {
    component: Component,
    session: Mutex<Session>,
    /// Codes the component knows; others cannot be asked about.
    codes: BTreeSet<String>,
}

impl Table {
    pub(super) fn new(component: &Component) -> Result<Self, Error> {
        let mut session = open(component)?;
        let codes = session.catalogue()?.into_iter().map(|known| known.code).collect();
        Ok(Self { component: component.clone(), session: Mutex::new(session), codes })
    }

    /// The first row that matches. A failure the component has no code for is left out.
    pub(super) fn decide(&self, mut inputs: ScopeInputs) -> Result<ScopeDecision, Error> {
        inputs.failure = inputs.failure.filter(|code| self.codes.contains(code));
        let mut session = lock(&self.session);
        if !session.is_sound() {
            *session = open(&self.component)?;
        }
        session.decide_scope(&inputs)
    }
}

/// The decision reads neither clock nor randomness.
fn open(component: &Component) -> Result<Session, Error> {
    Session::new(component, Arc::new(SystemClock), Arc::new(SystemRandom))
}
