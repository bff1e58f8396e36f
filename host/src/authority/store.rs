//! What the authority knows, in SQLite: one thread with one connection, and one transaction for everything that waits.
//!
//! A caller is answered only after its transaction has committed. The write-ahead log makes a commit survive the end of the process
//! however it ends; what must survive a power cut too is synchronised before the answer. Waiting callers share that cost.

pub(super) mod accepted;
pub(super) mod agents;
mod file;
mod migrations;
pub(super) mod run;
pub(super) mod signing_keys;
pub(super) mod tasks;
pub(super) mod tokens;

use super::config::Database;
use crate::error::{Advice, Error};
use rusqlite::Connection;
use std::sync::mpsc;
use std::thread;
use tokio::sync::oneshot;

/// A handle to the thread. It ends with the last handle, or by [`Self::close`].
#[derive(Clone)]
pub(super) struct Store(mpsc::Sender<Message>);

/// What a committed job has to survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Survives {
    /// It changes nothing.
    Nothing,
    /// The end of the process.
    Process,
    /// A power cut.
    PowerCut,
}

enum Message {
    Job(Job),
    Close(oneshot::Sender<()>),
}

struct Job {
    survives: Survives,
    work: Work,
}

/// Does the work; what it returns tells the caller, once it is known whether the transaction committed.
type Work = Box<dyn FnOnce(&Connection) -> Tell + Send>;
type Tell = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// Most jobs in one transaction, so that the first one does not wait for ever.
const MOST_JOBS: usize = 256;

impl Store {
    /// Opens the database, brings its tables up to date and starts the thread.
    pub(super) async fn open(database: Database) -> Result<Self, Error> {
        let (jobs, received) = mpsc::channel();
        let (opened, is_open) = oneshot::channel();
        let serve = move || match open(&database) {
            Ok(connection) => {
                if opened.send(Ok(())).is_ok() {
                    Worker { connection, synchronous: None }.serve(&received);
                }
            }
            Err(error) => drop(opened.send(Err(error))),
        };
        thread::Builder::new()
            .name("agent-identity-store".into())
            .spawn(serve)
            .map_err(|error| Error::internal(format!("no thread for the database: {error}")))?;
        is_open.await.map_err(|_| gone())??;
        Ok(Self(jobs))
    }

    /// Does some work in a transaction and waits until it is committed.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        survives: Survives,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.submit(survives, work).committed().await
    }

    /// Queues work. Jobs are done in the order in which they were queued.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        survives: Survives,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Pending<T> {
        let (tell, told) = oneshot::channel();
        let work: Work = Box::new(move |connection| {
            let result = in_savepoint(connection, survives, work).map_err(failed);
            // A caller that no longer waits is not told.
            Box::new(move |committed: Result<(), Error>| drop(tell.send(committed.and(result))))
        });
        // When the thread is gone the channel of the answer is closed, which is what `committed` reports.
        let _ = self.0.send(Message::Job(Job { survives, work }));
        Pending(told)
    }

    /// Closes the database after all queued jobs. Later jobs fail.
    pub(super) async fn close(&self) {
        let (closed, is_closed) = oneshot::channel();
        if self.0.send(Message::Close(closed)).is_ok() {
            let _ = is_closed.await;
        }
    }
}

/// Work that was queued.
pub(super) struct Pending<T>(oneshot::Receiver<Result<T, Error>>);

impl<T> Pending<T> {
    pub(super) async fn committed(self) -> Result<T, Error> {
        self.0.await.map_err(|_| gone())?
    }
}

struct Worker {
    connection: Connection,
    /// The value of `PRAGMA synchronous` in force, as far as it was set.
    synchronous: Option<&'static str>,
}

impl Worker {
    fn serve(mut self, messages: &mpsc::Receiver<Message>) {
        while let Ok(first) = messages.recv() {
            let mut batch = Vec::new();
            let mut next = Some(first);
            let mut close = None;
            while let Some(message) = next.take() {
                match message {
                    Message::Job(job) => batch.push(job),
                    Message::Close(closed) => {
                        close = Some(closed);
                        break;
                    }
                }
                if batch.len() < MOST_JOBS {
                    next = messages.try_recv().ok();
                }
            }
            self.commit(batch);
            if let Some(closed) = close {
                drop(self.connection);
                let _ = closed.send(());
                return;
            }
        }
    }

    fn commit(&mut self, batch: Vec<Job>) {
        let survives = batch.iter().map(|job| job.survives).max().unwrap_or(Survives::Nothing);
        let mut tell = Vec::with_capacity(batch.len());
        let committed = self.transaction(survives, batch, &mut tell).map_err(|error| {
            tracing::error!(%error, "the authority's database");
            failed(error)
        });
        for tell in tell {
            tell(committed.clone());
        }
    }

    /// On failure everything is rolled back. Jobs that were not reached are dropped, which tells their callers.
    fn transaction(&mut self, survives: Survives, batch: Vec<Job>, tell: &mut Vec<Tell>) -> rusqlite::Result<()> {
        self.synchronize(survives)?;
        let transaction = self.connection.unchecked_transaction()?;
        for job in batch {
            tell.push((job.work)(&transaction));
        }
        transaction.commit()
    }

    fn synchronize(&mut self, survives: Survives) -> rusqlite::Result<()> {
        let wanted = if survives == Survives::PowerCut { "FULL" } else { "NORMAL" };
        if survives != Survives::Nothing && self.synchronous != Some(wanted) {
            self.connection.pragma_update(None, "synchronous", wanted)?;
            self.synchronous = Some(wanted);
        }
        Ok(())
    }
}

/// One failed job takes nothing of the others with it.
fn in_savepoint<T>(
    connection: &Connection,
    survives: Survives,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    if survives == Survives::Nothing {
        return work(connection);
    }
    let execute = |sql| connection.prepare_cached(sql)?.execute(());
    execute("SAVEPOINT job")?;
    let result = work(connection);
    if result.is_err() {
        execute("ROLLBACK TO job")?;
    }
    execute("RELEASE job")?;
    result
}

fn open(database: &Database) -> Result<Connection, Error> {
    let mut connection = match database {
        Database::File(path) => file::open(path)?,
        Database::Memory => Connection::open_in_memory().map_err(failed)?,
    };
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    migrations::apply(&mut connection)?;
    Ok(connection)
}

/// Parameters are bound, so the message of an SQLite error holds no value that was stored.
fn failed(error: rusqlite::Error) -> Error {
    Error::new("server-unavailable", Advice::BackOff, format!("the authority's database failed: {error}; look at its disk, then repeat"))
}

fn gone() -> Error {
    Error::new("server-unavailable", Advice::BackOff, "the authority's database is closed; start the authority again")
}

#[cfg(test)]
mod tests;
