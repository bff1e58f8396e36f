//! The command line.

use crate::harness::{Effort, Failure};
use std::path::PathBuf;

/// What `--help` prints.
pub const HELP: &str = "\
Measures agent-identity against its peers and prints a table with the targets.

Usage: cargo xtask bench [--quick | --full] [--filter TEXT]

Options:
  --quick        Fewer samples: under a minute.
  --full         Many samples: some minutes. This is the default.
  --filter TEXT  Only rows whose name contains TEXT; nothing is written.
  -h, --help     Print this text.

Figures go to target/bench/identity.json.
";

/// What to do.
pub enum Command {
    /// Print [`HELP`].
    Help,
    /// Measure.
    Measure(Arguments),
    /// Start once with this cache folder and print how long it took: a run of this program by itself.
    StartOnce(PathBuf),
}

/// How to measure.
pub struct Arguments {
    /// How many samples.
    pub effort: Effort,
    /// Only rows whose name contains this.
    pub filter: Option<String>,
}

/// Asks a child process for [`Command::StartOnce`].
pub const START_ONCE: &str = "--start-once";

impl Command {
    /// Reads the arguments without the program's name.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut read = Arguments { effort: Effort::Full, filter: None };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "-h" | "--help" => return Ok(Self::Help),
                "--quick" => read.effort = Effort::Quick,
                "--full" => read.effort = Effort::Full,
                "--filter" => read.filter = Some(arguments.next().ok_or("--filter needs a text")?),
                START_ONCE => return Ok(Self::StartOnce(arguments.next().ok_or("no cache folder given")?.into())),
                unknown => return Err(format!("the bench does not know `{unknown}`\n\n{HELP}").into()),
            }
        }
        Ok(Self::Measure(read))
    }
}
