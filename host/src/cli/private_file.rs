//! Files outside the home folder that only this user can read.

use super::failure::Failure;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Writes a file that must not exist yet.
pub fn write_new(path: &Path, secret: &[u8]) -> Result<(), Failure> {
    fill(path, secret).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => unwritable(path, &error, "name another file; an existing one is never overwritten"),
        _ => unwritable(path, &error, "name a file that can be made"),
    })
}

/// Writes a file, or replaces it as a whole.
pub fn replace(path: &Path, secret: &[u8]) -> Result<(), Failure> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let unfinished = Path::new(&name);
    let replaced = fill(unfinished, secret).and_then(|()| {
        fs::rename(unfinished, path).inspect_err(|_| {
            // The error tells what matters.
            let _ = fs::remove_file(unfinished);
        })
    });
    replaced.map_err(|error| unwritable(path, &error, "name a file that can be made or replaced"))
}

fn fill(path: &Path, secret: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(secret)?;
    file.sync_all()
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn unwritable(path: &Path, error: &io::Error, next: &str) -> Failure {
    Failure::config(format!("{} cannot be written: {error}", path.display()), next)
}
