//! Compares the vector files with what their second implementation, in Python, makes of the rules.

use crate::tally::Tally;
use crate::workspace::{Step, Workspace};
use std::path::{Path, PathBuf};

/// A program that makes vectors, and what it needs beside Python's own modules: each as it is imported, and as it is installed.
struct Generator {
    script: &'static str,
    modules: &'static [[&'static str; 2]],
}

const GENERATORS: [Generator; 2] = [
    Generator { script: "tests/vectors/generate.py", modules: &[["cryptography", "cryptography==48.0.0"], ["nacl", "pynacl==1.6.2"]] },
    Generator { script: "tests/vectors/metadata/generate.py", modules: &[] },
];

/// What the programs are written for.
const OLDEST: &str = "import sys; sys.exit(sys.version_info < (3, 11))";

/// Runs each program with `--check`, or says what it lacks.
pub fn run(workspace: &Workspace) -> Tally {
    let python = Python { folder: workspace.target_dir.join("python") };
    let mut tally = Tally::default();
    for Generator { script, modules } in GENERATORS {
        let name = format!("{script}: the files are what it makes");
        match python.provide(modules) {
            Err(reason) => tally.skip(&name, reason),
            Ok(()) => tally.check(&name, || python.step(&workspace.root, &[script, "--check"]).run()),
        }
    }
    tally
}

/// Python with a folder of modules of ours, for those that it lacks.
struct Python {
    folder: PathBuf,
}

impl Python {
    /// Installs the modules that are missing.
    fn provide(&self, modules: &[[&str; 2]]) -> Result<(), String> {
        if !self.succeeds(OLDEST) {
            return Err("there is no Python 3.11 or later as python3".into());
        }
        for [module, requirement] in modules {
            if !self.has(module) {
                // Ready-made only: to build one would run its own program, and take a C compiler.
                let install = ["-m", "pip", "install", "--quiet", "--root-user-action", "ignore", "--only-binary", ":all:"];
                let step = self.step(Path::new("."), &install).args(["--target", &*self.folder.to_string_lossy(), requirement]);
                step.run().map_err(|_| format!("python3 has no module {module}; run: pip install {requirement}"))?;
            }
        }
        Ok(())
    }

    fn has(&self, module: &str) -> bool {
        self.succeeds(&format!("import {module}"))
    }

    fn succeeds(&self, program: &str) -> bool {
        self.step(Path::new("."), &["-c", program]).read().is_ok()
    }

    fn step(&self, folder: &Path, args: &[&str]) -> Step {
        Step::new(folder, "python3", args).env("PYTHONPATH", &self.folder.to_string_lossy())
    }
}
