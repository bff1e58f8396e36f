//! Headers from several threads at once, through one signer.

use super::sign;
use crate::fixture::{AGENT, SEED, TASK};
use crate::harness::{Bench, Failure, Sampling, Subject};
use agent_identity_host::system::{SystemClock, SystemRandom};
use agent_identity_host::types::PrivateForm;
use agent_identity_host::{Component, Key, Signer};
use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::runtime::Builder;

/// Time is what passes on the wall for one header, whoever builds it.
pub fn measure(bench: &mut Bench, component: &Component) -> Result<(), Failure> {
    let key = Key::held(PrivateForm::Seed, SEED);
    let signer = Signer::new(component.clone(), Arc::new(SystemClock), Arc::new(SystemRandom), key)?;
    let headers = |name: &str, threads: u64| {
        let signer = &signer;
        Subject::new(name, move |n| share(threads, n, |n| build(signer, n))).per_second(1)
    };
    let dalek = Subject::new("sign/dalek-2-threads", |n| share(2, n, sign::by_dalek())).per_second(1);
    let sampling = Sampling { rounds: bench.by_effort(40, 200), batch: Duration::from_millis(20) };
    bench.group(sampling, vec![headers("headers/1-thread", 1), headers("headers/2-threads", 2), dalek])
}

/// Does something `n` times, shared evenly by the threads.
fn share(threads: u64, n: u64, work: impl Fn(u64) -> Result<(), Failure> + Sync) -> Result<(), Failure> {
    thread::scope(|scope| {
        let shares = (0..threads).map(|index| n / threads + u64::from(index < n % threads));
        let work = &work;
        let working: Vec<_> = shares.map(|share| scope.spawn(move || work(share))).collect();
        working.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })
}

fn build(signer: &Signer, headers: u64) -> Result<(), Failure> {
    Builder::new_current_thread().build()?.block_on(async {
        for _ in 0..headers {
            black_box(signer.authorize(AGENT, TASK, 0).await?);
        }
        Ok(())
    })
}
