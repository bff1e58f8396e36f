//! `agent-identity inspect --recent`: what a running authority remembers.

mod table;

use crate::cli::backend::Backend;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::http::ReqwestHttp;
use crate::ports::{Http, HttpFailure, HttpRequest};
use crate::{Advice, Error};
use clap::Args;
use serde_json::Value;
use url::Url;

/// Which requests are meant.
#[derive(Args)]
pub struct Which {
    /// Only those of this session
    #[arg(long, value_name = "ID", requires = "recent")]
    session: Option<String>,
    /// Only those of this thread
    #[arg(long, value_name = "ID", requires = "recent")]
    thread: Option<String>,
    /// Only those of this turn
    #[arg(long, value_name = "ID", requires = "recent")]
    turn: Option<String>,
    /// The last so many of them
    #[arg(long, value_name = "N", requires = "recent", default_value_t = 20)]
    limit: u32,
}

/// More than an authority keeps.
const LIMIT: u32 = 32 << 20;

pub async fn show(context: &Context, backend: &Backend, which: &Which) -> Result<(), Failure> {
    let component = context.component()?;
    let base = backend.resolve(&context.home()?, &mut context.session(&component)?).await?;
    let answer = ask(address(&base, which)?).await?;
    if context.output.is_json() {
        return context.output.json(&answer);
    }
    let requests = answer["requests"].as_array().map(Vec::as_slice).unwrap_or_default();
    if requests.is_empty() {
        context.output.note("no such request has come since the authority was started");
        return Ok(());
    }
    context.output.line(table::of(requests))
}

fn address(base: &str, which: &Which) -> Result<Url, Failure> {
    let url = Url::parse(base).ok().filter(|url| url.scheme() == "http" && crate::http::is_allowed(url));
    let mut url = url.ok_or_else(|| {
        let next = "name the one that `agent-identity serve` printed: --authapi-base http://127.0.0.1:PORT/api/accounts";
        Failure::config(format!("only an authority on this machine shows its requests, not {base}"), next)
    })?;
    url.set_path("/dev/inspect");
    url.set_query(None);
    url.query_pairs_mut().append_pair("limit", &which.limit.to_string());
    for (name, id) in [("session_id", &which.session), ("thread_id", &which.thread), ("turn_id", &which.turn)] {
        if let Some(id) = id {
            url.query_pairs_mut().append_pair(name, id);
        }
    }
    Ok(url)
}

async fn ask(url: Url) -> Result<Value, Failure> {
    let http = ReqwestHttp::new().map_err(|error| Failure::internal(format!("no HTTP client can be made: {error}")))?;
    let request = HttpRequest {
        method: "GET".into(),
        url: url.into(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: 10_000,
        success_limit: LIMIT,
        error_limit: 1024,
    };
    let answer = http.send(request).await.map_err(unanswered)?;
    let undecodable = || Failure::config("what answers there is no authority", "check the URL; `agent-identity serve` prints it");
    match answer.status {
        200 => serde_json::from_slice(&answer.body).ok().filter(|answer: &Value| answer["requests"].is_array()).ok_or_else(undecodable),
        404 => Err(Failure::config(
            "what answers there does not show its requests",
            "`agent-identity serve` does; another authority has to serve its development endpoints",
        )),
        _ => Err(undecodable()),
    }
}

fn unanswered(failure: HttpFailure) -> Failure {
    let code = match failure {
        HttpFailure::Connect => "network-connect",
        HttpFailure::Timeout => "network-timeout",
        _ => "network-failed",
    };
    Failure::from(Error::new(code, Advice::BackOff, format!("the authority does not answer: {failure}")))
        .next("start it, or name another: agent-identity serve; agent-identity inspect --recent --authapi-base URL")
}
