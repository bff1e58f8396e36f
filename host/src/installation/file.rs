//! The blocking half: one file, locked while it is read and repaired.

use super::failed;
use crate::component::wit::metadata::InstallationId;
use crate::error::Error;
use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// An id has at most 45 characters; what is longer than this is none, whatever follows.
const LONGEST: u64 = 4096;

/// Longest wait for the lock. It is held for a few lines of file work only, so whoever holds it longer is stuck.
const PATIENCE: Duration = Duration::from_secs(10);

/// `parse` says what the content means.
pub(super) fn id(path: &Path, parse: impl FnOnce(&[u8]) -> Result<InstallationId, Error>) -> Result<String, Error> {
    let file = locked(path).map_err(|error| because(path, &error))?;
    let content = read(&file).map_err(|error| because(path, &error))?;
    let InstallationId { id, is_new } = parse(&content)?;
    if is_new {
        replace(&file, &id).map_err(|error| because(path, &error))?;
    }
    Ok(id)
}

/// The file, made if it is missing, for its owner alone, and locked until it is dropped (7-2, 7-4).
fn locked(path: &Path) -> io::Result<File> {
    if let Some(home) = path.parent() {
        platform::create_directory(home)?;
    }
    let file = platform::open_options().read(true).write(true).create(true).truncate(false).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file; move it away"));
    }
    lock(&file, PATIENCE)?;
    platform::restrict(&file)?;
    Ok(file)
}

fn lock(file: &File, patience: Duration) -> io::Result<()> {
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(1);
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                let seconds = patience.as_secs();
                return Err(io::Error::other(format!("another process has held its lock for {seconds} s; end it and try again")));
            }
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

fn read(file: &File) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut content)?;
    if u64::try_from(content.len()).is_ok_and(|length| length <= LONGEST) { Ok(content) } else { Ok(Vec::new()) }
}

/// In place, so that whoever waits for the lock of this very file reads the new id (7-3).
fn replace(mut file: &File, id: &str) -> io::Result<()> {
    file.rewind()?;
    file.write_all(id.as_bytes())?;
    file.set_len(u64::try_from(id.len()).unwrap_or(u64::MAX))?;
    file.flush()?;
    file.sync_all()
}

fn because(path: &Path, error: &io::Error) -> Error {
    let advice = match error.kind() {
        _ if path.is_symlink() => "; it must not be a symbolic link",
        ErrorKind::PermissionDenied => "; check that the directory and the file belong to you",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "; free some space and try again",
        ErrorKind::ReadOnlyFilesystem => "; choose a home directory that can be written",
        _ => "",
    };
    failed(format!("{} cannot be used: {error}{advice}", path.display()))
}

#[cfg(unix)]
mod platform {
    use rustix::fs::OFlags;
    use std::fs::{DirBuilder, File, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    const MODE: u32 = 0o600;

    pub(super) fn create_directory(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    /// Links are not followed, and a pipe in the place of the file does not block.
    pub(super) fn open_options() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.mode(MODE).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
        options
    }

    /// Of the open file, which cannot become another one meanwhile.
    pub(super) fn restrict(file: &File) -> io::Result<()> {
        if file.metadata()?.mode() & 0o7777 == MODE { Ok(()) } else { file.set_permissions(Permissions::from_mode(MODE)) }
    }
}

#[cfg(not(unix))]
mod platform {
    use std::fs::{DirBuilder, File, OpenOptions};
    use std::io;
    use std::path::Path;

    pub(super) fn create_directory(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).create(path)
    }

    pub(super) fn open_options() -> OpenOptions {
        OpenOptions::new()
    }

    pub(super) fn restrict(_file: &File) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r7_5_a_lock_that_is_never_released_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("installation_id");
        let _held = locked(&path).unwrap();
        let other = File::options().read(true).write(true).open(&path).unwrap();
        let error = lock(&other, Duration::ZERO).unwrap_err().to_string();
        assert!(error.contains("another process has held its lock"), "{error}");
    }
}
