//! One instance of the component, asked one question after another.

use super::doubles::{QuestionClock, QuestionRandom};
use super::operations;
use super::question::Question;
use crate::component::Component;
use crate::component::wit::keys::{PrivateForm, PublicForm};
use crate::error::Error;
use crate::session::{KeyHandle, Session, VerifyingKeyHandle};
use std::collections::HashMap;
use std::sync::Arc;

/// Answers questions. Keys stay in the instance for the next question that names them: only speed depends on that.
pub(super) struct Driver {
    component: Component,
    clock: Arc<QuestionClock>,
    random: Arc<QuestionRandom>,
    pub(super) session: Session,
    keys: HashMap<Vec<u8>, KeyHandle>,
    verifying_keys: HashMap<Vec<u8>, VerifyingKeyHandle>,
    /// The `ok` object of the last answer.
    ok: Vec<u8>,
}

/// Keys of either kind that are kept at most.
const MOST_KEPT: usize = 64;

impl Driver {
    pub(super) fn new(component: &Component) -> Result<Self, Error> {
        let (clock, random) = (Arc::new(QuestionClock::default()), Arc::new(QuestionRandom::default()));
        let session = Session::new(component, clock.clone(), random.clone())?;
        let (keys, verifying_keys) = (HashMap::new(), HashMap::new());
        Ok(Self { component: component.clone(), clock, random, session, keys, verifying_keys, ok: Vec::new() })
    }

    /// The text of the `ok` object.
    pub(super) fn answer(&mut self, question: &Question<'_>) -> Result<&[u8], Error> {
        let operation = operations::named(&question.op()?)?;
        self.clock.set(0);
        self.random.set(Vec::new());
        if !self.session.is_sound() {
            self.begin_anew()?;
        }
        self.ok.clear();
        operation(self, question.input())?;
        Ok(&self.ok)
    }

    /// Where an operation writes its `ok` object.
    pub(super) fn ok(&mut self) -> &mut Vec<u8> {
        &mut self.ok
    }

    pub(super) fn component(&self) -> &Component {
        &self.component
    }

    pub(super) fn set_clock(&self, now_ms: i64) {
        self.clock.set(now_ms);
    }

    pub(super) fn set_random(&self, bytes: Vec<u8>) {
        self.random.set(bytes);
    }

    /// The instance, and the key of a seed in it.
    pub(super) fn with_key(&mut self, seed: &[u8]) -> Result<(&mut Session, &KeyHandle), Error> {
        if !self.keys.contains_key(seed) {
            if self.keys.len() >= MOST_KEPT {
                for (_, key) in self.keys.drain() {
                    self.session.release(key)?;
                }
            }
            let key = self.session.import_key(PrivateForm::Seed, seed)?;
            self.keys.insert(seed.to_vec(), key);
        }
        Ok((&mut self.session, &self.keys[seed]))
    }

    /// The instance, and a public key in it from its 32 bytes.
    pub(super) fn with_verifying_key(&mut self, raw: &[u8]) -> Result<(&mut Session, &VerifyingKeyHandle), Error> {
        if !self.verifying_keys.contains_key(raw) {
            if self.verifying_keys.len() >= MOST_KEPT {
                for (_, key) in self.verifying_keys.drain() {
                    self.session.release(key)?;
                }
            }
            let key = self.session.import_verifying_key(PublicForm::Raw, raw)?;
            self.verifying_keys.insert(raw.to_vec(), key);
        }
        Ok((&mut self.session, &self.verifying_keys[raw]))
    }

    /// After a trap nothing of the instance can be used any more, keys included.
    fn begin_anew(&mut self) -> Result<(), Error> {
        self.session = Session::new(&self.component, self.clock.clone(), self.random.clone())?;
        self.keys.clear();
        self.verifying_keys.clear();
        Ok(())
    }
}
