//! Soak: programs with several accounts, conversations and rotations against the real authority in a process of its own, while
//! anything goes wrong that can. Storms alternate with calm. In a calm every request succeeds at the first attempt; at no time does
//! the authority see anything that no disturbance explains; memory stays flat; and no secret is ever logged.
//!
//! `SOAK_SECONDS` says how long (20 by default; the nightly run takes 1800), `SOAK_SEED` which disturbances.

#[path = "soak/backend.rs"]
mod backend;
#[path = "soak/chance.rs"]
mod chance;
#[path = "soak/logs.rs"]
mod logs;
#[path = "soak/measure.rs"]
mod measure;
#[path = "soak/program.rs"]
mod program;
#[path = "soak/storm.rs"]
mod storm;
#[path = "soak/tally.rs"]
mod tally;

use backend::Backend;
use chance::Chance;
use measure::Sample;
use program::{Program, Weather};
use std::sync::Arc;
use std::time::{Duration, Instant};
use storm::Storm;
use tally::Tally;

const PROGRAMS: usize = 3;
const CALLERS: usize = 4;
const STORM: Duration = Duration::from_millis(2_500);
const CALM: Duration = Duration::from_millis(1_000);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak() {
    let seconds = setting("SOAK_SECONDS").unwrap_or(20);
    let seed = setting("SOAK_SEED").unwrap_or_else(chance::seed);
    println!("soaking for {seconds} s, seed {seed}");
    let logs = logs::capture();
    let backend = Arc::new(Backend::start(&logs).await);
    let (weather, tally) = (Arc::new(Weather::default()), Arc::new(Tally::default()));
    let mut programs = Vec::new();
    for number in 0..PROGRAMS {
        programs.push(Program::new(&backend, number, &logs).await);
    }
    let mut callers = tokio::task::JoinSet::new();
    for (number, program) in programs.iter().enumerate() {
        for caller in 0..CALLERS {
            let chance = Chance::new(seed ^ (1 + number * CALLERS + caller) as u64);
            callers.spawn(program.clone().call_for_ever(weather.clone(), tally.clone(), chance));
        }
    }

    let (began, mut storm, mut samples) = (Instant::now(), Storm::new(Chance::new(seed)), Vec::new());
    while began.elapsed() < Duration::from_secs(seconds) {
        storm.rage(&backend, &programs, &tally, STORM).await;
        // From here on nobody is in the middle of anything.
        let pause = weather.pause().await;
        storm.clear(&backend, &programs).await;
        for program in &programs {
            program.settle().await;
        }
        let before = backend.refusals().await;
        weather.calm(pause);
        tokio::time::sleep(CALM).await;
        let pause = weather.pause().await;
        assert_eq!(backend.refusals().await, before, "a request was refused in a calm");
        samples.push(Sample::take());
        weather.storm(pause);
        if let Some(ended) = callers.try_join_next() {
            ended.expect("a caller found something wrong");
        }
    }
    callers.shutdown().await;

    tally.check(&backend.verdicts().await, storm.counts());
    measure::check(&samples);
    for program in &programs {
        program.check_files().await;
    }
    drop(programs);
    backend.stop();
    logs.check();
}

/// What the soak starts; does nothing otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not on its own: it is the process of the authority"]
async fn authority_of_the_soak() {
    backend::serve_if_started().await;
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}
