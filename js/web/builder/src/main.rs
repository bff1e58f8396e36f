//! Builds the compact engine: `agent-identity-web-builder <root> <target dir> <out>` writes `compact.wasm`, `compact.js` and
//! `compact.d.ts`.

use agent_identity_builder::{Package, Profile, compacted_module, compile};
use std::error::Error;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

const NAME: &str = "compact";
const ENGINE: Package = Package { name: "agent-identity-web", features: "engine" };

/// The custom section by which wasm-bindgen knows what it may use, and which stripping takes away: no reference types, for which a table
/// would be made that nothing stands in.
const NO_FEATURES: &[u8] = b"\0\x11\x0ftarget_features\0";

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [root, target_dir, out] = paths.as_slice() else { return Err("usage: agent-identity-web-builder ROOT TARGET-DIR OUT".into()) };
    build(root, target_dir, out)
}

fn build(root: &Path, target_dir: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut module = compile(root, target_dir, Profile::Portable, ENGINE).map_err(|error| error.to_string())?;
    module.extend(NO_FEATURES);
    let mut output = Bindgen::new().input_bytes(NAME, module).web(true)?.typescript(true).generate_output()?;
    std::fs::create_dir_all(out)?;
    let wasm = compacted_module(&output.wasm_mut().emit_wasm()).map_err(|error| error.to_string())?;
    std::fs::write(out.join(format!("{NAME}.wasm")), wasm)?;
    std::fs::write(out.join(format!("{NAME}.js")), output.js())?;
    std::fs::write(out.join(format!("{NAME}.d.ts")), output.ts().ok_or("wasm-bindgen wrote no declarations")?)?;
    Ok(())
}
