//! What is around a program: clocks, randomness and documents, all set by a script.

use agent_identity_host::ports::{Clock, Document, Random, RandomError, Revision, Storage, StorageError};
use agent_identity_tests::{SetClock, SetRandom};
use async_trait::async_trait;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub struct World {
    pub clock: SetClock,
    pub random: SetRandom,
    documents: Mutex<BTreeMap<String, Vec<u8>>>,
    storage: Mutex<StorageState>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum StorageState {
    Sound,
    Unreadable,
    Unwritable,
}

impl World {
    pub fn of(question: &Value) -> Self {
        let world = Self {
            clock: SetClock::at(question["now_ms"].as_i64().expect("a time")),
            random: SetRandom::repeating(byte(&question["random"])),
            documents: Mutex::default(),
            storage: Mutex::new(StorageState::Sound),
        };
        question["documents"].as_object().into_iter().flatten().for_each(|(name, document)| world.write(name, document));
        world
    }

    /// A text stands for itself, so that a document need not be JSON.
    pub fn write(&self, name: &str, document: &Value) {
        let bytes = document.as_str().map_or_else(|| document.to_string(), str::to_owned).into_bytes();
        lock(&self.documents).insert(name.to_owned(), bytes);
    }

    pub fn read(&self, name: &str) -> Value {
        lock(&self.documents).get(name).map_or(Value::Null, |bytes| serde_json::from_slice(bytes).expect("a document is JSON"))
    }

    pub fn set_storage(&self, state: &str) {
        *lock(&self.storage) = match state {
            "sound" => StorageState::Sound,
            "unreadable" => StorageState::Unreadable,
            "unwritable" => StorageState::Unwritable,
            other => panic!("{other:?} is no state of a storage"),
        };
    }

    pub fn load(&self, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        self.unless(StorageState::Unreadable, || StorageError::Unreadable { what: name.into(), why: "of the script".into() })?;
        Ok(lock(&self.documents).get(name).cloned())
    }

    pub fn replace(&self, name: &str, expected: Option<&str>, document: &[u8]) -> Result<(), StorageError> {
        self.unless(StorageState::Unwritable, || unwritable(name))?;
        let mut documents = lock(&self.documents);
        let present = documents.get(name).map(|present| Revision::of(present));
        if present.as_ref().map(Revision::as_str) != expected {
            return Err(StorageError::Conflict { what: name.into() });
        }
        documents.insert(name.to_owned(), document.to_vec());
        Ok(())
    }

    pub fn erase(&self, name: &str) -> Result<(), StorageError> {
        self.unless(StorageState::Unwritable, || unwritable(name))?;
        lock(&self.documents).remove(name);
        Ok(())
    }

    fn unless(&self, state: StorageState, error: impl FnOnce() -> StorageError) -> Result<(), StorageError> {
        if *lock(&self.storage) == state { Err(error()) } else { Ok(()) }
    }
}

impl Clock for World {
    fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    fn monotonic_ms(&self) -> u64 {
        self.clock.monotonic_ms()
    }
}

impl Random for World {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        self.random.fill(buffer)
    }
}

#[async_trait]
impl Storage for World {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        Ok(Self::load(self, name)?.map(Document::new))
    }

    async fn store(&self, name: &str, _: Document) -> Result<(), StorageError> {
        panic!("{name} is replaced whatever it is")
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError> {
        Self::replace(self, name, expected.map(Revision::as_str), &document)
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        Self::erase(self, name)
    }

    async fn erase_revision(&self, name: &str, _: &Revision) -> Result<(), StorageError> {
        panic!("{name} is erased only as what it is")
    }
}

pub fn byte(hex: &Value) -> u8 {
    u8::from_str_radix(hex.as_str().expect("two hex digits"), 16).expect("two hex digits")
}

fn unwritable(name: &str) -> StorageError {
    StorageError::Unwritable { what: name.into(), why: "of the script".into() }
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
