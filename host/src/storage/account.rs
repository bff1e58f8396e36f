//! What a home directory is called where there are no paths: in the keyring, and in memory (§8.6).

#[cfg(feature = "keyring")]
use super::{DocumentName, RECORD};
use sha2_host::{Digest, Sha256};
use std::fmt;
use std::path::{Path, PathBuf};

/// The first 16 hex digits of the SHA-256 of a canonical home path. Not a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Account(String);

impl Account {
    /// Of a home that need not exist yet: it has the same name before it is made and after.
    pub(super) fn of(home: &Path) -> Self {
        Self::of_canonical(&canonical(home).to_string_lossy())
    }

    fn of_canonical(path: &str) -> Self {
        let digest = format!("{:x}", Sha256::digest(path));
        Self(digest.chars().take(16).collect())
    }

    /// The keyring account of a document. That of the record has the name the reference client gives it.
    #[cfg(feature = "keyring")]
    pub(super) fn document(&self, name: &DocumentName) -> String {
        match name.as_str() {
            RECORD => format!("cli|{self}"),
            other => format!("cli|{self}|{other}"),
        }
    }

    /// The keyring account of the pass phrase for encrypted files.
    #[cfg(all(feature = "age", feature = "keyring"))]
    pub(super) fn pass_phrase(&self) -> String {
        format!("secrets|{self}")
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The canonical path. What does not exist yet is appended to the canonical path of what does.
pub(super) fn canonical(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut missing = Vec::new();
    for existing in absolute.ancestors() {
        if let Ok(mut found) = existing.canonicalize() {
            found.extend(missing.iter().rev());
            return found;
        }
        missing.extend(existing.file_name());
    }
    absolute
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "keyring")]
    fn the_account_is_that_of_the_specification() {
        let account = Account::of_canonical("~/.codex");
        let name = |text| DocumentName::to_read(text).unwrap();
        assert_eq!(account.document(&name(RECORD)), "cli|940db7b1d0e4eb40");
        assert_eq!(account.document(&name("other.json")), "cli|940db7b1d0e4eb40|other.json");
        #[cfg(feature = "age")]
        assert_eq!(account.pass_phrase(), "secrets|940db7b1d0e4eb40");
    }

    #[test]
    #[cfg(unix)]
    fn every_spelling_of_a_home_has_one_account_also_before_it_exists() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("real")).unwrap();
        std::os::unix::fs::symlink("real", folder.path().join("link")).unwrap();
        let spellings = ["real/home", "link/home", "link/../real/home", "real/./home"].map(|text| folder.path().join(text));
        let before = spellings.clone().map(|home| Account::of(&home));
        std::fs::create_dir(&spellings[0]).unwrap();
        let real = Account::of_canonical(&spellings[0].canonicalize().unwrap().to_string_lossy());
        assert_eq!(before, [real.clone(), real.clone(), real.clone(), real.clone()]);
        assert_eq!(spellings.map(|home| Account::of(&home)), before);
    }
}
