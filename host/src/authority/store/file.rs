//! The database file: nobody else reads it, and one authority at a time uses it.

use super::failed;
use crate::error::Error;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::io;
use std::path::Path;

pub(super) fn open(path: &Path) -> Result<Connection, Error> {
    let unusable = |error: io::Error| Error::config(format!("the database {} cannot be used: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        platform::create_folder(folder).map_err(unusable)?;
    }
    platform::create_file(path).map_err(unusable)?;
    // Journal files get the mode of the database file. Only this thread uses the connection.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let path = std::fs::canonicalize(path).map_err(unusable)?;
    let connection = Connection::open_with_flags(&path, flags).map_err(failed)?;
    configure(&connection).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::config(format!("another authority uses {}; stop it or choose another file", path.display()))
        }
        Some(ErrorCode::NotADatabase) => Error::config(format!("{} is no SQLite database; choose another file", path.display())),
        _ => failed(error),
    })?;
    Ok(connection)
}

/// Replay counts live in memory as well, so a second authority on the same file would undo the protection: the lock is kept.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(1))?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")
}

#[cfg(unix)]
mod platform {
    use rustix::fs::OFlags;
    use std::fs::{DirBuilder, OpenOptions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
    use std::path::Path;

    pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mode = std::fs::metadata(folder)?.mode();
        if mode & 0o022 != 0 && mode & 0o1000 == 0 {
            return Err(io::Error::other(format!("others can replace files in its folder; run: chmod 700 {folder:?}")));
        }
        Ok(())
    }

    /// A database is a secret: it holds the key that identity JWTs are signed with.
    pub(super) fn create_file(path: &Path) -> io::Result<()> {
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(flags).open(path)?;
        let metadata = file.metadata()?;
        let (mode, user) = (metadata.mode() & 0o7777, rustix::process::geteuid().as_raw());
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        if metadata.uid() != user {
            return Err(io::Error::other(format!("it belongs to user id {}, not to yours, {user}", metadata.uid())));
        }
        if mode & 0o077 != 0 {
            return Err(io::Error::other(format!("its mode {mode:04o} lets others read or write it; run: chmod 600 {path:?}")));
        }
        Ok(())
    }
}

#[cfg(not(unix))]
mod platform {
    use std::fs::{DirBuilder, OpenOptions};
    use std::io;
    use std::path::Path;

    pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).create(folder)
    }

    pub(super) fn create_file(path: &Path) -> io::Result<()> {
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map(drop)
    }
}
