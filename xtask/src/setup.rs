//! Installs what a fresh clone lacks, or says in one line what to run.

use crate::workspace::{Step, Workspace};
use std::path::Path;

/// What the guest is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that the guest can be compiled.
pub fn wasm_target() -> Result<(), String> {
    if has_wasm_target()? {
        return Ok(());
    }
    println!("The {WASM_TARGET} target is missing; installing it.");
    let installed = Step::new(Path::new("."), "rustup", ["target", "add", WASM_TARGET]).run();
    if installed.is_ok() && has_wasm_target()? {
        return Ok(());
    }
    Err(format!("the {WASM_TARGET} target is missing and could not be installed; run: rustup target add {WASM_TARGET}"))
}

/// Makes sure that `cargo <name>` works for a rustup component such as `clippy`.
pub fn rustup_component(workspace: &Workspace, subcommand: &str, component: &str) -> Result<(), String> {
    let works = || workspace.cargo([subcommand, "--version"]).read().is_ok();
    if works() {
        return Ok(());
    }
    println!("cargo {subcommand} is missing; installing {component}.");
    let installed = Step::new(&workspace.root, "rustup", ["component", "add", component]).run();
    if installed.is_ok() && works() {
        return Ok(());
    }
    Err(format!("`cargo {subcommand}` is missing and could not be installed; run: rustup component add {component}"))
}

/// Looks where rustc looks, so that a toolchain from a Linux distribution counts as well as one from rustup.
fn has_wasm_target() -> Result<bool, String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let libraries = Step::new(Path::new("."), rustc, ["--print", "target-libdir", "--target", WASM_TARGET]).read()?;
    Ok(Path::new(libraries.trim()).is_dir())
}
