//! One signed request and its answer.

use super::body::Body;
use crate::agent::{Headers, ResponseFacts};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::ports::Clock;
use crate::system::SystemClock;
use crate::{Advice, Error};
use http::header::{AGE, AUTHORIZATION, CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::{Client, Response, Url, redirect, retry};
use serde_json::{Map, Value};
use std::time::Duration;

/// A request that is ready but for its signature.
pub struct Outgoing {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

/// An answer whose body is read as it is needed.
pub struct Received {
    response: Response,
    sent_ms: i64,
    received_ms: i64,
    /// The part of the body that was read to judge a refusal.
    start: Vec<u8>,
}

/// Most of a refusal's body that is judged (N7).
const JUDGED: usize = 64 * 1024;

impl Outgoing {
    pub fn new(url: &str, method: Option<&str>, fields: &[String], body: Option<&Body>) -> Result<Self, Failure> {
        let url = Url::parse(url)
            .map_err(|error| Failure::usage(format!("{url} is not a URL: {error}"), "give it whole, as https://host/path"))?;
        if !crate::http::is_allowed(&url) {
            let error = Error::new(
                "base-url-unsupported",
                Advice::FixConfig,
                "signed requests go to https, or to http on a loopback host, without user name and password in the URL",
            );
            return Err(Failure::from(error).next("use the https URL of the service; a header sent in the clear could be used by others"));
        }
        let method = method.unwrap_or(if body.is_some() { "POST" } else { "GET" });
        let method = Method::from_bytes(method.as_bytes())
            .map_err(|_| Failure::usage(format!("{method} is not an HTTP method"), "use one such as GET or POST"))?;
        let mut headers = HeaderMap::new();
        for field in fields {
            let (name, value) = read_field(field)?;
            headers.append(name, value);
        }
        if body.is_some() && !headers.contains_key(CONTENT_TYPE) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(Self { method, url, headers, body: body.map(Body::read).transpose()? })
    }

    /// Adds the fields of the identity.
    pub fn sign(&mut self, fields: Headers) -> Result<(), Failure> {
        for (name, value) in fields {
            let illegal = || Failure::internal(format!("the header field {name} cannot be sent"));
            let mut value = HeaderValue::from_str(&value).map_err(|_| illegal())?;
            value.set_sensitive(true);
            self.headers.insert(HeaderName::from_bytes(name.as_bytes()).map_err(|_| illegal())?, value);
        }
        Ok(())
    }

    /// Sends it once.
    pub async fn send(self, max_time_s: u64) -> Result<Received, Failure> {
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(max_time_s.max(1)))
            .user_agent(concat!("agent-identity/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::internal(format!("no HTTP client can be made: {error}")))?;
        let mut request = client.request(self.method, self.url).headers(self.headers);
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let sent_ms = SystemClock.now_ms();
        let response = request.send().await.map_err(not_sent)?;
        Ok(Received { response, sent_ms, received_ms: SystemClock.now_ms(), start: Vec::new() })
    }
}

impl Received {
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// Status line and header fields.
    pub fn head(&self) -> String {
        let mut head = format!("{:?} {}\n", self.response.version(), self.response.status());
        for (name, value) in self.response.headers() {
            head.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())));
        }
        head
    }

    /// Header fields as a JSON object; the values of a repeated field are joined as HTTP allows.
    pub fn fields(&self) -> Value {
        let mut fields: Map<String, Value> = Map::new();
        for (name, value) in self.response.headers() {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let joined = match fields.get(name.as_str()).and_then(Value::as_str) {
                Some(before) => format!("{before}, {value}"),
                None => value,
            };
            fields.insert(name.to_string(), joined.into());
        }
        Value::Object(fields)
    }

    /// What the component judges a refusal by.
    pub async fn facts(&mut self) -> Result<ResponseFacts, Failure> {
        while self.start.len() < JUDGED
            && let Some(chunk) = self.response.chunk().await.map_err(broken_off)?
        {
            self.start.extend_from_slice(&chunk);
        }
        let field = |name| self.response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(ResponseFacts {
            status: Some(self.status()),
            date: field(DATE),
            age: field(AGE),
            body: self.start.get(..JUDGED).unwrap_or(&self.start).to_vec(),
            sent_ms: self.sent_ms,
            received_ms: self.received_ms,
        })
    }

    /// Writes the body to standard output while it arrives.
    pub async fn copy_body(&mut self, output: &Output) -> Result<(), Failure> {
        output.bytes(&self.start)?;
        while let Some(chunk) = self.response.chunk().await.map_err(broken_off)? {
            output.bytes(&chunk)?;
        }
        Ok(())
    }

    /// The whole body.
    pub async fn whole_body(&mut self) -> Result<Vec<u8>, Failure> {
        let mut body = std::mem::take(&mut self.start);
        while let Some(chunk) = self.response.chunk().await.map_err(broken_off)? {
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

fn read_field(field: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    let wrong = || Failure::usage("a --header value is no header field", "write it as Name: value");
    let (name, value) = field.split_once(':').ok_or_else(wrong)?;
    let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| wrong())?;
    if name == AUTHORIZATION {
        let next = "leave it out; or, for another credential, use a tool that reads it from a file, such as curl --header @FILE";
        return Err(Failure::usage("Authorization is what this command makes; a secret in an argument can be read by every process", next));
    }
    Ok((name, HeaderValue::from_str(value.trim()).map_err(|_| wrong())?))
}

fn not_sent(error: reqwest::Error) -> Failure {
    let (code, message) = match &error {
        error if error.is_connect() => ("network-connect", "the connection was not made"),
        error if error.is_timeout() => ("network-timeout", "there was no answer in time"),
        _ => ("network-failed", "sending the request broke off"),
    };
    failed(code, message, error)
}

fn broken_off(error: reqwest::Error) -> Failure {
    let (code, message) =
        if error.is_timeout() { ("network-timeout", "the answer did not end in time") } else { ("network-failed", "the answer broke off") };
    failed(code, message, error)
}

fn failed(code: &str, message: &str, error: reqwest::Error) -> Failure {
    // The URL may hold something secret.
    let error = error.without_url();
    Error::new(code, Advice::BackOff, format!("{message}: {}", innermost(&error))).into()
}

fn innermost(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), innermost)
}
