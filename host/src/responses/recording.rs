//! Writes the records of one attempt, however it ends.

use super::ClientParts;
use super::exchange::Call;
use super::telemetry::{Recorder, RequestRecord, Stage};
use crate::auth::Credential;
use crate::ports::Clock;
use crate::provider::Dropped;
use std::sync::Arc;

/// The record of an attempt under way. Dropped before its end, it was cancelled.
pub(super) struct Entry {
    /// What is left to be recorded; nothing without a recorder.
    open: Option<Box<Open>>,
}

struct Open {
    record: RequestRecord,
    recorder: Recorder,
    clock: Arc<dyn Clock>,
    began_ms: u64,
    /// Whether the end of this stage is recorded.
    is_ended: bool,
}

impl ClientParts {
    pub(super) fn entry(&self, call: &Call<'_>, attempt: u32) -> Entry {
        let open = self.recorder.clone().map(|recorder| {
            let record = self.record(call, attempt);
            Box::new(Open { record, recorder, clock: self.clock.clone(), began_ms: self.clock.monotonic_ms(), is_ended: false })
        });
        Entry { open }
    }

    fn record(&self, call: &Call<'_>, attempt: u32) -> RequestRecord {
        RequestRecord {
            at_ms: self.clock.now_ms(),
            stage: Stage::Attempt,
            kind: call.rendered.kind.clone(),
            transport: call.endpoint.transport(),
            endpoint: call.endpoint.path(),
            attempt,
            status: None,
            code: None,
            duration_ms: 0,
            ids: call.rendered.ids.clone(),
            model: call.model.to_owned(),
            provider_id: self.provider.id.clone(),
            originator: call.rendered.header("originator").map(Into::into),
            app_version: self.app_version.clone(),
            dropped: Vec::new(),
            compaction: call.rendered.compaction.clone(),
            agent_runtime_id: None,
            task_id: None,
        }
    }
}

impl Entry {
    /// Of what is no inference (15-5).
    pub(super) fn none() -> Self {
        Self { open: None }
    }

    pub(super) fn credential(&mut self, credential: &Credential) {
        if let Some(open) = &mut self.open {
            open.record.agent_runtime_id = credential.agent_runtime_id().map(Into::into);
            open.record.task_id = credential.task_id().map(Into::into);
        }
    }

    pub(super) fn dropped(&mut self, dropped: Vec<Dropped>) {
        if let Some(open) = &mut self.open {
            open.record.dropped = dropped;
        }
    }

    pub(super) fn status(&mut self, status: u16) {
        if let Some(open) = &mut self.open {
            open.record.status = Some(status);
        }
    }

    /// It was none.
    pub(super) fn forget(&mut self) {
        if let Some(mut open) = self.open.take() {
            open.is_ended = true;
        }
    }

    /// Records how the attempt, or its stream, ended.
    pub(super) fn end(&mut self, status: Option<u16>, code: Option<&str>) {
        if let Some(open) = &mut self.open {
            open.record.status = status.or(open.record.status);
            open.end(code);
        }
    }

    /// From now on its stream is recorded.
    pub(super) fn begin_stream(&mut self) {
        if let Some(open) = &mut self.open {
            open.record.stage = Stage::Stream;
            open.is_ended = false;
        }
    }
}

impl Open {
    fn end(&mut self, code: Option<&str>) {
        self.is_ended = true;
        let duration_ms = self.clock.monotonic_ms().saturating_sub(self.began_ms);
        self.recorder.offer(RequestRecord { code: code.map(Into::into), duration_ms, ..self.record.clone() });
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.is_ended {
            self.end(Some("cancelled"));
        }
    }
}
