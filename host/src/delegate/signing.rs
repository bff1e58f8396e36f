//! May a delegate's request be signed with its parent's identity? (`spec/metadata.md` 14-6, 14-7)

mod gates;
mod mode;
mod request;

pub use gates::Gates;
pub use mode::DelegateSigning;
pub use request::{RequestKind, SigningApproval, SigningRequest, SigningSubject};

use super::approval::Decision;
use super::event::{Event, EventKind};
use crate::error::{Advice, Error};
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// What a delegate's requests go through before a header is built. One per delegate, in memory only: what it was granted ends
/// with the delegate.
#[derive(Clone)]
pub struct SigningGate(Arc<Gate>);

struct Gate {
    /// Tells the gates of a process apart; a thread id would come back when a thread is resumed.
    number: u64,
    mode: DelegateSigning,
    thread_id: String,
    ended: CancellationToken,
    granted_for_session: AtomicBool,
    asked: AtomicU64,
    questions: Box<dyn Questions>,
}

impl SigningGate {
    /// Lets a request through or not. Call it before each attempt; a request is asked about once, its retries are covered.
    ///
    /// Errors: `approval-denied`, `approval-cancelled`. Nothing was sent, and no other credential may be tried.
    pub async fn admit(&self, request: &SigningRequest) -> Result<(), Error> {
        let decision = match self.0.mode {
            DelegateSigning::Inherit => return Ok(()),
            DelegateSigning::Deny => Decision::Denied,
            DelegateSigning::Ask => self.decide(request).await,
        };
        match decision {
            Decision::Approved | Decision::ApprovedForSession => Ok(()),
            Decision::Abort => Err(cancelled(&request.subject)),
            Decision::Denied | Decision::TimedOut | Decision::ApprovedWithPolicyChange(_) => Err(denied(&request.subject)),
        }
    }

    /// What this delegate may do.
    pub fn mode(&self) -> DelegateSigning {
        self.0.mode
    }

    /// The delegate it stands before.
    pub fn thread_id(&self) -> &str {
        &self.0.thread_id
    }

    /// A gate that puts its questions into the pipe of a session's events.
    pub(super) fn new<E: Send + 'static>(
        mode: DelegateSigning,
        thread_id: String,
        ended: CancellationToken,
        events: &mpsc::Sender<Event<E>>,
    ) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(Arc::new(Gate {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            mode,
            thread_id,
            ended,
            granted_for_session: AtomicBool::new(false),
            asked: AtomicU64::new(0),
            // Weak: a gate that somebody keeps must not look like a session that still speaks.
            questions: Box::new(events.downgrade()),
        }))
    }

    /// The decision that needs no question.
    pub(super) fn standing(&self, subject: &SigningSubject) -> Option<Decision> {
        match self.0.mode {
            DelegateSigning::Inherit => Some(Decision::Approved),
            DelegateSigning::Deny => Some(Decision::Denied),
            DelegateSigning::Ask => self.covers(subject).then_some(Decision::ApprovedForSession),
        }
    }

    /// Remembers an approval for the session. One for a grandchild covers that one request and no more.
    pub(super) fn remember(&self, subject: &SigningSubject, decision: &Decision) {
        if *decision == Decision::ApprovedForSession && self.is_own(subject) {
            self.0.granted_for_session.store(true, Ordering::Release);
        }
    }

    async fn decide(&self, request: &SigningRequest) -> Decision {
        if self.0.ended.is_cancelled() {
            return Decision::Abort;
        }
        if self.covers(&request.subject) {
            return Decision::ApprovedForSession;
        }
        // Attempts of one request wait for each other, so that it is asked about once.
        let mut decisions = request.decisions.lock().await;
        if let Some(decision) = decisions.get(&self.0.number) {
            return decision.clone();
        }
        let decision = tokio::select! {
            biased;
            () = self.0.ended.cancelled() => Decision::Abort,
            decision = self.ask(&request.subject) => decision,
        };
        decisions.insert(self.0.number, decision.clone());
        decision
    }

    async fn ask(&self, subject: &SigningSubject) -> Decision {
        let (responder, answer) = oneshot::channel();
        let approval_id = format!("{}/signing/{}", self.0.thread_id, self.0.asked.fetch_add(1, Ordering::Relaxed));
        self.0.questions.put(SigningApproval::answered_by(approval_id, subject.clone(), responder)).await;
        // Nobody answers a question that was not taken, or was thrown away while the delegate winds down.
        answer.await.unwrap_or(Decision::Abort)
    }

    fn covers(&self, subject: &SigningSubject) -> bool {
        self.0.granted_for_session.load(Ordering::Acquire) && self.is_own(subject)
    }

    fn is_own(&self, subject: &SigningSubject) -> bool {
        subject.delegate_thread_id == self.0.thread_id
    }
}

impl fmt::Debug for SigningGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningGate({}, {})", self.0.mode, self.0.thread_id)
    }
}

/// Where a gate puts its questions.
#[async_trait]
trait Questions: Send + Sync {
    /// Waits for room. A question that finds no pipe is dropped, and with it its responder.
    async fn put(&self, question: SigningApproval);
}

#[async_trait]
impl<E: Send> Questions for mpsc::WeakSender<Event<E>> {
    async fn put(&self, question: SigningApproval) {
        if let Some(events) = self.upgrade() {
            // An error gives the question back: it is dropped.
            let _ = events.send(Event::new(question.approval_id.clone(), EventKind::Signing(question))).await;
        }
    }
}

fn denied(subject: &SigningSubject) -> Error {
    refusal(
        "approval-denied",
        Advice::Never,
        subject,
        "was not approved; nothing was sent. Allow it, or set `delegate_signing` to `inherit`",
    )
}

/// Not `back-off`: a client that repeats such attempts would ask again what was broken off.
fn cancelled(subject: &SigningSubject) -> Error {
    refusal("approval-cancelled", Advice::Never, subject, "was not decided before the delegate or its turn was stopped; nothing was sent")
}

fn refusal(code: &str, advice: Advice, subject: &SigningSubject, what: &str) -> Error {
    let SigningSubject { delegate_thread_id, endpoint, .. } = subject;
    Error::new(code, advice, format!("signing a request to {endpoint} for the delegate {delegate_thread_id} {what}"))
}
