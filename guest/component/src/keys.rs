//! Interfaces `keys` and `reveal`.

use crate::Component;
use crate::exports::errors::Error;
use crate::exports::keys::{
    CustodyCheck, Guest, GuestKey, GuestVerifyingKey, Key, KeyBorrow, PrivateForm, PublicForm, PublicForms, VerifyingKey,
};
use crate::exports::logins::Identity;
use crate::exports::reveal;
use crate::logins;
use crate::ports::{HostPorts, wipe_stack, with_clean_stack};
use agent_identity_core::keys::{self as core, PublicKey, SecretKey};
use agent_identity_core::record;
use agent_identity_core::signer::{Custodial, Signer};
use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

impl Guest for Component {
    type Key = KeyResource;
    type VerifyingKey = PublicKey;
}

/// A signing key. Agents and operations share it, so dropping the handle while one of them lives does not end it.
pub(crate) struct KeyResource(pub(crate) Rc<Signer>);

impl KeyResource {
    pub(crate) fn handle(key: SecretKey) -> Key {
        Key::new(Self(Rc::new(Signer::Held(key))))
    }
}

impl GuestKey for KeyResource {
    fn generate() -> Result<Key, Error> {
        with_clean_stack(|| Ok(Self::handle(SecretKey::generate(&HostPorts)?)))
    }

    fn import(form: PrivateForm, data: Vec<u8>) -> Result<Key, Error> {
        with_clean_stack(|| Ok(Self::handle(SecretKey::import(form.into(), &Zeroizing::new(data))?)))
    }

    fn custodial(public_key: Vec<u8>, key_id: String, check: CustodyCheck) -> Result<Key, Error> {
        let always = matches!(check, CustodyCheck::Always);
        let custodial = Custodial::new(PublicKey::from_bytes(&public_key)?, key_id, always);
        Ok(Key::new(Self(Rc::new(Signer::Custodial(custodial)))))
    }

    fn public(&self) -> PublicForms {
        public_forms(self.0.public())
    }

    fn custodian_key_id(&self) -> Option<String> {
        self.0.custodial().map(|key| key.key_id().to_owned())
    }
}

impl Drop for KeyResource {
    fn drop(&mut self) {
        // The key wipes itself; signing may have left spilled copies on the stack.
        wipe_stack();
    }
}

impl GuestVerifyingKey for PublicKey {
    fn import(form: PublicForm, data: Vec<u8>) -> Result<VerifyingKey, Error> {
        Ok(VerifyingKey::new(PublicKey::import(form.into(), &data)?))
    }

    fn public(&self) -> PublicForms {
        public_forms(self)
    }
}

impl reveal::Guest for Component {
    fn private_key(key: KeyBorrow<'_>, form: reveal::SecretForm) -> Result<Vec<u8>, Error> {
        let form = match form {
            reveal::SecretForm::Pkcs8Der => core::ExportForm::Der,
            reveal::SecretForm::Pkcs8Base64 => core::ExportForm::Base64,
            reveal::SecretForm::Pkcs8Pem => core::ExportForm::Pem,
        };
        with_clean_stack(|| Ok(key.get::<KeyResource>().0.held()?.export(form).to_vec()))
    }

    fn write_record(auth_json: Option<Vec<u8>>, identity: Identity, key: KeyBorrow<'_>) -> Result<Vec<u8>, Error> {
        let auth_json = auth_json.map(Zeroizing::new);
        with_clean_stack(|| {
            let secret = key.get::<KeyResource>().0.held()?.export(core::ExportForm::Base64);
            let record = logins::record_of(identity, &secret)?;
            Ok(record::write(auth_json.as_deref().map(Vec::as_slice), &record)?.to_vec())
        })
    }
}

fn public_forms(key: &PublicKey) -> PublicForms {
    PublicForms { raw: key.as_bytes().to_vec(), ssh: key.ssh_line(), jwk: key.jwk(), thumbprint: key.thumbprint(), spki: key.spki() }
}

impl From<PrivateForm> for core::PrivateForm {
    fn from(form: PrivateForm) -> Self {
        match form {
            PrivateForm::Pkcs8Der => Self::Pkcs8Der,
            PrivateForm::Pkcs8Base64 => Self::Pkcs8Base64,
            PrivateForm::Pkcs8Pem => Self::Pkcs8Pem,
            PrivateForm::Seed => Self::Seed,
            PrivateForm::Jwk => Self::Jwk,
        }
    }
}

impl From<PublicForm> for core::PublicForm {
    fn from(form: PublicForm) -> Self {
        match form {
            PublicForm::Raw => Self::Raw,
            PublicForm::Ssh => Self::Ssh,
            PublicForm::Jwk => Self::Jwk,
            PublicForm::Spki => Self::Spki,
        }
    }
}
