//! A client of the model endpoint over a WebSocket, that says what it is told to.

use super::client::Scene;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

#[derive(Debug)]
pub(super) struct SocketClient(WebSocketStream<TcpStream>);

/// Status and code of a refused handshake; status 0 if there was no answer.
pub(super) type Refused = (u16, String);

impl SocketClient {
    pub(super) async fn open(scene: &Scene, headers: &[(String, String)]) -> Result<Self, Refused> {
        let mut request = scene.authority.websocket_url().into_client_request().unwrap();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
        }
        let stream = TcpStream::connect(scene.authority.base_url().strip_prefix("http://").unwrap()).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => {
                let body: Value = serde_json::from_slice(answer.body().as_deref().unwrap_or_default()).unwrap_or_default();
                Err((answer.status().as_u16(), body["error"]["code"].as_str().unwrap_or_default().into()))
            }
            Err(_) => Err((0, String::new())),
        }
    }

    pub(super) async fn ready(scene: &Scene) -> Self {
        Self::open(scene, &scene.ready().await.headers().await).await.unwrap()
    }

    pub(super) async fn say(&mut self, message: &Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(super) async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// The next event; none at the end.
    pub(super) async fn event(&mut self) -> Option<Value> {
        match self.message().await? {
            Message::Text(text) => Some(serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.to_string()))),
            _ => None,
        }
    }

    pub(super) async fn message(&mut self) -> Option<Message> {
        self.0.next().await?.ok()
    }

    /// The events of the answer to a message: up to its last, or as many as came.
    pub(super) async fn ask(&mut self, message: &Value) -> Vec<Value> {
        self.say(message).await;
        let mut events = Vec::new();
        while let Some(event) = self.event().await {
            let is_last = matches!(event["type"].as_str(), Some("response.completed" | "error") | None);
            events.push(event);
            if is_last {
                break;
            }
        }
        events
    }

    /// The answer to a turn, its last event only.
    pub(super) async fn end_of(&mut self, message: &Value) -> Value {
        self.ask(message).await.pop().unwrap_or_default()
    }

    /// The code with which the server ends it; none if it does without a word.
    pub(super) async fn closed(&mut self) -> Option<u16> {
        loop {
            match self.message().await? {
                Message::Close(frame) => return frame.map(|frame| frame.code.into()),
                _ => continue,
            }
        }
    }

    pub(super) async fn close(mut self) {
        self.0.close(None).await.unwrap();
        while self.message().await.is_some() {}
    }
}

pub(super) fn turn() -> Value {
    json!({"type": "response.create", "model": "m", "input": []})
}
