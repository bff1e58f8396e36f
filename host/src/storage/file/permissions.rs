//! What differs between Unix and other platforms: modes, owners, links, and synchronising a directory.

use std::fs::{DirBuilder, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Why a file that is there is not used as a document, and what to do; none when all is well.
pub(super) fn objection(path: &Path, metadata: &Metadata) -> Option<String> {
    if metadata.file_type().is_symlink() {
        return Some("it is a symbolic link, which could lead anywhere; put the file itself in its place".into());
    }
    if !metadata.is_file() {
        return Some("it is not a regular file; move it away".into());
    }
    platform::objection(path, metadata)
}

pub(super) use platform::{create_directory, mode, open_options, owned, sync_directory};

#[cfg(unix)]
mod platform {
    use super::*;
    use rustix::fs::OFlags;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};

    pub(in super::super) fn objection(path: &Path, metadata: &Metadata) -> Option<String> {
        let (mode, user) = (metadata.mode() & 0o7777, current_user());
        if metadata.uid() != user {
            return Some(format!("it belongs to user id {}, not to yours, {user}; run: chown {user} {path:?}", metadata.uid()));
        }
        (mode & 0o077 != 0).then(|| format!("its mode {mode:04o} lets others read or write it; run: chmod 600 {path:?}"))
    }

    pub(in super::super) fn mode(metadata: &Metadata) -> Option<u32> {
        Some(metadata.mode() & 0o7777)
    }

    pub(in super::super) fn owned(metadata: &Metadata) -> Option<bool> {
        Some(metadata.uid() == current_user())
    }

    /// New files get mode 0600. Links are not followed, and a pipe in the place of a file does not block.
    pub(in super::super) fn open_options() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.mode(0o600).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
        options
    }

    pub(in super::super) fn create_directory(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    pub(in super::super) fn sync_directory(path: &Path) -> io::Result<()> {
        std::fs::File::open(path)?.sync_all()
    }

    fn current_user() -> u32 {
        rustix::process::geteuid().as_raw()
    }
}

#[cfg(not(unix))]
mod platform {
    use super::*;

    pub(in super::super) fn objection(_path: &Path, _metadata: &Metadata) -> Option<String> {
        None
    }

    pub(in super::super) fn mode(_metadata: &Metadata) -> Option<u32> {
        None
    }

    pub(in super::super) fn owned(_metadata: &Metadata) -> Option<bool> {
        None
    }

    pub(in super::super) fn open_options() -> OpenOptions {
        OpenOptions::new()
    }

    pub(in super::super) fn create_directory(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).create(path)
    }

    /// A directory cannot be opened here; the file system orders the rename itself.
    pub(in super::super) fn sync_directory(_path: &Path) -> io::Result<()> {
        Ok(())
    }
}
