//! Two futures at once.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// What `work` brings, unless `deadline` is over first; then none.
pub(crate) async fn before<T>(deadline: impl Future<Output = ()>, work: impl Future<Output = T>) -> Option<T> {
    let (mut deadline, mut work) = (pin!(deadline), pin!(work));
    poll_fn(|context| {
        if let Poll::Ready(value) = work.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        deadline.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// What `work` brings, while `beside` goes on as far as it gets.
pub(crate) async fn beside<T>(beside: impl Future<Output = ()>, work: impl Future<Output = T>) -> T {
    let (mut beside, mut work) = (pin!(beside), pin!(work));
    let mut is_over = false;
    poll_fn(|context| {
        if !is_over {
            is_over = beside.as_mut().poll(context).is_ready();
        }
        work.as_mut().poll(context)
    })
    .await
}
