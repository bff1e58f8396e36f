//! Interface `errors`.

use crate::Component;
use crate::exports::errors::{Advice, CodeDescription, Error, Guest};
use agent_identity_core as core;

impl Guest for Component {
    fn catalogue() -> Vec<CodeDescription> {
        core::Code::ALL
            .iter()
            .map(|code| CodeDescription { code: code.as_str().into(), advice: code.advice().into(), meaning: code.meaning().into() })
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

impl From<core::Error> for Error {
    fn from(error: core::Error) -> Self {
        Self {
            code: error.code.as_str().into(),
            advice: error.advice().into(),
            message: error.message.into_owned(),
            status: error.status,
            attempts: error.attempts,
            retry_after_s: error.retry_after_s,
            cause: error.cause.map(Into::into),
            from_cooldown: error.from_cooldown,
        }
    }
}
