//! How a delegate's session is ended (`spec/metadata.md` 14-9).

use super::on_cancel::reply_on_cancel;
use crate::delegate::event::Event;
use crate::delegate::operation::Submission;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long a session may take to end.
const PATIENCE: Duration = Duration::from_millis(500);

/// Submits these operations while it drains the session's events, so that neither pipe keeps the other one full; `submitted` is
/// cancelled in between. Returns once `until` was met or the session ended, and in any case after 500 ms.
pub(super) async fn wind_down<E: Send, O: Send>(
    from_session: &mut mpsc::Receiver<Event<E>>,
    to_session: &mpsc::Sender<Submission<O>>,
    submissions: Vec<Submission<O>>,
    submitted: &CancellationToken,
    until: fn(&Event<E>) -> bool,
) {
    let submitting = async {
        submit(to_session, submissions).await;
        submitted.cancel();
    };
    // What is not done by then is given up: the pipes close behind us.
    let _ = timeout(PATIENCE, drain(from_session, to_session, submitting, until)).await;
}

async fn drain<E: Send, O: Send>(
    from_session: &mut mpsc::Receiver<Event<E>>,
    to_session: &mpsc::Sender<Submission<O>>,
    submitting: impl Future<Output = ()>,
    until: fn(&Event<E>) -> bool,
) {
    tokio::pin!(submitting);
    let (mut is_submitted, mut is_met) = (false, false);
    while !(is_submitted && is_met) {
        tokio::select! {
            biased;
            () = &mut submitting, if !is_submitted => is_submitted = true,
            event = from_session.recv() => match event {
                Some(event) => {
                    is_met |= until(&event);
                    refuse(to_session, &event);
                }
                None => return,
            },
        }
    }
}

async fn submit<O: Send>(to_session: &mpsc::Sender<Submission<O>>, submissions: Vec<Submission<O>>) {
    for submission in submissions {
        if to_session.send(submission).await.is_err() {
            return;
        }
    }
}

/// A question that comes too late gets its reply if there is room: a session that was told to end settles the others itself.
fn refuse<E, O>(to_session: &mpsc::Sender<Submission<O>>, event: &Event<E>) {
    if let Some(reply) = reply_on_cancel(event) {
        let _ = to_session.try_send(Submission::new("late-reply", reply));
    }
}
