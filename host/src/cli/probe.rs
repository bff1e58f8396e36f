//! A signed request that finds out whether a backend accepts the identity.

use super::failure::Failure;
use super::request::body::Body;
use super::request::sending::Outgoing;
use super::verdict::Verdict;
use crate::Agent;
use clap::Args;

/// The options that name the request.
#[derive(Args)]
pub struct Probe {
    /// Sign a request to this URL, to see whether the identity is accepted: GET, or POST with --probe-data
    #[arg(long, value_name = "URL")]
    probe: Option<String>,
    /// Body of that request: the text itself, @FILE, or - for standard input
    #[arg(long, value_name = "TEXT|@FILE|-", requires = "probe")]
    probe_data: Option<Body>,
}

/// How a probe ended.
pub enum Probed {
    /// Accepted, with this status.
    Accepted(u16),
    /// Refused, and why.
    Refused(Box<Verdict>),
    /// This status says nothing about the identity.
    Unclear(u16),
}

/// For the whole exchange.
const PATIENCE_S: u64 = 30;

impl Probe {
    /// Whether a request is asked for.
    pub fn is_wanted(&self) -> bool {
        self.probe.is_some()
    }

    /// Signs for the run task, which the agent must know. Repeated once when the answer has corrected the clock (D2).
    pub async fn run(&self, agent: &Agent) -> Result<Option<Probed>, Failure> {
        let Some(url) = &self.probe else { return Ok(None) };
        let body = self.probe_data.as_ref().map(Body::read).transpose()?.map(Body::Read);
        let probed = send(url, body.as_ref(), agent).await?;
        match probed {
            Probed::Refused(verdict) if verdict.rejection.action == "correct-clock-and-repeat" => {
                send(url, body.as_ref(), agent).await.map(Some)
            }
            probed => Ok(Some(probed)),
        }
    }
}

async fn send(url: &str, body: Option<&Body>, agent: &Agent) -> Result<Probed, Failure> {
    let mut outgoing = Outgoing::new(url, None, &[], body)?;
    outgoing.sign(agent.authorize(None).await?)?;
    let mut received = outgoing.send(PATIENCE_S).await?;
    let status = received.status();
    Ok(match Verdict::of(agent, &mut received).await? {
        Some(verdict) => Probed::Refused(Box::new(verdict)),
        None if (200..300).contains(&status) => Probed::Accepted(status),
        None => Probed::Unclear(status),
    })
}

impl Probed {
    /// The status of an accepted request.
    pub fn accepted(self) -> Result<u16, Failure> {
        match self {
            Self::Accepted(status) => Ok(status),
            Self::Refused(verdict) => Err(verdict.into_failure()),
            Self::Unclear(status) => Err(Failure::config(
                format!("HTTP {status} does not tell whether the identity is accepted"),
                "name a URL that answers signed requests with 2xx; --probe-data sends a body by POST",
            )),
        }
    }
}
