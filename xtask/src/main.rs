//! The project's commands. `cargo xtask --help` lists them.

mod compact;
mod component;
mod dependencies;
mod hosts;
mod javascript;
mod libtest;
mod licence;
mod lint;
mod reproducible;
mod setup;
mod tally;
mod test;
mod vectors;
mod workspace;

use std::process::ExitCode;
use workspace::Workspace;

const HELP: &str = "\
Everything a working copy of agent-identity needs, from set-up to tests.

Usage: cargo xtask <command> [options]

Start here:
  demo [ARGS]          Run the demonstration: a backend and an agent that registers and signs. ARGS go to it;
                       with --console it goes on with a page for browsers, which is built with Node.
  test [--quick]       Run every check and every test. The last line is `N passed, N failed`.

While working:
  component [--check]  Build the components into target/component and compare their sizes with their budgets.
  lint                 Formatting, clippy, rustdoc and the dependency rules.
  javascript [--quick] Build the npm package and test it in Node and in the browsers.
  bench [ARGS]         Run the benches: Rust in release mode, then JavaScript; `--quick` takes fewer samples. With
                       --filter only rows of Rust; `bench javascript [ARGS]` runs only JavaScript.

Options:
  --check              Build and judge the components, but leave target/component alone.
  --quick              Leave out the slowest checks. Each one left out is named.
  -h, --help           Print this text.

What is missing (the wasm32-unknown-unknown target, rustfmt, clippy) is installed with rustup; without rustup, one line
says what to install. So are, on Debian as root, the browsers that the JavaScript package is tested in.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.split_first() {
        None => Err(format!("no command given\n\n{HELP}")),
        Some((command, options)) => run(command, options),
    };
    match result {
        Ok(code) => code,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, options: &[String]) -> Result<ExitCode, String> {
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    match (command, options.as_slice()) {
        ("-h" | "--help" | "help", _) | ("test" | "lint" | "component" | "javascript", ["-h" | "--help"]) => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        ("demo", args) => demo(&Workspace::find()?, args).map(success),
        ("bench", args) => bench(&Workspace::find()?, args).map(success),
        ("component", []) => component::run(&Workspace::find()?, component::Output::Write).map(success),
        ("component", ["--check"]) => component::run(&Workspace::find()?, component::Output::Discard).map(success),
        ("lint", []) => Ok(test::lint_only(&Workspace::find()?)),
        ("javascript", []) => Ok(test::javascript_only(&Workspace::find()?, test::Extent::Full)),
        ("javascript", ["--quick"]) => Ok(test::javascript_only(&Workspace::find()?, test::Extent::Quick)),
        ("test", []) => Ok(test::run(&Workspace::find()?, test::Extent::Full)),
        ("test", ["--quick"]) => Ok(test::run(&Workspace::find()?, test::Extent::Quick)),
        ("test" | "lint" | "component" | "javascript", unknown) => {
            Err(format!("`{command}` does not know `{}`; see: cargo xtask --help", unknown.join(" ")))
        }
        _ => Err(format!("there is no command `{command}`\n\n{HELP}")),
    }
}

fn success((): ()) -> ExitCode {
    ExitCode::SUCCESS
}

fn demo(workspace: &Workspace, args: &[&str]) -> Result<(), String> {
    setup::wasm_target()?;
    if javascript::wants_console(args) {
        javascript::build_console(workspace)?;
    }
    let command = ["run", "--package", "agent-identity-host", "--bin", "agent-identity", "--", "demo"];
    workspace.cargo(command).args(args).interactive()
}

fn bench(workspace: &Workspace, args: &[&str]) -> Result<(), String> {
    setup::wasm_target()?;
    if let ["javascript", args @ ..] = args {
        return javascript::bench(workspace, args);
    }
    workspace.cargo(["run", "--release", "--package", "agent-identity-bench", "--"]).args(args).interactive()?;
    if args.iter().any(|argument| matches!(*argument, "--filter" | "-h" | "--help")) {
        return Ok(());
    }
    match javascript::node() {
        Ok(()) => javascript::bench(workspace, args),
        Err(reason) => {
            println!("\nSKIPPED the benches of the JavaScript package: {reason}");
            Ok(())
        }
    }
}
