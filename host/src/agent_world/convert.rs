//! The same types in both worlds: what bindings make of the WIT twice is here made one.

use super::agent::Answer;
use super::imported::{custodian, http, storage};
use super::{shared, wit};
use crate::component::wit as first;
use crate::component::wit::operations as effects;
use crate::enrollment::ManagedLogin;
use crate::error::Error;
use crate::ports::HttpResponse;

pub(super) fn enrollment_config(config: &first::agents::EnrollmentConfig) -> shared::agents::EnrollmentConfig {
    let config = config.clone();
    shared::agents::EnrollmentConfig {
        authapi_base: config.authapi_base,
        jwks_url: config.jwks_url,
        description: shared::registrations::AgentDescription {
            source: config.description.source,
            os: config.description.os,
            agent_version: config.description.agent_version,
        },
        allowed_workspaces: config.allowed_workspaces,
        correct_clock: config.correct_clock,
        skew_threshold_s: config.skew_threshold_s,
    }
}

pub(super) fn agent_config(config: &first::agents::AgentConfig) -> shared::agents::AgentConfig {
    let config = config.clone();
    shared::agents::AgentConfig {
        agent_runtime_id: config.agent_runtime_id,
        account_id: config.account_id,
        chatgpt_user_id: config.chatgpt_user_id,
        fedramp: config.fedramp,
        authapi_base: config.authapi_base,
        correct_clock: config.correct_clock,
        skew_threshold_s: config.skew_threshold_s,
        clock_offset_ms: config.clock_offset_ms,
    }
}

pub(super) fn managed_login(login: &ManagedLogin) -> shared::agents::ManagedLogin {
    let login = login.clone();
    shared::agents::ManagedLogin {
        account_id: login.account_id,
        chatgpt_user_id: login.chatgpt_user_id,
        email: login.email,
        plan_type: login.plan_type,
        fedramp: login.fedramp,
        access_token: String::clone(&login.access_token),
    }
}

pub(super) fn private_form(form: first::keys::PrivateForm) -> shared::keys::PrivateForm {
    match form {
        first::keys::PrivateForm::Pkcs8Der => shared::keys::PrivateForm::Pkcs8Der,
        first::keys::PrivateForm::Pkcs8Base64 => shared::keys::PrivateForm::Pkcs8Base64,
        first::keys::PrivateForm::Pkcs8Pem => shared::keys::PrivateForm::Pkcs8Pem,
        first::keys::PrivateForm::Seed => shared::keys::PrivateForm::Seed,
        first::keys::PrivateForm::Jwk => shared::keys::PrivateForm::Jwk,
    }
}

pub(super) fn custody_check(check: first::keys::CustodyCheck) -> shared::keys::CustodyCheck {
    match check {
        first::keys::CustodyCheck::First => shared::keys::CustodyCheck::First,
        first::keys::CustodyCheck::Always => shared::keys::CustodyCheck::Always,
    }
}

pub(super) fn error(info: shared::errors::ErrorInfo) -> Error {
    let advice = match info.advice {
        shared::errors::Advice::Never => first::errors::Advice::Never,
        shared::errors::Advice::AfterRegister => first::errors::Advice::AfterRegister,
        shared::errors::Advice::BackOff => first::errors::Advice::BackOff,
        shared::errors::Advice::FixClock => first::errors::Advice::FixClock,
        shared::errors::Advice::FixConfig => first::errors::Advice::FixConfig,
    };
    Error {
        code: info.code,
        advice,
        message: info.message,
        status: info.status,
        attempts: info.attempts,
        retry_after_s: info.retry_after_s,
        cause: info.cause,
        from_cooldown: info.from_cooldown,
    }
}

pub(super) fn identity(identity: shared::logins::Identity) -> first::logins::Identity {
    first::logins::Identity {
        agent_runtime_id: identity.agent_runtime_id,
        account_id: identity.account_id,
        chatgpt_user_id: identity.chatgpt_user_id,
        email: identity.email,
        plan_type: identity.plan_type,
        fedramp: identity.fedramp,
        task_id: identity.task_id,
    }
}

pub(super) fn answer(answer: wit::Answer) -> Answer {
    let wit::Answer { response, rejection, repeated } = answer;
    let http::Response { status, headers, body, truncated } = response;
    Answer {
        response: HttpResponse { status, headers, body, truncated },
        rejection: first::agents::Rejection {
            class: rejection.class,
            code: rejection.code,
            action: rejection.action,
            skew_ms: rejection.skew_ms,
        },
        repeated,
    }
}

pub(super) fn event(event: shared::operations::Event) -> effects::Event {
    use shared::operations::EventKind as Kind;
    effects::Event {
        kind: match event.kind {
            Kind::Waiting => effects::EventKind::Waiting,
            Kind::Registering => effects::EventKind::Registering,
            Kind::RetryScheduled => effects::EventKind::RetryScheduled,
            Kind::Registered => effects::EventKind::Registered,
            Kind::Reused => effects::EventKind::Reused,
            Kind::Dropped => effects::EventKind::Dropped,
            Kind::ClockCorrected => effects::EventKind::ClockCorrected,
            Kind::Failed => effects::EventKind::Failed,
            Kind::FallbackEngaged => effects::EventKind::FallbackEngaged,
        },
        subject: event.subject,
        conversation: event.conversation,
        key_digest: event.key_digest,
        attempt: event.attempt,
        delay_ms: event.delay_ms,
        code: event.code,
    }
}

impl From<http::Request> for effects::HttpRequest {
    fn from(request: http::Request) -> Self {
        Self {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
            timeout_ms: request.timeout_ms,
            success_limit: request.success_limit,
            error_limit: request.error_limit,
        }
    }
}

impl From<effects::HttpResponse> for http::Response {
    fn from(effects::HttpResponse { status, headers, body, truncated }: effects::HttpResponse) -> Self {
        Self { status, headers, body, truncated }
    }
}

impl From<effects::HttpFailure> for http::Error {
    fn from(failure: effects::HttpFailure) -> Self {
        match failure {
            effects::HttpFailure::Timeout => Self::Timeout,
            effects::HttpFailure::Connect => Self::Connect,
            effects::HttpFailure::Failed => Self::Failed,
            effects::HttpFailure::Cancelled => Self::Cancelled,
        }
    }
}

impl From<effects::LoadedDocument> for storage::Loaded {
    fn from(effects::LoadedDocument { document, revision }: effects::LoadedDocument) -> Self {
        Self { document, revision }
    }
}

impl From<effects::StorageFailure> for storage::Error {
    fn from(failure: effects::StorageFailure) -> Self {
        match failure {
            effects::StorageFailure::Unreadable => Self::Unreadable,
            effects::StorageFailure::Unwritable => Self::Unwritable,
            effects::StorageFailure::Conflict => Self::Conflict,
            effects::StorageFailure::Cancelled => Self::Cancelled,
        }
    }
}

impl From<effects::CustodianFailure> for custodian::Error {
    fn from(failure: effects::CustodianFailure) -> Self {
        match failure {
            effects::CustodianFailure::Unsupported => Self::Unsupported,
            effects::CustodianFailure::Failed => Self::Failed,
            effects::CustodianFailure::Cancelled => Self::Cancelled,
        }
    }
}
