//! The identity record: the member `agent_identity` of `auth.json` (`spec/identity.md` §8.2), and what a managed login does with
//! it (§8.4).

use crate::encoding::push_json_string;
use crate::error::{Code, Error, Result};
use crate::identifiers::{AccountId, AgentRuntimeId, TaskId};
use crate::json::{Object, is_named, secret};
use crate::jwt::IdentityClaims;
use crate::login::{AuthMode, document};
use crate::secret_text::SecretText;
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// The identity in use.
const IDENTITY: &str = "agent_identity";
/// The identity that a rotation made and nobody confirmed yet. A member of ours; other programs keep it as they find it.
const NEXT_IDENTITY: &str = "agent_identity_next";

/// An agent's identity as it is stored.
#[derive(Clone, Debug)]
pub struct IdentityRecord {
    /// The agent's id.
    pub agent_runtime_id: AgentRuntimeId,
    /// Base64 text of the PKCS#8 key, exactly as it was read (K12). Whether it parses is for the reader of keys to say.
    pub agent_private_key: SecretText,
    /// The account the agent acts for; not blank.
    pub account_id: String,
    /// The user the agent acts for; not blank.
    pub chatgpt_user_id: String,
    /// The user's mail address; never empty.
    pub email: Option<String>,
    /// The plan as it was read; see [`plan`].
    pub plan_type: String,
    /// Whether the account is a FedRAMP one.
    pub fedramp: bool,
    /// The run task, once it is registered.
    pub task_id: Option<TaskId>,
}

/// What an `auth.json` document holds of an identity.
#[derive(Clone, Debug)]
pub enum StoredIdentity {
    /// Nothing.
    None,
    /// A string: an identity JWT, not verified here.
    Jwt(SecretText),
    /// An object.
    Record(IdentityRecord),
}

/// Reads the member `agent_identity` of an `auth.json` document.
///
/// `store-read-failed` if the document is no JSON object, `record-invalid` if the member or one inside it has the wrong shape,
/// `runtime-id-invalid` for a runtime id outside I1, `auth-material-missing` for a blank one.
pub fn read(auth_json: &[u8]) -> Result<StoredIdentity> {
    read_member(auth_json, IDENTITY)
}

/// Reads the identity that waits for the end of a rotation, as [`read`] does.
pub fn read_next(auth_json: &[u8]) -> Result<StoredIdentity> {
    read_member(auth_json, NEXT_IDENTITY)
}

/// Sets the member `agent_identity` of an `auth.json` document, or of a new one, and returns the document as pretty JSON.
///
/// Every other member keeps its place, its name and its value byte for byte.
pub fn write(auth_json: Option<&[u8]>, record: &IdentityRecord) -> Result<Zeroizing<Vec<u8>>> {
    edit(auth_json, &[(IDENTITY, Value::Record(record))])
}

/// Sets the identity and forgets one that waited: the end of a rotation, or a new registration.
pub fn write_only(auth_json: Option<&[u8]>, record: &IdentityRecord) -> Result<Zeroizing<Vec<u8>>> {
    edit(auth_json, &[(IDENTITY, Value::Record(record)), (NEXT_IDENTITY, Value::Nothing)])
}

/// Puts an identity beside the one in use, or with none takes it away.
pub fn write_next(auth_json: &[u8], record: Option<&IdentityRecord>) -> Result<Zeroizing<Vec<u8>>> {
    edit(Some(auth_json), &[(NEXT_IDENTITY, record.map_or(Value::Nothing, Value::Record))])
}

/// Makes a document one of a login with this identity JWT; the tokens of a login before go (J9).
pub fn write_jwt(auth_json: Option<&[u8]>, jwt: &str) -> Result<Zeroizing<Vec<u8>>> {
    let mode = AuthMode::AgentIdentity.as_str();
    let edits = [
        ("auth_mode", Value::Text(mode)),
        ("tokens", Value::Nothing),
        ("last_refresh", Value::Nothing),
        (IDENTITY, Value::Text(jwt)),
        (NEXT_IDENTITY, Value::Nothing),
    ];
    edit(auth_json, &edits)
}

fn read_member(auth_json: &[u8], member: &'static str) -> Result<StoredIdentity> {
    let Some(value) = document(auth_json)?.value(member).map_err(member_invalid)? else {
        return Ok(StoredIdentity::None);
    };
    if let Some(jwt) = secret(value) {
        return Ok(StoredIdentity::Jwt(jwt));
    }
    let record = Object::read(value).ok_or_else(|| member_invalid(member))?;
    IdentityRecord::read(&record).map(StoredIdentity::Record)
}

/// What becomes of a member.
enum Value<'a> {
    /// It goes.
    Nothing,
    Text(&'a str),
    Record(&'a IdentityRecord),
}

/// The document with some members set. Their order in the document stays; new ones come last.
fn edit(auth_json: Option<&[u8]>, edits: &[(&'static str, Value<'_>)]) -> Result<Zeroizing<Vec<u8>>> {
    let existing = document(auth_json.unwrap_or(b"{}"))?;
    for (member, _) in edits {
        existing.value(member).map_err(member_invalid)?;
    }
    let mut out = Zeroizing::new(String::with_capacity(written_len_bound(&existing, edits)));
    for (key, value) in existing.members() {
        match edits.iter().find(|(member, _)| is_named(key, member)) {
            Some((member, value)) => push_member(&mut out, member, value),
            None => {
                open_member(&mut out);
                out.push_str(key);
                out.push_str(": ");
                out.push_str(value);
            }
        }
    }
    for (member, value) in edits {
        if !existing.members().any(|(key, _)| is_named(key, member)) {
            push_member(&mut out, member, value);
        }
    }
    let close = if out.is_empty() { "{}" } else { "\n}" };
    out.push_str(close);
    Ok(Zeroizing::new(core::mem::take(&mut *out).into_bytes()))
}

/// What a managed login has to do before it can sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootstrapAction {
    /// Register an agent with a new key, then its run task, then save.
    RegisterAgent,
    /// Register the run task of the stored agent, then save.
    RegisterTask,
    /// Use what is stored; nothing is sent or saved.
    Reuse,
}

/// Reads the table of §8.4, except its row about the task store, for the binding (`account_id`, `chatgpt_user_id`).
pub fn decide(stored: &StoredIdentity, account_id: &str, chatgpt_user_id: &str, key_parses: impl FnOnce(&str) -> bool) -> BootstrapAction {
    match stored {
        StoredIdentity::Record(record)
            if record.account_id == account_id && record.chatgpt_user_id == chatgpt_user_id && key_parses(&record.agent_private_key) =>
        {
            if record.task_id.is_some() {
                BootstrapAction::Reuse
            } else {
                BootstrapAction::RegisterTask
            }
        }
        _ => BootstrapAction::RegisterAgent,
    }
}

/// The name of a plan, its aliases and case folded; `unknown` for a plan that is not in the list of §8.2.
pub fn plan(plan_type: &str) -> &'static str {
    const PLANS: [&str; 11] = [
        "free",
        "go",
        "plus",
        "pro",
        "prolite",
        "team",
        "self_serve_business_usage_based",
        "business",
        "enterprise_cbp_usage_based",
        "enterprise",
        "education",
    ];
    const ALIASES: [(&str, &str); 2] = [("hc", "enterprise"), ("edu", "education")];
    let named = PLANS.into_iter().find(|name| name.eq_ignore_ascii_case(plan_type));
    let alias = || ALIASES.into_iter().find(|(alias, _)| alias.eq_ignore_ascii_case(plan_type)).map(|(_, name)| name);
    named.or_else(alias).unwrap_or("unknown")
}

impl StoredIdentity {
    /// Checks that a login whose mode is `agentIdentity` has something to work with; `auth-material-missing` if there is no
    /// identity, or the JWT or the key is blank (§8.1).
    pub fn require_material(&self) -> Result<()> {
        let material = match self {
            Self::None => "",
            Self::Jwt(jwt) => jwt,
            Self::Record(record) => &record.agent_private_key,
        };
        if is_blank(material) { Err(material_missing()) } else { Ok(()) }
    }
}

impl IdentityRecord {
    /// The record of a verified JWT: without a task, since the token has none (J10).
    pub fn from_claims(claims: IdentityClaims) -> Result<Self> {
        Ok(Self {
            agent_runtime_id: claims.agent_runtime_id,
            agent_private_key: claims.agent_private_key,
            account_id: filled("account_id", claims.account_id)?,
            chatgpt_user_id: filled("chatgpt_user_id", claims.chatgpt_user_id)?,
            email: claims.email.filter(|email| !email.is_empty()),
            plan_type: claims.plan_type,
            fedramp: claims.fedramp,
            task_id: None,
        })
    }

    /// The account id as it may stand in a header (A5); `record-invalid` otherwise.
    pub fn header_account_id(&self) -> Result<AccountId> {
        AccountId::parse(&self.account_id)
    }

    fn read(object: &Object<'_>) -> Result<Self> {
        let text = |name| object.string(name).map_err(member_invalid);
        let optional_text = |name| object.optional_string(name).map_err(member_invalid);
        let agent_runtime_id = text("agent_runtime_id")?;
        if is_blank(&agent_runtime_id) {
            return Err(material_missing());
        }
        Ok(Self {
            agent_private_key: object.secret("agent_private_key").map_err(member_invalid)?,
            account_id: filled("account_id", text("account_id")?)?,
            chatgpt_user_id: filled("chatgpt_user_id", text("chatgpt_user_id")?)?,
            email: optional_text("email")?.filter(|email| !email.is_empty()),
            plan_type: text("plan_type")?,
            fedramp: object.boolean("chatgpt_account_is_fedramp").map_err(member_invalid)?,
            task_id: optional_text("task_id")?.and_then(|task_id| TaskId::parse(&task_id).ok()),
            agent_runtime_id: AgentRuntimeId::parse(&agent_runtime_id)?,
        })
    }

    /// The string members as they are written, in order.
    fn written_strings(&self) -> [(&'static str, &str); 6] {
        [
            ("agent_runtime_id", self.agent_runtime_id.as_str()),
            ("agent_private_key", &self.agent_private_key),
            ("account_id", &self.account_id),
            ("chatgpt_user_id", &self.chatgpt_user_id),
            ("email", self.email.as_deref().unwrap_or_default()),
            ("plan_type", &self.plan_type),
        ]
    }
}

/// At most how long the written document is. The buffer must never grow, for growing leaves an uncleared copy behind (K15).
fn written_len_bound(existing: &Object<'_>, edits: &[(&'static str, Value<'_>)]) -> usize {
    let kept = existing.members().map(|(key, value)| key.len().saturating_add(value.len()).saturating_add(6));
    let set = edits.iter().map(|(_, value)| {
        let text_len = match value {
            Value::Nothing => 0,
            Value::Text(text) => text.len(),
            Value::Record(record) => {
                let task_id = record.task_id.as_ref().map_or(0, |task_id| task_id.as_str().len());
                record.written_strings().iter().map(|(_, value)| value.len()).fold(task_id, usize::saturating_add)
            }
        };
        // Names, quotes and indentation come to less than 400 bytes; an escape is at most six times its character.
        text_len.saturating_mul(6).saturating_add(400)
    });
    kept.chain(set).fold(8, usize::saturating_add)
}

/// Begins a member of the document: its first one opens the object.
fn open_member(out: &mut String) {
    out.push_str(if out.is_empty() { "{\n  " } else { ",\n  " });
}

fn push_member(out: &mut String, member: &str, value: &Value<'_>) {
    if matches!(value, Value::Nothing) {
        return;
    }
    open_member(out);
    push_json_string(out, member);
    out.push_str(": ");
    match value {
        Value::Nothing => {}
        Value::Text(text) => push_json_string(out, text),
        Value::Record(record) => push_record(out, record),
    }
}

fn push_record(out: &mut String, record: &IdentityRecord) {
    out.push_str("{\n");
    for (name, value) in record.written_strings() {
        push_string_member(out, name, value);
        out.push_str(",\n");
    }
    out.push_str("    \"chatgpt_account_is_fedramp\": ");
    out.push_str(if record.fedramp { "true" } else { "false" });
    if let Some(task_id) = &record.task_id {
        out.push_str(",\n");
        push_string_member(out, "task_id", task_id.as_str());
    }
    out.push_str("\n  }");
}

fn push_string_member(out: &mut String, name: &str, value: &str) {
    out.push_str("    ");
    push_json_string(out, name);
    out.push_str(": ");
    push_json_string(out, value);
}

fn filled(name: &'static str, value: String) -> Result<String> {
    if is_blank(&value) { Err(member_invalid(name)) } else { Ok(value) }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn member_invalid(name: &'static str) -> Error {
    let message = ["the stored identity's member ", name, " is missing, blank, given twice or of the wrong type; log in again"].concat();
    Error::new(Code::RecordInvalid, message)
}

fn material_missing() -> Error {
    Error::new(Code::AuthMaterialMissing, "the stored login names an agent identity but holds no usable one; log in again")
}

#[cfg(test)]
mod tests;
