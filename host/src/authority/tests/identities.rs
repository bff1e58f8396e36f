//! Identity JWTs and their key set (`spec/identity.md` §8.3).

use super::client::{ACCOUNT, Scene, USER, accepted, component, error, token_request};
use crate::authority::{Database, IdentitySubject};
use crate::component::wit::reveal::SecretForm;
use crate::session::Session;
use crate::system::SystemRandom;
use crate::types::PrivateForm;
use crate::{Agent, Key};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

#[tokio::test]
async fn j1_to_j8_an_issued_token_verifies_with_the_served_key_set() {
    let scene = Scene::start().await;
    let issued = scene.authority.identity_jwt(&IdentitySubject::new(ACCOUNT, USER)).await.unwrap();
    assert!(!format!("{issued:?}").contains(issued.jwt.as_str()));
    let jwks = scene.get("/backend-api/wham/agent-identities/jwks").await.0.body;
    assert_eq!(scene.get("/agent-identities/jwks").await.0.body, jwks);
    let mut session = Session::new(component(), scene.clock.clone(), std::sync::Arc::new(SystemRandom)).unwrap();
    let (claims, key) = session.verify_jwt(&issued.jwt, &jwks).unwrap();
    assert_eq!(claims.identity.agent_runtime_id, issued.agent_runtime_id);
    assert_eq!((claims.identity.account_id.as_str(), claims.identity.chatgpt_user_id.as_str()), (ACCOUNT, USER));
    assert_eq!(claims.exp - claims.iat, 86_400);

    // The agent inside is registered: it can get a task and be accepted.
    let key = Key::held(PrivateForm::Pkcs8Base64, session.reveal(&key, SecretForm::Pkcs8Base64).unwrap().to_vec());
    let builder = Agent::builder(issued.agent_runtime_id, key, scene.authority.authapi_base()).account(ACCOUNT, USER);
    let agent = builder.clock(scene.clock.clone()).build(component()).unwrap();
    agent.register_task(None, None).await.unwrap();
    assert_eq!(scene.verdict(&agent.authorize(None).await.unwrap()).await, accepted());

    scene.clock.step(86_461_000);
    assert_eq!(session.verify_jwt(&issued.jwt, &jwks).unwrap_err().code, "jwt-expired");
}

#[tokio::test]
async fn j7_a_changed_token_does_not_verify() {
    let scene = Scene::start().await;
    let issued = scene.post("/dev/identity-jwt", &token_request()).await.json();
    let jwt = issued["access_token"].as_str().unwrap();
    let jwks = scene.get("/backend-api/wham/agent-identities/jwks").await.0.body;
    let parts: Vec<_> = jwt.split('.').collect();
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap().replace(ACCOUNT, "acct-2");
    let forged = [parts[0], &URL_SAFE_NO_PAD.encode(claims), parts[2]].join(".");
    let mut session = Session::new(component(), scene.clock.clone(), std::sync::Arc::new(SystemRandom)).unwrap();
    assert_eq!(session.verify_jwt(&forged, &jwks).unwrap_err().code, "jwt-signature-invalid");
    session.verify_jwt(jwt, &jwks).unwrap();
}

#[tokio::test]
async fn the_signing_key_belongs_to_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = || Database::File(folder.path().join("authority.db"));
    let first = Scene::with(|config| config.database = database()).await;
    let jwks = first.get("/backend-api/wham/agent-identities/jwks").await.text();
    first.authority.shutdown().await.unwrap();
    let second = Scene::with(|config| config.database = database()).await;
    assert_eq!(second.get("/backend-api/wham/agent-identities/jwks").await.text(), jwks);
    assert_ne!(Scene::start().await.get("/backend-api/wham/agent-identities/jwks").await.text(), jwks);
}

#[tokio::test]
async fn tokens_are_for_ids_that_can_be_sent() {
    let scene = Scene::start().await;
    for (account, user) in [("", USER), ("a b", USER), ("\u{e4}", USER), (&"x".repeat(257), USER), (ACCOUNT, " ")] {
        assert_eq!(scene.authority.development_token(account, user).await.unwrap_err().code, "config-invalid");
        let subject = IdentitySubject::new(account, user);
        assert_eq!(scene.authority.identity_jwt(&subject).await.unwrap_err().code, "config-invalid");
    }
}

#[tokio::test]
async fn development_endpoints_can_be_switched_off() {
    let scene = Scene::with(|config| config.development = false).await;
    assert_eq!(scene.post("/dev/token", &token_request()).await.verdict(), error(404, "not-found"));
    assert_eq!(scene.get("/dev/agents").await.verdict(), error(404, "not-found"));
    scene.ready().await;
}
