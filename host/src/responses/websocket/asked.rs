//! The answer to a message, as it arrives.

use super::connection::Frame;
use super::continuation::Covered;
use super::refusal::Refusal;
use super::slot::Lease;
use crate::ports::Clock;
use crate::responses::event::ResponseEvent;
use crate::responses::failure::{ApiError, ApiErrorKind, Redaction};
use crate::responses::request::ResponsesRequest;
use crate::responses::sse::SseEvent;
use crate::responses::stream::Idle;
use serde_json::Value;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// A message that was answered with a first event, and the connection it went over. Dropped before the end, it closes the connection:
/// nothing else makes the server stop.
pub(in crate::responses) struct Asked {
    pub(super) lease: Lease,
    pub(super) first: Option<String>,
    /// What was asked, with the ids of its items.
    pub(super) request: ResponsesRequest,
    /// What the response adds to it.
    pub(super) added: Vec<Value>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Asked {
    /// The next event.
    pub(in crate::responses) fn poll_event(&mut self, context: &mut Context<'_>, idle: &mut Idle) -> Poll<Result<SseEvent, ApiErrorKind>> {
        if let Some(data) = self.first.take() {
            return Poll::Ready(Ok(SseEvent { name: None, data }));
        }
        loop {
            let Some(connection) = self.lease.connection() else {
                return Poll::Ready(Err(ApiErrorKind::StreamUnfinished));
            };
            if idle.is_over_without_event() {
                return Poll::Ready(Err(ApiErrorKind::StreamIdle));
            }
            match connection.poll_frame(context) {
                Poll::Ready(Ok(Frame::Text(data))) => return Poll::Ready(Ok(SseEvent { name: None, data })),
                Poll::Ready(Ok(Frame::Control)) => idle.read(),
                Poll::Ready(Err(kind)) => return Poll::Ready(Err(kind)),
                Poll::Pending => {
                    ready!(idle.poll_over(context));
                    return Poll::Ready(Err(ApiErrorKind::StreamIdle));
                }
            }
        }
    }

    /// A refusal in the middle. What the server itself is to blame for is an event like any other, and may be tried again.
    pub(in crate::responses) fn refusal(&self, event: &SseEvent, redaction: &Redaction) -> Option<ApiError> {
        let refusal = Refusal::read(&event.data).filter(|refusal| !refusal.status.is_server_error())?;
        Some(refusal.error(redaction, self.clock.now_ms()))
    }

    /// Looks at an event on its way.
    pub(in crate::responses) fn note(&mut self, event: &ResponseEvent) {
        match event {
            ResponseEvent::OutputItemDone(done) => self.added.push(done.item.clone()),
            ResponseEvent::Completed(completed) => {
                let response_id = completed.response_id.clone();
                let (request, added) = (std::mem::take(&mut self.request), std::mem::take(&mut self.added));
                if let Some(connection) = self.lease.connection() {
                    connection.covered = response_id.map(|response_id| Covered { request, added, response_id });
                }
                self.lease.give_back();
            }
            ResponseEvent::Incomplete { .. } => {
                if let Some(connection) = self.lease.connection() {
                    connection.covered = None;
                }
                self.lease.give_back();
            }
            _ => {}
        }
    }

    /// What else arrives cannot be told from the next answer.
    pub(in crate::responses) fn fail(&mut self, error: &ApiError) {
        use ApiErrorKind::{StreamBroken, StreamIdle, StreamUnfinished};
        self.lease.give_up(matches!(error.kind(), StreamBroken | StreamIdle | StreamUnfinished));
    }
}
