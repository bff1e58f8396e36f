//! Measures agent-identity against its peers, all in one run on one machine.
//!
//! Prints a table with the targets and writes `target/bench/identity.json`. A missed target is shown, never a failure: figures
//! depend on the machine and on what else it does.

mod arguments;
mod fixture;
mod harness;
mod machine;
mod report;
mod rows;
mod targets;

use arguments::{Arguments, Command};
use harness::{Bench, Failure};
use std::process::ExitCode;

fn main() -> ExitCode {
    let result = match Command::parse(std::env::args().skip(1)) {
        Ok(Command::Help) => {
            print!("{}", arguments::HELP);
            Ok(())
        }
        Ok(Command::StartOnce(cache)) => rows::start::as_child(cache),
        Ok(Command::Measure(arguments)) => measure(&arguments),
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<(), Failure> {
    if cfg!(debug_assertions) {
        eprintln!("this is a debug build: its figures mean nothing. Run: cargo xtask bench");
    }
    let folder = report::folder()?;
    let mut bench = Bench::new(arguments.effort, arguments.filter.clone());
    rows::all(&mut bench, &folder)?;
    let figures = bench.into_figures();
    report::print(&figures);
    if arguments.filter.is_some() {
        println!("\nNothing is written: --filter leaves rows out.");
        return Ok(());
    }
    let file = report::write(&folder, &machine::describe(arguments.effort), &figures)?;
    println!("\nWritten to {}", file.display());
    Ok(())
}
