//! A turn whose stream is taken up again when it breaks (11-8).

use super::event::ResponseEvent;
use super::failure::ApiError;
use super::metadata::RequestMetadata;
use super::request::ResponsesRequest;
use super::retry;
use super::stream::{ResponseStream, StreamFacts};
use super::turn_state::TurnState;
use super::websocket::ResponsesSession;
use super::{ClientParts, ResponsesClient};
use crate::auth::RequestNumber;
use std::time::Duration;

/// Longest wait that a server may ask for before a turn is tried again.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// One request, sent again as a whole while its stream breaks, at most `stream_max_retries` times. Made by
/// [`ResponsesClient::turn`] and [`ResponsesSession::turn`].
#[derive(Debug)]
pub struct Turn<'a> {
    sender: Sender<'a>,
    /// One for the whole turn: who approved it approved its retries too (14-7).
    number: RequestNumber,
    request: &'a ResponsesRequest,
    metadata: RequestMetadata,
    state: State,
    retries: u32,
    most_retries: u32,
}

/// What sends it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sender<'a> {
    Client(&'a ResponsesClient),
    Session(&'a ResponsesSession),
}

#[derive(Debug)]
enum State {
    /// Not announced yet.
    New,
    /// To be sent after this time.
    Waiting(Duration),
    Streaming(Box<ResponseStream>),
    Ended,
}

/// What happens in a turn.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TurnEvent {
    /// The turn has begun. Comes first, before any work on a connection (11-12).
    Started,
    /// An event of the response.
    Response(ResponseEvent),
    /// The stream broke and the request is sent again: what came so far no longer counts.
    Restarting {
        /// Which retry, from 1.
        retry: u32,
        /// How long is waited first.
        delay: Duration,
        /// Why.
        error: ApiError,
    },
}

impl Sender<'_> {
    async fn open(self, number: RequestNumber, request: &ResponsesRequest, metadata: &RequestMetadata) -> Result<ResponseStream, ApiError> {
        match self {
            Self::Client(client) => client.open(number, request, metadata).await,
            Self::Session(session) => session.open(number, request, metadata).await,
        }
    }

    fn parts(&self) -> &ClientParts {
        match self {
            Self::Client(client) => client.parts(),
            Self::Session(session) => session.client().parts(),
        }
    }
}

impl<'a> Turn<'a> {
    pub(super) fn new(sender: Sender<'a>, request: &'a ResponsesRequest, metadata: &RequestMetadata) -> Self {
        let mut metadata = metadata.clone();
        metadata.turn_state.get_or_insert_with(TurnState::new);
        let (number, most_retries) = (RequestNumber::fresh(), sender.parts().provider.stream_max_retries);
        Self { sender, number, request, metadata, state: State::New, retries: 0, most_retries }
    }

    /// Retried at most so often, if the provider allows as much.
    pub(super) fn at_most(self, retries: u32) -> Self {
        Self { most_retries: self.most_retries.min(retries), ..self }
    }

    /// What the header fields of the present answer say.
    pub fn facts(&self) -> Option<&StreamFacts> {
        match &self.state {
            State::Streaming(stream) => Some(stream.facts()),
            State::New | State::Waiting(_) | State::Ended => None,
        }
    }

    /// What happens next; none after the end. Nothing is sent before the second call. Giving up waiting before the answer has
    /// begun means that the next call sends the request again.
    pub async fn next(&mut self) -> Option<Result<TurnEvent, ApiError>> {
        if matches!(self.state, State::New) {
            self.state = State::Waiting(Duration::ZERO);
            return Some(Ok(TurnEvent::Started));
        }
        if let State::Waiting(delay) = self.state {
            // Even no time at all would be a millisecond.
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            match self.sender.open(self.number, self.request, &self.metadata).await {
                Ok(stream) => self.state = State::Streaming(Box::new(stream)),
                Err(error) => return Some(Err(self.end(error))),
            }
        }
        let State::Streaming(stream) = &mut self.state else {
            return None;
        };
        match stream.next().await {
            Some(Ok(event)) => Some(Ok(TurnEvent::Response(event))),
            Some(Err(error)) => Some(self.restart(error)),
            None => {
                self.state = State::Ended;
                None
            }
        }
    }

    fn restart(&mut self, error: ApiError) -> Result<TurnEvent, ApiError> {
        let may_restart = error.is_broken_stream() && self.retries < self.most_retries;
        if !may_restart || error.retry_after().is_some_and(|wait| wait > LONGEST_WAIT) {
            return Err(self.end(error));
        }
        self.retries += 1;
        let delay = retry::delay(self.retries, retry::jitter(&*self.sender.parts().random));
        let delay = error.retry_after().unwrap_or_default().max(delay);
        tracing::info!(retry = self.retries, delay_ms = delay.as_millis(), code = error.code(), "a turn is sent again");
        self.state = State::Waiting(delay);
        Ok(TurnEvent::Restarting { retry: self.retries, delay, error })
    }

    fn end(&mut self, error: ApiError) -> ApiError {
        self.state = State::Ended;
        if error.is_broken_stream() { error.with_attempts(self.retries + 1) } else { error }
    }
}

#[cfg(test)]
mod tests;
