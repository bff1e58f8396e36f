//! `cargo xtask test`: every check and every test, one after another, counted.
//!
//! To add a step, write a function from [`Run`] to [`Tally`] and name it in [`STEPS`].

use crate::compact;
use crate::component;
use crate::hosts;
use crate::javascript;
use crate::libtest;
use crate::lint;
use crate::reproducible::SecondCopy;
use crate::setup;
use crate::tally::Tally;
use crate::vectors;
use crate::workspace::Workspace;
use agent_identity_builder::Profile;
use std::process::ExitCode;

/// How much is run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Everything.
    Full,
    /// Everything but the slowest checks; those left out count as skipped.
    Quick,
}

/// What a step may ask about.
struct Run<'a> {
    workspace: &'a Workspace,
    extent: Extent,
}

/// One step. It carries on after a failure of its own; a failure never stops the steps after it.
type Step = fn(&Run<'_>) -> Tally;

const STEPS: [Step; 7] = [set_up, lints, vectors, components, reproducible_builds, rust_tests, javascript_tests];

/// Measures; it has no tests of its own.
const BENCH: &str = "agent-identity-bench";

/// How long the soak test runs here. Nightly runs set `SOAK_SECONDS=1800` themselves.
const SOAK_SECONDS: &str = "120";

/// Runs every step.
pub fn run(workspace: &Workspace, extent: Extent) -> ExitCode {
    run_on_hosts(&STEPS, &Run { workspace, extent })
}

/// Runs the lints alone.
pub fn lint_only(workspace: &Workspace) -> ExitCode {
    run_steps(&[set_up, lints], &Run { workspace, extent: Extent::Full })
}

/// Runs the tests of the JavaScript package alone, after building what it is made of.
pub fn javascript_only(workspace: &Workspace, extent: Extent) -> ExitCode {
    run_on_hosts(&[set_up, components, javascript_tests], &Run { workspace, extent })
}

/// Runs steps, and holds what they found on each host against the README.
fn run_on_hosts(names: &[Step], run: &Run<'_>) -> ExitCode {
    let mut total = steps(names, run);
    let table = hosts::check(run.workspace, &total);
    total.check("README: the table of hosts is that of this run", || table);
    total.conclude()
}

fn run_steps(names: &[Step], run: &Run<'_>) -> ExitCode {
    steps(names, run).conclude()
}

fn steps(steps: &[Step], run: &Run<'_>) -> Tally {
    let mut total = Tally::default();
    for step in steps {
        total.add(step(run));
    }
    total
}

fn set_up(_: &Run<'_>) -> Tally {
    let mut tally = Tally::default();
    tally.check("set-up: compiling for wasm", setup::wasm_target);
    tally
}

fn lints(run: &Run<'_>) -> Tally {
    lint::run(run.workspace)
}

fn vectors(run: &Run<'_>) -> Tally {
    vectors::run(run.workspace)
}

fn components(run: &Run<'_>) -> Tally {
    let mut tally = Tally::default();
    for profile in Profile::WITH_AGENT {
        let name = format!("{} component: imports and size", profile.as_str());
        tally.check(&name, || component::build_and_check(run.workspace, profile));
    }
    tally.check("compact engine: it builds", || compact::build(run.workspace));
    tally
}

fn reproducible_builds(run: &Run<'_>) -> Tally {
    let mut tally = Tally::default();
    let name = |profile: Profile| format!("{} component: same bytes from another folder", profile.as_str());
    let compact = "compact engine: same bytes from another folder";
    if run.extent == Extent::Quick {
        Profile::WITH_AGENT.iter().for_each(|&profile| tally.skip(&name(profile), "left out by --quick"));
        tally.skip(compact, "left out by --quick");
        return tally;
    }
    let copy = SecondCopy::create(run.workspace);
    for profile in Profile::WITH_AGENT {
        tally.check(&name(profile), || copy.as_ref().map_err(Clone::clone)?.check(run.workspace, profile));
    }
    tally.check(compact, || copy.as_ref().map_err(Clone::clone)?.check_compact(run.workspace));
    tally
}

/// After the components, of which the package is made.
fn javascript_tests(run: &Run<'_>) -> Tally {
    javascript::run(run.workspace, run.extent)
}

fn soak_seconds(extent: Extent) -> String {
    let quick = (extent == Extent::Quick).then(|| "5".to_owned());
    quick.or_else(|| std::env::var("SOAK_SECONDS").ok()).unwrap_or_else(|| SOAK_SECONDS.into())
}

/// `cargo test` of all crates: each test counts, doc tests too. A crate that does not compile counts as one failure.
fn rust_tests(run: &Run<'_>) -> Tally {
    println!("\n== Rust tests");
    let mut reader = libtest::Reader::default();
    let command = run
        .workspace
        .cargo(["test", "--locked", "--workspace", "--no-fail-fast"])
        .args(run.workspace.exclude(&lint::WASM_ONLY))
        .args(run.workspace.exclude(&[BENCH]))
        .args(["--", "--show-output"])
        .env("CARGO_TERM_QUIET", "false")
        .env("SOAK_SECONDS", &soak_seconds(run.extent));
    let result = command.stream(|line| {
        if reader.line(line) {
            println!("{line}");
        }
    });
    let mut tally = reader.finish();
    match result {
        Err(message) if tally.failed.is_empty() => {
            println!("{message}");
            tally.failed.push("cargo test".to_owned());
        }
        Ok(()) if tally.passed == 0 => {
            println!("cargo test succeeded, but no test was seen to pass");
            tally.failed.push("cargo test".to_owned());
        }
        _ => {}
    }
    tally
}
