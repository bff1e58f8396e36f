//! Finished header values, with the key already in place.

use super::custodian::{self, Custodied};
use super::reference_way;
use crate::fixture::{AGENT, Keyed, TASK, core_key, pkcs8_text};
use crate::harness::{Failure, Subject};
use agent_identity_core::assertion::Claim;
use agent_identity_core::timestamp::Timestamp;
use agent_identity_host::Component;
use agent_identity_host::ports::Clock;
use agent_identity_host::system::SystemClock;
use std::hint::black_box;

/// The rows. Peers that build different headers are refused: a header that is wrong is not worth measuring.
pub fn subjects(wide: &Component, portable: &Component) -> Result<Vec<Subject<'static>>, Failure> {
    compare(wide, portable)?;
    let mut short = Keyed::new(wide)?;
    Ok(vec![
        through_component("header/wide", wide)?,
        through_component("header/portable", portable)?,
        among_the_first("header/portable-first-2048", portable)?,
        // The ids of the specification's example: the least there is to hash and encode.
        Subject::new("header/wide-short-ids", move |n| {
            (0..n).try_for_each(|_| {
                black_box(short.session.authorize(&short.key, "agent-123", "task-123", 0)?);
                Ok(())
            })
        }),
        in_core(),
        in_the_reference_way()?,
    ])
}

/// What an instance of the portable build signs twice: its first results, one of which was the key.
const TWICE: usize = 2047;

fn through_component(name: &str, component: &Component) -> Result<Subject<'static>, Failure> {
    let mut keyed = Keyed::new(component)?;
    (0..TWICE).try_for_each(|_| keyed.header().map(drop))?;
    Ok(Subject::new(name, move |n| (0..n).try_for_each(|_| keyed.header().map(|made| drop(black_box(made))))).per_second(1))
}

/// A new instance whenever one has signed so much. It costs far less than what it signs.
fn among_the_first(name: &str, component: &Component) -> Result<Subject<'static>, Failure> {
    let component = component.clone();
    let (mut keyed, mut left) = (Keyed::new(&component)?, TWICE);
    Ok(Subject::new(name, move |n| {
        (0..n).try_for_each(|_| {
            if left == 0 {
                (keyed, left) = (Keyed::new(&component)?, TWICE);
            }
            left -= 1;
            keyed.header().map(|made| drop(black_box(made)))
        })
    }))
}

fn in_core() -> Subject<'static> {
    let key = core_key();
    let subject = Subject::new("header/core-native", move |n| {
        (0..n).try_for_each(|_| {
            black_box(Claim::at(AGENT, TASK, SystemClock.now_ms())?.authorize(&key));
            Ok(())
        })
    });
    subject.per_second(1)
}

fn in_the_reference_way() -> Result<Subject<'static>, Failure> {
    let pkcs8_text = pkcs8_text()?;
    let subject = Subject::new("header/reference-way", move |n| {
        (0..n).try_for_each(|_| {
            black_box(reference_way::header(&pkcs8_text, Timestamp::from_unix_ms(SystemClock.now_ms())?)?);
            Ok(())
        })
    });
    Ok(subject.per_second(1))
}

fn compare(wide: &Component, portable: &Component) -> Result<(), Failure> {
    let now = Timestamp::from_unix_ms(SystemClock.now_ms())?;
    let text = now.to_string();
    let expected = reference_way::header(&pkcs8_text()?, now)?;
    let built = [
        ("wide", Keyed::new(wide)?.header_at(&text)),
        ("portable", Keyed::new(portable)?.header_at(&text)),
        ("core", Ok(Claim::at(AGENT, TASK, now.unix_ms())?.authorize(&core_key()))),
        ("custodian", custodian::block_on(Custodied::new(wide)?.header(Some(&text)))),
    ];
    for (peer, header) in built {
        match header {
            Ok(header) if header == expected => {}
            Ok(_) => return Err(format!("{peer} builds another header than the reference way").into()),
            Err(error) => return Err(format!("{peer} builds no header: {error}").into()),
        }
    }
    Ok(())
}
