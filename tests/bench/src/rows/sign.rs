//! Signing alone, natively, over the text of an assertion.

use crate::fixture::{AGENT, SEED, TASK, core_key};
use crate::harness::{Failure, Subject};
use aws_lc_rs::signature::Ed25519KeyPair as AwsLcKey;
use ed25519_dalek::{Signer, SigningKey};
use ring::signature::Ed25519KeyPair as RingKey;
use std::hint::black_box;

/// The rows.
pub fn subjects() -> Result<Vec<Subject<'static>>, Failure> {
    let ring = RingKey::from_seed_and_public_key(&SEED, core_key().public().as_bytes()).map_err(|error| error.to_string())?;
    let aws_lc = AwsLcKey::from_seed_and_public_key(&SEED, core_key().public().as_bytes())?;
    Ok(vec![
        Subject::new("sign/dalek", by_dalek()).per_second(1),
        Subject::new("sign/ring", over_text(move |text| black_box(ring.sign(text)).as_ref()[0])).per_second(1),
        Subject::new("sign/aws-lc", over_text(move |text| black_box(aws_lc.sign(text)).as_ref()[0])).per_second(1),
    ])
}

/// Signs with ed25519-dalek so many times.
pub fn by_dalek() -> impl Fn(u64) -> Result<(), Failure> {
    let key = SigningKey::from_bytes(&SEED);
    over_text(move |text| black_box(key.sign(text)).to_bytes()[0])
}

/// Signs the text of an assertion so many times; a byte of the signature shows that it was made.
fn over_text(sign: impl Fn(&[u8]) -> u8) -> impl Fn(u64) -> Result<(), Failure> {
    let text = format!("{AGENT}:{TASK}:2026-04-23T00:00:00Z").into_bytes();
    move |n| {
        for _ in 0..n {
            black_box(sign(black_box(&text)));
        }
        Ok(())
    }
}
