//! Chooses where documents are kept (§8.6), by trying.

mod preferences;
mod report;

use preferences::Role;
pub use preferences::{Preferences, StorageMode};
pub use report::{NoStorage, ProbeStep, Rung, RungReport, StorageReport, Verdict};

#[cfg(feature = "keyring")]
use super::auto::Auto;
use super::layered::{Beneath, Layered};
use super::tasks_apart::TasksApart;
use super::{FileStorage, Place, RECORD, same};
use crate::ports::{Document, Storage, StorageError};
use std::path::Path;
use std::sync::Arc;

/// The rungs, strongest first: keyring, encrypted file, plain file, memory.
#[derive(Clone, Copy, Debug)]
pub struct StorageLadder;

/// A storage, and why it is this one.
pub struct Chosen {
    /// Where documents are kept from now on. The task store is a file in the home directory, whatever the rung, except in memory.
    pub storage: Arc<dyn Storage>,
    /// What was found out.
    pub report: StorageReport,
}

impl StorageLadder {
    /// Tries the rungs for the documents of `home`: each has to keep a throw-away entry, give it back and erase it.
    ///
    /// With [`StorageMode::Strongest`] the first that can is chosen. A record that still lies on a lower rung counts, and moves
    /// up with the next save. With any other mode it is exactly that one, or an error: nothing weaker is taken in its place.
    pub async fn probe(home: impl AsRef<Path>, preferences: Preferences) -> Result<Chosen, NoStorage> {
        let home = home.as_ref();
        let mut rungs = Vec::new();
        for rung in Rung::ALL {
            rungs.push(Tried::of(rung, home, &preferences, &rungs).await);
        }
        choose(home, preferences.mode, rungs)
    }
}

/// A rung that has been looked at.
struct Tried {
    report: RungReport,
    place: Option<Arc<dyn Place>>,
}

impl Tried {
    /// A candidate is tried unless a stronger one stands; what may be superseded is only looked at.
    async fn of(rung: Rung, home: &Path, preferences: &Preferences, stronger: &[Self]) -> Self {
        let role = preferences.mode.role(rung);
        let without_place = |verdict| Self { report: RungReport { rung, place: None, verdict, holds_record: None }, place: None };
        if role == Role::None {
            return without_place(Verdict::NotAsked);
        }
        let place = match preferences.place(home, rung) {
            Ok(Some(place)) => place,
            Ok(None) => return without_place(Verdict::NotBuiltIn),
            Err(error) => return without_place(Verdict::failed(ProbeStep::Open, error)),
        };
        let is_tried = role == Role::Candidate && !stronger.iter().any(Self::works);
        let tried = if is_tried { try_out(&*place).await } else { Ok(()) };
        let looked = match tried {
            Ok(()) => record_in(&*place).await,
            Err(failed) => Err(failed),
        };
        let (verdict, holds_record) = match looked {
            Ok(holds) => (if is_tried { Verdict::Works } else { Verdict::NotNeeded }, Some(holds)),
            Err((step, error)) => (Verdict::failed(step, error), None),
        };
        Self { report: RungReport { rung, place: Some(place.place()), verdict, holds_record }, place: Some(place) }
    }

    fn works(&self) -> bool {
        self.report.verdict == Verdict::Works
    }
}

async fn record_in(place: &dyn Place) -> Result<bool, (ProbeStep, StorageError)> {
    place.load(RECORD).await.map(|record| record.is_some()).map_err(|error| (ProbeStep::Look, error))
}

/// Writes, reads back and erases an entry about as long as a record with tokens: some keyrings only take short ones.
async fn try_out(place: &dyn Place) -> Result<(), (ProbeStep, StorageError)> {
    let failed = |step| move |error| (step, error);
    let (name, entry) = throw_away().map_err(failed(ProbeStep::Write))?;
    place.store(&name, entry.clone()).await.map_err(failed(ProbeStep::Write))?;
    let found = place.load(&name).await;
    let erased = place.erase(&name).await.map_err(failed(ProbeStep::Erase));
    if !found.map_err(failed(ProbeStep::ReadBack))?.is_some_and(|found| same(&found, &entry)) {
        let why = "what was read back is not what was written".into();
        return Err((ProbeStep::ReadBack, StorageError::Unreadable { what: place.place(), why }));
    }
    erased
}

fn throw_away() -> Result<(String, Document), StorageError> {
    let random =
        getrandom::u64().map_err(|_| StorageError::Unwritable { what: "a probe".into(), why: "the random source failed".into() })?;
    let entry = format!("{{\n  \"probe\": \"{}\"\n}}", format!("{random:016x}").repeat(256));
    Ok((format!("probe-{random:016x}"), Document::new(entry.into())))
}

fn choose(home: &Path, mode: StorageMode, rungs: Vec<Tried>) -> Result<Chosen, NoStorage> {
    let chosen = rungs.iter().find(|tried| tried.works()).map(|tried| tried.report.rung);
    let storage = chosen.and_then(|rung| assemble(home, mode, rung, &rungs));
    let report = StorageReport { mode, chosen, rungs: rungs.into_iter().map(|tried| tried.report).collect() };
    if chosen == Some(Rung::Memory) && mode != StorageMode::Ephemeral {
        tracing::warn!(%report, "nothing is kept when this process ends");
    }
    match storage {
        Some(storage) => Ok(Chosen { storage, report }),
        None => Err(NoStorage(Box::new(report))),
    }
}

fn assemble(home: &Path, mode: StorageMode, chosen: Rung, rungs: &[Tried]) -> Option<Arc<dyn Storage>> {
    let place = |rung| rungs.iter().find(|tried| tried.report.rung == rung).and_then(|tried| tried.place.clone());
    let top = place(chosen)?;
    if chosen == Rung::Memory {
        return Some(top);
    }
    let others: Arc<dyn Storage> = match mode {
        #[cfg(feature = "keyring")]
        StorageMode::Auto => Arc::new(Auto::new(place(Rung::Keyring)?, place(Rung::File)?)),
        _ => Arc::new(Layered { beneath: beneath(mode, chosen, rungs), top }),
    };
    let tasks = FileStorage::open(home).ok()?;
    Some(Arc::new(TasksApart { tasks, others }))
}

/// What the chosen rung supersedes: the rungs below. What was asked for by name supersedes the plain file without reading it,
/// and erasing the encrypted file clears the keyring too (§8.6); nothing but the plain file is touched that could not be read.
fn beneath(mode: StorageMode, chosen: Rung, rungs: &[Tried]) -> Vec<Beneath> {
    let counts = mode == StorageMode::Strongest;
    let is_superseded = |tried: &&Tried| {
        let readable = tried.report.verdict == Verdict::NotNeeded;
        let other = !matches!(tried.report.rung, Rung::Memory) && tried.report.rung != chosen;
        other && (readable || (tried.report.rung == Rung::File && !counts))
    };
    rungs
        .iter()
        .filter(is_superseded)
        .filter_map(|Tried { report, place }| {
            place.clone().map(|place| Beneath { place, counts, cleared_by_storing: report.rung > chosen })
        })
        .collect()
}

#[cfg(all(test, feature = "age", feature = "keyring"))]
mod tests;
