//! Stops a bootstrap whose login is no longer the one in use.

use super::{ManagedLogin, ManagedLogins};
use crate::ports::{Http, HttpFailure, HttpRequest, HttpResponse};
use async_trait::async_trait;
use std::sync::Arc;

/// A login, and who knows whether it is still the one in use.
pub(super) struct WhileInUse {
    pub(super) login: ManagedLogin,
    pub(super) logins: Arc<dyn ManagedLogins>,
}

impl WhileInUse {
    /// Sends as long as the login is in use: its access token goes nowhere afterwards, not even with a repeat.
    pub(super) fn guard(self, inner: Arc<dyn Http>) -> Arc<dyn Http> {
        Arc::new(Guarded { inner, in_use: self })
    }
}

struct Guarded {
    inner: Arc<dyn Http>,
    in_use: WhileInUse,
}

#[async_trait]
impl Http for Guarded {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        match self.in_use.logins.managed_login().await {
            Ok(now) if now.is_same_account(&self.in_use.login) => self.inner.send(request).await,
            _ => Err(HttpFailure::Cancelled),
        }
    }
}
