//! What keeps a document does not change it: records and foreign members come back as they were, from every backend.

use super::*;
use crate::component::Component;
use crate::ports::{Document, Revision, Storage};
use crate::session::Session;
use crate::system::{SystemClock, SystemRandom};
use crate::types::Identity;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// As the reference client writes it: pretty, in its order of members, the identity as a JWT.
const WITH_JWT: &str = r#"{
  "auth_mode": "agentIdentity",
  "OPENAI_API_KEY": null,
  "tokens": {
    "id_token": "e30.e30.c2ln",
    "access_token": "a\u0022b\\c",
    "refresh_token": "r/\u00e9é",
    "account_id": null
  },
  "last_refresh": "2026-04-23T00:00:00.123456789Z",
  "agent_identity": "eyJhbGciOiJSUzI1NiJ9.eyJhZ2VudF9ydW50aW1lX2lkIjoiYSJ9.c2lnbmF0dXJl",
  "personal_access_token": "at-123",
  "later": [
    12345678901234567890.10,
    1E400,
    {},
    []
  ]
}"#;

fn session() -> Session {
    Session::new(&Component::load().unwrap(), Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap()
}

fn identity() -> Identity {
    Identity {
        agent_runtime_id: "agent-123".into(),
        account_id: "account-1".into(),
        chatgpt_user_id: "user-1".into(),
        email: None,
        plan_type: "plus".into(),
        fedramp: false,
        task_id: Some("task-123".into()),
    }
}

fn backends(home: &Path) -> Vec<(&'static str, Arc<dyn Storage>)> {
    let keyring = Keyring::of(keyring_core::mock::Store::new().unwrap());
    let unlock = Unlock::Keyring(keyring.clone());
    vec![
        ("memory", Arc::new(MemoryStorage::new())),
        ("file", Arc::new(FileStorage::open(home).unwrap())),
        ("keyring", Arc::new(KeyringStorage::open(home, keyring).unwrap())),
        ("encrypted file", Arc::new(EncryptedFileStorage::open(home, unlock).unwrap())),
    ]
}

/// Every member but the identity, as it is written but for white space.
fn foreign(document: &[u8]) -> Vec<(String, String)> {
    let members: std::collections::BTreeMap<String, &serde_json::value::RawValue> = serde_json::from_slice(document).unwrap();
    let compact = |raw: &str| String::from_utf8(layout::compact(raw.as_bytes()).unwrap().to_vec()).unwrap();
    members.into_iter().filter(|(name, _)| name != "agent_identity").map(|(name, raw)| (name, compact(raw.get()))).collect()
}

#[tokio::test]
async fn the_reference_clients_document_comes_back_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    for (name, storage) in backends(home.path()) {
        storage.store(RECORD, Document::new(WITH_JWT.into())).await.unwrap();
        let loaded = storage.load(RECORD).await.unwrap().unwrap();
        assert_eq!(str::from_utf8(&loaded).unwrap(), WITH_JWT, "{name}");
        storage.erase(RECORD).await.unwrap();
    }
}

#[tokio::test]
async fn b2_a_record_written_into_it_keeps_every_foreign_member() {
    let home = tempfile::tempdir().unwrap();
    let mut session = session();
    let key = session.generate_key().unwrap();
    for (name, storage) in backends(home.path()) {
        storage.store(RECORD, Document::new(WITH_JWT.into())).await.unwrap();
        let loaded = storage.load(RECORD).await.unwrap().unwrap();
        let written = session.write_record(Some(&loaded), &identity(), &key).unwrap();
        storage.replace(RECORD, Some(&Revision::of(&loaded)), written.clone()).await.unwrap();
        let kept = storage.load(RECORD).await.unwrap().unwrap();
        assert_eq!(kept, written, "{name}");
        assert_eq!(foreign(&kept), foreign(WITH_JWT.as_bytes()), "{name}");
        let stored = session.read_record(&kept, "account-1", "user-1").unwrap().identity.unwrap();
        assert_eq!((stored.agent_runtime_id.as_str(), stored.task_id.as_deref()), ("agent-123", Some("task-123")), "{name}");
        let restored = session.record_key(&kept).unwrap();
        assert_eq!(session.public_forms(&restored).unwrap().raw, session.public_forms(&key).unwrap().raw, "{name}");
        storage.erase(RECORD).await.unwrap();
    }
}

#[tokio::test]
async fn concurrent_flows_of_one_document_lose_no_member() {
    let home = tempfile::tempdir().unwrap();
    for (name, storage) in backends(home.path()) {
        let flows = (0..8).map(|flow| {
            let storage = Arc::clone(&storage);
            tokio::spawn(async move { set_member(&*storage, &format!("flow-{flow}")).await })
        });
        for flow in flows.collect::<Vec<_>>() {
            flow.await.unwrap();
        }
        let kept: Value = serde_json::from_slice(&storage.load(RECORD).await.unwrap().unwrap()).unwrap();
        assert_eq!(kept.as_object().unwrap().len(), 8, "{name}");
        storage.erase(RECORD).await.unwrap();
    }
}

async fn set_member(storage: &dyn Storage, member: &str) {
    loop {
        let present = storage.load(RECORD).await.unwrap();
        let mut document: Value = present.as_ref().map_or(serde_json::json!({}), |text| serde_json::from_slice(text).unwrap());
        document[member] = true.into();
        let next = Zeroizing::new(serde_json::to_vec_pretty(&document).unwrap());
        match storage.replace(RECORD, present.as_ref().map(|present| Revision::of(present)).as_ref(), next).await {
            Ok(()) => return,
            Err(StorageError::Conflict { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}
