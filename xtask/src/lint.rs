//! Everything that judges source text: formatting, clippy, rustdoc, and the rules for dependencies.

use crate::dependencies;
use crate::setup;
use crate::tally::Tally;
use crate::workspace::Workspace;
use serde_json::Value;

/// What is made for wasm only, so linted and documented apart from the others: the bindings, the module that links them, the adapter to
/// WASI and its example, the crate for the web and its example.
pub const WASM_ONLY: [&str; 7] = [
    "agent-identity-component",
    "agent-identity-module",
    "agent-identity-wasi",
    "agent-identity-wasi-example",
    "agent-identity-web",
    "agent-identity-web-trial",
    "agent-identity-example-rust-web",
];

/// The same in each of its forms, and what each is called.
const WASM_BUILDS: [(&str, &[&str]); 6] = [
    ("clippy of the component", &["--package", "agent-identity-component", "--package", "agent-identity-module"]),
    ("clippy of the component of the world `agent`", &["--package", "agent-identity-component", "--features", "agent-world"]),
    ("clippy of the adapter to WASI", &["--package", "agent-identity-wasi", "--package", "agent-identity-wasi-example"]),
    ("clippy of the compact engine", &["--package", "agent-identity-component", "--features", "compact"]),
    ("clippy of the crate for the web", &["--package", "agent-identity-web"]),
    ("clippy of programs for the web", &["--package", "agent-identity-web-trial", "--package", "agent-identity-example-rust-web"]),
];

/// Runs every lint.
pub fn run(workspace: &Workspace) -> Tally {
    let mut tally = Tally::default();
    tally.check("formatting", || formatting(workspace));
    tally.check("clippy", || clippy(workspace));
    for (name, build) in WASM_BUILDS {
        tally.check(name, || clippy_wasm(workspace, build));
    }
    tally.check("rustdoc", || rustdoc(workspace));
    dependency_rules(workspace, &mut tally);
    cargo_deny(workspace, &mut tally);
    tally
}

fn formatting(workspace: &Workspace) -> Result<(), String> {
    setup::rustup_component(workspace, "fmt", "rustfmt")?;
    workspace.cargo(["fmt", "--all", "--check"]).run()
}

fn clippy(workspace: &Workspace) -> Result<(), String> {
    setup::rustup_component(workspace, "clippy", "clippy")?;
    let clippy = workspace.cargo(["clippy", "--locked", "--workspace", "--all-targets", "--all-features"]);
    clippy.args(workspace.exclude(&WASM_ONLY)).args(["--", "-D", "warnings"]).run()
}

fn clippy_wasm(workspace: &Workspace, build: &[&str]) -> Result<(), String> {
    setup::rustup_component(workspace, "clippy", "clippy")?;
    let clippy = workspace.cargo(["clippy", "--locked", "--target", setup::WASM_TARGET]);
    clippy.args(build.iter()).args(["--", "-D", "warnings"]).run()
}

fn rustdoc(workspace: &Workspace) -> Result<(), String> {
    let doc = workspace.cargo(["doc", "--locked", "--workspace", "--no-deps", "--all-features"]).args(workspace.exclude(&WASM_ONLY));
    doc.env("RUSTDOCFLAGS", "-D warnings").run()
}

fn dependency_rules(workspace: &Workspace, tally: &mut Tally) {
    let tree = workspace.dependency_tree();
    let with_tree = |rule: &dyn Fn(&Value) -> Result<(), String>| rule(tree.as_ref().map_err(Clone::clone)?);
    tally.check("one curve implementation", || with_tree(&dependencies::one_curve_implementation));
    tally.check("sources of dependencies", || with_tree(&dependencies::sources));
    tally.check("licences of dependencies", || {
        let path = workspace.root.join("deny.toml");
        let deny_toml = std::fs::read_to_string(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        with_tree(&|tree| dependencies::licences(tree, &deny_toml))
    });
}

/// `cargo deny`, where it is installed; its advisories, where their database can be fetched.
fn cargo_deny(workspace: &Workspace, tally: &mut Tally) {
    const RULES: &str = "cargo deny";
    const ADVISORIES: &str = "security advisories";
    if workspace.cargo(["deny", "--version"]).read().is_err() {
        // The rules above were checked without it; what is lost is the advisories.
        tally.skip(ADVISORIES, "cargo-deny is not installed; run: cargo install cargo-deny --locked");
        return;
    }
    tally.check(RULES, || workspace.cargo(["deny", "--locked", "check", "bans", "licenses", "sources"]).run());
    match workspace.cargo(["deny", "--locked", "check", "advisories"]).read() {
        Err(message) if message.contains("failed to fetch advisory database") => {
            tally.skip(ADVISORIES, "the database at https://github.com/RustSec/advisory-db cannot be reached");
        }
        result => tally.check(ADVISORIES, || result.map(drop)),
    }
}
