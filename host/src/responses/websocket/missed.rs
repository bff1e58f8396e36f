//! Why a request has no answer over a WebSocket yet.

use crate::responses::exchange::Failed;
use crate::responses::failure::ApiError;

/// What stands between a request and its answer.
pub(super) enum Missed {
    /// No connection can be had now: the request goes over HTTP (11-12).
    NoSocket(ApiError),
    /// Nor later (11-12).
    ForGood(ApiError),
    /// Another request has the connection, or has just failed to open it: this one goes over HTTP.
    Busy,
    /// The connection was no longer what it seemed; another one is opened.
    Again(ApiError),
    /// As over HTTP.
    Failed(Failed),
}

impl Missed {
    pub(super) fn error(&self) -> Option<&ApiError> {
        match self {
            Self::NoSocket(error) | Self::ForGood(error) | Self::Again(error) => Some(error),
            Self::Busy => None,
            Self::Failed(failed) => Some(failed.error()),
        }
    }
}
