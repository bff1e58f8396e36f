//! Keys that no script can read, kept by the browser as `WebCryptoCustodian` of the npm package keeps them: non-extractable WebCrypto keys
//! in IndexedDB, which sign and do nothing else.

use crate::database::{Database, requested};
use crate::realm::subtle;
use crate::values::{member, name_of, object};
use agent_identity_core::flow::CustodianFailure;
use agent_identity_core::keys::PublicKey;
use agent_identity_core::{Code, Error, Result};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, IdbTransactionMode, SubtleCrypto};

const STORE: &str = "keys";
const ED25519: &str = "Ed25519";

/// How often a key is made anew where the library of a browser fails with one in a hundred.
const ATTEMPTS: u32 = 8;

/// What is signed to see that a key which was kept signs.
const TRIAL: &[u8] = b"agent-identity: does this key sign?";

/// The public half of the key of that name: the one that is kept, else a new one.
pub(crate) async fn open_or_generate(database: &Database, key_id: &str) -> Result<PublicKey> {
    match open(database, key_id).await? {
        Some(public) => Ok(public),
        None => generate(database, key_id).await,
    }
}

/// 64 bytes.
pub(crate) async fn sign(database: &Database, key_id: &str, text: &[u8]) -> std::result::Result<Vec<u8>, CustodianFailure> {
    let subtle = subtle().ok_or(CustodianFailure::Unsupported)?;
    let signed = async {
        let key = member(&find(database, key_id).await?, "privateKey").dyn_into::<CryptoKey>()?;
        signature(&subtle, &key, text).await
    };
    signed.await.map_err(|_: JsValue| CustodianFailure::Failed)
}

async fn open(database: &Database, key_id: &str) -> Result<Option<PublicKey>> {
    let found = find(database, key_id).await.map_err(|error| refused("the keys in IndexedDB cannot be read", &error))?;
    if found.is_undefined() {
        return Ok(None);
    }
    let raw = member(&found, "publicKey").dyn_into::<Uint8Array>().map(|raw| raw.to_vec()).unwrap_or_default();
    PublicKey::from_bytes(&raw).map(Some)
}

/// A key is kept, read back and tried before it is given out, so that none is registered that is lost with the page.
async fn generate(database: &Database, key_id: &str) -> Result<PublicKey> {
    let subtle = subtle().ok_or_else(|| unsupported("a page has WebCrypto on https or on localhost only"))?;
    let (private, raw) = new_pair(&subtle).await?;
    let public = PublicKey::from_bytes(&raw.to_vec())?;
    let kept = object(&[("keyId", key_id.into()), ("privateKey", private.into()), ("publicKey", raw.into())]);
    let added = async {
        let transaction = database.begin(STORE, IdbTransactionMode::Readwrite).await?;
        requested(&transaction.store.add(&kept)?).await?;
        transaction.complete().await
    };
    added.await.map_err(|error| refused("the key cannot be kept in IndexedDB", &error))?;
    let signed = sign(database, key_id, TRIAL).await.ok().and_then(|signature| <[u8; 64]>::try_from(signature).ok());
    if signed.is_some_and(|signature| public.verify_strict(TRIAL, &signature)) {
        return Ok(public);
    }
    erase(database, key_id).await;
    Err(unsupported("the key that was kept does not sign; it was erased again"))
}

async fn new_pair(subtle: &SubtleCrypto) -> Result<(CryptoKey, Uint8Array)> {
    let mut left = ATTEMPTS;
    loop {
        left = left.saturating_sub(1);
        match try_new_pair(subtle).await {
            Ok(pair) => return Ok(pair),
            Err(error) if name_of(&error) == "OperationError" && left > 0 => {}
            Err(error) => return Err(refused("this browser makes no Ed25519 key; let the program hold the key", &error)),
        }
    }
}

async fn try_new_pair(subtle: &SubtleCrypto) -> std::result::Result<(CryptoKey, Uint8Array), JsValue> {
    let uses = Array::of2(&"sign".into(), &"verify".into());
    let pair = JsFuture::from(subtle.generate_key_with_str(ED25519, false, &uses)?).await?;
    let public: CryptoKey = member(&pair, "publicKey").dyn_into()?;
    let raw = JsFuture::from(subtle.export_key("raw", &public)?).await?;
    Ok((member(&pair, "privateKey").dyn_into()?, Uint8Array::new(&raw)))
}

async fn signature(subtle: &SubtleCrypto, key: &CryptoKey, text: &[u8]) -> std::result::Result<Vec<u8>, JsValue> {
    let signed = JsFuture::from(subtle.sign_with_str_and_u8_array(ED25519, key, text)?).await?;
    Ok(Uint8Array::new(&signed).to_vec())
}

/// Each use looks: another tab may have erased a key.
async fn find(database: &Database, key_id: &str) -> std::result::Result<JsValue, JsValue> {
    let transaction = database.begin(STORE, IdbTransactionMode::Readonly).await?;
    let found = requested(&transaction.store.get(&key_id.into())?).await?;
    transaction.complete().await?;
    Ok(found)
}

async fn erase(database: &Database, key_id: &str) {
    let erased = async {
        let transaction = database.begin(STORE, IdbTransactionMode::Readwrite).await?;
        requested(&transaction.store.delete(&key_id.into())?).await?;
        transaction.complete().await
    };
    // What does not sign is of no use to anybody, erased or not.
    let _: std::result::Result<(), JsValue> = erased.await;
}

fn unsupported(why: &'static str) -> Error {
    Error::new(Code::AuthMaterialMissing, why).with_cause("custodian")
}

fn refused(what: &str, thrown: &JsValue) -> Error {
    Error::new(Code::AuthMaterialMissing, format!("{what}: {}", name_of(thrown))).with_cause("custodian")
}
