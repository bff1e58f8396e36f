//! What wasm-bindgen makes of `js/web`: the compact engine of the JavaScript package, and the page in plain Rust.

use crate::workspace::Workspace;

/// Builds both into `target/component/`, where the JavaScript package looks for them. In a process of its own: what reads the bindings takes a
/// minute to compile, and whoever does not need it shall not wait for that.
pub fn build(workspace: &Workspace) -> Result<(), String> {
    let command = ["run", "--locked", "--quiet", "--package", "agent-identity-web-builder", "--"];
    let paths = [workspace.root.clone(), workspace.target_dir.join("guest"), workspace.target_dir.join("component")];
    workspace.cargo(command).args(paths).run()
}
