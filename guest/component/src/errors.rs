//! Interface `errors`.

use crate::Component;
use crate::exports::errors::{Advice, CodeDescription, Error, ErrorInfo, Guest, GuestError};
use agent_identity_core as core;
use alloc::vec::Vec;

impl Guest for Component {
    type Error = ErrorResource;

    fn catalogue() -> Vec<CodeDescription> {
        core::Code::ALL
            .iter()
            .map(|code| CodeDescription {
                code: code.as_str().into(),
                advice: code.advice().into(),
                meaning: code.meaning().into(),
                is_invalid_request: code.is_invalid_request(),
            })
            .collect()
    }
}

impl From<core::Advice> for Advice {
    fn from(advice: core::Advice) -> Self {
        match advice {
            core::Advice::Never => Self::Never,
            core::Advice::AfterRegister => Self::AfterRegister,
            core::Advice::BackOff => Self::BackOff,
            core::Advice::FixClock => Self::FixClock,
            core::Advice::FixConfig => Self::FixConfig,
        }
    }
}

/// A failure that waits to be read.
pub(crate) struct ErrorResource(core::Error);

impl GuestError for ErrorResource {
    fn info(&self) -> ErrorInfo {
        let advice = self.0.advice().into();
        let detail = self.0.clone().into_detail();
        ErrorInfo {
            code: detail.code.as_str().into(),
            advice,
            message: detail.message.into_owned(),
            status: detail.status,
            attempts: detail.attempts,
            retry_after_s: detail.retry_after_s,
            cause: detail.cause.map(Into::into),
            from_cooldown: detail.from_cooldown,
        }
    }
}

/// Behind a handle, so that the code of an export that fails does not write eight members.
impl From<core::Error> for Error {
    #[cold]
    #[inline(never)]
    fn from(error: core::Error) -> Self {
        Self::new(ErrorResource(error))
    }
}
