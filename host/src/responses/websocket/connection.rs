//! A WebSocket that is open.

use super::belonging::Belonging;
use super::continuation::Covered;
use crate::auth::Credential;
use crate::responses::failure::{ApiErrorKind, Redaction};
use crate::responses::stream::StreamFacts;
use futures_core::Stream;
use futures_util::Sink;
use reqwest::Upgraded;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tracing::Dispatch;
use tracing::dispatcher::with_default;

/// Longest wait for a server to take its leave.
const FAREWELL: Duration = Duration::from_secs(1);
/// What is read at once.
const READ_BUFFER: usize = 32 << 10;

/// A connection, what it was opened with and what it has been used for. Dropped, it is closed: whoever gives up a response, or the
/// session, has left the server by then.
pub(super) struct Connection {
    socket: Box<WebSocketStream<Upgraded>>,
    /// Whom and what it may be used for.
    pub(super) belonging: Belonging,
    /// What its handshake carried; a refusal is judged by it.
    pub(super) credential: Credential,
    pub(super) redaction: Redaction,
    pub(super) facts: StreamFacts,
    /// Whether a request has been made over it.
    pub(super) is_used: bool,
    /// What a request can continue.
    pub(super) covered: Option<Covered>,
}

/// What arrives.
pub(super) enum Frame {
    Text(String),
    /// Pings and the like, which are answered here.
    Control,
}

/// What a handshake leaves.
pub(super) struct Opened {
    pub(super) stream: Upgraded,
    pub(super) belonging: Belonging,
    pub(super) credential: Credential,
    pub(super) redaction: Redaction,
    pub(super) facts: StreamFacts,
}

impl Connection {
    pub(super) async fn new(opened: Opened, most_bytes: usize) -> Self {
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        let config = config.max_message_size(Some(most_bytes)).max_frame_size(Some(most_bytes));
        let socket = WebSocketStream::from_raw_socket(opened.stream, Role::Client, Some(config)).await;
        Self {
            socket: Box::new(socket),
            belonging: opened.belonging,
            credential: opened.credential,
            redaction: opened.redaction,
            facts: opened.facts,
            is_used: false,
            covered: None,
        }
    }

    pub(super) async fn say(&mut self, text: String) -> Result<(), ApiErrorKind> {
        let mut message = Some(Message::text(text));
        let said = poll_fn(|context| {
            self.quietly(|mut socket| {
                if message.is_some() {
                    ready!(socket.as_mut().poll_ready(context))?;
                }
                if let Some(message) = message.take() {
                    socket.as_mut().start_send(message)?;
                }
                socket.poll_flush(context)
            })
        });
        said.await.map_err(|error| broken(&error))
    }

    /// The next frame. An error is the end.
    pub(super) fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Result<Frame, ApiErrorKind>> {
        let next = self.quietly(|socket| socket.poll_next(context));
        next.map(|message| match message {
            Some(Ok(Message::Text(text))) if text.trim_start().starts_with('{') => Ok(Frame::Text(text.as_str().to_owned())),
            // What says nothing that can be read would be waited for in vain.
            Some(Ok(Message::Text(_))) => Err(ApiErrorKind::EventUndecodable),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(Frame::Control),
            Some(Ok(Message::Close(frame))) => {
                tracing::debug!(code = frame.map(|frame| u16::from(frame.code)), "the server closes a WebSocket");
                Err(ApiErrorKind::StreamUnfinished)
            }
            Some(Ok(Message::Binary(_) | Message::Frame(_))) => Err(ApiErrorKind::StreamBroken),
            Some(Err(error)) => Err(broken(&error)),
            None => Err(ApiErrorKind::StreamUnfinished),
        })
    }

    pub(super) async fn frame(&mut self) -> Result<Frame, ApiErrorKind> {
        poll_fn(|context| self.poll_frame(context)).await
    }

    /// Takes leave and hears the server out, but not for long.
    pub(super) async fn close(mut self) {
        let leaving = async {
            let closed = poll_fn(|context| self.quietly(|socket| socket.poll_close(context))).await;
            while closed.is_ok() && self.frame().await.is_ok() {}
        };
        let _ = timeout(FAREWELL, leaving).await;
    }

    /// The library logs whole messages.
    fn quietly<T>(&mut self, work: impl FnOnce(Pin<&mut WebSocketStream<Upgraded>>) -> T) -> T {
        with_default(&Dispatch::none(), || work(Pin::new(&mut *self.socket)))
    }
}

/// Whatever fits into the network's buffers is sent at once: a farewell does.
impl Drop for Connection {
    fn drop(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        let _ = self.quietly(|socket| socket.poll_close(&mut context));
    }
}

/// Looks after a connection between requests: pings are answered, and one that the server closes is given up.
pub(super) struct Keeper {
    task: JoinHandle<Option<Connection>>,
    recall: Option<oneshot::Sender<()>>,
}

impl Keeper {
    /// None outside a runtime.
    pub(super) fn new(connection: Connection) -> Option<Self> {
        let (recall, recalled) = oneshot::channel();
        let task = Handle::try_current().ok()?.spawn(keep(connection, recalled));
        Some(Self { task, recall: Some(recall) })
    }

    /// The connection, if it is still good.
    pub(super) async fn recall(mut self) -> Option<Connection> {
        self.recall.take()?.send(()).ok()?;
        (&mut self.task).await.ok()?
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keep(mut connection: Connection, mut recalled: oneshot::Receiver<()>) -> Option<Connection> {
    loop {
        tokio::select! {
            biased;
            // Nothing is to be said between requests: what is said all the same would be taken for the next answer.
            frame = connection.frame() => if !matches!(frame, Ok(Frame::Control)) { return None },
            recalled = &mut recalled => return recalled.ok().map(|()| connection),
        }
    }
}

fn broken(error: &Error) -> ApiErrorKind {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => ApiErrorKind::EventTooLarge,
        Error::ConnectionClosed | Error::AlreadyClosed => ApiErrorKind::StreamUnfinished,
        _ => ApiErrorKind::StreamBroken,
    }
}
