//! Strict verification: of a whole header, and of a signature alone.

use crate::fixture::{core_key, session};
use crate::harness::{Failure, Subject};
use agent_identity_core::assertion::Assertion;
use agent_identity_core::keys::PublicKey;
use agent_identity_core::verification::{self, Facts as CoreFacts, Policy as CorePolicy, TaskState as CoreTaskState};
use agent_identity_host::ports::Clock;
use agent_identity_host::session::VerifyingKeyHandle;
use agent_identity_host::system::SystemClock;
use agent_identity_host::types::PublicForm;
use agent_identity_host::types::verification::{Facts, Policy, TaskState};
use agent_identity_host::{Component, Session};
use aws_lc_rs::signature::{ED25519, ParsedPublicKey};
use ed25519_dalek::{Signature, VerifyingKey};
use std::hint::black_box;

/// Longer than any run.
const MAX_AGE_S: u32 = 900;
const AHEAD_S: u32 = 10;

/// The rows; all verify this header.
pub fn subjects(header: &str, wide: &Component, portable: &Component) -> Result<Vec<Subject<'static>>, Failure> {
    Ok(vec![
        through_component("verify/wide", header, wide)?.per_second(1),
        through_component("verify/portable", header, portable)?.per_second(1),
        in_core(header)?,
        by_dalek(header)?,
        by_aws_lc(header)?,
        parse_only(header, wide)?,
    ])
}

fn through_component(name: &str, header: &str, component: &Component) -> Result<Subject<'static>, Failure> {
    let mut verifier = Verifier::new(component)?;
    let header = header.to_owned();
    Ok(Subject::new(name, move |n| (0..n).try_for_each(|_| verifier.verify(&header))))
}

fn in_core(header: &str) -> Result<Subject<'static>, Failure> {
    let key = PublicKey::from_bytes(core_key().public().as_bytes())?;
    let policy = CorePolicy::new(MAX_AGE_S, AHEAD_S)?;
    let header = header.to_owned();
    Ok(Subject::new("verify/core-native", move |n| {
        let facts = CoreFacts {
            agent: Some(&key),
            revoked: false,
            registered_account: None,
            sent_account: None,
            task: CoreTaskState::Known,
            mark_s: None,
        };
        (0..n).try_for_each(|_| {
            black_box(verification::assertion(&Assertion::parse(black_box(&header))?, &facts, policy, SystemClock.now_ms())?);
            Ok(())
        })
    }))
}

/// The peer of the targets: the key is decompressed and the signature parsed already.
fn by_dalek(header: &str) -> Result<Subject<'static>, Failure> {
    let Assertion { claim, signature } = Assertion::parse(header)?;
    let key = VerifyingKey::from_bytes(core_key().public().as_bytes()).map_err(|error| error.to_string())?;
    let (text, signature) = (claim.signed_text(), Signature::from_bytes(&signature));
    Ok(Subject::new("verify/dalek-strict", move |n| {
        (0..n).try_for_each(|_| Ok(key.verify_strict(black_box(&text), black_box(&signature)).map_err(|error| error.to_string())?))
    }))
}

fn by_aws_lc(header: &str) -> Result<Subject<'static>, Failure> {
    let Assertion { claim, signature } = Assertion::parse(header)?;
    let key = ParsedPublicKey::new(&ED25519, core_key().public().as_bytes())?;
    let text = claim.signed_text();
    Ok(Subject::new("verify/aws-lc", move |n| (0..n).try_for_each(|_| Ok(key.verify_sig(black_box(&text), black_box(&signature))?))))
}

/// The part of verifying that is not arithmetic.
fn parse_only(header: &str, component: &Component) -> Result<Subject<'static>, Failure> {
    let mut session = session(component)?;
    let header = header.to_owned();
    Ok(Subject::new("verify/parse-wide", move |n| {
        (0..n).try_for_each(|_| {
            black_box(session.parse_assertion(&header)?);
            Ok(())
        })
    }))
}

/// An instance that knows the agent's public key.
struct Verifier {
    session: Session,
    key: VerifyingKeyHandle,
    facts: Facts,
}

impl Verifier {
    fn new(component: &Component) -> Result<Self, Failure> {
        let mut session = session(component)?;
        let key = session.import_verifying_key(PublicForm::Raw, core_key().public().as_bytes())?;
        let facts = Facts { revoked: false, registered_account: None, sent_account: None, task: TaskState::Known, mark_s: None };
        Ok(Self { session, key, facts })
    }

    fn verify(&mut self, header: &str) -> Result<(), Failure> {
        let policy = Policy { max_age_s: MAX_AGE_S, ahead_s: AHEAD_S };
        black_box(self.session.verify_assertion(header, Some(&self.key), &self.facts, policy)?);
        Ok(())
    }
}
