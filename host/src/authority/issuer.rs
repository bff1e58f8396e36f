//! Identity JWTs (`spec/identity.md` §8.3), and the key set they are verified with.

use super::store::{Store, Survives, signing_keys};
use crate::error::Error;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2_host::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

const ISSUER: &str = "https://chatgpt.com/codex-backend/agent-identity";
const AUDIENCE: &str = "codex-app-server";

/// Whom an identity JWT is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentitySubject {
    /// Account the agent acts for.
    pub account_id: String,
    /// User the agent acts for.
    pub chatgpt_user_id: String,
    /// Plan of the account.
    pub plan_type: String,
    /// E-mail address of the user.
    pub email: Option<String>,
    /// Whether the account is a FedRAMP one.
    pub fedramp: bool,
    /// Seconds until the token expires.
    pub lifetime_s: u32,
}

impl IdentitySubject {
    /// A user of a `team` account, for a day.
    pub fn new(account_id: impl Into<String>, chatgpt_user_id: impl Into<String>) -> Self {
        Self {
            account_id: account_id.into(),
            chatgpt_user_id: chatgpt_user_id.into(),
            plan_type: "team".into(),
            email: None,
            fedramp: false,
            lifetime_s: 86_400,
        }
    }
}

/// A new agent with its key, as a token. The token is a secret, so `Debug` leaves it out.
pub struct IssuedIdentity {
    /// Id of the agent the token speaks for.
    pub agent_runtime_id: String,
    /// The token; it holds the agent's private key.
    pub jwt: Zeroizing<String>,
}

impl fmt::Debug for IssuedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuedIdentity({})", self.agent_runtime_id)
    }
}

/// Signs identity JWTs with the one RSA key of the database, which is made when it is first needed.
pub(super) struct Issuer {
    store: Store,
    key: OnceCell<Arc<SigningKey>>,
}

impl Issuer {
    pub(super) fn new(store: Store) -> Self {
        Self { store, key: OnceCell::new() }
    }

    /// The JWKS document.
    pub(super) async fn key_set(&self) -> Result<String, Error> {
        let key = self.key().await?;
        let (kid, n, e) = (&key.kid, &key.n, &key.e);
        Ok(serde_json::json!({"keys": [{"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": n, "e": e}]}).to_string())
    }

    /// A token for an agent whose private key, base64 PKCS#8, goes into it.
    pub(super) async fn jwt(
        &self,
        subject: &IdentitySubject,
        agent_runtime_id: &str,
        agent_private_key: &str,
        now_ms: i64,
    ) -> Result<Zeroizing<String>, Error> {
        let iat = u64::try_from(now_ms.div_euclid(1000)).unwrap_or(0);
        let claims = Claims {
            iss: ISSUER,
            aud: AUDIENCE,
            iat,
            exp: iat + u64::from(subject.lifetime_s),
            agent_runtime_id,
            agent_private_key,
            account_id: &subject.account_id,
            chatgpt_user_id: &subject.chatgpt_user_id,
            email: subject.email.as_deref(),
            plan_type: &subject.plan_type,
            chatgpt_account_is_fedramp: subject.fedramp,
        };
        let claims = serde_json::to_vec(&claims).map(Zeroizing::new).map_err(|_| broken())?;
        self.key().await?.sign(&claims)
    }

    async fn key(&self) -> Result<Arc<SigningKey>, Error> {
        self.key.get_or_try_init(|| self.load_or_make()).await.cloned()
    }

    async fn load_or_make(&self) -> Result<Arc<SigningKey>, Error> {
        let mut pkcs8 = self.store.run(Survives::Nothing, signing_keys::load).await?;
        if pkcs8.is_none() {
            let made = tokio::task::spawn_blocking(SigningKey::generate).await.map_err(|_| broken())??;
            pkcs8 = Some(self.store.run(Survives::PowerCut, move |connection| signing_keys::keep_first(connection, &made)).await?);
        }
        SigningKey::read(&pkcs8.unwrap_or_default()).map(Arc::new)
    }
}

/// In the order of J2.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    agent_runtime_id: &'a str,
    agent_private_key: &'a str,
    account_id: &'a str,
    chatgpt_user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    plan_type: &'a str,
    chatgpt_account_is_fedramp: bool,
    iat: u64,
    exp: u64,
}

struct SigningKey {
    pair: KeyPair,
    /// RFC 7638 thumbprint.
    kid: String,
    n: String,
    e: String,
}

impl SigningKey {
    fn generate() -> Result<Zeroizing<Vec<u8>>, Error> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| broken())?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| broken())?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    fn read(pkcs8: &[u8]) -> Result<Self, Error> {
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| broken())?;
        let (n, e) = modulus_and_exponent(pair.public_key().as_ref()).ok_or_else(broken)?;
        let (n, e) = (URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e));
        let thumbprint = Sha256::digest(format!("{{\"e\":\"{e}\",\"kty\":\"RSA\",\"n\":\"{n}\"}}"));
        Ok(Self { pair, kid: URL_SAFE_NO_PAD.encode(thumbprint), n, e })
    }

    fn sign(&self, claims: &[u8]) -> Result<Zeroizing<String>, Error> {
        let header = format!("{{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"{}\"}}", self.kid);
        let mut jwt = Zeroizing::new(URL_SAFE_NO_PAD.encode(header));
        jwt.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut jwt);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), jwt.as_bytes(), &mut signature).map_err(|_| broken())?;
        jwt.push('.');
        URL_SAFE_NO_PAD.encode_string(&signature, &mut jwt);
        Ok(jwt)
    }
}

/// Reads `RSAPublicKey` of RFC 8017: a sequence of two positive integers.
fn modulus_and_exponent(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, []) = tagged(0x30, der)? else { return None };
    let (n, rest) = tagged(0x02, sequence)?;
    let (e, []) = tagged(0x02, rest)? else { return None };
    let positive = |integer: &'_ [u8]| -> usize { integer.iter().take_while(|byte| **byte == 0).count() };
    Some((n.get(positive(n)..)?, e.get(positive(e)..)?))
}

/// The content of one DER element, and what follows it.
fn tagged(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[found, length], rest) = der.split_first_chunk()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), rest.get(2..)?),
        _ => return None,
    };
    if found == tag { rest.split_at_checked(length) } else { None }
}

fn broken() -> Error {
    Error::internal("the key that identity JWTs are signed with cannot be made or read; use a new database".into())
}
