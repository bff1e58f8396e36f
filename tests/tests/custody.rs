//! Keys that a custodian keeps: its signatures are used only when they are right.

use agent_identity_host::custodian::NativeCustodian;
use agent_identity_host::ports::{Custodian, CustodianError, Http, HttpFailure, HttpRequest, HttpResponse};
use agent_identity_host::types::operations::{CustodianFailure, Effect, Outcome};
use agent_identity_host::types::{CustodyCheck, PrivateForm, PublicForm};
use agent_identity_host::{Agent, Key, Profile, Signer};
use agent_identity_tests::flows::{AUTHAPI, Bench, config, response};
use agent_identity_tests::{APRIL_MS, NoRandom, SetClock, SetRandom, component};
use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const SEED: [u8; 32] = [7; 32];

/// Signs rightly with the key it shows, except the signatures with these numbers, which are those of another key.
struct Lying {
    keys: NativeCustodian,
    wrong: fn(usize) -> bool,
    signed: AtomicUsize,
}

impl Lying {
    fn new(wrong: fn(usize) -> bool) -> Arc<Self> {
        let keys = NativeCustodian::new();
        keys.import_seed("shown", &SEED).expect("a seed is a key");
        keys.import_seed("other", &[8; 32]).expect("a seed is a key");
        Arc::new(Self { keys, wrong, signed: AtomicUsize::new(0) })
    }
}

#[async_trait]
impl Custodian for Lying {
    fn public_key(&self, _: &str) -> Result<[u8; 32], CustodianError> {
        self.keys.public_key("shown")
    }

    async fn sign(&self, _: &str, text: &[u8]) -> Result<[u8; 64], CustodianError> {
        let number = self.signed.fetch_add(1, Ordering::Relaxed);
        self.keys.sign(if (self.wrong)(number) { "other" } else { "shown" }, text).await
    }
}

fn signer(profile: Profile, key: Key) -> Signer {
    Signer::new(component(profile).clone(), Arc::new(SetClock::at(APRIL_MS)), Arc::new(NoRandom), key).expect("the key is good")
}

fn custodial(custodian: Arc<dyn Custodian>, check: CustodyCheck) -> Key {
    Key::Custodial { custodian, key_id: "shown".into(), check }
}

#[tokio::test]
async fn section_3_4_a_first_signature_that_is_wrong_never_leaves() {
    for profile in Profile::ALL {
        for check in [CustodyCheck::First, CustodyCheck::Always] {
            let signer = signer(profile, custodial(Lying::new(|_| true), check));
            for _ in 0..3 {
                let error = signer.authorize("agent-123", "task-123", 0).await.expect_err("a signature of another key");
                assert_eq!(error.code, "signature-invalid", "and it stays the first one until one was right");
            }
        }
    }
}

#[tokio::test]
async fn section_3_4_with_always_every_wrong_signature_is_refused() {
    for profile in Profile::ALL {
        let signer = signer(profile, custodial(Lying::new(|number| number % 2 == 1), CustodyCheck::Always));
        for number in 0..10 {
            let made = signer.authorize("agent-123", "task-123", 0).await;
            match number % 2 {
                0 => assert!(made.is_ok()),
                _ => assert_eq!(made.expect_err("a signature of another key").code, "signature-invalid"),
            }
        }
    }
}

#[tokio::test]
async fn section_3_4_with_first_only_the_first_of_an_instance_is_verified() {
    for profile in Profile::ALL {
        let signer = signer(profile, custodial(Lying::new(|number| number == 1), CustodyCheck::First));
        assert!(signer.authorize("agent-123", "task-123", 0).await.is_ok());
        assert!(signer.authorize("agent-123", "task-123", 0).await.is_ok(), "the price of not verifying; `always` refuses it");
    }
}

#[tokio::test]
async fn section_3_4_a_custodian_and_the_component_make_the_same_header() {
    for profile in Profile::ALL {
        let native = Arc::new(NativeCustodian::new());
        native.import_seed("key-1", &SEED).expect("a seed is a key");
        let held = signer(profile, Key::held(PrivateForm::Seed, SEED));
        let kept = signer(profile, Key::custodial(native, "key-1"));
        for task in ["task-123", "tâche:№ 7/\"q\"", "a:2026-04-23T00:00:00Z"] {
            let (held, kept) = (held.authorize("agent-123", task, 0).await, kept.authorize("agent-123", task, 0).await);
            assert_eq!(held.expect("valid fields"), kept.expect("valid fields"));
        }
    }
}

#[tokio::test]
async fn a6_a_custodian_that_fails_gives_no_header() {
    struct Failing(CustodianError);
    #[async_trait]
    impl Custodian for Failing {
        fn public_key(&self, _: &str) -> Result<[u8; 32], CustodianError> {
            Lying::new(|_| false).public_key("")
        }
        async fn sign(&self, _: &str, _: &[u8]) -> Result<[u8; 64], CustodianError> {
            Err(self.0.clone())
        }
    }
    for failure in [CustodianError::Unsupported, CustodianError::UnknownKey, CustodianError::Failed("locked".into())] {
        let signer = signer(Profile::Wide, custodial(Arc::new(Failing(failure)), CustodyCheck::First));
        let error = signer.authorize("agent-123", "task-123", 0).await.expect_err("nothing was signed");
        assert_eq!((error.code.as_str(), error.cause.as_deref()), ("signature-invalid", Some("custodian")));
    }
}

#[test]
fn k13_a_custodian_with_an_unusable_public_key_is_refused_at_once() {
    for profile in Profile::ALL {
        let mut bench = Bench::new(profile);
        let mut small_order = [0; 32];
        small_order[0] = 1;
        for public in [&small_order[..], &[0xff; 32], &[7; 31], &[]] {
            let error = bench.session.custodial_key(public, "key-1", CustodyCheck::First).expect_err("K13");
            assert_eq!(error.code, "key-public-invalid");
        }
    }
}

#[test]
fn section_3_4_what_needs_the_secret_is_refused_for_a_key_that_is_not_here() {
    for profile in Profile::ALL {
        let mut bench = Bench::new(profile);
        let held = bench.key();
        let public = bench.session.public_forms(&held).expect("sound").raw;
        let key = bench.session.custodial_key(&public, "key-1", CustodyCheck::First).expect("a public key");
        let session = &mut bench.session;
        let codes = [
            session.authorize(&key, "agent-123", "task-123", 0).map(|_| ()),
            session.authorize_at(&key, "agent-123", "task-123", "2026-04-23T00:00:00Z").map(|_| ()),
            session.sign_task_at(&key, "agent-123", "2026-04-23T00:00:00Z", None).map(|_| ()),
            session.reveal(&key, agent_identity_host::types::SecretForm::Pkcs8Der).map(|_| ()),
        ];
        for outcome in codes {
            assert_eq!(outcome.expect_err("the secret is elsewhere").code, "auth-material-missing");
        }
    }
}

#[test]
fn section_3_4_a_custodian_that_cannot_unseal_ends_a_sealed_answer() {
    for profile in Profile::ALL {
        for failure in [CustodianFailure::Unsupported, CustodianFailure::Failed] {
            let mut bench = Bench::new(profile);
            let held = bench.key();
            let public = bench.session.public_forms(&held).expect("sound").raw;
            let made = bench.session.sign_task_at(&held, "agent-123", "2026-04-23T00:00:00Z", None).expect("valid");
            let signature = bench.session.parse_task(&made.path, made.body.as_bytes()).expect("well-formed").signature;
            let key = bench.session.custodial_key(&public, "key-1", CustodyCheck::First).expect("a public key");
            let agent = bench.agent_with(&config(), &key);
            let mut flow = bench.register_task(&agent);
            flow.resume(Outcome::Sign(Ok(signature)));
            let sealed = "uq59qDzqJhIyKZkb4ctxQcjGx3f2knGHYLVjm/kyqzIIQzcbizyWGHTfKElt7LPDsYRskw12TOA=";
            flow.answer(response(200, format!(r#"{{"encrypted_task_id":"{sealed}"}}"#)));
            assert!(matches!(flow.effect(), Effect::Unseal(_)));
            let error = flow.resume(Outcome::Unseal(Err(failure))).error();
            assert_eq!((error.code.as_str(), error.cause.as_deref()), ("sealed-open-failed", Some("custodian")));
        }
    }
}

/// Answers every request with one body.
struct Answering(String);

#[async_trait]
impl Http for Answering {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        assert!(request.url.starts_with(AUTHAPI));
        Ok(HttpResponse { status: 200, body: self.0.clone().into_bytes(), ..HttpResponse::default() })
    }
}

fn agent(profile: Profile, key: Key, answer: String) -> Agent {
    let builder = Agent::builder("agent-123", key, AUTHAPI).http(Arc::new(Answering(answer)));
    let builder = builder.clock(Arc::new(SetClock::at(APRIL_MS))).random(Arc::new(SetRandom::repeating(9)));
    builder.build(component(profile)).expect("valid parts")
}

#[tokio::test]
async fn n3_the_native_custodian_registers_unseals_and_signs_from_end_to_end() {
    for profile in Profile::ALL {
        let native = Arc::new(NativeCustodian::new());
        let public = native.import_seed("key-1", &SEED).expect("a seed is a key");
        let mut bench = Bench::new(profile);
        let public = bench.session.import_verifying_key(PublicForm::Raw, &public).expect("a public key");
        let sealed = bench.session.seal_task_id(&public, "task-123").expect("random bytes are there");
        let answer = format!(r#"{{"encrypted_task_id":"{sealed}"}}"#);
        let kept = agent(profile, Key::custodial(native, "key-1"), answer.clone());
        let held = agent(profile, Key::held(PrivateForm::Seed, SEED), answer);
        for agent in [&kept, &held] {
            assert_eq!(agent.register_task(None, None).await.as_deref(), Ok("task-123"));
        }
        assert_eq!(kept.authorize(None).await.expect("a task"), held.authorize(None).await.expect("a task"));
    }
}

#[tokio::test]
async fn n3_a_custodian_without_unseal_tells_so_from_end_to_end() {
    for profile in Profile::ALL {
        let sealed = "uq59qDzqJhIyKZkb4ctxQcjGx3f2knGHYLVjm/kyqzIIQzcbizyWGHTfKElt7LPDsYRskw12TOA=";
        let agent = agent(profile, custodial(Lying::new(|_| false), CustodyCheck::First), format!(r#"{{"encrypted_task_id":"{sealed}"}}"#));
        let error = agent.register_task(None, None).await.expect_err("it signs only");
        assert_eq!((error.code.as_str(), error.cause.as_deref()), ("sealed-open-failed", Some("custodian")));
        assert_eq!(agent.authorize(None).await.expect_err("no task").code, "run-task-missing");
    }
}
