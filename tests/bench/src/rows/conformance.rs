//! Throughput of the conformance driver.

use crate::fixture::{AGENT, TASK};
use crate::harness::{Bench, Failure, Sampling, Subject};
use agent_identity_host::{Component, conform};
use std::fmt::Write;
use std::time::Duration;

/// Lines in one run of the driver.
const LINES: u64 = 2_000;

/// One line is one `assertion.sign` for a task of its own: with one of 16 keys, and with a key of its own.
pub fn measure(bench: &mut Bench, component: &Component) -> Result<(), Failure> {
    let sampling = Sampling { rounds: bench.by_effort(20, 100), batch: Duration::ZERO };
    let (few, many) = (questions(16)?, questions(LINES)?);
    let subject = |name, questions: &'_ str| {
        let questions = questions.to_owned();
        let subject = Subject::timed(name, move |n| {
            let start = std::time::Instant::now();
            for _ in 0..n {
                answer(component, &questions)?;
            }
            Ok(start.elapsed() / u32::try_from(LINES)?)
        });
        subject.per_second(1)
    };
    bench.group(sampling, vec![subject("conform/assertion.sign", &few), subject("conform/assertion.sign-new-keys", &many)])
}

fn answer(component: &Component, questions: &str) -> Result<(), Failure> {
    let mut answers = Vec::with_capacity(1 << 20);
    conform::run(component, questions.as_bytes(), &mut answers)?;
    let answers = std::str::from_utf8(&answers)?;
    match answers.lines().filter(|answer| answer.contains("\"header\":\"AgentAssertion ")).count() as u64 {
        LINES => Ok(()),
        headers => Err(format!("the conformance driver answered {headers} of {LINES} lines with a header").into()),
    }
}

fn questions(keys: u64) -> Result<String, Failure> {
    let mut questions = String::new();
    for line in 0..LINES {
        let seed = line % keys;
        writeln!(
            questions,
            "{{\"id\":{line},\"op\":\"assertion.sign\",\"input\":{{\"seed_hex\":\"{seed:064x}\",\"agent_runtime_id\":\"{AGENT}\",\
             \"task_id\":\"{TASK}-{line}\",\"timestamp\":\"2026-04-23T00:00:00Z\"}}}}"
        )?;
    }
    Ok(questions)
}
