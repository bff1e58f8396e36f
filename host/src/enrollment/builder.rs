//! Putting an enrollment together.

use super::{Enrollment, Inner};
use crate::component::Component;
use crate::component::wit::agents::EnrollmentConfig;
use crate::error::Error;
use crate::surroundings::Surroundings;
use std::sync::{Arc, Mutex};

/// Describes an enrollment; [`Self::build`] makes it.
pub struct EnrollmentBuilder {
    config: EnrollmentConfig,
    surroundings: Surroundings,
    replaces_tasks: bool,
}

impl EnrollmentBuilder {
    pub(super) fn new(authapi_base: String) -> Self {
        Self {
            config: EnrollmentConfig {
                authapi_base: authapi_base.trim_end_matches('/').into(),
                jwks_url: "https://chatgpt.com/backend-api/wham/agent-identities/jwks".into(),
                description: crate::agent::description("unknown"),
                allowed_workspaces: Vec::new(),
                correct_clock: true,
                skew_threshold_s: None,
            },
            surroundings: Surroundings::default(),
            replaces_tasks: true,
        }
    }

    /// Where the key set for identity JWTs is. Default: the production service's.
    #[must_use]
    pub fn jwks_url(mut self, url: impl Into<String>) -> Self {
        self.config.jwks_url = url.into();
        self
    }

    /// What runs the agent: `cli`, `vscode`, `exec`, `mcp` or a text of your own. Default: `unknown`.
    #[must_use]
    pub fn source(mut self, source: &str) -> Self {
        self.config.description = crate::agent::description(source);
        self
    }

    /// Accounts that may be used. Default: any.
    #[must_use]
    pub fn allowed_workspaces(mut self, accounts: impl IntoIterator<Item = String>) -> Self {
        self.config.allowed_workspaces = accounts.into_iter().collect();
        self
    }

    /// Whether a measured clock offset is applied to timestamps. Default: yes.
    #[must_use]
    pub fn correct_clock(mut self, correct: bool) -> Self {
        self.config.correct_clock = correct;
        self
    }

    /// Whether a task that the backend refuses is replaced, and the refused request repeated once (D1). Default: yes.
    #[must_use]
    pub fn replace_tasks(mut self, replace: bool) -> Self {
        self.replaces_tasks = replace;
        self
    }

    /// Clock, randomness, HTTP, storage and observer.
    #[must_use]
    pub fn surroundings(mut self, surroundings: Surroundings) -> Self {
        self.surroundings = surroundings;
        self
    }

    /// Makes the enrollment. Errors: `base-url-unsupported`, `config-invalid`.
    pub fn build(self, component: &Component) -> Result<Enrollment, Error> {
        let performer = self.surroundings.performer(None)?;
        let mut session = self.surroundings.session(component)?;
        let handle = session.open_enrollment(&self.config)?;
        Ok(Enrollment(Arc::new(Inner {
            component: component.clone(),
            config: self.config,
            surroundings: self.surroundings,
            replaces_tasks: self.replaces_tasks,
            performer,
            session: Mutex::new(session),
            handle: Mutex::new(handle),
            agent: Mutex::default(),
            flights: Arc::default(),
        })))
    }
}
