//! Keys in every form.

use super::driver::Driver;
use super::question::{Hex, base64_text, hex_text};
use crate::component::wit::keys::{PrivateForm, PublicForm, PublicForms};
use crate::component::wit::reveal::SecretForm;
use crate::error::{Advice, Error};
use crate::session::KeyHandle;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

#[derive(Deserialize)]
pub(super) struct ImportInput<'a> {
    form: PrivateFormName,
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PrivateFormName {
    Pkcs8Der,
    Pkcs8Base64,
    Pkcs8Pem,
    Seed,
    Jwk,
}

#[derive(Serialize)]
pub(super) struct KeyForms {
    #[serde(flatten)]
    public: Forms,
    pkcs8_v1_base64: String,
}

pub(super) fn import(driver: &mut Driver, input: ImportInput<'_>) -> Result<KeyForms, Error> {
    let (form, data) = match input.form {
        PrivateFormName::Pkcs8Der => (PrivateForm::Pkcs8Der, decoded(input.data, "key-not-base64")?),
        PrivateFormName::Pkcs8Base64 => (PrivateForm::Pkcs8Base64, text(input.data)?),
        PrivateFormName::Pkcs8Pem => (PrivateForm::Pkcs8Pem, text(input.data)?),
        PrivateFormName::Seed => (PrivateForm::Seed, unhexed(input.data)?),
        PrivateFormName::Jwk => (PrivateForm::Jwk, object(input.data)?),
    };
    let key = driver.session.import_key(form, &data)?;
    described(driver, key)
}

#[derive(Deserialize)]
pub(super) struct ImportPublicInput<'a> {
    form: PublicFormName,
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PublicFormName {
    Raw,
    Ssh,
    Jwk,
    Spki,
}

pub(super) fn import_public(driver: &mut Driver, input: ImportPublicInput<'_>) -> Result<Forms, Error> {
    let (form, data) = match input.form {
        PublicFormName::Raw => (PublicForm::Raw, unhexed(input.data)?),
        PublicFormName::Ssh => (PublicForm::Ssh, text(input.data)?),
        PublicFormName::Jwk => (PublicForm::Jwk, object(input.data)?),
        PublicFormName::Spki => (PublicForm::Spki, decoded(input.data, "key-public-invalid")?),
    };
    let key = driver.session.import_verifying_key(form, &data)?;
    let forms = driver.session.verifying_forms(&key);
    driver.session.release(key)?;
    forms?.try_into()
}

#[derive(Deserialize)]
pub(super) struct GenerateInput {
    random_hex: Hex,
}

pub(super) fn generate(driver: &mut Driver, input: GenerateInput) -> Result<KeyForms, Error> {
    driver.set_random(input.random_hex.0);
    let key = driver.session.generate_key()?;
    described(driver, key)
}

fn described(driver: &mut Driver, key: KeyHandle) -> Result<KeyForms, Error> {
    let public = driver.session.public_forms(&key);
    let secret = driver.session.reveal(&key, SecretForm::Pkcs8Base64);
    driver.session.release(key)?;
    Ok(KeyForms { public: public?.try_into()?, pkcs8_v1_base64: String::from_utf8_lossy(&secret?).into_owned() })
}

/// A public key in the forms it is written in.
#[derive(Serialize)]
pub(super) struct Forms {
    public_key_hex: String,
    ssh: String,
    jwk: Box<RawValue>,
    thumbprint: String,
    spki_base64: String,
}

impl TryFrom<PublicForms> for Forms {
    type Error = Error;

    fn try_from(forms: PublicForms) -> Result<Self, Error> {
        let jwk = RawValue::from_string(forms.jwk).map_err(|_| Error::internal("the component's JWK is no JSON".into()))?;
        Ok(Self {
            public_key_hex: hex_text(&forms.raw),
            ssh: forms.ssh,
            jwk,
            thumbprint: forms.thumbprint,
            spki_base64: base64_text(&forms.spki),
        })
    }
}

type Data = Zeroizing<Vec<u8>>;

fn text(data: &RawValue) -> Result<Data, Error> {
    let text = serde_json::from_str::<String>(data.get()).map_err(|_| Error::config("the member `data` of `input` is no string"))?;
    Ok(Zeroizing::new(text.into_bytes()))
}

fn unhexed(data: &RawValue) -> Result<Data, Error> {
    let bytes = serde_json::from_str::<Hex>(data.get()).map_err(|_| Error::config("the member `data` of `input` is not hex"))?;
    Ok(Zeroizing::new(bytes.0))
}

/// base64 that stands for bytes; one that cannot be read is refused as the component refuses base64 that it reads itself.
fn decoded(data: &RawValue, code: &str) -> Result<Data, Error> {
    let bytes = STANDARD.decode(&*text(data)?);
    bytes.map(Zeroizing::new).map_err(|_| Error::new(code, Advice::FixConfig, "the key is not base64 with padding; encode it anew"))
}

/// The text of a JWK as it stands in the line, so that the component sees what a parser would hide.
fn object(data: &RawValue) -> Result<Data, Error> {
    let text = data.get();
    match text.starts_with('{') {
        true => Ok(Zeroizing::new(text.as_bytes().to_vec())),
        false => Err(Error::config("the member `data` of `input` is no object")),
    }
}
