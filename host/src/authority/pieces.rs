//! A body that is sent piece by piece.

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Pieces of a body, and what comes after them.
struct Pieces {
    left: VecDeque<Bytes>,
    end: End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    BreaksOff,
    /// Nothing more, and no end either.
    Stalls,
}

/// One frame for each piece: the events of a stream.
pub(super) fn streamed(pieces: impl IntoIterator<Item = Bytes>) -> Body {
    Body::new(Pieces { left: pieces.into_iter().collect(), end: End::Whole })
}

/// A part of a body, after which the connection is closed.
pub(super) fn broken_off(part: Bytes) -> Body {
    Body::new(Pieces { left: VecDeque::from([part]), end: End::BreaksOff })
}

/// A part of a body, after which nothing comes any more.
pub(super) fn stalled(part: Bytes) -> Body {
    Body::new(Pieces { left: VecDeque::from([part]), end: End::Stalls })
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(match (self.left.pop_front(), self.end) {
            (Some(piece), _) => Some(Ok(Frame::data(piece))),
            (None, End::Whole) => None,
            (None, End::BreaksOff) => Some(Err(io::Error::other("broken off on purpose"))),
            // Nobody wakes it: it goes with its connection.
            (None, End::Stalls) => return Poll::Pending,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && self.end == End::Whole
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    TooLong,
    BrokenOff,
}

/// Reads a body up to a limit.
pub(super) async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Unread> {
    let mut read = Vec::new();
    while let Some(frame) = std::future::poll_fn(|context| hyper::body::Body::poll_frame(Pin::new(&mut body), context)).await {
        let Ok(data) = frame.map_err(|_| Unread::BrokenOff)?.into_data() else { continue };
        if data.len() > limit - read.len() {
            return Err(Unread::TooLong);
        }
        read.extend_from_slice(&data);
    }
    Ok(read.into())
}
