//! Compiled code on disk: loading it means running it, so it is taken only from where nobody else can write.

#![cfg(unix)]

use agent_identity_host::component::CacheFolder;
use agent_identity_host::types::PrivateForm;
use agent_identity_host::{Component, LoadOptions, Profile, Session};
use agent_identity_tests::{APRIL_MS, NoRandom, SetClock};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// A folder that does not exist yet, inside one that is removed afterwards.
fn place() -> (TempDir, PathBuf) {
    let outer = tempfile::tempdir().expect("a temporary folder");
    let folder = outer.path().join("cache");
    (outer, folder)
}

/// Loads through the cache, and signs to see that what was loaded is the component.
fn load(folder: &Path) {
    let cache = Some(CacheFolder::at(folder));
    let component = Component::load_with(LoadOptions { profile: Profile::Portable, cache, ..LoadOptions::default() }).expect("it loads");
    let mut session = Session::new(&component, Arc::new(SetClock::at(APRIL_MS)), Arc::new(NoRandom)).expect("an instance");
    let key = session.import_key(PrivateForm::Seed, &[7; 32]).expect("a seed is a key");
    assert_eq!(session.authorize(&key, "agent-123", "task-123", 0).expect("valid fields").len(), 270);
}

/// The one file of the cache.
fn file(folder: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(files.len(), 1, "one file, and nothing unfinished: {files:?}");
    files[0].clone()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").mode() & 0o777
}

/// Tells a file from one that was written later: a new one is put in its place by renaming.
fn identity(path: &Path) -> (u64, i64, i64) {
    let facts = fs::metadata(path).expect("it is there");
    (facts.ino(), facts.mtime(), facts.mtime_nsec())
}

#[test]
fn section_3_3_the_cache_is_filled_for_this_user_only() {
    let (_outer, folder) = place();
    load(&folder);
    assert_eq!((mode(&folder), mode(&file(&folder))), (0o700, 0o600));
    let name = file(&folder);
    let name = name.file_name().and_then(|name| name.to_str()).expect("a name");
    assert!(name.starts_with(Profile::Portable.sha256()) && name.ends_with(".cwasm"), "the name says what it was compiled from: {name}");
}

#[test]
fn section_3_3_a_second_start_takes_the_code_from_the_cache() {
    let (_outer, folder) = place();
    load(&folder);
    let first = identity(&file(&folder));
    load(&folder);
    assert_eq!(identity(&file(&folder)), first, "nothing was compiled again");
}

#[test]
fn section_3_3_code_that_others_can_write_to_is_not_loaded() {
    let (_outer, folder) = place();
    load(&folder);
    for others in [0o620, 0o602, 0o666] {
        fs::set_permissions(file(&folder), Permissions::from_mode(others)).expect("our own file");
        let before = identity(&file(&folder));
        load(&folder);
        assert_ne!(identity(&file(&folder)), before, "{others:o}: compiled again, and replaced by a file of our own");
        assert_eq!(mode(&file(&folder)), 0o600);
    }
}

#[test]
fn section_3_3_code_in_a_folder_that_others_can_write_to_is_not_loaded() {
    let (_outer, folder) = place();
    load(&folder);
    for others in [0o770, 0o707, 0o777] {
        fs::set_permissions(&folder, Permissions::from_mode(others)).expect("our own folder");
        let before = identity(&file(&folder));
        load(&folder);
        assert_ne!(identity(&file(&folder)), before, "{others:o}: whoever can write there could have put it there");
    }
}

#[test]
fn section_3_3_a_symbolic_link_is_not_followed() {
    let (outer, folder) = place();
    load(&folder);
    let (file, elsewhere) = (file(&folder), outer.path().join("elsewhere.cwasm"));
    fs::rename(&file, &elsewhere).expect("our own file");
    symlink(&elsewhere, &file).expect("our own folder");
    load(&folder);
    assert!(!fs::symlink_metadata(&file).expect("it is there").is_symlink(), "replaced by a file");
    let linked = outer.path().join("linked");
    symlink(&folder, &linked).expect("our own folder");
    let before = identity(&file);
    load(&linked);
    assert_ne!(identity(&file), before, "a folder behind a link is not trusted");
}

#[test]
fn section_3_3_code_of_another_user_is_not_loaded() {
    let (_outer, folder) = place();
    load(&folder);
    // Only root can give a file away.
    if std::os::unix::fs::chown(file(&folder), Some(65_534), None).is_err() {
        let why = "only root can make a file of another user";
        return agent_identity_tests::skipped("section_3_3_code_of_another_user_is_not_loaded", why);
    }
    let before = identity(&file(&folder));
    load(&folder);
    assert_ne!(identity(&file(&folder)), before);
    assert_ne!(fs::metadata(file(&folder)).expect("it is there").uid(), 65_534, "replaced by a file of our own");
}

#[test]
fn section_3_3_what_is_no_compiled_code_is_compiled_anew() {
    // wasmtime checks that a file is an object file of its own version and settings. It cannot check the code in it: that is
    // why the file must be writable by this user only.
    let (_outer, folder) = place();
    load(&folder);
    let file = file(&folder);
    let whole = fs::read(&file).expect("our own file");
    for broken in [&b""[..], b"no code at all", &whole[..whole.len() / 2], Profile::Portable.bytes()] {
        fs::write(&file, broken).expect("our own file");
        load(&folder);
        assert_eq!(fs::read(&file).expect("our own file").len(), whole.len(), "replaced by the right code");
    }
}

#[test]
fn section_3_3_a_cache_that_cannot_be_used_costs_time_only() {
    let (outer, folder) = place();
    fs::write(&folder, "a file where the folder should be").expect("our own folder");
    load(&folder);
    load(&folder.join("below"));
    load(Path::new("/proc/self/cannot-be-written"));
    assert!(outer.path().exists());
}
