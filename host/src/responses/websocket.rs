//! A session with a provider: over one WebSocket where it can, over HTTP where it must (`spec/metadata.md` 1D, 1-18, 1-19, 11-12).

mod asked;
mod belonging;
mod connection;
mod continuation;
mod handshake;
mod message;
mod missed;
mod question;
mod refusal;
mod slot;

pub(super) use asked::Asked;

use super::endpoint::Endpoint;
use super::exchange::{Call, Failed, unauthorized};
use super::failure::ApiError;
use super::metadata::RequestMetadata;
use super::recording::Entry;
use super::request::ResponsesRequest;
use super::sending::Wanted;
use super::stream::{ResponseStream, deadline_in};
use super::turn::{Sender, Turn};
use super::{ResponsesClient, unbuildable};
use crate::auth::RequestNumber;
use missed::Missed;
use question::{Outcome, Question};
use slot::Slot;
use std::fmt;
use tracing::Instrument;

/// The requests of one session. It has at most one WebSocket, on which each request continues the response before it if it only adds
/// to it. Clones share it.
///
/// A provider that speaks no WebSockets gets everything over HTTP. So does one that answers a handshake with 426, or whose WebSockets
/// fail three times in a row, for the rest of the session; a request made while another one is answered; and one that gets no
/// connection within the provider's `websocket_connect_timeout_ms`.
///
/// The handshake tells the server one conversation and one login. A request of another conversation, for another task or after a
/// change of login has a new connection opened for it. What a request says of itself goes with each message.
///
/// ```no_run
/// # use agent_identity_host::responses::{RequestMetadata, ResponsesClient, ResponsesRequest};
/// # async fn program(client: ResponsesClient, request: ResponsesRequest, metadata: RequestMetadata)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// let session = client.session();
/// let mut turn = session.turn(&request, &metadata);
/// while let Some(event) = turn.next().await {
///     println!("{:?}", event?);
/// }
/// session.close().await;
/// # Ok(())
/// # }
/// ```
///
/// Every wait ends when its future is dropped. Whoever drops a stream before its end closes the connection; so does dropping the
/// session. Use it within a tokio runtime: between requests a task answers the server's pings, and ends with the connection.
#[derive(Clone)]
pub struct ResponsesSession {
    client: ResponsesClient,
    slot: Slot,
}

impl ResponsesSession {
    pub(super) fn new(client: &ResponsesClient) -> Self {
        Self { client: client.clone(), slot: Slot::default() }
    }

    /// The client it was made of.
    pub fn client(&self) -> &ResponsesClient {
        &self.client
    }

    /// Whether the next request would go over a WebSocket.
    pub fn uses_websocket(&self) -> bool {
        self.client.parts().provider.supports_websockets && !self.slot.uses_http()
    }

    /// Opens the connection before there is a request for it. Says nothing of a turn or a prompt. Does nothing where there is a
    /// connection already or none is wanted; a server that wants HTTP is no error.
    pub async fn preconnect(&self, metadata: &RequestMetadata) -> Result<(), ApiError> {
        if !self.uses_websocket() {
            return Ok(());
        }
        let span = tracing::info_span!("preconnect", provider = self.client.parts().provider.id);
        self.open_ahead(metadata).instrument(span).await
    }

    /// Sends instructions and tools of a request, without its input and without an answer being wanted, so that the next one starts
    /// sooner (1-18). `metadata` is of kind prewarm. Over WebSockets only, and only before the session's first request; a server that
    /// wants HTTP is no error. A request made meanwhile waits for it, within the time that a connection may take.
    pub async fn prewarm(&self, request: &ResponsesRequest, metadata: &RequestMetadata) -> Result<(), ApiError> {
        if !self.uses_websocket() || self.slot.has_asked() {
            return Ok(());
        }
        let request = &ResponsesRequest { input: Vec::new(), ..request.clone() };
        let question = Question { number: RequestNumber::fresh(), request, metadata, is_prewarm: true };
        match self.ask(&question).await? {
            Outcome::Answered(mut stream) => {
                while let Some(event) = stream.next().await {
                    event?;
                }
                self.slot.ask();
                Ok(())
            }
            Outcome::OverHttp(error) => error.map_or(Ok(()), Err),
        }
    }

    /// Sends the request and gives the stream of its response once the server has begun to answer. A stream that breaks later is the
    /// caller's to take up again; [`Self::turn`] does that.
    pub async fn stream(&self, request: &ResponsesRequest, metadata: &RequestMetadata) -> Result<ResponseStream, ApiError> {
        self.open(RequestNumber::fresh(), request, metadata).await
    }

    /// The same, sent again as a whole while its stream breaks (11-8), over another connection.
    pub fn turn<'a>(&'a self, request: &'a ResponsesRequest, metadata: &RequestMetadata) -> Turn<'a> {
        Turn::new(Sender::Session(self), request, metadata)
    }

    /// Closes the connection if no request uses it, and waits a moment for the server to agree. The session can go on.
    pub async fn close(&self) {
        let opening = self.slot.opening().await;
        if let Some(connection) = self.slot.idle(&opening).await {
            connection.close().await;
        }
    }

    pub(super) async fn open(
        &self,
        number: RequestNumber,
        request: &ResponsesRequest,
        metadata: &RequestMetadata,
    ) -> Result<ResponseStream, ApiError> {
        self.slot.ask();
        if self.uses_websocket() {
            let question = Question { number, request, metadata, is_prewarm: false };
            if let Outcome::Answered(stream) = self.ask(&question).await? {
                return Ok(*stream);
            }
        }
        self.client.open(number, request, metadata).await
    }

    async fn ask(&self, question: &Question<'_>) -> Result<Outcome, ApiError> {
        let (parts, model) = (self.client.parts(), &question.request.model);
        let span = tracing::info_span!("model_request", provider = parts.provider.id, endpoint = Endpoint::Socket.path(), model);
        parts.ask(&self.slot, question).instrument(span).await
    }

    async fn open_ahead(&self, metadata: &RequestMetadata) -> Result<(), ApiError> {
        let opening = self.slot.opening().await;
        if !self.slot.is_empty() {
            return Ok(());
        }
        let parts = self.client.parts();
        let rendered = metadata.render(Endpoint::Preconnect, None).map_err(unbuildable)?;
        let call = Call {
            number: RequestNumber::fresh(),
            endpoint: Endpoint::Preconnect,
            model: "",
            body: None,
            metadata,
            rendered: &rendered,
            wanted: Wanted::Stream,
            timeout: parts.provider.websocket_connect_timeout,
        };
        let mut was_refused = false;
        loop {
            let credential = parts.authorizer.authorize(&call.attempt()).await.map_err(|error| unauthorized(error).into_error())?;
            match parts.shake_hands(&call, credential, deadline_in(call.timeout), &mut Entry::none()).await {
                Ok(connection) => {
                    self.slot.keep(connection);
                    drop(opening);
                    return Ok(());
                }
                Err(Missed::ForGood(_)) => {
                    self.slot.use_http();
                    return Ok(());
                }
                Err(Missed::Failed(Failed::Refused(refused))) if !was_refused => {
                    was_refused = true;
                    parts.recover(&call, *refused).await?;
                }
                Err(Missed::Failed(failed)) => return Err(failed.into_error()),
                Err(Missed::NoSocket(error) | Missed::Again(error)) => {
                    self.slot.failed();
                    return Err(error);
                }
                Err(Missed::Busy) => return Ok(()),
            }
        }
    }
}

impl ResponsesClient {
    /// Begins a session, which uses a WebSocket where the provider speaks it.
    pub fn session(&self) -> ResponsesSession {
        ResponsesSession::new(self)
    }
}

impl fmt::Debug for ResponsesSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponsesSession({:?}, {})", self.client, if self.uses_websocket() { "websocket" } else { "http" })
    }
}

#[cfg(test)]
mod tests;
