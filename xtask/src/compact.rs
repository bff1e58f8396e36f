//! The compact engine of the JavaScript package.

use crate::workspace::Workspace;
use std::path::PathBuf;

/// Builds it into `target/component/compact/`. In a process of its own: what reads its bindings takes a minute to compile, and whoever
/// does not need it shall not wait for that.
pub fn build(workspace: &Workspace) -> Result<(), String> {
    let command = ["run", "--locked", "--quiet", "--package", "agent-identity-web-builder", "--"];
    let paths = [workspace.root.clone(), workspace.target_dir.join("guest"), folder(workspace)];
    workspace.cargo(command).args(paths).run()
}

/// Where it is kept: the JavaScript package looks for it beside the component.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target_dir.join("component").join("compact")
}
