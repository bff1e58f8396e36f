//! Interface `task-refs`.

use crate::Component;
use crate::exports::errors::Error;
use crate::exports::task_refs::{ExternalTaskRef, Guest};
use agent_identity_core::Result as CoreResult;
use agent_identity_core::task_ref::{self as core, TaskRef};
use alloc::string::String;

impl Guest for Component {
    fn normalize(reference: ExternalTaskRef) -> Result<Option<String>, Error> {
        Ok(normalized(Some(&reference))?.map(|reference| reference.as_str().into()))
    }

    fn unicode_version() -> String {
        core::UNICODE_VERSION.into()
    }
}

/// The reference in its one spelling; none is the run task.
pub(crate) fn normalized(reference: Option<&ExternalTaskRef>) -> CoreResult<Option<TaskRef>> {
    reference.map_or(Ok(None), |reference| core::normalize(&reference.kind, reference.value.as_deref()))
}
