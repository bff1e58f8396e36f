//! The login that a bootstrap is for.

use crate::agent::Agent;
use crate::component::wit::agents;
use crate::error::Error;
use async_trait::async_trait;
use std::fmt;
use zeroize::Zeroizing;

/// A managed ChatGPT login: its account, and the access token that registers an agent (§8.4).
#[derive(Clone)]
pub struct ManagedLogin {
    /// Account the agent acts for.
    pub account_id: String,
    /// User the agent acts for.
    pub chatgpt_user_id: String,
    /// E-mail address, kept in the record.
    pub email: Option<String>,
    /// Plan, kept in the record.
    pub plan_type: String,
    /// Whether requests carry `X-OpenAI-Fedramp: true`.
    pub fedramp: bool,
    /// Overwritten on drop.
    pub access_token: Zeroizing<String>,
}

/// Says which login is in use now. It may change at any time.
#[async_trait]
pub trait ManagedLogins: Send + Sync {
    /// The login. Errors: `chatgpt-auth-unavailable`.
    async fn managed_login(&self) -> Result<ManagedLogin, Error>;
}

impl ManagedLogin {
    pub(super) fn is_of(&self, agent: &Agent) -> bool {
        agent.account_id() == Some(&self.account_id) && agent.chatgpt_user_id() == Some(&self.chatgpt_user_id)
    }

    #[cfg(feature = "client")]
    pub(super) fn is_same_account(&self, other: &Self) -> bool {
        (&self.account_id, &self.chatgpt_user_id) == (&other.account_id, &other.chatgpt_user_id)
    }

    pub(super) fn to_wit(&self) -> agents::ManagedLogin {
        agents::ManagedLogin {
            account_id: self.account_id.clone(),
            chatgpt_user_id: self.chatgpt_user_id.clone(),
            email: self.email.clone(),
            plan_type: self.plan_type.clone(),
            fedramp: self.fedramp,
            access_token: String::clone(&self.access_token),
        }
    }
}

impl fmt::Debug for ManagedLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ManagedLogin({})", self.account_id)
    }
}
