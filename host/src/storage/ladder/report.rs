//! What a probe found out, typed and readable.

use super::StorageMode;
use crate::ports::StorageError;
use std::fmt;

/// Where documents can be kept, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// The operating system's keyring.
    Keyring,
    /// One encrypted file.
    EncryptedFile,
    /// Plain files with mode 0600.
    File,
    /// The memory of this process.
    Memory,
}

impl Rung {
    /// All of them, strongest first.
    pub const ALL: [Self; 4] = [Self::Keyring, Self::EncryptedFile, Self::File, Self::Memory];
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyring => "keyring",
            Self::EncryptedFile => "encrypted file",
            Self::File => "plain file",
            Self::Memory => "memory",
        })
    }
}

/// What a probe found out. `Display` gives a line for each rung. Holds no secrets.
#[derive(Clone, Debug)]
pub struct StorageReport {
    /// What was asked for.
    pub mode: StorageMode,
    /// Which rung it is; none if nothing that was asked for can be used.
    pub chosen: Option<Rung>,
    /// The rungs, strongest first.
    pub rungs: Vec<RungReport>,
}

/// What was found out about one rung.
#[derive(Clone, Debug)]
pub struct RungReport {
    /// Which.
    pub rung: Rung,
    /// Where it is, if it could be told.
    pub place: Option<String>,
    /// Whether it can be used.
    pub verdict: Verdict,
    /// Whether the record is there, if it could be looked for.
    pub holds_record: Option<bool>,
}

/// Whether a rung can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It kept an entry, gave it back and erased it.
    Works,
    /// A stronger one works, or it is superseded; it was only looked at.
    NotNeeded,
    /// It cannot be used.
    Failed {
        /// What failed.
        step: ProbeStep,
        /// Why, and what to do.
        why: String,
    },
    /// This build does not have it.
    NotBuiltIn,
    /// Something else was asked for.
    NotAsked,
}

/// The steps of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeStep {
    /// Opening it.
    Open,
    /// Writing an entry.
    Write,
    /// Reading it back.
    ReadBack,
    /// Erasing it.
    Erase,
    /// Looking for the record.
    Look,
}

impl Verdict {
    /// The reason alone: the throw-away entry that could not be kept has a name that tells nobody anything.
    pub(super) fn failed(step: ProbeStep, error: StorageError) -> Self {
        let why = match error {
            StorageError::Unreadable { why, .. } | StorageError::Unwritable { why, .. } => why,
            other => other.to_string(),
        };
        Self::Failed { step, why }
    }
}

impl fmt::Display for StorageReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rung) in self.rungs.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            let is_chosen = self.chosen == Some(rung.rung);
            write!(f, "{end}{}{rung}", if is_chosen { "* " } else { "  " })?;
        }
        Ok(())
    }
}

impl fmt::Display for RungReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.rung)?;
        match &self.verdict {
            Verdict::Works => write!(f, "works")?,
            Verdict::NotNeeded => write!(f, "not needed")?,
            Verdict::Failed { step, why } => write!(f, "{step} failed: {why}")?,
            Verdict::NotBuiltIn => write!(f, "not in this build")?,
            Verdict::NotAsked => write!(f, "not asked for")?,
        }
        if let (Some(place), false) = (&self.place, matches!(self.verdict, Verdict::Failed { .. })) {
            write!(f, " ({place})")?;
        }
        if self.holds_record == Some(true) { write!(f, "; the record is here") } else { Ok(()) }
    }
}

impl fmt::Display for ProbeStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "opening it",
            Self::Write => "writing an entry",
            Self::ReadBack => "reading an entry back",
            Self::Erase => "erasing an entry",
            Self::Look => "looking for the record",
        })
    }
}

/// Nothing that was asked for can be used; nothing weaker was taken in its place.
#[derive(Debug, thiserror::Error)]
#[error("the storage that was asked for, {}, cannot be used, and nothing weaker is taken in its place:\n{}", .0.mode, .0)]
pub struct NoStorage(pub Box<StorageReport>);
