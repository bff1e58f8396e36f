//! The native core against both builds of the component: the same bytes, and the same errors, on 15 000 drawn inputs.

use agent_identity_core as core;
use agent_identity_core::assertion::{Assertion, Claim};
use agent_identity_core::encoding::{base64url, from_base64url};
use agent_identity_core::identifiers::AgentRuntimeId;
use agent_identity_core::keys::SecretKey;
use agent_identity_core::registration::{AgentDescription, ReceivedRegistration, TaskRegistration, agent_body};
use agent_identity_core::timestamp::Timestamp;
use agent_identity_core::verification::{self as core_verification, Facts, Policy, TaskState};
use agent_identity_host::session::{KeyHandle, VerifyingKeyHandle};
use agent_identity_host::types::{self, ExternalTaskRef, PrivateForm, PublicForm, verification};
use agent_identity_host::{Error, Profile, Session};
use agent_identity_tests::{APRIL_MS, session};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::RefCell;
use std::fmt::Debug;

const SEED: [u8; 32] = [0x2a; 32];

/// A build with the test key in it.
struct Build {
    session: Session,
    key: KeyHandle,
    verifying_key: VerifyingKeyHandle,
}

impl Build {
    fn new(profile: Profile) -> Self {
        let mut session = session(profile);
        let key = session.import_key(PrivateForm::Seed, &SEED).expect("a seed is a key");
        let raw = session.public_forms(&key).expect("sound").raw;
        let verifying_key = session.import_verifying_key(PublicForm::Raw, &raw).expect("a public key");
        Self { session, key, verifying_key }
    }
}

/// What an answer is compared by: its value, or code and message of its error.
type Answer<T> = Result<T, (String, String)>;

fn native<T>(result: core::Result<T>) -> Answer<T> {
    result.map_err(|error| {
        let detail = error.into_detail();
        (detail.code.as_str().to_owned(), detail.message.into_owned())
    })
}

/// Asks both builds and the native core about `cases` drawn values.
fn agree<S: Strategy, T: PartialEq + Debug>(
    cases: u32,
    strategy: S,
    component: impl Fn(&mut Build, &S::Value) -> Result<T, Error>,
    reference: impl Fn(&S::Value) -> Answer<T>,
) {
    let builds = RefCell::new(Profile::ALL.map(Build::new));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    let outcome = runner.run(&strategy, |value| {
        let expected = reference(&value);
        for (build, profile) in builds.borrow_mut().iter_mut().zip(Profile::ALL) {
            let answer = component(build, &value).map_err(|error| (error.code, error.message));
            prop_assert_eq!(&answer, &expected, "{}", profile.as_str());
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Fields as callers give them: mostly right, sometimes not.
fn fields() -> impl Strategy<Value = (String, String, String)> {
    let runtime_id = prop_oneof![8 => "[!\"$-.0-9;->@-~]{1,30}", 1 => ".{0,10}", 1 => "[a-z]{250,260}"];
    let task_id = prop_oneof![8 => "\\PC{1,40}", 1 => ".{0,10}", 1 => "[a-zé]{600,1030}"];
    (runtime_id, task_id, timestamp())
}

fn timestamp() -> impl Strategy<Value = String> {
    let real = (0..=253_402_300_799_i64).prop_map(|second| Timestamp::from_unix_seconds(second).expect("four digits").to_string());
    prop_oneof![8 => real, 2 => "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z", 1 => "\\PC{18,21}"]
}

#[test]
fn assertions_are_made_alike() {
    let key = SecretKey::from_seed(&SEED);
    agree(
        2500,
        fields(),
        |build, (runtime_id, task_id, time)| build.session.authorize_at(&build.key, runtime_id, task_id, time),
        |(runtime_id, task_id, time)| native(Claim::parse(runtime_id, task_id, time).map(|claim| claim.authorize(&key))),
    );
}

#[test]
fn registrations_are_made_alike() {
    let key = SecretKey::from_seed(&SEED);
    let reference = proptest::option::of(reference());
    agree(
        1500,
        (fields(), reference),
        |build, ((runtime_id, _, time), reference)| {
            let reference = reference.clone().map(|(kind, value)| ExternalTaskRef { kind, value });
            let made = build.session.sign_task_at(&build.key, runtime_id, time, reference.as_ref())?;
            Ok((made.path, made.body, made.signed_text))
        },
        |((runtime_id, _, time), reference)| {
            native((|| {
                let registration = TaskRegistration {
                    agent_runtime_id: AgentRuntimeId::parse(runtime_id)?,
                    timestamp: Timestamp::parse(time)?,
                    external_task_ref: match reference {
                        Some((kind, value)) => core::task_ref::normalize(kind, value.as_deref())?,
                        None => None,
                    },
                };
                Ok((registration.path(), registration.sign(&key), registration.signed_text()))
            })())
        },
    );
}

#[test]
fn agent_bodies_are_made_alike() {
    let key = SecretKey::from_seed(&SEED);
    agree(
        500,
        (".{0,20}", ".{0,20}", proptest::option::of(".{0,20}")),
        |build, (source, os, agent_version)| {
            let description = types::AgentDescription { source: source.clone(), os: os.clone(), agent_version: agent_version.clone() };
            build.session.agent_body(&build.verifying_key, &description)
        },
        |(source, os, agent_version)| {
            let description = AgentDescription { source: source.clone(), os: os.clone(), agent_version: agent_version.clone() };
            Ok(agent_body(key.public(), &description))
        },
    );
}

fn reference() -> impl Strategy<Value = (String, Option<String>)> {
    let kind = prop_oneof![
        4 => Just("opaque"), 4 => Just("url"), 2 => Just("thread"), 1 => Just("run"), 1 => Just("background"), 1 => Just("Thread"),
    ];
    let value = prop_oneof![
        3 => "\\PC{1,40}",
        2 => ".{0,40}",
        4 => "(https?|HTTP|ftp)?:?[/\\\\]{0,3}[a-zA-Z0-9.%\\[\\]:@-]{0,16}(/[a-zA-Z0-9%. é~^-]{0,8}){0,4}(\\?[a-z%=é'\"]{0,8})?(#\\PC{0,5})?",
        2 => "https?://[0-9a-fxX.]{1,16}(:[0-9]{0,6})?/?",
        1 => "\\{?[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\\}?",
        1 => "[\u{41}-\u{5a}\u{300}-\u{36f}\u{1100}-\u{11ff}\u{ac00}-\u{d7a3}\u{1d100}-\u{1d1ff}]{1,30}",
        1 => "[a-z]{250,260}",
    ];
    (kind.prop_map(str::to_owned), proptest::option::weighted(0.95, value))
}

#[test]
fn references_are_normalised_alike() {
    agree(
        5000,
        reference(),
        |build, (kind, value)| build.session.normalize(&ExternalTaskRef { kind: kind.clone(), value: value.clone() }),
        |(kind, value)| native(core::task_ref::normalize(kind, value.as_deref()).map(|found| found.map(|found| found.as_str().to_owned()))),
    );
}

/// One change to a text, at a place that is taken modulo its length.
#[derive(Clone, Debug)]
enum Change {
    Replace(usize, u8),
    Insert(usize, u8),
    Remove(usize),
    Cut(usize),
    Repeat(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        2 => (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        2 => any::<usize>().prop_map(Change::Remove),
        1 => any::<usize>().prop_map(Change::Cut),
        1 => (any::<usize>(), 1..30_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        match *self {
            Self::Replace(at, byte) => bytes[at % length] = byte,
            Self::Insert(at, byte) => bytes.insert(at % length, byte),
            Self::Remove(at) => drop(bytes.remove(at % length)),
            Self::Cut(at) => bytes.truncate(at % length),
            Self::Repeat(at, more) => {
                let from = at % length;
                let piece = bytes[from..(from + more).min(length)].to_vec();
                bytes.splice(from..from, piece);
            }
        }
    }
}

/// A made header, changed in its envelope (which then fits its base64url again) or as a whole.
fn changed_header() -> impl Strategy<Value = String> {
    let key = SecretKey::from_seed(&SEED);
    let claim = ("[a-z]{1,6}", "[a-z:\"é\\\\]{1,8}", -400..400_i64);
    (claim, prop::collection::vec(change(), 0..3), any::<bool>()).prop_map(move |((runtime_id, task_id, ago), changes, inside)| {
        let time = Timestamp::from_unix_seconds(APRIL_MS / 1000 - ago).expect("four digits").to_string();
        let header = Claim::parse(&runtime_id, &task_id, &time).expect("valid fields").authorize(&key);
        let mut bytes = match inside {
            true => from_base64url(header.split_once(' ').expect("a space").1).expect("base64url"),
            false => header.into_bytes(),
        };
        changes.iter().for_each(|change| change.apply(&mut bytes));
        match inside {
            true => format!("AgentAssertion {}", base64url(&bytes)),
            false => String::from_utf8_lossy(&bytes).into_owned(),
        }
    })
}

#[test]
fn changed_headers_are_read_and_verified_alike() {
    let key = SecretKey::from_seed(&SEED);
    agree(
        3500,
        changed_header(),
        |build, header| {
            let parsed = build.session.parse_assertion(header)?;
            let facts = verification::Facts {
                revoked: false,
                registered_account: None,
                sent_account: None,
                task: verification::TaskState::Known,
                mark_s: Some(APRIL_MS / 1000 - 350),
            };
            let policy = verification::Policy { max_age_s: 300, ahead_s: 10 };
            let accepted = build.session.verify_assertion(header, Some(&build.verifying_key), &facts, policy)?;
            Ok((parsed.agent_runtime_id, parsed.task_id, parsed.timestamp, accepted.replay_key, accepted.retain_until_ms))
        },
        |header| {
            native((|| {
                let assertion = Assertion::parse(header)?;
                let facts = Facts {
                    agent: Some(key.public()),
                    revoked: false,
                    registered_account: None,
                    sent_account: None,
                    task: TaskState::Known,
                    mark_s: Some(APRIL_MS / 1000 - 350),
                };
                let accepted = core_verification::assertion(&assertion, &facts, Policy::new(300, 10)?, APRIL_MS)?;
                let claim = assertion.claim;
                Ok((
                    claim.agent_runtime_id.as_str().to_owned(),
                    claim.task_id.as_str().to_owned(),
                    claim.timestamp.to_string(),
                    accepted.replay_key.to_vec(),
                    accepted.retain_until_ms,
                ))
            })())
        },
    );
}

#[test]
fn changed_registrations_are_read_alike() {
    let key = SecretKey::from_seed(&SEED);
    let received = ("[a-z%~!]{1,6}", proptest::option::of(reference()), prop::collection::vec(change(), 0..3), any::<bool>());
    let received = received.prop_map(move |(runtime_id, reference, changes, in_path)| {
        let reference = reference.and_then(|(kind, value)| core::task_ref::normalize(&kind, value.as_deref()).ok().flatten());
        let registration = TaskRegistration {
            agent_runtime_id: AgentRuntimeId::parse(&runtime_id).expect("a valid id"),
            timestamp: Timestamp::from_unix_ms(APRIL_MS).expect("four digits"),
            external_task_ref: reference,
        };
        let (mut path, mut body) = (registration.path().into_bytes(), registration.sign(&key).into_bytes());
        changes.iter().for_each(|change| change.apply(if in_path { &mut path } else { &mut body }));
        (String::from_utf8_lossy(&path).into_owned(), body)
    });
    agree(
        1500,
        received,
        |build, (path, body)| {
            let read = build.session.parse_task(path, body)?;
            Ok((read.agent_runtime_id, read.timestamp, read.external_task_ref, read.signature))
        },
        |(path, body)| {
            native(ReceivedRegistration::parse(path, body).map(|read| {
                let reference = read.external_task_ref.map(|reference| reference.as_str().to_owned());
                (read.agent_runtime_id.as_str().to_owned(), read.timestamp.to_string(), reference, read.signature.to_vec())
            }))
        },
    );
}

#[test]
fn signatures_are_judged_alike() {
    let key = SecretKey::from_seed(&SEED);
    let changed = (prop::collection::vec(any::<u8>(), 0..60), proptest::option::of((0..64_usize, 1..=255_u8)), any::<bool>());
    agree(
        500,
        changed,
        |build, (text, change, other_key)| {
            let header = build.session.authorize_at(&build.key, "agent", "task", "2026-04-23T00:00:00Z")?;
            let mut signature = build.session.parse_assertion(&header)?.signature;
            if let Some((at, flip)) = change {
                signature[*at] ^= flip;
            }
            let mut public = *key.public().as_bytes();
            public[0] ^= u8::from(*other_key);
            let signed = b"agent:task:2026-04-23T00:00:00Z".to_vec();
            let right = build.session.verify_signature(&public, &signed, &signature)?;
            Ok((right, build.session.verify_signature(&public, text, &signature)?))
        },
        |(_, change, other_key)| Ok((change.is_none() && !other_key, false)),
    );
}
