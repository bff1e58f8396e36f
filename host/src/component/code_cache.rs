//! Compiled code on disk, so that a start takes a millisecond instead of a second.
//!
//! Loading it means running it: wasmtime maps the file and jumps into it. So a file is taken only from a folder, and as a
//! file, that belong to this user and that nobody else can write to. Its name holds everything it depends on.

use super::engine::{Build, broken};
use crate::error::Error;
use sha2_host::{Digest, Sha256};
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use wasmtime::Engine;
use wasmtime::component::Component;

/// A folder for compiled code.
#[derive(Clone, Debug)]
pub struct CacheFolder(PathBuf);

impl CacheFolder {
    /// `$XDG_CACHE_HOME/agent-identity` or `~/.cache/agent-identity`; none without a home.
    pub fn of_user() -> Option<Self> {
        let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let base = base.or_else(|| Some(std::env::home_dir()?.join(".cache")))?;
        Some(Self(base.join("agent-identity")))
    }

    /// A folder of the caller's choice; created when first needed.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// The file for one build, engine and CPU.
    pub(super) fn file(&self, engine: &Engine, build: Build) -> PathBuf {
        // The hash covers wasmtime's version, its settings and the CPU features that code was compiled for.
        let mut hasher = Sha256Hasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let engine_key: String = hasher.0.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        self.0.join(format!("{}-{engine_key}.cwasm", build.sha256))
    }

    /// Takes the code from the cache, or compiles it and fills the cache. A cache that cannot be used only costs time.
    pub(super) fn load_or_compile(&self, engine: &Engine, build: Build) -> Result<Component, Error> {
        let file = self.file(engine, build);
        match self.load(engine, &file) {
            Ok(Some(component)) => return Ok(component),
            Ok(None) => {}
            Err(why) => tracing::warn!(file = %file.display(), why, "cached code is not used"),
        }
        let component = build.compile(engine)?;
        if let Err(error) = component.serialize().map_err(broken).map(|code| self.fill(&file, &code)) {
            tracing::warn!(%error, "compiled code cannot be cached");
        }
        Ok(component)
    }

    fn load(&self, engine: &Engine, file: &Path) -> Result<Option<Component>, String> {
        if !file.try_exists().map_err(|error| error.to_string())? {
            return Ok(None);
        }
        only_this_user_writes(&self.0)?;
        only_this_user_writes(file)?;
        deserialize(engine, file).map(Some).map_err(|error| format!("{error:#}"))
    }

    /// Writes beside the file and renames, so that nobody ever maps half of it.
    fn fill(&self, file: &Path, code: &[u8]) {
        let write = || -> io::Result<()> {
            create_private_folder(&self.0)?;
            let unfinished = file.with_extension(format!("{}.tmp", std::process::id()));
            let mut out = create_private_file(&unfinished)?;
            out.write_all(code)?;
            out.sync_all()?;
            fs::rename(&unfinished, file).inspect_err(|_| drop(fs::remove_file(&unfinished)))
        };
        if let Err(error) = write() {
            tracing::warn!(file = %file.display(), %error, "compiled code cannot be cached; the next start compiles again");
        }
    }
}

/// The one unsafe call of this crate.
#[allow(unsafe_code)]
fn deserialize(engine: &Engine, file: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file must be code that wasmtime wrote, unaltered while it is mapped. It lies in a folder that only this
    // user can write to and is itself writable by this user only (checked by the caller); this crate writes such files
    // only from `Component::serialize`, under another name, and never alters one in place.
    unsafe { Component::deserialize_file(engine, file) }
}

#[cfg(unix)]
fn only_this_user_writes(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    let facts = fs::symlink_metadata(path).map_err(|error| error.to_string())?;
    if facts.is_symlink() {
        return Err(format!("{} is a symbolic link", path.display()));
    }
    if facts.uid() != rustix::process::geteuid().as_raw() {
        return Err(format!("{} belongs to another user", path.display()));
    }
    if facts.mode() & 0o022 != 0 {
        return Err(format!("{} can be written by others; run: chmod go-w {}", path.display(), path.display()));
    }
    Ok(())
}

/// Elsewhere nobody vouches for the file, so it is never loaded.
#[cfg(not(unix))]
fn only_this_user_writes(_: &Path) -> Result<(), String> {
    Err("this platform cannot tell who may write the cache".into())
}

fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn create_private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Feeds `Hash` values to SHA-256, so that the name of a file does not depend on the standard library's hasher.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}
