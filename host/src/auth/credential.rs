//! What one attempt carries.

use super::{ChatgptTokens, RequestSigner, Secret};
use crate::error::{Advice, Error};
use crate::provider::{DefaultBase, is_legal_value};
use std::fmt;
use std::sync::Arc;

/// A header field whose value is a secret.
pub type HeaderField = (String, Secret);

/// The auth header fields of one attempt and what they are. `Debug` shows names and row, never values.
pub struct Credential {
    row: String,
    material: Material,
    /// Which of the authoriser's logins it belongs to.
    login_turn: u64,
    /// Where it is for; none: its material tells.
    default_base: Option<DefaultBase>,
    /// The region it is for.
    region: Option<String>,
}

/// What a credential is made of. Kept until the answer is there: a refusal is judged by what was sent.
pub(super) enum Material {
    Nothing,
    Bearer(Vec<HeaderField>),
    /// A bearer token that a command printed, in this run.
    Printed {
        fields: Vec<HeaderField>,
        run: u64,
    },
    Chatgpt {
        fields: Vec<HeaderField>,
        tokens: ChatgptTokens,
    },
    Headers(Vec<HeaderField>),
    Assertion(Assertion),
    /// Made of the finished request.
    Signature(Arc<dyn RequestSigner>),
}

/// What kind of credential an attempt carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// An assertion.
    Assertion,
    /// A bearer token.
    Bearer,
    /// Ready-made header fields of the login.
    Headers,
    /// A signature over the whole request.
    Signature,
    /// Nothing.
    Nothing,
}

/// An assertion with the fields that go beside it (A5), and what it was made for.
#[derive(Clone)]
pub struct Assertion {
    /// `Authorization` and the account fields.
    pub headers: Vec<HeaderField>,
    /// The agent that signed.
    pub agent_runtime_id: String,
    /// The task it signed for.
    pub task_id: String,
}

impl Credential {
    /// No credential. `row` is the row of §9 that said so.
    pub fn nothing(row: impl Into<String>) -> Self {
        Self::new(row, Material::Nothing)
    }

    /// A bearer token, without any account field.
    pub fn bearer(row: impl Into<String>, token: &Secret) -> Self {
        Self::new(row, Material::Bearer(vec![authorization(token)]))
    }

    /// Ready-made header fields.
    pub fn headers_of_login(row: impl Into<String>, fields: Vec<HeaderField>) -> Self {
        Self::new(row, Material::Headers(fields))
    }

    /// An assertion.
    pub fn assertion(row: impl Into<String>, assertion: Assertion) -> Self {
        Self::new(row, Material::Assertion(assertion))
    }

    /// A signature that is made once the request is finished; it sets the header fields itself.
    pub fn signature(row: impl Into<String>, signer: Arc<dyn RequestSigner>) -> Self {
        Self::new(row, Material::Signature(signer))
    }

    pub(super) fn printed(row: impl Into<String>, token: &Secret, run: u64) -> Self {
        Self::new(row, Material::Printed { fields: vec![authorization(token)], run })
    }

    /// Errors: `config-invalid`, `record-invalid` for tokens that cannot be sent (A5).
    pub(super) fn chatgpt(row: impl Into<String>, tokens: ChatgptTokens) -> Result<Self, Error> {
        if !is_legal_value(tokens.access_token.expose()) {
            return Err(Error::config("the access token holds characters that no header can carry; log in again"));
        }
        if tokens.account_id.as_deref().is_some_and(|id| !is_account_id(id)) {
            return Err(Error::new("record-invalid", Advice::FixConfig, "the account id of the login cannot be sent; log in again"));
        }
        let mut fields = vec![authorization(&tokens.access_token)];
        fields.extend(tokens.account_id.iter().map(|id| ("ChatGPT-Account-ID".to_owned(), id.as_str().into())));
        if tokens.fedramp {
            fields.push(("X-OpenAI-Fedramp".to_owned(), "true".into()));
        }
        Ok(Self::new(row, Material::Chatgpt { fields, tokens }))
    }

    /// The header fields to set, in order. They replace fields of the same name (11-1).
    pub fn headers(&self) -> &[HeaderField] {
        match &self.material {
            Material::Nothing | Material::Signature(_) => &[],
            Material::Bearer(fields)
            | Material::Printed { fields, .. }
            | Material::Chatgpt { fields, .. }
            | Material::Headers(fields)
            | Material::Assertion(Assertion { headers: fields, .. }) => fields,
        }
    }

    /// The row of §9 that decided, such as `P17`.
    pub fn row(&self) -> &str {
        &self.row
    }

    /// What it is.
    pub fn kind(&self) -> CredentialKind {
        match &self.material {
            Material::Nothing => CredentialKind::Nothing,
            Material::Bearer(_) | Material::Printed { .. } | Material::Chatgpt { .. } => CredentialKind::Bearer,
            Material::Headers(_) => CredentialKind::Headers,
            Material::Assertion(_) => CredentialKind::Assertion,
            Material::Signature(_) => CredentialKind::Signature,
        }
    }

    /// The agent that signed, if this is an assertion. May be recorded (A8).
    pub fn agent_runtime_id(&self) -> Option<&str> {
        self.signed().map(|assertion| assertion.agent_runtime_id.as_str())
    }

    /// The task it signed for, if this is an assertion. May be recorded (A8).
    pub fn task_id(&self) -> Option<&str> {
        self.signed().map(|assertion| assertion.task_id.as_str())
    }

    /// Where a provider without a base URL is for it. Decided by the login, which a token alone does not show.
    pub fn default_base(&self) -> DefaultBase {
        self.default_base.unwrap_or(match &self.material {
            Material::Nothing | Material::Bearer(_) | Material::Printed { .. } | Material::Signature(_) => DefaultBase::Api,
            Material::Chatgpt { .. } | Material::Headers(_) | Material::Assertion(_) => DefaultBase::Chatgpt,
        })
    }

    /// The same, made for another base than its material tells: a personal access token is a bearer token of ChatGPT.
    #[must_use]
    pub fn for_base(self, default_base: DefaultBase) -> Self {
        Self { default_base: Some(default_base), ..self }
    }

    /// The same for the endpoint of this region (13-3).
    #[must_use]
    pub fn for_region(self, region: impl Into<String>) -> Self {
        Self { region: Some(region.into()), ..self }
    }

    /// The region it is for, where that makes a difference.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// What signs the finished request.
    pub(crate) fn signer(&self) -> Option<&dyn RequestSigner> {
        match &self.material {
            Material::Signature(signer) => Some(&**signer),
            _ => None,
        }
    }

    pub(super) fn of_login(self, login_turn: u64) -> Self {
        Self { login_turn, ..self }
    }

    pub(crate) fn login_turn(&self) -> u64 {
        self.login_turn
    }

    pub(super) fn material(&self) -> &Material {
        &self.material
    }

    fn new(row: impl Into<String>, material: Material) -> Self {
        Self { row: row.into(), material, login_turn: 0, default_base: None, region: None }
    }

    fn signed(&self) -> Option<&Assertion> {
        match &self.material {
            Material::Assertion(assertion) => Some(assertion),
            _ => None,
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({} {:?} {:?})", self.row, self.kind(), names(self.headers()))
    }
}

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Assertion({:?} for {:?}, {:?})", self.agent_runtime_id, self.task_id, names(&self.headers))
    }
}

/// A5.
fn is_account_id(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, 0x21..=0x7e))
}

fn authorization(token: &Secret) -> HeaderField {
    ("Authorization".to_owned(), token.bearer())
}

fn names(fields: &[HeaderField]) -> Vec<&str> {
    fields.iter().map(|(name, _)| name.as_str()).collect()
}
