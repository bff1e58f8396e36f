use super::*;
use crate::storage::MAX_DOCUMENT;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::sync::atomic::{AtomicU32, Ordering};

/// An empty directory that is removed on drop.
pub(super) struct Home(PathBuf);

impl Home {
    pub(super) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let tag = format!("agent-identity-storage-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(tag);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn storage(&self) -> FileStorage {
        FileStorage::open(&self.0).unwrap()
    }

    /// Everything in it but the lock file.
    pub(super) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = entries.filter(|name| name != ".lock").collect();
        names.sort();
        names
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(super) fn mode_of(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn document(text: &str) -> Document {
    Document::new(text.into())
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn conforms_in_a_directory() {
    let home = Home::new();
    crate::storage::conformance::conforms(std::sync::Arc::new(home.storage())).await;
    assert!(home.names().is_empty());
}

#[tokio::test]
async fn a_missing_document_is_none_and_reading_creates_nothing() {
    let home = Home::new();
    let storage = FileStorage::open(home.path().join("deep/er")).unwrap();
    assert_eq!(storage.load("auth.json").await.unwrap(), None);
    storage.erase("auth.json").await.unwrap();
    assert!(!storage.inspect("auth.json").await.unwrap().exists);
    assert!(home.names().is_empty());
}

#[tokio::test]
async fn l2_documents_are_0600_in_a_directory_of_0700() {
    let home = Home::new();
    let directory = home.path().join("deep/er");
    let storage = FileStorage::open(&directory).unwrap();
    storage.store("auth.json", document("one")).await.unwrap();
    storage.store("auth.json", document("two")).await.unwrap();
    assert_eq!(storage.load("auth.json").await.unwrap(), Some(document("two")));
    assert_eq!((mode_of(&directory), mode_of(&home.path().join("deep"))), (0o700, 0o700));
    assert_eq!((mode_of(&directory.join("auth.json")), mode_of(&directory.join(".lock"))), (0o600, 0o600));
    storage.erase("auth.json").await.unwrap();
    storage.erase("auth.json").await.unwrap();
    assert_eq!(storage.load("auth.json").await.unwrap(), None);
}

#[tokio::test]
async fn documents_others_can_touch_are_refused_with_the_command_to_run() {
    let home = Home::new();
    let (storage, path) = (home.storage(), home.path().join("auth.json"));
    storage.store("auth.json", document("old")).await.unwrap();
    for mode in [0o640, 0o604, 0o620, 0o610, 0o602] {
        chmod(&path, mode);
        let text = storage.load("auth.json").await.unwrap_err().to_string();
        assert!(text.contains(&format!("mode {mode:04o}")) && text.contains(&format!("chmod 600 {path:?}")), "{text}");
        assert!(matches!(storage.store("auth.json", document("new")).await, Err(StorageError::Unwritable { .. })));
        let updated = storage.update("auth.json", |_| Ok::<_, StorageError>(document("new"))).await;
        assert!(matches!(updated, Err(StorageError::Unreadable { .. })));
        assert_eq!(storage.inspect("auth.json").await.unwrap().problem.map(|problem| text.ends_with(&problem)), Some(true));
    }
    chmod(&path, 0o400);
    assert_eq!(storage.load("auth.json").await.unwrap(), Some(document("old")));
    chmod(&path, 0o644);
    storage.erase("auth.json").await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn links_and_other_things_are_refused_and_left_alone() {
    let home = Home::new();
    let storage = home.storage();
    storage.store("target", document("kept")).await.unwrap();
    symlink(home.path().join("target"), home.path().join("link")).unwrap();
    symlink(home.path().join("nowhere"), home.path().join("dangling")).unwrap();
    fs::create_dir(home.path().join("directory")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, home.path().join("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    for (name, reason) in [("link", "symbolic link"), ("dangling", "symbolic link"), ("directory", "regular"), ("pipe", "regular")] {
        let errors = [
            storage.load(name).await.unwrap_err(),
            storage.store(name, document("new")).await.unwrap_err(),
            storage.erase(name).await.unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.to_string().contains(reason)), "{name}: {errors:?}");
        assert!(storage.inspect(name).await.unwrap().problem.unwrap().contains(reason));
    }
    assert_eq!(storage.load("target").await.unwrap(), Some(document("kept")));
    assert!(home.path().join("dangling").symlink_metadata().is_ok());
}

#[tokio::test]
async fn documents_of_someone_else_are_refused() {
    if !rustix::process::geteuid().is_root() {
        return; // Giving a file away takes root.
    }
    let home = Home::new();
    let storage = home.storage();
    storage.store("auth.json", document("old")).await.unwrap();
    std::os::unix::fs::chown(home.path().join("auth.json"), Some(12_345), None).unwrap();
    let text = storage.load("auth.json").await.unwrap_err().to_string();
    assert!(text.contains("belongs to user id 12345, not to yours, 0; run: chown 0 "), "{text}");
    assert!(storage.store("auth.json", document("new")).await.is_err());
    assert_eq!(storage.inspect("auth.json").await.unwrap().owned, Some(false));
}

#[tokio::test]
async fn documents_above_8_mib_are_refused_both_ways() {
    let home = Home::new();
    let storage = home.storage();
    let largest = Document::new(vec![b'x'; MAX_DOCUMENT]);
    storage.store("big", largest.clone()).await.unwrap();
    assert_eq!(storage.load("big").await.unwrap(), Some(largest));
    let error = storage.store("big", Document::new(vec![b'y'; MAX_DOCUMENT + 1])).await.unwrap_err();
    assert!(error.to_string().contains("more than 8 MiB"), "{error}");
    fs::OpenOptions::new().append(true).open(home.path().join("big")).unwrap().set_len(MAX_DOCUMENT as u64 + 1).unwrap();
    assert!(storage.load("big").await.unwrap_err().to_string().contains("more than 8 MiB"));
    assert_eq!(home.names(), ["big"]);
}

#[tokio::test]
async fn leftovers_are_ignored_by_load_and_removed_by_store_and_erase() {
    let home = Home::new();
    let storage = home.storage();
    storage.store("auth.json", document("old")).await.unwrap();
    let leftover = home.path().join(".auth.json.0123456789abcdef.tmp");
    let foreign = [".auth.json.tmp", ".auth.json.0123456789abcdeg.tmp", "notes.tmp", ".AUTH.0123456789abcdef.tmp"];
    foreign.iter().for_each(|name| fs::write(home.path().join(name), "theirs").unwrap());
    for clean in [true, false] {
        fs::write(&leftover, "half a docu").unwrap();
        assert_eq!(storage.load("auth.json").await.unwrap(), Some(document("old")));
        assert!(leftover.exists());
        if clean {
            storage.store("auth.json", document("old")).await.unwrap()
        } else {
            storage.erase("auth.json").await.unwrap()
        }
        assert!(!leftover.exists());
    }
    assert_eq!(home.names().len(), foreign.len());
}

#[tokio::test]
async fn a_refused_or_panicking_update_changes_nothing_and_frees_the_lock() {
    let home = Home::new();
    let storage = home.storage();
    storage.update("a", |old| Ok::<_, StorageError>(document(if old.is_none() { "first" } else { "?" }))).await.unwrap();
    let refused = storage.update("a", |_| Err(unwritable("a", "not wanted"))).await;
    assert!(refused.unwrap_err().to_string().contains("not wanted"));
    let other = storage.clone();
    let panicked = tokio::spawn(async move { other.update::<StorageError, _>("a", |_| panic!("on purpose")).await }).await;
    assert!(panicked.unwrap_err().is_panic());
    assert_eq!(storage.load("a").await.unwrap(), Some(document("first")));
    storage.store("a", document("second")).await.unwrap();
}

#[tokio::test]
async fn a_stuck_lock_is_reported_and_a_freed_one_is_taken() {
    let home = Home::new();
    let mut storage = home.storage();
    storage.store("a", document("old")).await.unwrap();
    storage.directory.patience = std::time::Duration::ZERO;
    let stuck = fs::File::open(home.path().join(".lock")).unwrap();
    stuck.lock().unwrap();
    for error in [storage.load("a").await.unwrap_err(), storage.erase("a").await.unwrap_err()] {
        assert!(error.to_string().contains("another process has held the lock file"), "{error}");
    }
    stuck.unlock().unwrap();
    stuck.lock_shared().unwrap();
    assert_eq!(storage.load("a").await.unwrap(), Some(document("old")));
    assert!(storage.store("a", document("new")).await.is_err());
    drop(stuck);
    storage.store("a", document("new")).await.unwrap();
}

#[tokio::test]
async fn a_lock_that_is_a_link_is_not_followed() {
    let home = Home::new();
    symlink(home.path().join("elsewhere"), home.path().join(".lock")).unwrap();
    let error = home.storage().store("a", document("x")).await.unwrap_err().to_string();
    assert!(error.contains("lock file") && home.names().is_empty(), "{error}");
}

#[tokio::test]
async fn facts_come_without_reading() {
    let home = Home::new();
    let storage = home.storage();
    storage.store("auth.json", document("12345")).await.unwrap();
    chmod(home.path(), 0o750);
    let facts = storage.inspect("auth.json").await.unwrap();
    let expected = DocumentFacts {
        path: home.path().join("auth.json"),
        exists: true,
        size: Some(5),
        mode: Some(0o600),
        owned: Some(true),
        directory_mode: Some(0o750),
        problem: None,
    };
    assert_eq!(facts, expected);
    assert_eq!(storage.path("auth.json").unwrap(), expected.path);
}

#[tokio::test]
async fn names_and_directories_that_are_none_are_refused() {
    let home = Home::new();
    let storage = home.storage();
    assert!(storage.load("../auth.json").await.is_err());
    assert!(storage.store(".lock", document("x")).await.is_err());
    assert!(storage.erase("").await.is_err());
    assert!(storage.update("a/b", |_| Ok::<_, StorageError>(document("x"))).await.is_err());
    fs::write(home.path().join("file"), "").unwrap();
    assert!(FileStorage::open(home.path().join("file")).unwrap_err().to_string().contains("not a directory"));
}
