//! A server that follows a script, connection by connection, and a session with it.

use crate::responses::tests::scene::{
    Act, Arrived, CountingAuth, NoJitter, StandingClock, completed, created, perform, provider, read_request, text,
};
use crate::responses::{
    ApiError, RequestMetadata, ResponseEvent, ResponsesClient, ResponsesClientBuilder, ResponsesRequest, ResponsesSession, Turn, TurnEvent,
};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// What the server does with a connection.
pub(super) enum Visit {
    /// Reads a request and does this.
    Http(Vec<Act>),
    /// Accepts the handshake with these header fields, then does this. Afterwards it listens until the client leaves.
    Socket(Vec<(&'static str, &'static str)>, Vec<Say>),
}

/// What it does on a WebSocket.
pub(super) enum Say {
    /// Waits for a message, then says these events.
    Answer(Vec<Value>),
    /// The same with anything.
    Reply(Message),
    /// Says something unasked.
    Unasked(Message),
    /// Waits for a pong.
    Pong,
    /// Ends with a farewell.
    Close,
    /// Ends without a word.
    Drop,
}

/// What arrived.
#[derive(Clone)]
pub(super) enum Heard {
    Handshake(Vec<(String, String)>),
    Message(Value),
    Http(Arrived),
    Pong,
    /// The client left, with a farewell or without.
    Left(bool),
}

pub(super) struct Server {
    pub(super) base_url: String,
    heard: watch::Receiver<Vec<(usize, Heard)>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(super) async fn start(script: Vec<Visit>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let (sender, heard) = watch::channel(Vec::new());
        let task = tokio::spawn(async move {
            let sender = Arc::new(sender);
            for (number, visit) in script.into_iter().enumerate() {
                let (stream, _) = listener.accept().await.unwrap();
                let sender = sender.clone();
                let note = move |heard| sender.send_modify(|all| all.push((number, heard)));
                tokio::spawn(receive(stream, visit, note));
            }
        });
        Self { base_url, heard, task }
    }

    pub(super) fn heard(&self) -> Vec<(usize, Heard)> {
        self.heard.borrow().clone()
    }

    /// Waits until something was heard that fits.
    pub(super) async fn wait(&self, fits: impl Fn(&(usize, Heard)) -> bool) {
        self.several(fits, 1).await;
    }

    /// Waits until so much was heard that fits.
    pub(super) async fn several(&self, fits: impl Fn(&(usize, Heard)) -> bool, times: usize) {
        let mut heard = self.heard.clone();
        heard.wait_for(|all| all.iter().filter(|heard| fits(heard)).count() >= times).await.unwrap();
    }

    /// Lets so much time pass as soon as this connection has said so much. A clock that stands still while messages travel would jump
    /// to the next time-out.
    pub(super) async fn expire(&self, number: usize, times: usize, duration: Duration) {
        self.several(|heard| heard.0 == number, times).await;
        tokio::time::pause();
        tokio::time::advance(duration).await;
        tokio::time::resume();
    }

    /// Waits until the client has left this connection; whether it took its leave.
    pub(super) async fn left(&self, number: usize) -> bool {
        self.wait(|heard| matches!(heard, (connection, Heard::Left(_)) if *connection == number)).await;
        self.heard().iter().any(|heard| matches!(heard, (connection, Heard::Left(true)) if *connection == number))
    }

    pub(super) fn handshakes(&self) -> Vec<Vec<(String, String)>> {
        self.heard().into_iter().filter_map(|(_, heard)| if let Heard::Handshake(headers) = heard { Some(headers) } else { None }).collect()
    }

    pub(super) fn messages(&self) -> Vec<Value> {
        self.heard().into_iter().filter_map(|(_, heard)| if let Heard::Message(message) = heard { Some(message) } else { None }).collect()
    }

    pub(super) fn over_http(&self) -> Vec<Arrived> {
        self.heard().into_iter().filter_map(|(_, heard)| if let Heard::Http(arrived) = heard { Some(arrived) } else { None }).collect()
    }
}

async fn receive(mut stream: TcpStream, visit: Visit, note: impl Fn(Heard) + Clone + Send + Unpin + 'static) {
    match visit {
        Visit::Http(acts) => {
            let Some(arrived) = read_request(&mut stream).await else { return };
            note(Heard::Http(arrived));
            for act in acts {
                perform(&mut stream, act).await;
            }
            note(Heard::Left(false));
        }
        Visit::Socket(fields, says) => {
            let noted = note.clone();
            #[expect(clippy::result_large_err, reason = "the library's own")]
            let shake = move |request: &Request, mut response: Response| {
                let field = |(name, value): (&http::HeaderName, &http::HeaderValue)| (name.to_string(), value.to_str().unwrap().to_owned());
                noted(Heard::Handshake(request.headers().iter().map(field).collect()));
                for (name, value) in fields {
                    response.headers_mut().insert(name, http::HeaderValue::from_static(value));
                }
                Ok(response)
            };
            let Ok(socket) = accept_hdr_async(stream, shake).await else { return };
            note(Heard::Left(converse(socket, says, &note).await));
        }
    }
}

type Socket = tokio_tungstenite::WebSocketStream<TcpStream>;

/// Whether the client took its leave.
async fn converse(mut socket: Socket, says: Vec<Say>, note: &impl Fn(Heard)) -> bool {
    for say in says {
        let went_on = match say {
            Say::Answer(events) => match message(&mut socket, note).await {
                Ok(()) => {
                    for event in events {
                        let _ = socket.send(Message::text(event.to_string())).await;
                    }
                    Ok(())
                }
                left => left,
            },
            Say::Reply(reply) => match message(&mut socket, note).await {
                Ok(()) => socket.send(reply).await.map_err(|_| false),
                left => left,
            },
            Say::Unasked(message) => socket.send(message).await.map_err(|_| false),
            Say::Pong => match socket.next().await {
                Some(Ok(Message::Pong(_))) => {
                    note(Heard::Pong);
                    Ok(())
                }
                _ => Err(false),
            },
            Say::Close => {
                let _ = socket.close(Some(CloseFrame { code: 1001.into(), reason: "away".into() })).await;
                while let Some(Ok(_)) = socket.next().await {}
                return false;
            }
            Say::Drop => return false,
        };
        if let Err(farewell) = went_on {
            return farewell;
        }
    }
    loop {
        if let Err(farewell) = message(&mut socket, note).await {
            return farewell;
        }
    }
}

/// The next message; else whether the client took its leave.
async fn message(socket: &mut Socket, note: &impl Fn(Heard)) -> Result<(), bool> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => {
                note(Heard::Message(serde_json::from_str(&text).unwrap()));
                return Ok(());
            }
            Some(Ok(Message::Close(_))) => {
                while let Some(Ok(_)) = socket.next().await {}
                return Err(true);
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return Err(false),
        }
    }
}

/// A connection that answers so many messages with a whole stream each.
pub(super) fn answering(times: usize) -> Visit {
    Visit::Socket(vec![], (0..times).map(|_| Say::Answer(whole())).collect())
}

pub(super) fn saying(says: Vec<Say>) -> Visit {
    Visit::Socket(vec![], says)
}

pub(super) fn whole() -> Vec<Value> {
    vec![created(), text("Hello"), completed()]
}

/// A whole answer with this item and id.
pub(super) fn with_item(id: &str, item: &Value) -> Vec<Value> {
    let done = json!({"type": "response.output_item.done", "output_index": 0, "item": item});
    vec![created(), done, json!({"type": "response.completed", "response": {"id": id}})]
}

pub(super) fn error(status: u16, code: &str) -> Vec<Value> {
    vec![json!({"type": "error", "status": status, "error": {"code": code, "message": "of the test"}})]
}

pub(super) fn builder(server: &Server, auth: Arc<CountingAuth>, members: Value) -> ResponsesClientBuilder {
    let mut table = json!({"supports_websockets": true});
    table.as_object_mut().unwrap().extend(members.as_object().cloned().unwrap());
    ResponsesClient::builder(provider(&server.base_url, table), auth).random(Arc::new(NoJitter)).clock(Arc::new(StandingClock))
}

pub(super) fn session(server: &Server, auth: Arc<CountingAuth>, members: Value) -> ResponsesSession {
    builder(server, auth, members).build().unwrap().session()
}

pub(super) fn item(text: &str) -> Value {
    json!({"type": "message", "role": "user", "content": text})
}

pub(super) fn asking(items: &[Value]) -> ResponsesRequest {
    ResponsesRequest { model: "m".into(), instructions: Some("be kind".into()), input: items.to_vec(), ..ResponsesRequest::default() }
}

/// Runs a turn to its end.
pub(super) async fn run(mut turn: Turn<'_>) -> (Vec<TurnEvent>, Option<ApiError>) {
    let mut events = Vec::new();
    loop {
        match turn.next().await {
            Some(Ok(event)) => events.push(event),
            Some(Err(error)) => return (events, Some(error)),
            None => return (events, None),
        }
    }
}

/// Runs a turn that must succeed; gives its restarts.
pub(super) async fn succeed(session: &ResponsesSession, request: &ResponsesRequest, metadata: &RequestMetadata) -> Vec<String> {
    let (events, error) = run(session.turn(request, metadata)).await;
    assert_eq!(error, None);
    assert_eq!(events.first(), Some(&TurnEvent::Started));
    assert!(matches!(events.last(), Some(TurnEvent::Response(ResponseEvent::Completed(_)))));
    let restart = |event: &TurnEvent| match event {
        TurnEvent::Restarting { error, .. } => Some(error.code().to_owned()),
        _ => None,
    };
    events.iter().filter_map(restart).collect()
}

pub(super) fn field<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

/// The credential of each handshake.
pub(super) fn tokens(server: &Server) -> Vec<String> {
    let token = |headers: Vec<(String, String)>| field(&headers, "authorization").unwrap_or_default().to_owned();
    server.handshakes().into_iter().map(token).collect()
}
