//! Documents in IndexedDB, as `IndexedDbStorage` of the npm package keeps them.

use crate::database::{Database, requested};
use crate::realm::Realm;
use crate::values::{member, object};
use agent_identity_core::flow::{LoadedDocument, StorageFailure, StoreRequest};
use agent_identity_core::ports::Ports;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbObjectStore, IdbTransactionMode};
use zeroize::Zeroizing;

const STORE: &str = "documents";

/// The document of a name; none if there is none.
pub(crate) async fn load(database: &Database, name: &str) -> Result<Option<LoadedDocument>, StorageFailure> {
    let unreadable = |_| StorageFailure::Unreadable;
    let transaction = database.begin(STORE, IdbTransactionMode::Readonly).await.map_err(unreadable)?;
    let found = present(&transaction.store, name).await?;
    transaction.complete().await.map_err(unreadable)?;
    Ok(found)
}

/// Compares and writes in one transaction: tabs and workers of one origin share documents.
pub(crate) async fn replace(database: &Database, request: &StoreRequest) -> Result<(), StorageFailure> {
    let unwritable = |_| StorageFailure::Unwritable;
    let document = Uint8Array::from(request.document.as_slice());
    let revision = new_revision()?;
    let kept = object(&[("name", request.name.into()), ("document", document.clone().into()), ("revision", revision.into())]);
    let transaction = database.begin(STORE, IdbTransactionMode::Readwrite).await.map_err(unwritable)?;
    let found = present(&transaction.store, request.name).await?;
    if found.map(|found| found.revision) != request.revision {
        return Err(StorageFailure::Conflict);
    }
    let stored = async {
        requested(&transaction.store.put(&kept)?).await?;
        transaction.complete().await
    };
    let result = stored.await.map_err(unwritable);
    document.fill(0, 0, document.length());
    result
}

/// Erasing what is not there succeeds.
pub(crate) async fn erase(database: &Database, name: &str) -> Result<(), StorageFailure> {
    let erased = async {
        let transaction = database.begin(STORE, IdbTransactionMode::Readwrite).await?;
        requested(&transaction.store.delete(&name.into())?).await?;
        transaction.complete().await
    };
    erased.await.map_err(|_: JsValue| StorageFailure::Unwritable)
}

async fn present(store: &IdbObjectStore, name: &str) -> Result<Option<LoadedDocument>, StorageFailure> {
    let unreadable = |_: JsValue| StorageFailure::Unreadable;
    let found = requested(&store.get(&name.into()).map_err(unreadable)?).await.map_err(unreadable)?;
    if found.is_undefined() {
        return Ok(None);
    }
    let (document, revision) = (member(&found, "document"), member(&found, "revision"));
    match (document.dyn_ref::<Uint8Array>(), revision.as_string()) {
        (Some(bytes), Some(revision)) => {
            let document = Zeroizing::new(bytes.to_vec());
            bytes.fill(0, 0, bytes.length());
            Ok(Some(LoadedDocument { document, revision }))
        }
        // Something else than one of our documents.
        _ => Err(StorageFailure::Unreadable),
    }
}

/// Another content has another one.
fn new_revision() -> Result<String, StorageFailure> {
    let mut bytes = [0; 16];
    Realm.fill_random(&mut bytes).map_err(|_| StorageFailure::Unwritable)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
