//! The column "on cancel" of the third table of `spec/metadata.md` §14.

use crate::delegate::approval::{Answers, Decision, Grant};
use crate::delegate::event::{Event, EventKind};
use crate::delegate::operation::Operation;

/// What a session gets for a question that cancellation settles. None for events that ask nothing, and for questions of the
/// session's gate: it waits itself, and takes the end of its question for `abort`.
pub(super) fn reply_on_cancel<E, O>(event: &Event<E>) -> Option<Operation<O>> {
    let decision = Decision::Abort;
    let event_id = event.id.clone();
    match &event.kind {
        EventKind::CommandApproval(request) => {
            Some(Operation::CommandApproval { approval_id: request.effective_approval_id().into(), event_id, decision })
        }
        EventKind::PatchApproval(request) => Some(Operation::PatchApproval { call_id: request.call_id.clone(), decision }),
        EventKind::Permissions(request) => Some(Operation::Permissions { call_id: request.call_id.clone(), grant: Grant::default() }),
        EventKind::UserInput(_) => Some(Operation::UserInputAnswer { event_id, answers: Answers::default() }),
        EventKind::Signing(request) if request.responder.is_none() => {
            Some(Operation::SigningApproval { approval_id: request.approval_id.clone(), decision })
        }
        _ => None,
    }
}
