//! How an authority is set up.

use super::console::Console;
use super::faults::Faults;
use crate::component::wit::verification::ReplayMode;
use crate::error::Error;
use crate::ports::Clock;
use crate::system::SystemClock;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// What an authority is made of. The default is what development and tests want: any free loopback port, nothing on disk,
/// the window and the replay cap of `spec/identity.md` §11.
#[derive(Clone)]
pub struct AuthorityConfig {
    /// Where it listens; a loopback address, since it speaks plain HTTP. Default: `127.0.0.1:0`, any free port.
    pub listen: SocketAddr,
    /// Where it keeps what it knows. Default: memory.
    pub database: Database,
    /// How often one assertion is accepted. Default: 32 times.
    pub replay: ReplayMode,
    /// How old an assertion may be, 1 to 900 s. Default: 300.
    pub max_age_s: u32,
    /// How far its timestamp may lie ahead, 0 to 60 s. Default: 10.
    pub ahead_s: u32,
    /// How task ids are answered. Default: plain.
    pub task_ids: TaskIds,
    /// Faults for tests. Default: none.
    pub faults: Faults,
    /// Most replay entries held. Default: 1 000 000.
    pub replay_capacity: u32,
    /// The clock. Default: the system's.
    pub clock: Arc<dyn Clock>,
    /// Whether the `/dev/` endpoints are served: whoever reaches the port can then get a token for any account. Default: yes.
    pub development: bool,
    /// How long development tokens are good for, seconds. Default: 3600.
    pub token_lifetime_s: u32,
    /// What a WebSocket may be.
    pub sockets: SocketLimits,
    /// The console that is served under `/console/`. Default: none.
    pub console: Option<Console>,
}

impl Default for AuthorityConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            database: Database::Memory,
            replay: ReplayMode::Cap(32),
            max_age_s: 300,
            ahead_s: 10,
            task_ids: TaskIds::Plain,
            faults: Faults::default(),
            replay_capacity: 1_000_000,
            clock: Arc::new(SystemClock),
            development: true,
            token_lifetime_s: 3600,
            sockets: SocketLimits::default(),
            console: None,
        }
    }
}

impl fmt::Debug for AuthorityConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorityConfig")
            .field("listen", &self.listen)
            .field("database", &self.database)
            .field("replay", &self.replay)
            .field("max_age_s", &self.max_age_s)
            .field("ahead_s", &self.ahead_s)
            .field("task_ids", &self.task_ids)
            .field("faults", &self.faults)
            .field("development", &self.development)
            .finish_non_exhaustive()
    }
}

/// Bounds of WebSockets, besides those of requests: a message has at most 1 MiB and is answered within 30 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketLimits {
    /// Most that are open at a time; a further handshake is answered with 503. Default: 128.
    pub open: usize,
    /// Most messages on one. Default: 1024.
    pub messages: u32,
    /// Longest silence of a client. Default: five minutes.
    pub idle: Duration,
    /// Longest life. Default: one hour.
    pub life: Duration,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self { open: 128, messages: 1024, idle: Duration::from_secs(300), life: Duration::from_secs(3600) }
    }
}

/// Where an authority keeps what it knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// An SQLite file with mode 0600; its folder is made with mode 0700. One authority at a time uses it.
    File(PathBuf),
    /// Nowhere: all is gone when the authority stops.
    Memory,
}

/// How task ids are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskIds {
    /// As `task_id`.
    #[default]
    Plain,
    /// As `encrypted_task_id`, sealed to the agent's key.
    Sealed,
    /// In turns, beginning with plain.
    Alternating,
}

impl FromStr for TaskIds {
    type Err = Error;

    /// Reads `plain`, `sealed` or `alternating`.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "plain" => Ok(Self::Plain),
            "sealed" => Ok(Self::Sealed),
            "alternating" => Ok(Self::Alternating),
            _ => Err(Error::config(format!("task ids are plain, sealed or alternating, not {text:?}"))),
        }
    }
}

/// Reads a replay mode: `off`, `strict`, or `cap:N` with N from 1 to 10 000.
pub fn replay_mode(text: &str) -> Result<ReplayMode, Error> {
    let cap = |count: &str| count.parse().ok().filter(|count| (1..=10_000).contains(count)).map(ReplayMode::Cap);
    match text {
        "off" => Some(ReplayMode::Off),
        "strict" => Some(ReplayMode::Strict),
        text => text.strip_prefix("cap:").and_then(cap),
    }
    .ok_or_else(|| Error::config(format!("a replay mode is off, strict or cap:N with N from 1 to 10000, not {text:?}")))
}
