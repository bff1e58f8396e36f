//! Login with an identity JWT (§8.3), and taking a stored identity.

use super::{Run, key_of, report, usable_run_task};
use crate::agent::{Agent, read_task_store};
use crate::documents::{self, AUTH};
use crate::error::{Code, Error, Result};
use crate::flow::{Completion, Effects, EventKind, HttpFailure, HttpRequest};
use crate::jwt;
use crate::record::{self, IdentityRecord, StoredIdentity};
use crate::registering::Label;
use alloc::rc::Rc;
use alloc::vec::Vec;

/// For the whole fetch of the key set (J5).
const JWKS_TIMEOUT_MS: u32 = 10_000;
const JWKS_LIMIT: u32 = 1 << 20;
const ERROR_LIMIT: u32 = 64 << 10;

impl Run {
    /// Verifies the JWT, then stores it. On failure nothing is written (J9).
    pub(super) async fn login(&self, jwt: &str, effects: &Effects) -> Result<Completion> {
        let agent = self.verified_agent(jwt.trim(), effects).await?;
        self.check_current()?;
        documents::update(effects, AUTH, None, &mut |document| record::write_jwt(document, jwt.trim()).map(Some)).await?;
        self.take(agent)
    }

    /// The stored identity. A record needs no network; a JWT is verified each time (J5).
    pub(super) async fn load(&self, effects: &Effects) -> Result<Completion> {
        let loaded = documents::load(effects, AUTH).await?;
        let stored = loaded.map_or(Ok(StoredIdentity::None), |loaded| record::read(&loaded.document))?;
        stored.require_material()?;
        let agent = match &stored {
            StoredIdentity::Record(record) => self.record_agent(record, effects).await?,
            StoredIdentity::Jwt(jwt) => self.verified_agent(jwt, effects).await?,
            StoredIdentity::None => return Err(Code::AuthMaterialMissing.into()),
        };
        self.take(agent)
    }

    async fn record_agent(&self, record: &IdentityRecord, effects: &Effects) -> Result<Rc<Agent>> {
        jwt::allowed_workspace(&record.account_id, &self.enrollment.config.allowed_workspaces)?;
        let agent = self.open_agent(record, key_of(record)?)?;
        let label = self.label(&record.account_id);
        let Some(task_id) = &record.task_id else { return Ok(agent) };
        let store = read_task_store(effects, &label).await?;
        if usable_run_task(record, &store, &agent).is_some() {
            self.remember_run_task(&agent, task_id, effects, &label).await?;
        } else {
            agent.forget_task(None);
            report(effects, &label, EventKind::Dropped, Some(Code::TaskBindingMismatch));
        }
        Ok(agent)
    }

    /// J1 to J8; nothing in the token counts before its signature (J4).
    async fn verified_agent(&self, jwt: &str, effects: &Effects) -> Result<Rc<Agent>> {
        let config = &self.enrollment.config;
        let account_id = jwt::unverified_account_id(jwt)?;
        jwt::allowed_workspace(&account_id, &config.allowed_workspaces)?;
        let label = self.label(&account_id);
        let jwks = self.fetch_jwks(effects, &label).await?;
        let record = IdentityRecord::from_claims(jwt::verify(jwt, &jwks, self.ports.now_ms())?)?;
        self.open_agent(&record, key_of(&record)?)
    }

    async fn fetch_jwks(&self, effects: &Effects, label: &Label) -> Result<Vec<u8>> {
        let request = HttpRequest {
            method: "GET",
            url: self.enrollment.config.jwks_url.clone(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout_ms: JWKS_TIMEOUT_MS,
            success_limit: JWKS_LIMIT,
            error_limit: ERROR_LIMIT,
        };
        let unavailable = |cause| {
            report(effects, label, EventKind::Failed, Some(Code::JwksUnavailable));
            Error::new(Code::JwksUnavailable, "the key set for identity JWTs could not be fetched; repeat later").with_cause(cause)
        };
        match effects.http(request).await? {
            Ok(answer) if answer.truncated => Err(Code::ResponseTooLarge.into()),
            Ok(answer) if matches!(answer.status, 200..=299) => Ok(answer.body),
            Ok(answer) => Err(unavailable("status").with_status(answer.status)),
            Err(HttpFailure::Cancelled) => Err(Code::Cancelled.into()),
            Err(HttpFailure::Timeout) => Err(unavailable(Code::NetworkTimeout.as_str())),
            Err(HttpFailure::Connect) => Err(unavailable(Code::NetworkConnect.as_str())),
            Err(HttpFailure::Failed) => Err(unavailable(Code::NetworkFailed.as_str())),
        }
    }
}
