//! A body that is sent piece by piece.

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Pieces of a body, and whether it breaks off after them.
struct Pieces {
    left: VecDeque<Bytes>,
    breaks_off: bool,
}

/// One frame for each piece: the events of a stream.
pub(super) fn streamed(pieces: impl IntoIterator<Item = Bytes>) -> Body {
    Body::new(Pieces { left: pieces.into_iter().collect(), breaks_off: false })
}

/// A part of a body, after which the connection is closed.
pub(super) fn broken_off(part: Bytes) -> Body {
    Body::new(Pieces { left: VecDeque::from([part]), breaks_off: true })
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(match self.left.pop_front() {
            Some(piece) => Some(Ok(Frame::data(piece))),
            None if self.breaks_off => Some(Err(io::Error::other("broken off on purpose"))),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && !self.breaks_off
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
