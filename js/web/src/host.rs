//! Where documents and keys are kept.

use crate::database::Database;
use std::rc::Rc;

/// The browser as a host: `fetch`, its clocks and its randomness, and one database in IndexedDB for documents and keys. Tabs and workers of
/// an origin share it.
#[derive(Clone)]
pub struct Host {
    pub(crate) database: Rc<Database>,
}

impl Host {
    /// With a database of this name.
    pub fn new(database: &str) -> Self {
        Self { database: Rc::new(Database::new(database)) }
    }
}

impl Default for Host {
    /// With the database of the npm package, `agent-identity`.
    fn default() -> Self {
        Self::new("agent-identity")
    }
}
