//! What wasm-bindgen makes of `js/web`: the compact engine of the JavaScript package, and the page in plain Rust.

use crate::workspace::Workspace;
use std::path::{Path, PathBuf};

/// Builds both into `target/component/`, where the JavaScript package looks for them.
pub fn build(workspace: &Workspace) -> Result<(), String> {
    build_from(workspace, &workspace.root, &workspace.target_dir.join("guest"), &folder(workspace))
}

/// Builds both from the source in `root`. In a process of its own: what reads the bindings takes a minute to compile, and whoever does
/// not need it shall not wait for that.
pub fn build_from(workspace: &Workspace, root: &Path, target_dir: &Path, out: &Path) -> Result<(), String> {
    let command = ["run", "--locked", "--quiet", "--package", "agent-identity-web-builder", "--"];
    workspace.cargo(command).args([root, target_dir, out]).run()
}

/// Where [`build`] puts what it makes.
pub fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target_dir.join("component")
}

/// The files of the engine, in that folder.
pub const ENGINE: [&str; 2] = ["compact/compact_bg.wasm", "compact/compact.js"];
