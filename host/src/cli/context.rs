//! What every command is given.

use super::failure::Failure;
use super::home::Home;
use super::output::Output;
use super::progress::Progress;
use super::storage_choice::StorageChoice;
use crate::component::Component;
use crate::session::Session;
use crate::system::{SystemClock, SystemRandom};
use std::path::PathBuf;
use std::sync::Arc;

/// The options of every command, and what commands make of them.
pub struct Context {
    pub output: Output,
    home: Option<PathBuf>,
    storage: StorageChoice,
}

impl Context {
    pub fn new(home: Option<PathBuf>, storage: StorageChoice, json: bool, quiet: bool) -> Self {
        Self { output: Output::new(json, quiet), home, storage }
    }

    /// The home folder, whether it exists or not.
    pub fn home(&self) -> Result<Home, Failure> {
        Home::open(self.home.clone(), self.storage.clone())
    }

    /// The component. Compiling it anew takes about a second, so there is something to see meanwhile.
    pub fn component(&self) -> Result<Component, Failure> {
        let _progress = self.progress("loading the component");
        Ok(Component::load()?)
    }

    /// An instance with the machine's clock and randomness.
    pub fn session(&self, component: &Component) -> Result<Session, Failure> {
        Ok(Session::new(component, Arc::new(SystemClock), Arc::new(SystemRandom))?)
    }

    /// Shows that something is under way until it is dropped.
    pub fn progress(&self, what: &'static str) -> Arc<Progress> {
        Arc::new(Progress::start(what, self.output.is_quiet()))
    }
}
