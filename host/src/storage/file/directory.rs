//! The blocking half: files, the lock, and the order of steps that makes a replacement atomic.

use super::DocumentFacts;
use super::permissions::{create_directory, mode, objection, open_options, owned, sync_directory};
use crate::ports::{Document, StorageError};
use crate::storage::change::Change;
use crate::storage::{DocumentName, MAX_DOCUMENT, unreadable, unwritable};
use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A directory of documents. All of it belongs to one lock.
#[derive(Clone, Debug)]
pub(in crate::storage) struct Directory {
    path: PathBuf,
    /// The lock file in it.
    lock: &'static str,
    /// Longest wait for the lock. It is held for file work only, so whoever holds it longer is stuck.
    pub(super) patience: Duration,
    #[cfg(test)]
    pub(super) on_step: Option<fn(Step)>,
}

/// The steps of a replacement. Tests kill the process at each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Locked,
    Created,
    HalfWritten,
    Written,
    Synchronized,
    Renamed,
    Durable,
}

impl Directory {
    pub(in crate::storage) fn open(path: &Path) -> Result<Self, StorageError> {
        let path = std::path::absolute(path).map_err(|error| unreadable(shown(path), because(&error)))?;
        if fs::metadata(&path).is_ok_and(|found| !found.is_dir()) {
            return Err(unreadable(shown(&path), "it is not a directory; choose another"));
        }
        Ok(Self {
            path,
            lock: ".lock",
            patience: Duration::from_secs(10),
            #[cfg(test)]
            on_step: None,
        })
    }

    /// The same directory under another lock, for what is kept elsewhere but belongs to it.
    #[cfg(feature = "keyring")]
    pub(in crate::storage) fn with_lock(self, lock: &'static str, patience: Duration) -> Self {
        Self { lock, patience, ..self }
    }

    /// Keeps every other writer out until the file is dropped, or the process ends.
    #[cfg(feature = "keyring")]
    pub(in crate::storage) fn exclusive(&self) -> Result<File, StorageError> {
        self.exclusive_lock().map_err(|why| unwritable(self.shown(), why))
    }

    pub(super) fn path_of(&self, name: &DocumentName) -> PathBuf {
        self.path.join(name.as_str())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn shown(&self) -> String {
        shown(&self.path)
    }

    pub(super) fn load(&self, name: &DocumentName) -> Result<Option<Document>, StorageError> {
        let path = self.path_of(name);
        self.shared_lock().and_then(|_lock| read(&path)).map_err(|why| unreadable(shown(&path), why))
    }

    pub(super) fn store(&self, name: &DocumentName, document: &[u8]) -> Result<(), StorageError> {
        let path = self.path_of(name);
        let stored = self.exclusive_lock().and_then(|_lock| self.put(name, &path, document));
        stored.map_err(|why| unwritable(shown(&path), why))
    }

    pub(super) fn erase(&self, name: &DocumentName) -> Result<(), StorageError> {
        let path = self.path_of(name);
        if !self.is_there() {
            return Ok(());
        }
        let erased = self.exclusive_lock().and_then(|_lock| self.remove(&path));
        erased.map_err(|why| unwritable(shown(&path), why))
    }

    /// Lets `change` decide what becomes of the document, with no other writer in between.
    pub(super) fn edit<E: From<StorageError>>(
        &self,
        name: &DocumentName,
        change: impl FnOnce(Option<Document>) -> Result<Change, E>,
    ) -> Result<(), E> {
        let path = self.path_of(name);
        let failed = |why| unwritable(shown(&path), why);
        let _lock = self.exclusive_lock().map_err(failed)?;
        let present = read(&path).map_err(|why| unreadable(shown(&path), why))?;
        let done = match change(present)? {
            Change::Keep => Ok(()),
            Change::Put(document) => self.put(name, &path, &document),
            Change::Remove => self.remove(&path),
        };
        Ok(done.map_err(failed)?)
    }

    /// Like [`edit`](Self::edit), for changes that can only remove: where there is no directory, none is made.
    pub(super) fn edit_if_there<E: From<StorageError>>(
        &self,
        name: &DocumentName,
        change: impl FnOnce(Option<Document>) -> Result<Change, E>,
    ) -> Result<(), E> {
        if self.is_there() { self.edit(name, change) } else { Ok(()) }
    }

    pub(super) fn inspect(&self, name: &DocumentName) -> Result<DocumentFacts, StorageError> {
        let path = self.path_of(name);
        let found = look(&path).map_err(|why| unreadable(shown(&path), why))?;
        Ok(DocumentFacts {
            exists: found.is_some(),
            size: found.as_ref().map(Metadata::len),
            mode: found.as_ref().and_then(mode),
            owned: found.as_ref().and_then(owned),
            directory_mode: fs::metadata(&self.path).ok().as_ref().and_then(mode),
            problem: found.as_ref().and_then(|found| objection(&path, found).or_else(|| oversize(found.len()))),
            path,
        })
    }

    /// Puts a finished copy in the place of the document. Until the rename nothing has changed, after it everything has.
    fn put(&self, name: &DocumentName, path: &Path, document: &[u8]) -> Result<(), String> {
        self.reached(Step::Locked);
        if let Some(found) = look(path)? {
            refuse(objection(path, &found))?;
        }
        refuse(oversize(u64::try_from(document.len()).unwrap_or(u64::MAX)))?;
        self.sweep();
        let copy = Temporary::create(&self.path, name).map_err(|error| because(&error))?;
        self.fill(&copy, document).map_err(|error| because(&error))?;
        copy.rename(path).map_err(|error| because(&error))?;
        self.reached(Step::Renamed);
        self.synchronize();
        self.reached(Step::Durable);
        Ok(())
    }

    fn fill(&self, copy: &Temporary, document: &[u8]) -> io::Result<()> {
        self.reached(Step::Created);
        let (first, second) = document.split_at(document.len() / 2);
        (&copy.file).write_all(first)?;
        self.reached(Step::HalfWritten);
        (&copy.file).write_all(second)?;
        self.reached(Step::Written);
        copy.file.sync_all()?;
        self.reached(Step::Synchronized);
        Ok(())
    }

    /// Copies that a crash left behind go too: they may hold the secret that is being erased.
    fn remove(&self, path: &Path) -> Result<(), String> {
        self.sweep();
        let Some(found) = look(path)? else { return Ok(()) };
        if !found.is_file() {
            refuse(objection(path, &found))?;
        }
        fs::remove_file(path).map_err(|error| because(&error))?;
        self.synchronize();
        Ok(())
    }

    fn is_there(&self) -> bool {
        !matches!(look(&self.path), Ok(None))
    }

    /// Removes copies that a crash left behind. Only with the exclusive lock: without it they may be another writer's.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.path) else { return };
        for entry in entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(Temporary::is_name)) {
            if let Err(error) = fs::remove_file(entry.path()) {
                tracing::warn!(path = %entry.path().display(), %error, "a temporary file of an interrupted write cannot be removed");
            }
        }
    }

    /// The change has happened by now, so a failure here is no failure of the change.
    fn synchronize(&self) {
        if let Err(error) = sync_directory(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a change may not survive a power failure");
        }
    }

    /// None where no lock file can be: then nothing is there, or nobody here can write. Replacing is one rename, so a reader
    /// without a lock sees a whole document as well.
    fn shared_lock(&self) -> Result<Option<File>, String> {
        match self.lock_file() {
            Ok(file) => self.wait(File::try_lock_shared, file).map(Some),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                Ok(None)
            }
            Err(error) => Err(self.lock_failed(&error)),
        }
    }

    fn exclusive_lock(&self) -> Result<File, String> {
        create_directory(&self.path).map_err(|error| because(&error))?;
        self.wait(File::try_lock, self.lock_file().map_err(|error| self.lock_failed(&error))?)
    }

    /// The lock ends with the file, and with the process.
    fn wait(&self, attempt: fn(&File) -> Result<(), TryLockError>, file: File) -> Result<File, String> {
        let deadline = Instant::now() + self.patience;
        let mut pause = Duration::from_millis(1);
        loop {
            match attempt(&file) {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    let seconds = self.patience.as_secs();
                    return Err(format!("another process has held the lock file {} for {seconds} s; end it and try again", self.lock));
                }
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {}
                Err(TryLockError::Error(error)) => return Err(self.lock_failed(&error)),
            }
        }
    }

    fn lock_file(&self) -> io::Result<File> {
        open_options().read(true).write(true).create(true).truncate(false).open(self.path.join(self.lock))
    }

    fn lock_failed(&self, error: &io::Error) -> String {
        format!("its lock file {} cannot be used: {}", self.lock, because(error))
    }

    fn reached(&self, _step: Step) {
        #[cfg(test)]
        if let Some(on_step) = self.on_step {
            on_step(_step);
        }
    }
}

/// The copy that is to become the document; removed unless it has.
struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    fn create(directory: &Path, name: &DocumentName) -> io::Result<Self> {
        let tag = getrandom::u64().map_err(|_| io::Error::other("the random source failed"))?;
        let path = directory.join(format!(".{}.{tag:016x}.tmp", name.as_str()));
        let file = open_options().write(true).create_new(true).open(&path)?;
        Ok(Self { path, file })
    }

    fn rename(self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)
    }

    fn is_name(text: &str) -> bool {
        let parts = text.strip_prefix('.').and_then(|text| text.strip_suffix(".tmp")).and_then(|text| text.rsplit_once('.'));
        parts.is_some_and(|(name, tag)| {
            tag.len() == 16 && tag.bytes().all(|byte| byte.is_ascii_hexdigit()) && DocumentName::parse(name).is_some()
        })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Gone already when it was renamed.
        let _ = fs::remove_file(&self.path);
    }
}

/// The file itself is looked at, not what a link points to.
fn look(path: &Path) -> Result<Option<Metadata>, String> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(because(&error)),
    }
}

/// A file that nobody else can read or write; none where there is none.
pub(in crate::storage) fn read(path: &Path) -> Result<Option<Document>, String> {
    let Some(found) = look(path)? else { return Ok(None) };
    refuse(objection(path, &found))?;
    let file = match open_options().read(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(because(&error)),
    };
    // Judged again: what was opened need not be what was looked at.
    let found = file.metadata().map_err(|error| because(&error))?;
    refuse(objection(path, &found).or_else(|| oversize(found.len())))?;
    contents(file, found.len()).map(Some)
}

fn contents(file: File, size: u64) -> Result<Document, String> {
    let limit = u64::try_from(MAX_DOCUMENT).unwrap_or(u64::MAX);
    // Room for all of it from the start: a growing vector would leave copies behind.
    let mut document = Document::new(Vec::with_capacity(usize::try_from(size.min(limit)).unwrap_or(MAX_DOCUMENT) + 64));
    file.take(limit.saturating_add(1)).read_to_end(&mut document).map_err(|error| because(&error))?;
    refuse(oversize(u64::try_from(document.len()).unwrap_or(u64::MAX)))?;
    Ok(document)
}

fn refuse(objection: Option<String>) -> Result<(), String> {
    objection.map_or(Ok(()), Err)
}

fn oversize(size: u64) -> Option<String> {
    (usize::try_from(size).map_or(true, |size| size > MAX_DOCUMENT))
        .then(|| format!("it has {size} bytes, more than 8 MiB; this is not one of our documents"))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn because(error: &io::Error) -> String {
    let advice = match error.kind() {
        ErrorKind::PermissionDenied => "; check that the directory and what is in it belong to you",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "; free some space and try again",
        ErrorKind::ReadOnlyFilesystem => "; choose a directory that can be written",
        _ => "",
    };
    format!("{error}{advice}")
}
