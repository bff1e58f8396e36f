//! Interface `storage`, in memory: the documents are gone with the instance. An identity that is to last needs a host with storage of
//! its own, or a login at each start.

use crate::Adapter;
use crate::exports::agent::storage::{Error, Guest, Loaded};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

thread_local! {
    static DOCUMENTS: RefCell<BTreeMap<String, Loaded>> = RefCell::default();
    /// How often anything was stored: each state of a document has a number of its own.
    static STORED: Cell<u64> = const { Cell::new(0) };
}

impl Guest for Adapter {
    async fn load(name: String) -> Result<Option<Loaded>, Error> {
        Ok(DOCUMENTS.with_borrow(|documents| documents.get(&name).cloned()))
    }

    async fn store(name: String, document: Vec<u8>, revision: Option<String>) -> Result<(), Error> {
        DOCUMENTS.with_borrow_mut(|documents| {
            if documents.get(&name).map(|present| &present.revision) != revision.as_ref() {
                return Err(Error::Conflict);
            }
            let number = STORED.get().wrapping_add(1);
            STORED.set(number);
            documents.insert(name, Loaded { document, revision: number.to_string() });
            Ok(())
        })
    }

    async fn erase(name: String) -> Result<(), Error> {
        DOCUMENTS.with_borrow_mut(|documents| documents.remove(&name));
        Ok(())
    }
}
