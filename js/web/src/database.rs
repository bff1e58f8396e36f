//! The database in IndexedDB: the schema of the npm package (js/src/hosts/indexed-db/database.ts), its connection, and transactions.

use crate::realm::indexed_db;
use js_sys::{Function, Promise};
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbObjectStoreParameters, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode};

/// Each step leads from one version of the schema to the next: a store and its key.
const STEPS: [(&str, &str); 2] = [("documents", "name"), ("keys", "keyId")];

/// The present version of the schema.
const VERSION: u32 = 2;

/// A connection that is made when it is needed, and again when it was closed.
pub(crate) struct Database {
    name: String,
    connection: RefCell<Option<IdbDatabase>>,
}

/// A transaction over one store. It is complete when [`Self::complete`] says so; what is dropped before is taken back.
pub(crate) struct Transaction {
    transaction: IdbTransaction,
    pub(crate) store: IdbObjectStore,
    completed: Promise,
    is_complete: bool,
}

impl Database {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.into(), connection: RefCell::default() }
    }

    /// Begins a transaction. It may wait for requests of its store and for nothing else.
    pub(crate) async fn begin(&self, store: &str, mode: IdbTransactionMode) -> Result<Transaction, JsValue> {
        let present = self.connection.borrow().clone();
        if let Some(database) = present {
            match Transaction::begin(&database, store, mode) {
                Ok(transaction) => return Ok(transaction),
                // Closed meanwhile: by another tab that changes the schema, or because its data were cleared.
                Err(_) => drop(self.connection.take()),
            }
        }
        let database = self.open().await?;
        let transaction = Transaction::begin(&database, store, mode)?;
        self.connection.replace(Some(database));
        Ok(transaction)
    }

    async fn open(&self) -> Result<IdbDatabase, JsValue> {
        let factory = indexed_db().ok_or_else(|| JsValue::from_str("there is no IndexedDB here"))?;
        match opened(&factory.open_with_u32(&self.name, VERSION)?).await {
            // A newer version of this package was here; what it kept for older ones can still be used.
            Err(error) if crate::values::name_of(&error) == "VersionError" => opened(&factory.open(&self.name)?).await,
            result => result,
        }
    }
}

async fn opened(request: &IdbOpenDbRequest) -> Result<IdbDatabase, JsValue> {
    let upgrading = request.clone();
    let upgrade = Closure::once(move |event: web_sys::IdbVersionChangeEvent| upgraded(&upgrading, event.old_version()));
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database: IdbDatabase = requested(request).await?.unchecked_into();
    request.set_onupgradeneeded(None);
    let closing = database.clone();
    // Another tab brings a newer schema, or erases everything: it waits until this connection is closed.
    let close = Closure::<dyn Fn()>::new(move || closing.close());
    database.set_onversionchange(Some(close.into_js_value().unchecked_ref()));
    Ok(database)
}

fn upgraded(request: &IdbOpenDbRequest, old_version: f64) {
    let Ok(database) = request.result().map(JsCast::unchecked_into::<IdbDatabase>) else { return };
    for ((store, key), version) in STEPS.into_iter().zip(1_u32..) {
        if f64::from(version) > old_version {
            let parameters = IdbObjectStoreParameters::new();
            parameters.set_key_path(&key.into());
            // A failure ends the upgrade, and with it the opening.
            let _ = database.create_object_store_with_optional_parameters(store, &parameters);
        }
    }
}

impl Transaction {
    fn begin(database: &IdbDatabase, store: &str, mode: IdbTransactionMode) -> Result<Self, JsValue> {
        // A power failure must not take back what the caller was told is stored.
        let strictly = crate::values::object(&[("durability", "strict".into())]);
        let begin: Function = crate::values::member(database, "transaction").unchecked_into();
        let mode = if mode == IdbTransactionMode::Readonly { "readonly" } else { "readwrite" };
        let transaction: IdbTransaction = begin.call3(database, &store.into(), &mode.into(), &strictly)?.unchecked_into();
        let store = transaction.object_store(store)?;
        let completed = Promise::new(&mut |resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        });
        // Nobody may be waiting when it is taken back.
        let watched = JsFuture::from(completed.clone());
        wasm_bindgen_futures::spawn_local(async move { drop(watched.await) });
        Ok(Self { transaction, store, completed, is_complete: false })
    }

    /// Waits until everything is stored.
    pub(crate) async fn complete(mut self) -> Result<(), JsValue> {
        self.is_complete = true;
        JsFuture::from(self.completed.clone()).await.map(drop)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if !self.is_complete {
            // One that has ended by itself cannot be taken back any more.
            let _ = self.transaction.abort();
        }
    }
}

/// The result of a request, within its transaction.
pub(crate) async fn requested(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(settled).await {
        Ok(_) => request.result(),
        Err(_) => Err(request.error().ok().flatten().map_or(JsValue::UNDEFINED, Into::into)),
    }
}
