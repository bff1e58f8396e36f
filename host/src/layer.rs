//! Signs every request of an existing `reqwest` program: `ClientBuilder::new(client).with(SigningLayer::new(agent, [api])?)`.

use crate::agent::Agent;
use crate::error::Error;
use ::http::{Extensions, HeaderName, HeaderValue};
use reqwest::{Request, Response, Url};
use reqwest_middleware::{Middleware, Next};

/// A `reqwest-middleware` layer that adds the agent's header fields to requests for the origins it was made for.
///
/// Requests to other origins pass unchanged: an assertion is a credential. Put it inside a retry layer, so that every attempt
/// is signed anew. If the assertion cannot be built the request fails and nothing is sent (A6).
#[derive(Clone, Debug)]
pub struct SigningLayer {
    agent: Agent,
    origins: Vec<url::Origin>,
    reference: Option<String>,
}

impl SigningLayer {
    /// Signs requests to these origins, each given as a URL such as `https://api.example`. They must be `https`, or `http` on a
    /// loopback host. Errors: `config-invalid`.
    pub fn new<'a>(agent: Agent, origins: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let origins = origins.into_iter().map(origin).collect::<Result<Vec<_>, _>>()?;
        if origins.is_empty() {
            return Err(Error::config("a signing layer needs at least one origin to sign for"));
        }
        Ok(Self { agent, origins, reference: None })
    }

    /// Signs for the task of this normalised reference instead of the run task.
    #[must_use]
    pub fn for_task(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    async fn sign(&self, request: &mut Request) -> Result<(), Error> {
        for (name, value) in self.agent.authorize(self.reference.as_deref()).await? {
            let illegal = || Error::internal(format!("the header field {name} cannot be sent"));
            let mut value = HeaderValue::from_str(&value).map_err(|_| illegal())?;
            value.set_sensitive(true);
            request.headers_mut().insert(HeaderName::from_bytes(name.as_bytes()).map_err(|_| illegal())?, value);
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Middleware for SigningLayer {
    async fn handle(&self, mut request: Request, extensions: &mut Extensions, next: Next<'_>) -> reqwest_middleware::Result<Response> {
        if self.origins.contains(&request.url().origin()) {
            self.sign(&mut request).await.map_err(reqwest_middleware::Error::middleware)?;
        }
        next.run(request, extensions).await
    }
}

fn origin(text: &str) -> Result<url::Origin, Error> {
    let url = Url::parse(text).map_err(|_| Error::config(format!("{text} is not a URL")))?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if url.scheme() == "https" || (url.scheme() == "http" && loopback) {
        return Ok(url.origin());
    }
    Err(Error::config(format!("{text} is neither https nor http on a loopback host")))
}
