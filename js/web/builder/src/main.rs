//! Builds what wasm-bindgen makes of js/web: `agent-identity-web-builder ROOT TARGET-DIR OUT` writes the compact engine of the npm package
//! into `OUT/compact`; the page in plain Rust, ready to be served, into `OUT/rust-web`; and what the tests call, into `OUT/trial`.

use agent_identity_builder::{Package, Profile, compacted_module, compile};
use std::error::Error;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

const ENGINE: Package = Package { name: "agent-identity-web", features: "engine" };
const TRIAL: Package = Package { name: "agent-identity-web-trial", features: "" };
const EXAMPLE: Package = Package { name: "agent-identity-example-rust-web", features: "" };

/// What stands beside the module of the example.
const PAGE: [&str; 2] = ["index.html", "start.js"];

/// The custom section by which wasm-bindgen knows what it may use, and which stripping takes away. The engine needs no reference types: a
/// table would be made for them that nothing stands in.
const NO_FEATURES: &[u8] = b"\0\x11\x0ftarget_features\0";
const REFERENCE_TYPES: &[u8] = b"\0\x22\x0ftarget_features\x01+\x0freference-types";

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [root, target_dir, out] = paths.as_slice() else { return Err("usage: agent-identity-web-builder ROOT TARGET-DIR OUT".into()) };
    build(root, target_dir, (ENGINE, NO_FEATURES), "compact", &out.join("compact"))?;
    build(root, target_dir, (TRIAL, REFERENCE_TYPES), "trial", &out.join("trial"))?;
    let page = out.join("rust-web");
    build(root, target_dir, (EXAMPLE, REFERENCE_TYPES), "rust_web", &page)?;
    for name in PAGE {
        std::fs::copy(root.join("js/examples/rust-web").join(name), page.join(name))?;
    }
    Ok(())
}

/// Writes the module, its script and its declarations under this name.
fn build(root: &Path, target_dir: &Path, (package, features): (Package, &[u8]), name: &str, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut module = compile(root, target_dir, Profile::Portable, package).map_err(|error| error.to_string())?;
    module.extend(features);
    let mut output = Bindgen::new().input_bytes(name, module).web(true)?.typescript(true).generate_output()?;
    std::fs::create_dir_all(out)?;
    let wasm = compacted_module(&output.wasm_mut().emit_wasm()).map_err(|error| error.to_string())?;
    std::fs::write(out.join(format!("{name}_bg.wasm")), wasm)?;
    std::fs::write(out.join(format!("{name}.js")), output.js())?;
    std::fs::write(out.join(format!("{name}.d.ts")), output.ts().ok_or("wasm-bindgen wrote no declarations")?)?;
    Ok(())
}
