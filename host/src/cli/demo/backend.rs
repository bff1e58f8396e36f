//! One request to the demo's backend.

use crate::cli::failure::Failure;
use crate::{Advice, Error};
use reqwest::Client;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Sends requests to the `responses` endpoint.
pub struct Backend {
    client: Client,
    url: String,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    /// The code of a refusal.
    pub code: Option<String>,
    /// Names of the server-sent events, in order.
    pub events: Vec<String>,
    /// What the last of them says.
    pub text: Option<String>,
    pub took: Duration,
}

impl Backend {
    pub fn new(url: String) -> Result<Self, Failure> {
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(10)).build();
        let client = client.map_err(|error| Failure::internal(format!("no HTTP client can be made: {error}")))?;
        Ok(Self { client, url })
    }

    pub async fn post(&self, headers: &[(String, String)]) -> Result<Answer, Failure> {
        let started = Instant::now();
        let body = json!({ "model": "demo", "input": "Who am I?", "stream": true });
        let mut request = self.client.post(&self.url).header("accept", "text/event-stream").json(&body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = async {
            let response = request.send().await?;
            let status = response.status().as_u16();
            Ok((status, response.text().await?))
        };
        let (status, text) = answer.await.map_err(|error: reqwest::Error| {
            Error::new("network-failed", Advice::BackOff, format!("the demo's own backend does not answer: {}", error.without_url()))
        })?;
        let code = serde_json::from_str::<Value>(&text).ok().and_then(|body| body.pointer("/error/code")?.as_str().map(str::to_owned));
        let events = text.lines().filter_map(|line| line.strip_prefix("event:")).map(|name| name.trim().to_owned()).collect();
        let last = text.lines().rev().find_map(|line| line.strip_prefix("data:")).and_then(|data| serde_json::from_str::<Value>(data).ok());
        let text = last.and_then(|last| last.get("output_text")?.as_str().map(str::to_owned));
        Ok(Answer { status, code, events, text, took: started.elapsed() })
    }
}

impl Answer {
    /// As steps name outcomes: `200 accepted`, or status and verdict.
    pub fn outcome(&self) -> String {
        match (&self.code, self.status) {
            (Some(code), status) => format!("{status} {code}"),
            (None, 200) => "200 accepted".into(),
            (None, status) => status.to_string(),
        }
    }

    /// The events in few words, repeated ones counted.
    pub fn summary(&self) -> String {
        let mut runs: Vec<(&str, usize)> = Vec::new();
        for event in &self.events {
            match runs.last_mut() {
                Some((name, count)) if name == event => *count += 1,
                _ => runs.push((event, 1)),
            }
        }
        let told: Vec<String> =
            runs.into_iter().map(|(name, count)| if count > 1 { format!("{name} ×{count}") } else { name.to_owned() }).collect();
        format!("{} server-sent events: {}", self.events.len(), told.join(", "))
    }
}
