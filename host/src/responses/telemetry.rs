//! Records of requests, for whoever keeps them. Recording never delays or fails a request (15-1, 15-2).

use crate::driver::lock;
use crate::error::Error;
use crate::provider::Dropped;
use serde_json::Value;
use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// One attempt of a request, or the end of its stream. Nothing of 15-4 is in it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// When the attempt began, Unix milliseconds.
    pub at_ms: i64,
    /// What is recorded.
    pub stage: Stage,
    /// Kind of the request, if it has one: `turn`, `compaction` or `memory`.
    pub kind: Option<String>,
    /// `http` or `websocket`.
    pub transport: &'static str,
    /// Path of the endpoint behind the base URL.
    pub endpoint: &'static str,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Status of the answer.
    pub status: Option<u16>,
    /// Why it failed: a stable code, or `cancelled`.
    pub code: Option<String>,
    /// From the beginning of the attempt, milliseconds.
    pub duration_ms: u64,
    /// Session, thread, turn and window of the request's metadata.
    pub ids: RecordedIds,
    /// The model.
    pub model: String,
    /// Id of the provider.
    pub provider_id: String,
    /// Header field `originator`.
    pub originator: Option<String>,
    /// Version of the program.
    pub app_version: Option<String>,
    /// Names of what was left out, and why.
    pub dropped: Vec<Dropped>,
    /// The compaction object.
    pub compaction: Option<Value>,
    /// The agent, when an assertion was used.
    pub agent_runtime_id: Option<String>,
    /// The task, when an assertion was used.
    pub task_id: Option<String>,
}

/// What a record tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// An attempt has its answer, or has failed.
    Attempt,
    /// The stream of an answer has ended.
    Stream,
}

/// What a request belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedIds {
    /// Session id.
    pub session_id: Option<String>,
    /// Thread id.
    pub thread_id: Option<String>,
    /// Turn id.
    pub turn_id: Option<String>,
    /// Window id.
    pub window_id: Option<String>,
}

/// Keeps records. It is called on a thread of its own and may fail, panic or block as it likes.
pub trait RecordSink: Send {
    /// Takes a record.
    fn record(&mut self, record: RequestRecord) -> Result<(), Box<dyn StdError + Send + Sync>>;
}

/// Hands records to a sink through a bounded queue. Clones share it.
#[derive(Clone, Debug)]
pub struct Recorder {
    queue: SyncSender<RequestRecord>,
    counted: Arc<Counted>,
}

/// What became of the records so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordCounts {
    /// Taken into the queue.
    pub queued: u64,
    /// Discarded because the queue was full.
    pub discarded: u64,
    /// Taken by the sink.
    pub kept: u64,
    /// Which the sink failed or panicked on.
    pub failed: u64,
}

#[derive(Debug, Default)]
struct Counted {
    counts: Mutex<RecordCounts>,
    handled: Condvar,
}

impl Recorder {
    /// `capacity` records wait at most (at least 1); when the queue is full the newest is discarded.
    /// Errors: `internal` when no thread can be started.
    pub fn new(sink: impl RecordSink + 'static, capacity: usize) -> Result<Self, Error> {
        let (queue, records) = sync_channel(capacity.max(1));
        let counted = Arc::new(Counted::default());
        let counting = counted.clone();
        let thread = thread::Builder::new().name("request-records".into());
        let spawned = thread.spawn(move || hand_over(&records, sink, &counting));
        spawned.map_err(|error| Error::internal(format!("the thread that keeps request records cannot be started: {error}")))?;
        Ok(Self { queue, counted })
    }

    /// What became of the records so far.
    pub fn counts(&self) -> RecordCounts {
        *lock(&self.counted.counts)
    }

    /// Waits until the sink has had every record that is queued now, at most so long; whether it has. Blocks the thread: for the
    /// end of a program.
    pub fn flush(&self, at_most: Duration) -> bool {
        let deadline = Instant::now() + at_most;
        let mut counts = lock(&self.counted.counts);
        let queued = counts.queued;
        while counts.kept + counts.failed < queued {
            let Some(left) = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            counts = match self.counted.handled.wait_timeout(counts, left) {
                Ok((counts, _)) => counts,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        true
    }

    pub(super) fn offer(&self, record: RequestRecord) {
        let mut counts = lock(&self.counted.counts);
        match self.queue.try_send(record) {
            Ok(()) => counts.queued += 1,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => counts.discarded += 1,
        }
    }
}

fn hand_over(records: &Receiver<RequestRecord>, mut sink: impl RecordSink, counted: &Counted) {
    while let Ok(record) = records.recv() {
        let kept = match catch_unwind(AssertUnwindSafe(|| sink.record(record))) {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::debug!(%error, "a request record was not kept");
                false
            }
            Err(_) => {
                tracing::warn!("the sink of request records panicked");
                false
            }
        };
        let mut counts = lock(&counted.counts);
        if kept {
            counts.kept += 1;
        } else {
            counts.failed += 1;
        }
        counted.handled.notify_all();
    }
}

#[cfg(test)]
mod tests;
