//! `agent-identity storage`

use super::context::Context;
use super::failure::{Exit, Failure};
use super::home::{Home, Migration, PENDING_KEY};
use super::output::{Facts, paint};
use super::storage_choice::{StorageName, unusable};
use crate::storage::{MigrationError, Moved, NoStorage, Place, RECORD, RungReport, StorageLadder, StorageReport, Verdict, migrate};
use crate::{Advice, Error};
use clap::builder::styling::AnsiColor;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::sync::Arc;

/// Show where an identity can be kept, or move it
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity storage show
  agent-identity storage migrate --to keyring
  agent-identity storage migrate --from file --to encrypted --storage-key-file keys.txt")]
pub struct Storage {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Show(Show),
    Migrate(Migrate),
}

/// Try every storage, strongest first, and say which can be used and why
///
/// Each has to keep a throw-away entry, give it back and erase it, until one can; those behind it are only looked at.
#[derive(Args)]
struct Show {}

/// Move the identity from one storage to another
///
/// A document is copied, read back and compared, and only then erased where it was: at no instant it is nowhere. Whatever interrupts
/// this, running it again finishes it. From then on the new storage is used.
#[derive(Args)]
struct Migrate {
    /// Where it is: file, keyring or encrypted [default: where it is kept now]
    #[arg(long, value_name = "WHERE", hide_possible_values = true)]
    from: Option<StorageName>,
    /// Where it goes: file, keyring or encrypted
    #[arg(long, value_name = "WHERE", hide_possible_values = true)]
    to: StorageName,
}

impl Storage {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self.action {
            Action::Show(show) => show.run(context).await,
            Action::Migrate(migrate) => migrate.run(context).await,
        }
    }
}

impl Show {
    async fn run(self, context: &Context) -> Result<(), Failure> {
        let home = context.home()?;
        let progress = context.progress("trying the storages");
        let report = match StorageLadder::probe(home.path(), home.preferences(StorageName::Strongest).await?).await {
            Ok(chosen) => chosen.report,
            Err(NoStorage(report)) => *report,
        };
        progress.done();
        let in_use = home.settings().await?.and_then(|settings| settings.storage).unwrap_or(StorageName::File);
        if context.output.is_json() {
            let rungs: Vec<Value> = report.rungs.iter().map(described).collect();
            let strongest = report.chosen.map(|rung| rung.to_string());
            return context.output.json(&json!({ "in_use": in_use.to_string(), "strongest": strongest, "rungs": rungs }));
        }
        context.output.line(format!("in use: {in_use}"))?;
        told(&report).into_iter().try_for_each(|line| context.output.line(line))
    }
}

fn told(report: &StorageReport) -> Vec<String> {
    let state = |rung: &RungReport| match rung.verdict {
        Verdict::Works => paint(AnsiColor::Green.on_default().bold(), "ok  "),
        Verdict::Failed { .. } => paint(AnsiColor::Red.on_default().bold(), "fail"),
        _ => paint(AnsiColor::BrightBlack.on_default(), "-   "),
    };
    report.rungs.iter().map(|rung| format!("{}  {rung}", state(rung))).collect()
}

fn described(rung: &RungReport) -> Value {
    let (verdict, step, why) = match &rung.verdict {
        Verdict::Works => ("works", None, None),
        Verdict::NotNeeded => ("not-needed", None, None),
        Verdict::Failed { step, why } => ("failed", Some(step.to_string()), Some(why)),
        Verdict::NotBuiltIn => ("not-built-in", None, None),
        Verdict::NotAsked => ("not-asked", None, None),
    };
    json!({
        "storage": rung.rung.to_string(), "verdict": verdict, "step": step, "why": why,
        "place": rung.place, "holds_record": rung.holds_record,
    })
}

impl Migrate {
    async fn run(self, context: &Context) -> Result<(), Failure> {
        let home = context.home()?;
        let from = match self.from {
            Some(from) => from,
            None => home.kept().await?.name,
        };
        let way = Migration { from, to: self.to };
        let (source, target) = (place(&home, from).await?, place(&home, self.to).await?);
        let progress = context.progress("moving the identity");
        home.remember(|settings| settings.migration = Some(way)).await?;
        let moved = migrate(&*source, &*target, &DOCUMENTS).await;
        progress.done();
        let moved = match moved {
            Ok(moved) => moved,
            Err(error) => return Err(stopped(&home, &*source, error).await),
        };
        let key_file = home.key_file();
        home.remember(|settings| {
            settings.migration = None;
            settings.storage = Some(self.to);
            settings.storage_key_file = key_file.or(settings.storage_key_file.take());
        })
        .await?;
        let moved: Vec<&str> =
            DOCUMENTS.into_iter().zip(moved).filter(|(_, moved)| *moved != Moved::Nothing).map(|(name, _)| name).collect();
        let shown = if moved.is_empty() { "nothing; there was none".into() } else { moved.join(", ") };
        let facts = Facts::new().with("from", from.to_string()).with("to", self.to.to_string()).shown("moved", moved, shown);
        context.output.facts(&facts.with("place", target.place()))
    }
}

/// What is secret; the task store is a file wherever the record is.
const DOCUMENTS: [&str; 2] = [RECORD, PENDING_KEY];

async fn place(home: &Home, name: StorageName) -> Result<Arc<dyn Place>, Failure> {
    let (Some(rung), true) = (name.rung(), name != StorageName::Memory) else {
        return Err(Failure::usage(
            format!("{name} is not one place to move from or to"),
            "name file, keyring or encrypted, with --from and --to",
        ));
    };
    match home.preferences(name).await?.place(home.path(), rung) {
        Ok(Some(place)) => Ok(place),
        Ok(None) => Err(unusable(format!("{name} is not in this build"))),
        Err(error) => Err(error.into()),
    }
}

/// While the source still holds the record nothing is on its way.
async fn stopped(home: &Home, source: &dyn Place, error: MigrationError) -> Failure {
    if matches!(source.load(RECORD).await, Ok(Some(_)))
        && let Err(failure) = home.forget_migration().await
    {
        return failure;
    }
    match error {
        MigrationError::Storage(error) => error.into(),
        MigrationError::SamePlace { .. } => Failure::usage(error.to_string(), "name two different ones with --from and --to"),
        MigrationError::Differs { .. } => Failure::config(
            error.to_string(),
            "see both: agent-identity status --storage WHERE; erase one: agent-identity logout --storage WHERE",
        ),
        other => Failure::from(Error::new("store-write-failed", Advice::BackOff, other.to_string())).exit(Exit::BackOff),
    }
}
