//! What the full client costs beside a bare call: one streamed answer over a kept connection, from a server that does nothing.

use crate::fixture::{AGENT, SEED, TASK};
use crate::harness::{Bench, Failure, Sampling, Subject};
use agent_identity_host::auth::{Login, ProviderAuth};
use agent_identity_host::layer::SigningLayer;
use agent_identity_host::provider::{ConfigContext, Provider};
use agent_identity_host::responses::{RequestMetadata, ResponsesClient, ResponsesRequest};
use agent_identity_host::types::PrivateForm;
use agent_identity_host::{Agent, Component, Key};
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

const BODY: &str = r#"{"model":"m","input":[],"store":false,"stream":true}"#;

/// Measures the rows.
pub fn measure(bench: &mut Bench, component: &Component) -> Result<(), Failure> {
    if !bench.wants("client/") {
        return Ok(());
    }
    let runtime = Runtime::new()?;
    let address = runtime.block_on(serve())?;
    let url = format!("http://{address}/responses");
    let agent = Agent::builder(AGENT, Key::held(PrivateForm::Seed, SEED), format!("http://{address}")).build(component)?;
    agent.adopt_task(None, TASK)?;
    let bare = reqwest::Client::builder().no_proxy().build()?;
    let signing = SigningLayer::new(agent.clone(), [url.as_str()])?;
    let layered = reqwest_middleware::ClientBuilder::new(bare.clone()).with(signing).build();
    let full = full_client(component, agent, address)?;

    let (runtime, url) = (&runtime, url.as_str());
    let sampling = Sampling { rounds: bench.by_effort(40, 300), batch: Duration::from_millis(bench.by_effort(2, 5)) };
    bench.group(
        sampling,
        vec![
            Subject::new("client/bare-reqwest", |n| {
                runtime.block_on(async {
                    for _ in 0..n {
                        answered(bare.post(url).body(BODY).send().await?.text().await?)?;
                    }
                    Ok(())
                })
            }),
            Subject::new("client/signing-layer", |n| {
                runtime.block_on(async {
                    for _ in 0..n {
                        answered(layered.post(url).body(BODY).send().await?.text().await?)?;
                    }
                    Ok(())
                })
            }),
            Subject::new("client/full", |n| {
                runtime.block_on(async {
                    let request = ResponsesRequest { model: "m".into(), ..ResponsesRequest::default() };
                    let metadata = RequestMetadata::new("bench");
                    for _ in 0..n {
                        let mut stream = full.stream(&request, &metadata).await?;
                        let mut events = 0;
                        while stream.next().await.transpose()?.is_some() {
                            events += 1;
                        }
                        if events != EVENTS {
                            return Err(format!("{events} events instead of {EVENTS}").into());
                        }
                    }
                    Ok(())
                })
            }),
        ],
    )
}

fn full_client(component: &Component, agent: Agent, address: SocketAddr) -> Result<ResponsesClient, Failure> {
    let table = json!({"name": "Bench", "base_url": format!("http://{address}"), "requires_openai_auth": true});
    let context = ConfigContext { folder: PathBuf::from("/"), client_version: "0.0.0".into() };
    let provider = Provider::from_config("bench", table, &context)?;
    let auth = ProviderAuth::new(component, Arc::new(provider.clone()), Login::AgentIdentity(Arc::new(agent)))?;
    Ok(ResponsesClient::builder(provider, Arc::new(auth)).build()?)
}

/// Events of [`stream`].
const EVENTS: usize = 3;

fn stream() -> String {
    let created = r#"{"type":"response.created","response":{"id":"resp_1"}}"#;
    let delta = r#"{"type":"response.output_text.delta","delta":"hello","output_index":0,"item_id":"msg_1","content_index":0}"#;
    let completed = r#"{"type":"response.completed","response":{"id":"resp_1","usage":null}}"#;
    [created, delta, completed].map(|event| format!("data: {event}\n\n")).concat()
}

fn answered(body: String) -> Result<(), Failure> {
    if body.contains("response.completed") { Ok(()) } else { Err("the answer is not the server's".into()) }
}

/// A server on a task of the runtime; it ends with it.
async fn serve() -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(converse(connection));
        }
    });
    Ok(address)
}

/// Answers every request of a connection alike.
async fn converse(connection: TcpStream) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    let body = stream();
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes();
    let mut connection = BufReader::new(connection);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if connection.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        connection.read_exact(&mut vec![0; length]).await?;
        connection.write_all(&answer).await?;
    }
}
