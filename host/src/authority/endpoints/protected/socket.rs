//! `GET …/responses` with an upgrade: the same endpoint over a WebSocket. The handshake is verified as a request is; a message of
//! type `response.create` is answered with the events of a stream, one text message each.

mod answering;

use super::{Arrival, judged, verify};
use crate::authority::answer::Refusal;
use crate::authority::endpoints::{Endpoint, Shared};
use crate::authority::limits;
use crate::authority::server::{Connection, Stop};
use crate::authority::sockets::OpenSocket;
use crate::authority::verifier::VerifiedAssertion;
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Map;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite;

/// Longest wait for a client to take its leave.
const FAREWELL: Duration = Duration::from_secs(1);

/// The handshake. Whatever is refused is refused by an ordinary answer.
pub(in crate::authority::endpoints) async fn open(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Connection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let upgrade = upgrade.map_err(not_a_handshake)?;
    let verified = verify(&shared, &headers).await?;
    let busy =
        || Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "server-unavailable").because("too many WebSockets are open").retry_after(Some(1));
    let open = shared.sockets.open().ok_or_else(busy)?;
    let content = Map::new();
    let (endpoint, socket) = (Endpoint::Socket, Some(open.number));
    shared.note(&Arrival { endpoint, socket, headers: &headers, content: &content, verified: &verified, refusal: None });

    let (hand_over, handed_over) = oneshot::channel();
    let answer = upgrade.max_message_size(limits::BODY).max_frame_size(limits::BODY).on_upgrade(async move |socket| {
        // Fails when the authority has stopped meanwhile.
        let _ = hand_over.send(socket);
    });
    let response = judged(verified.clone(), answer);
    connection.then(async move |stop| {
        if let Ok(socket) = handed_over.await {
            Conversation { shared, socket, verified, headers, open, stop }.hold().await;
        }
    });
    Ok(response)
}

fn not_a_handshake(rejection: WebSocketUpgradeRejection) -> Refusal {
    use WebSocketUpgradeRejection::{InvalidConnectionHeader, InvalidUpgradeHeader, MethodNotGet};
    match rejection {
        MethodNotGet(_) | InvalidConnectionHeader(_) | InvalidUpgradeHeader(_) => {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed")
        }
        other => Refusal::new(StatusCode::BAD_REQUEST, "handshake-invalid").because(other.to_string()),
    }
}

/// A WebSocket that is open.
struct Conversation {
    shared: Arc<Shared>,
    socket: WebSocket,
    verified: VerifiedAssertion,
    /// Of the handshake.
    headers: HeaderMap,
    open: OpenSocket,
    stop: Stop,
}

/// Why it ends.
enum Ending {
    /// With this code and reason (RFC 6455 §7.4).
    Closed(u16, &'static str),
    /// Without a word: the client has gone, or is to think so.
    Gone,
    /// Not before the client or the authority ends it; nothing is said any more.
    Silent,
}

/// The authority stops, or has waited long enough.
const AWAY: u16 = 1001;
const NO_TEXT: u16 = 1003;
/// What was verified no longer stands, or there were too many messages.
const POLICY: u16 = 1008;
const TOO_BIG: u16 = 1009;

impl Conversation {
    async fn hold(mut self) {
        match self.talk().await {
            Ending::Closed(code, reason) => {
                let farewell = async {
                    let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
                    // What the client still says is of no use, but reading it lets it read the reason.
                    if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
                        while let Some(Ok(_)) = self.socket.recv().await {}
                    }
                };
                let _ = timeout(FAREWELL, farewell).await;
            }
            Ending::Silent => tokio::select! {
                () = async { while let Some(Ok(_)) = self.socket.recv().await {} } => {}
                _ = self.stop.wait_for(|stop| *stop) => {}
            },
            Ending::Gone => {}
        }
    }

    async fn talk(&mut self) -> Ending {
        let limits = self.shared.sockets.limits;
        let end_of_life = Instant::now() + limits.life;
        for _ in 0..limits.messages {
            let message = match self.next(limits.idle, end_of_life).await {
                Ok(message) => message,
                Err(ending) => return ending,
            };
            match timeout(limits::TIME, self.answer(&message)).await {
                Ok(Ok(())) => {}
                Ok(Err(ending)) => return ending,
                // Nobody reads what is sent.
                Err(_) => return Ending::Gone,
            }
        }
        Ending::Closed(POLICY, "too many messages; open another connection")
    }

    /// The next message of text. Any frame, a ping too, ends a silence.
    async fn next(&mut self, idle: Duration, end_of_life: Instant) -> Result<Utf8Bytes, Ending> {
        loop {
            let received = tokio::select! {
                received = self.socket.recv() => received,
                () = sleep(idle) => return Err(Ending::Closed(AWAY, "silent for too long")),
                () = sleep_until(end_of_life) => return Err(Ending::Closed(AWAY, "open for too long; open another connection")),
                _ = self.stop.wait_for(|stop| *stop) => return Err(Ending::Closed(AWAY, "the authority stops")),
            };
            match received {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Binary(_))) => return Err(Ending::Closed(NO_TEXT, "messages are text")),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_))) => {
                    // The answer to it leaves with the next read.
                    let _ = timeout(FAREWELL, self.socket.recv()).await;
                    return Err(Ending::Gone);
                }
                Some(Err(error)) if is_too_long(&error) => return Err(Ending::Closed(TOO_BIG, "a message has at most 1 MiB")),
                Some(Err(_)) | None => return Err(Ending::Gone),
            }
        }
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    matches!(error.source().and_then(|source| source.downcast_ref()), Some(tungstenite::Error::Capacity(_)))
}
