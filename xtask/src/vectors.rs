//! Compares the vector files with what their second implementation, in Python, makes of the rules.

use crate::tally::Tally;
use crate::workspace::{Step, Workspace};
use std::process::{Command, Stdio};

/// A program that makes vectors, and the modules it needs beside Python's own.
struct Generator {
    script: &'static str,
    modules: &'static [&'static str],
}

const GENERATORS: [Generator; 2] = [
    Generator { script: "tests/vectors/generate.py", modules: &["cryptography", "nacl"] },
    Generator { script: "tests/vectors/metadata/generate.py", modules: &[] },
];

/// What the programs are written for.
const OLDEST: &str = "import sys; sys.exit(sys.version_info < (3, 11))";

/// Runs each program with `--check`, or says what it lacks.
pub fn run(workspace: &Workspace) -> Tally {
    let mut tally = Tally::default();
    for Generator { script, modules } in GENERATORS {
        let name = format!("{script}: the files are what it makes");
        match lacking(modules) {
            Some(reason) => tally.skip(&name, reason),
            None => tally.check(&name, || Step::new(&workspace.root, "python3", [script, "--check"]).run()),
        }
    }
    tally
}

fn lacking(modules: &[&str]) -> Option<String> {
    if !succeeds(OLDEST) {
        return Some("there is no Python 3.11 or later as python3".into());
    }
    let missing = modules.iter().find(|module| !succeeds(&format!("import {module}")))?;
    Some(format!("python3 has no module {missing}"))
}

fn succeeds(program: &str) -> bool {
    let status = Command::new("python3").args(["-c", program]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
