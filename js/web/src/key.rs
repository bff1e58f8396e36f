//! Signing keys.

use crate::browser::with_clean_stack;
use crate::custodian;
use crate::host::Host;
use crate::realm::Realm;
use agent_identity_core::Result;
use agent_identity_core::keys::{PrivateForm, PublicKey, SecretKey};
use agent_identity_core::signer::{Custodial, Signer};
use std::rc::Rc;

/// A signing key: held by the program, or kept by the browser. A key that is held is overwritten when the last of its holders is dropped.
#[derive(Clone)]
pub struct Key(pub(crate) Rc<Signer>);

impl Key {
    /// A new key that the program holds. Errors: `random-failed`.
    pub fn generate() -> Result<Self> {
        with_clean_stack(|| Ok(Self(Rc::new(Signer::Held(SecretKey::generate(&Realm)?)))))
    }

    /// Reads a private key that the program holds. Errors: the `key-…` codes.
    pub fn import(form: PrivateForm, data: &[u8]) -> Result<Self> {
        with_clean_stack(|| Ok(Self(Rc::new(Signer::Held(SecretKey::import(form, data)?)))))
    }

    /// The key of that name which the browser keeps, else a new one: it signs, and no script can read it. A registration that is answered
    /// with a sealed task id ends with `sealed-open-failed`. Errors: `auth-material-missing` where the browser keeps none.
    pub async fn kept(host: &Host, key_id: &str) -> Result<Self> {
        let public = custodian::open_or_generate(&host.database, key_id).await?;
        Ok(Self(Rc::new(Signer::Custodial(Custodial::new(public, key_id.into(), false)))))
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        self.0.public()
    }
}
