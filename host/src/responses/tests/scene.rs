//! A server that does what it is told, one connection after another, and a client of it.

use crate::agent::ResponseFacts;
use crate::auth::{Attempt, Authorizer, Credential, Recovery, RequestSigner, Secret};
use crate::driver::lock;
use crate::error::{Advice, Error};
use crate::ports::{Clock, Random, RandomError};
use crate::provider::{ConfigContext, Dropped, Environment, Provider};
use crate::responses::{
    ApiError, CompactRequest, RequestMetadata, ResponseEvent, ResponseStream, ResponsesClient, ResponsesClientBuilder, ResponsesRequest,
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// 2026-04-23T00:00:00Z.
pub(in crate::responses) const NOW_MS: i64 = 1_776_902_400_000;

/// What the server does with a connection once it has read the request.
pub(in crate::responses) enum Act {
    Send(Vec<u8>),
    /// Byte by byte, each on its own.
    Trickle(Vec<u8>),
    /// The same bytes until the client goes away.
    Flood(Vec<u8>),
    /// Silent until the client goes away.
    Stall,
    /// Ends the connection with a reset instead of an end.
    Reset,
}

/// A request as it arrived.
#[derive(Clone)]
pub(in crate::responses) struct Arrived {
    pub(in crate::responses) target: String,
    pub(in crate::responses) headers: Vec<(String, String)>,
    pub(in crate::responses) body: Value,
    /// The body as it was sent.
    pub(in crate::responses) text: String,
    pub(in crate::responses) at: Instant,
}

impl Arrived {
    pub(in crate::responses) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// The server. Connections beyond its script are refused.
pub(in crate::responses) struct Server {
    pub(in crate::responses) base_url: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    /// Whether the client closed each stalled connection.
    task: JoinHandle<()>,
}

impl Server {
    pub(in crate::responses) async fn start(script: Vec<Vec<Act>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(serve(listener, script, arrived.clone()));
        Self { base_url, arrived, task }
    }

    pub(in crate::responses) fn arrived(&self) -> Vec<Arrived> {
        lock(&self.arrived).clone()
    }

    /// Waits until the script is done: every stalled connection has been left by the client.
    pub(in crate::responses) async fn done(self) {
        self.task.await.unwrap();
    }
}

async fn serve(listener: TcpListener, script: Vec<Vec<Act>>, arrived: Arc<Mutex<Vec<Arrived>>>) {
    for acts in script {
        let (mut stream, _) = listener.accept().await.unwrap();
        let Some(request) = read_request(&mut stream).await else { continue };
        lock(&arrived).push(request);
        for act in acts {
            perform(&mut stream, act).await;
        }
    }
}

pub(in crate::responses) async fn perform(stream: &mut TcpStream, act: Act) {
    match act {
        Act::Send(bytes) => {
            let _ = stream.write_all(&bytes).await;
        }
        Act::Trickle(bytes) => {
            for byte in bytes {
                let _ = stream.write_all(&[byte]).await;
                let _ = stream.flush().await;
                tokio::task::yield_now().await;
            }
        }
        Act::Flood(bytes) => while stream.write_all(&bytes).await.is_ok() {},
        Act::Stall => while stream.read(&mut [0; 64]).await.is_ok_and(|length| length > 0) {},
        Act::Reset => stream.set_zero_linger().unwrap(),
    }
}

pub(in crate::responses) async fn read_request(stream: &mut TcpStream) -> Option<Arrived> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let target = lines.next().unwrap().to_owned();
            let headers: Vec<_> = lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
            let length = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, length)| length.parse().unwrap());
            if body.len() >= length {
                let text = body.to_owned();
                let body = serde_json::from_str(body).unwrap_or_default();
                return Some(Arrived { target, headers, body, text, at: Instant::now() });
            }
        }
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
}

/// An answer with these header fields, and the connection's end after it.
pub(in crate::responses) fn answer(status: u16, fields: &[(&str, &str)], body: &str) -> Vec<Act> {
    let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!("HTTP/1.1 {status} Status\r\nconnection: close\r\n{fields}content-length: {}\r\n\r\n", body.len());
    vec![Act::Send((head + body).into_bytes())]
}

pub(in crate::responses) fn refusal(status: u16, code: &str) -> Vec<Act> {
    answer(status, &[("date", "Thu, 23 Apr 2026 00:00:00 GMT")], &json!({"error": {"code": code}}).to_string())
}

/// The head of a stream that ends with the connection, and these events.
pub(in crate::responses) fn events(fields: &[(&str, &str)], events: &[Value]) -> Vec<u8> {
    let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let events: String = events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap())).collect();
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n{fields}\r\n{events}").into_bytes()
}

pub(in crate::responses) fn created() -> Value {
    json!({"type": "response.created", "response": {"id": "resp_1"}})
}

pub(in crate::responses) fn text(delta: &str) -> Value {
    json!({"type": "response.output_text.delta", "delta": delta})
}

pub(in crate::responses) fn completed() -> Value {
    json!({"type": "response.completed", "response": {"id": "resp_1"}})
}

/// A stream that is as it should be.
pub(in crate::responses) fn whole_stream() -> Vec<Act> {
    vec![Act::Send(events(&[], &[created(), text("Hello"), completed()]))]
}

/// Bearer tokens `token-1`, `token-2`, …, one for each attempt; what it does about refusals is set by the test.
pub(in crate::responses) struct CountingAuth {
    pub(in crate::responses) made: Mutex<u32>,
    pub(in crate::responses) outcomes: Mutex<VecDeque<Result<Given, Error>>>,
    pub(in crate::responses) recoveries: Mutex<VecDeque<Result<Recovery, Error>>>,
    pub(in crate::responses) refusals: Mutex<Vec<(Option<u16>, Vec<u8>)>>,
    pub(in crate::responses) account: Mutex<Option<String>>,
}

impl CountingAuth {
    pub(in crate::responses) fn new() -> Arc<Self> {
        Arc::new(Self {
            made: Mutex::default(),
            outcomes: Mutex::default(),
            recoveries: Mutex::default(),
            refusals: Mutex::default(),
            account: Mutex::default(),
        })
    }

    pub(in crate::responses) fn then_recover(&self, recoveries: impl IntoIterator<Item = Result<Recovery, Error>>) {
        lock(&self.recoveries).extend(recoveries);
    }

    pub(in crate::responses) fn made(&self) -> u32 {
        *lock(&self.made)
    }
}

#[async_trait]
impl Authorizer for CountingAuth {
    async fn authorize(&self, _: &Attempt<'_>) -> Result<Credential, Error> {
        *lock(&self.made) += 1;
        match lock(&self.outcomes).pop_front().unwrap_or(Ok(Given::Bearer))? {
            Given::Bearer => {}
            Given::Illegal => return Ok(Credential::headers_of_login("P9", vec![("Authorization".into(), "line\nbreak".into())])),
            Given::Unsignable => return Ok(Credential::signature("P5", Arc::new(Unsignable))),
        }
        let token = Secret::from(format!("token-number-{}", self.made()));
        let account = lock(&self.account).clone();
        Ok(match account {
            None => Credential::bearer("P8", &token),
            Some(account) => {
                let value = Secret::from(format!("Bearer {}", token.expose()));
                let fields = vec![("Authorization".into(), value), ("ChatGPT-Account-ID".into(), Secret::from(account))];
                Credential::headers_of_login("P9", fields)
            }
        })
    }

    async fn recover(&self, _: &Attempt<'_>, _: &Credential, refusal: &ResponseFacts) -> Result<Recovery, Error> {
        lock(&self.refusals).push((refusal.status, refusal.body.clone()));
        lock(&self.recoveries).pop_front().unwrap_or(Ok(Recovery::Surface(None)))
    }
}

/// What kind of credential an attempt gets.
pub(in crate::responses) enum Given {
    Bearer,
    /// One that no header can carry.
    Illegal,
    /// A signature that cannot be made.
    Unsignable,
}

struct Unsignable;

impl RequestSigner for Unsignable {
    fn sign(&self, _: &mut reqwest::Request) -> Result<Vec<Dropped>, Error> {
        Err(Error::new("aws-signing", Advice::Never, "of the test"))
    }
}

/// Jitter of exactly 1.
pub(in crate::responses) struct NoJitter;

impl Random for NoJitter {
    fn fill(&self, _: &mut [u8]) -> Result<(), RandomError> {
        Err(RandomError)
    }
}

/// A wall clock that stands still, beside tokio's.
pub(in crate::responses) struct StandingClock;

impl Clock for StandingClock {
    fn now_ms(&self) -> i64 {
        NOW_MS
    }

    fn monotonic_ms(&self) -> u64 {
        0
    }
}

/// A provider at this server, with members of its table.
pub(in crate::responses) fn provider(base_url: &str, members: Value) -> Provider {
    let mut table = json!({"name": "Test", "base_url": base_url, "requires_openai_auth": true});
    table.as_object_mut().unwrap().extend(members.as_object().cloned().unwrap());
    let context = ConfigContext { folder: PathBuf::from("/"), client_version: "0.0.0".into() };
    Provider::from_config("test", table, &context).unwrap()
}

pub(in crate::responses) fn builder(server: &Server, auth: Arc<CountingAuth>, members: Value) -> ResponsesClientBuilder {
    let environment: Arc<dyn Environment> = Arc::new(|name: &str| (name == "SET").then(|| "from-environment".to_owned()));
    ResponsesClient::builder(provider(&server.base_url, members), auth)
        .random(Arc::new(NoJitter))
        .clock(Arc::new(StandingClock))
        .environment(environment)
}

pub(in crate::responses) fn client(server: &Server, auth: Arc<CountingAuth>, members: Value) -> ResponsesClient {
    builder(server, auth, members).build().unwrap()
}

pub(in crate::responses) fn request() -> ResponsesRequest {
    ResponsesRequest { model: "m".into(), ..ResponsesRequest::default() }
}

/// The compaction of a history that is not empty.
pub(in crate::responses) fn compaction() -> CompactRequest {
    CompactRequest { model: "m".into(), input: vec![json!({"type": "message", "role": "user"})], ..CompactRequest::default() }
}

pub(in crate::responses) fn metadata() -> RequestMetadata {
    RequestMetadata::new("conversation-1")
}

/// A whole stream, and how it ended.
pub(in crate::responses) async fn read(mut stream: ResponseStream) -> (Vec<ResponseEvent>, Option<ApiError>) {
    let mut events = Vec::new();
    loop {
        match stream.next().await {
            Some(Ok(event)) => events.push(event),
            Some(Err(error)) => {
                assert!(stream.next().await.is_none(), "nothing follows an error");
                return (events, Some(error));
            }
            None => return (events, None),
        }
    }
}

/// The texts of a stream's deltas.
pub(in crate::responses) fn texts(events: &[ResponseEvent]) -> String {
    let text = |event: &ResponseEvent| match event {
        ResponseEvent::OutputTextDelta(delta) => Some(delta.text.clone()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}

/// Times between arrivals.
pub(in crate::responses) fn gaps(arrived: &[Arrived]) -> Vec<Duration> {
    arrived.windows(2).map(|pair| pair[1].at - pair[0].at).collect()
}
