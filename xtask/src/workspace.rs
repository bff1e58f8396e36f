//! Where the workspace is, what is in it, and how its commands are run.

use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The workspace this xtask belongs to.
pub struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// Where cargo puts what it builds.
    pub target_dir: PathBuf,
    /// The names of the member crates.
    pub members: Vec<String>,
}

impl Workspace {
    /// Asks cargo about the workspace.
    pub fn find() -> Result<Self, String> {
        // Set by `cargo run`, so right wherever the command is called from; the compiled-in path serves a binary run by hand.
        let xtask = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = xtask.parent().ok_or("xtask has no parent folder")?.to_owned();
        let metadata = metadata(&root, &["--no-deps"])?;
        let target_dir = metadata["target_directory"].as_str().ok_or("cargo metadata names no target directory")?.into();
        let members = packages(&metadata).filter_map(|package| package["name"].as_str()).map(str::to_owned).collect();
        Ok(Self { root, target_dir, members })
    }

    /// A cargo command in the workspace root.
    pub fn cargo<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Step {
        Step::new(&self.root, cargo_program(), args)
    }

    /// `--exclude` options for those of `names` that are members; cargo warns about others.
    pub fn exclude<'a>(&self, names: &[&'a str]) -> Vec<&'a str> {
        names.iter().filter(|name| self.members.iter().any(|member| member == *name)).flat_map(|name| ["--exclude", name]).collect()
    }

    /// `cargo metadata` of the whole dependency tree, as locked, for all features and platforms.
    pub fn dependency_tree(&self) -> Result<Value, String> {
        metadata(&self.root, &["--locked", "--all-features"])
    }
}

/// The packages in an answer of `cargo metadata`.
pub fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

/// One command line, shown before it runs so that a reader can repeat it.
pub struct Step {
    command: Command,
}

impl Step {
    /// A command in `folder`.
    pub fn new<S: AsRef<OsStr>>(folder: &Path, program: impl AsRef<OsStr>, args: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(folder).args(args);
        // Set by `cargo run` for xtask itself. Build scripts that watch them would run again after every plain cargo call.
        for (name, _) in std::env::vars_os() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        Self { command }
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs with the terminal as it is.
    pub fn interactive(mut self) -> Result<(), String> {
        let status = self.command.status().map_err(|error| self.cannot_run(&error))?;
        if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", self.line())) }
    }

    /// Shows the command and runs it without input; its output goes to the terminal.
    pub fn run(mut self) -> Result<(), String> {
        println!("$ {}", self.line());
        self.command.stdin(Stdio::null());
        self.interactive()
    }

    /// Runs without input and returns standard output, or standard error as the failure.
    pub fn read(mut self) -> Result<String, String> {
        let output = self.command.stdin(Stdio::null()).output().map_err(|error| self.cannot_run(&error))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(format!("`{}` failed:\n{}", self.line(), String::from_utf8_lossy(&output.stderr).trim_end()))
    }

    /// Shows the command, runs it without input, and hands out each line of its output as it comes; of standard error too, in order.
    pub fn stream(mut self, mut line: impl FnMut(&str)) -> Result<(), String> {
        use std::io::{BufRead, BufReader};
        let shown = self.line();
        println!("$ {shown}");
        let broken = |error: std::io::Error| format!("output of `{shown}` cannot be read: {error}");
        let (output, input) = std::io::pipe().map_err(broken)?;
        self.command.stdin(Stdio::null()).stdout(input.try_clone().map_err(broken)?).stderr(input);
        let mut child = self.command.spawn().map_err(|error| self.cannot_run(&error))?;
        // The command holds writing ends of its own: without them the output ends with the child.
        drop(self);
        // Bytes, not `lines()`: what a test prints need not be UTF-8, and must not end the run.
        for bytes in BufReader::new(output).split(b'\n') {
            line(String::from_utf8_lossy(&bytes.map_err(broken)?).trim_end_matches('\r'));
        }
        let status = child.wait().map_err(|error| format!("`{shown}` cannot be waited for: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("`{shown}` failed ({status})")) }
    }

    fn line(&self) -> String {
        let program = Path::new(self.command.get_program()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let words = self.command.get_args().map(|arg| arg.to_string_lossy().into_owned());
        std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
    }

    fn cannot_run(&self, error: &std::io::Error) -> String {
        format!("`{}` cannot be run: {error}", self.line())
    }
}

fn cargo_program() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn metadata(root: &Path, options: &[&str]) -> Result<Value, String> {
    let text = Step::new(root, cargo_program(), ["metadata", "--format-version", "1"]).args(options).read()?;
    serde_json::from_str(&text).map_err(|error| format!("cargo metadata cannot be read: {error}"))
}
