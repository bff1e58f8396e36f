//! Headers from several threads at once, through one signer.

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
    let subject = |name: &str, threads: u64| {
        let signer = &signer;
        Subject::new(name, move |n| sign(signer, threads, n)).per_second(1)
    };
    let sampling = Sampling { rounds: bench.by_effort(40, 200), batch: Duration::from_millis(20) };
    bench.group(sampling, vec![subject("headers/1-thread", 1), subject("headers/2-threads", 2)])
}

/// Builds `headers` headers, shared evenly by the threads.
fn sign(signer: &Signer, threads: u64, headers: u64) -> Result<(), Failure> {
    thread::scope(|scope| {
        let shares = (0..threads).map(|index| headers / threads + u64::from(index < headers % threads));
        let signing: Vec<_> = shares.map(|share| scope.spawn(move || sign_alone(signer, share))).collect();
        signing.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a signing thread panicked")?)
    })
}

fn sign_alone(signer: &Signer, headers: u64) -> Result<(), Failure> {
    Builder::new_current_thread().build()?.block_on(async {
        for _ in 0..headers {
            black_box(signer.authorize(AGENT, TASK, 0).await?);
        }
        Ok(())
    })
}
