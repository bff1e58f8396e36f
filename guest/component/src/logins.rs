//! Interface `logins`.

use crate::Component;
use crate::exports::errors::Error;
use crate::exports::keys::Key;
use crate::exports::logins::{BootstrapAction, Claims, Guest, Identity, StoredIdentity};
use crate::keys::KeyResource;
use crate::ports::{HostPorts, with_clean_stack};
use agent_identity_core::base_urls::{self, BaseUrls};
use agent_identity_core::identifiers::{AgentRuntimeId, TaskId};
use agent_identity_core::keys::{PrivateForm, SecretKey};
use agent_identity_core::ports::Ports;
use agent_identity_core::record::{self, IdentityRecord};
use agent_identity_core::{Code, Error as CoreError, jwt, login};
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

impl Guest for Component {
    fn verify_jwt(token: String, jwks: Vec<u8>) -> Result<(Claims, Key), Error> {
        let token = Zeroizing::new(token);
        with_clean_stack(|| {
            let claims = jwt::verify(&token, &jwks, HostPorts.now_ms())?;
            let (iat, exp) = (claims.iat, claims.exp);
            let record = IdentityRecord::from_claims(claims)?;
            let key = key_of(&record)?;
            Ok((Claims { identity: identity(&record), iat, exp }, KeyResource::handle(key)))
        })
    }

    fn read_record(auth_json: Vec<u8>, account_id: String, chatgpt_user_id: String) -> Result<StoredIdentity, Error> {
        let auth_json = Zeroizing::new(auth_json);
        with_clean_stack(|| {
            let stored = record::read(&auth_json)?;
            let parses = |key: &str| SecretKey::import(PrivateForm::Pkcs8Base64, key.as_bytes()).is_ok();
            let action = match record::decide(&stored, &account_id, &chatgpt_user_id, parses) {
                record::BootstrapAction::RegisterAgent => BootstrapAction::RegisterAgent,
                record::BootstrapAction::RegisterTask => BootstrapAction::RegisterTask,
                record::BootstrapAction::Reuse => BootstrapAction::Reuse,
            };
            let identity = match &stored {
                record::StoredIdentity::Record(record) => Some(identity(record)),
                record::StoredIdentity::None | record::StoredIdentity::Jwt(_) => None,
            };
            Ok(StoredIdentity { action, identity })
        })
    }

    fn record_key(auth_json: Vec<u8>) -> Result<Key, Error> {
        let auth_json = Zeroizing::new(auth_json);
        with_clean_stack(|| match record::read(&auth_json)? {
            record::StoredIdentity::Record(record) => Ok(KeyResource::handle(key_of(&record)?)),
            record::StoredIdentity::None | record::StoredIdentity::Jwt(_) => {
                Err(CoreError::new(Code::AuthMaterialMissing, "the document holds no identity record with a key").into())
            }
        })
    }

    fn resolve_base_urls(
        chatgpt_base_url: Option<String>,
        authapi_override: Option<String>,
        jwks_override: Option<String>,
    ) -> Result<BaseUrls, Error> {
        Ok(base_urls::resolve(chatgpt_base_url.as_deref(), authapi_override.as_deref(), jwks_override.as_deref())?)
    }

    fn auth_mode(auth_json: Vec<u8>) -> Result<String, Error> {
        Ok(login::auth_mode(&Zeroizing::new(auth_json))?.as_str().into())
    }

    fn access_token_kind(text: String) -> Option<String> {
        Some(login::access_token_kind(&Zeroizing::new(text))?.as_str().into())
    }
}

fn key_of(record: &IdentityRecord) -> agent_identity_core::Result<SecretKey> {
    SecretKey::import(PrivateForm::Pkcs8Base64, record.agent_private_key.as_bytes())
}

fn identity(record: &IdentityRecord) -> Identity {
    Identity {
        agent_runtime_id: record.agent_runtime_id.as_str().into(),
        account_id: record.account_id.clone(),
        chatgpt_user_id: record.chatgpt_user_id.clone(),
        email: record.email.clone(),
        plan_type: record.plan_type.clone(),
        fedramp: record.fedramp,
        task_id: record.task_id.as_ref().map(|id| id.as_str().into()),
    }
}

/// The record of an identity with the base64 text of its key.
pub(crate) fn record_of(identity: Identity, key: &[u8]) -> agent_identity_core::Result<IdentityRecord> {
    let key = ::core::str::from_utf8(key).map_err(|_| Code::Internal)?;
    Ok(IdentityRecord {
        agent_runtime_id: AgentRuntimeId::parse(&identity.agent_runtime_id)?,
        agent_private_key: key.into(),
        account_id: identity.account_id,
        chatgpt_user_id: identity.chatgpt_user_id,
        email: identity.email,
        plan_type: identity.plan_type,
        fedramp: identity.fedramp,
        task_id: identity.task_id.as_deref().map(TaskId::parse).transpose()?,
    })
}
