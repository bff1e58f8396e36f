//! What is measured.

mod agent_world;
mod client;
mod conformance;
mod custodian;
mod header;
mod life;
mod metadata;
mod operation;
mod reference_way;
mod scale;
mod sign;
pub mod start;
mod threads;
mod verify;

use crate::fixture::{Keyed, cached};
use crate::harness::{Bench, Failure, Sampling};
use agent_identity_host::Profile;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Measures everything; compiled code goes into a folder under `folder`.
pub fn all(bench: &mut Bench, folder: &Path) -> Result<(), Failure> {
    let cache = folder.join("code-cache");
    // Else the code of every build ever measured would stay there.
    fs::remove_dir_all(&cache).or_else(|error| if cache.exists() { Err(error) } else { Ok(()) })?;
    let wide = cached(&cache, Profile::Wide)?;
    let portable = cached(&cache, Profile::Portable)?;

    // One group: everything whose ratio to something else is judged.
    let sampling = Sampling { rounds: bench.by_effort(150, 800), batch: Duration::from_millis(bench.by_effort(1, 2)) };
    let mut subjects = header::subjects(&wide, &portable)?;
    subjects.extend(custodian::subjects(&wide)?);
    subjects.extend(sign::subjects()?);
    subjects.extend(verify::subjects(&Keyed::new(&wide)?.header()?, &wide, &portable)?);
    subjects.extend(operation::subjects(&wide)?);
    bench.group(sampling, subjects)?;

    let sampling = Sampling { rounds: bench.by_effort(30, 200), batch: Duration::from_millis(bench.by_effort(2, 5)) };
    bench.group(sampling, life::subjects(&wide)?)?;
    bench.group(sampling, metadata::subjects(&wide, &portable)?)?;
    client::measure(bench, &wide)?;
    threads::measure(bench, &wide)?;
    start::measure(bench, &wide, &cache)?;
    conformance::measure(bench, &wide)?;
    agent_world::measure(bench, &portable, &cache)?;
    scale::measure(bench, &wide)
}
