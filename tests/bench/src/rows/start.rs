//! Starting: an instance of loaded code, and everything from nothing to the first header.

use crate::arguments::START_ONCE;
use crate::fixture::{Keyed, cached, load, session};
use crate::harness::{Bench, Failure, Sampling, Subject};
use crate::machine;
use agent_identity_host::{Component, Profile};
use std::env;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Measures starts with code from the folder `cache`, which holds it already.
pub fn measure(bench: &mut Bench, component: &Component, cache: &Path) -> Result<(), Failure> {
    let instances = Sampling { rounds: bench.by_effort(50, 200), batch: Duration::from_millis(2) };
    let instantiate = Subject::new("instantiate", |n| (0..n).try_for_each(|_| session(component).map(|made| drop(black_box(made)))));
    let with_key =
        Subject::new("instantiate/with-key", |n| (0..n).try_for_each(|_| Keyed::new(component).map(|made| drop(black_box(made)))));
    bench.group(instances, vec![instantiate, with_key.bytes(bytes_of_keyed(component)?)])?;

    let starts = Sampling { rounds: bench.by_effort(30, 200), batch: Duration::ZERO };
    let whole_child = Subject::new("cold-start/cached-child-whole", |n| (0..n).try_for_each(|_| child(cache).map(drop)));
    let child = Subject::timed("cold-start/cached-child", |n| (0..n).map(|_| child(cache)).sum());
    let cached = Subject::new("cold-start/cached", |n| (0..n).try_for_each(|_| first_header(&cached(cache, Profile::Wide)?).map(drop)));
    bench.group(starts, vec![cached, child, whole_child])?;

    let compiles = Sampling { rounds: bench.by_effort(3, 7), batch: Duration::ZERO };
    let compile = Subject::new("cold-start/compile", |n| (0..n).try_for_each(|_| first_header(&load(Profile::Wide, None)?).map(drop)));
    bench.group(compiles, vec![compile])
}

/// In a process of its own: from the start of `main` to the first header. Prints nanoseconds.
pub fn as_child(cache: PathBuf) -> Result<(), Failure> {
    let start = Instant::now();
    first_header(&cached(&cache, Profile::Wide)?)?;
    println!("{}", start.elapsed().as_nanos());
    Ok(())
}

fn first_header(component: &Component) -> Result<String, Failure> {
    Keyed::new(component)?.header()
}

fn child(cache: &Path) -> Result<Duration, Failure> {
    let output = Command::new(env::current_exe()?).arg(START_ONCE).arg(cache).output()?;
    if !output.status.success() {
        return Err(format!("a start in a process of its own failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(Duration::from_nanos(String::from_utf8(output.stdout)?.trim().parse()?))
}

/// Memory of an instance that has built a header, as a share of what many take.
fn bytes_of_keyed(component: &Component) -> Result<u64, Failure> {
    const MANY: u64 = 64;
    let before = machine::resident_bytes();
    let mut made = (0..MANY).map(|_| Keyed::new(component)).collect::<Result<Vec<_>, _>>()?;
    made.iter_mut().try_for_each(|keyed| keyed.header().map(drop))?;
    Ok(machine::resident_bytes().saturating_sub(before) / MANY)
}
