//! Cases of `tests/vectors/metadata`: what is in the place of the file before, what is read, and what is there then.

use super::*;
use crate::provider::vectors::{Case, cases};
use serde_json::{Value, json};
use std::os::unix::fs::{PermissionsExt, symlink};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r7_1_r7_2_r7_3_r7_4_r7_5_vectors_of_the_file() {
    for case in cases("installation-file") {
        let found = match case.input.get("storage") {
            Some(kept) => in_storage(kept.as_str()).await,
            None => in_file(&case).await,
        };
        case.check(found);
    }
}

async fn in_file(case: &Case) -> Result<Value, Error> {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    match case.text("home").as_deref() {
        Some("file") => fs::write(&home, "").unwrap(),
        Some("missing") => {}
        _ => fs::create_dir(&home).unwrap(),
    }
    let path = home.join(NAME);
    let before = content(case);
    match case.text("instead").as_deref() {
        Some("directory") => fs::create_dir(&path).unwrap(),
        Some("link") => symlink(folder.path().join("elsewhere"), &path).unwrap(),
        Some(_) => {
            rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
        }
        None => {
            if let Some(before) = &before {
                fs::write(&path, before).unwrap();
            }
        }
    }
    if let Some(mode) = case.text("mode") {
        fs::set_permissions(&path, fs::Permissions::from_mode(u32::from_str_radix(&mode, 8).unwrap())).unwrap();
    }
    let readers = case.input["readers"].as_u64().unwrap_or(1);
    let racing: Vec<_> = (0..readers).map(|_| tokio::spawn(id_in_home(home.clone(), session()))).collect();
    let mut ids = Vec::new();
    for reader in racing {
        ids.push(reader.await.unwrap()?);
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{}: {ids:?}", case.id);
    let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
    let mut found = described(&ids[0], before.as_deref(), &fs::read(&path).unwrap());
    found["mode"] = json!(format!("{mode:04o}"));
    Ok(found)
}

async fn in_storage(kept: Option<&str>) -> Result<Value, Error> {
    let storage = MemoryStorage::default();
    if let Some(kept) = kept {
        storage.store(NAME, Document::new(kept.into())).await.unwrap();
    }
    let id = id_in_storage(&storage, session()).await?;
    let after = storage.load(NAME).await.unwrap().unwrap();
    Ok(described(&id, kept.map(str::as_bytes), &after))
}

fn content(case: &Case) -> Option<Vec<u8>> {
    let hex = case.text("content_hex").map(|hex| {
        let digits = hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap());
        digits.collect()
    });
    hex.or_else(|| case.text("content").map(String::into_bytes))
}

/// The id, unless it is a new one, and which of the two is there now.
fn described(id: &str, before: Option<&[u8]>, after: &[u8]) -> Value {
    let known = before.map(|before| String::from_utf8_lossy(before).to_ascii_lowercase());
    let is_known = known.is_some_and(|known| known.trim() == id);
    let content = match after {
        _ if Some(after) == before => "as before",
        _ if after == id.as_bytes() => "the id",
        _ => "something else",
    };
    json!({"id": if is_known { id } else { "new" }, "content": content})
}
