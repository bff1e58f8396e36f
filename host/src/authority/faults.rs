//! Fault switches: what an authority does wrong on purpose, so that clients can be tested.
//!
//! A list such as `500:2,401-task:1,slow:3s,skew:+400s,drop:1`. Each entry is `[scope/]kind[:argument]`.
//!
//! | kind | argument | what happens |
//! |---|---|---|
//! | `400` to `599` | how often | answers with this status |
//! | `401-task`, `401-clock`, `401-key` | how often | refuses a good assertion with `task-unknown`, `assertion-expired`, `signature-invalid` |
//! | `redirect` | how often | 307 to another path |
//! | `garbage` | how often | 200 with a body that is not JSON |
//! | `huge` | how often | 200 with 2 MiB of JSON |
//! | `truncate` | how often | does the work, sends half of the body, closes the connection |
//! | `stall` | how often | does the work, sends half of the body, then nothing more; the connection stays open |
//! | `drop` | how often | closes the connection, does nothing |
//! | `lose` | how often | does the work, then closes the connection without an answer |
//! | `slow` | `3s`, `250ms` or `2m` | waits before each answer |
//! | `retry-after` | a time | value of `Retry-After` on the status faults; without it 429 and 503 say 1 s |
//! | `skew` | `+400s` or `-3m` | shifts the authority's clock; takes no scope |
//!
//! Without a count a fault happens every time. Entries are tried in order; one request gets at most one of them, besides `slow`.
//! Scopes are `agent`, `task`, `responses`, `compact`, `memories`, `jwks`, `websocket` for the handshake of a WebSocket, `message`
//! for a message on one, and `protected` for the model endpoints, WebSocket included. Without a scope a fault hits all of these, a
//! `401-…` fault those of `protected`. `/healthz`, `/metrics` and `/dev/` never fail.
//!
//! So `websocket/426` sends clients to HTTP. On a WebSocket the body is the events of one answer: `message/truncate` closes it in the
//! middle of them, without a closing handshake, and `message/stall` falls silent there. A status is told in an event of type `error`.

mod active;
mod parse;

pub(super) use active::{ActiveFaults, Planned};

use super::endpoints::Endpoint;
use std::time::Duration;

/// Faults to be made; read from text by [`std::str::FromStr`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    entries: Vec<Entry>,
    skew_ms: i64,
    retry_after_s: Option<u64>,
}

impl Faults {
    /// Whether nothing goes wrong.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How far the authority's clock is shifted, milliseconds.
    pub fn skew_ms(&self) -> i64 {
        self.skew_ms
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    scope: Scope,
    kind: Kind,
    /// How often it still happens; none: every time.
    left: Option<u32>,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Answer with this status and, in the body, this code.
    Refuse(u16, &'static str),
    Redirect,
    Garbage,
    Huge,
    Truncate,
    Stall,
    Drop,
    Lose,
    Slow(Duration),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    All,
    Protected,
    One(Endpoint),
}

impl Scope {
    fn covers(self, endpoint: Endpoint) -> bool {
        match self {
            Self::All => endpoint.is_of_specification(),
            Self::Protected => endpoint.is_protected(),
            Self::One(one) => one == endpoint,
        }
    }
}

#[cfg(test)]
mod tests;
