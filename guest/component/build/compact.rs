//! The interfaces as wit-bindgen would give them to Rust, so that the bindings over the core are written once; with the way each value is
//! read and written, and the declarations by which TypeScript compares them with its own.

mod interfaces;
mod rust;
mod typescript;

use std::error::Error;
use std::path::{Path, PathBuf};

const WIT: &str = "../../wit";

/// Writes `exports.rs` and `exports.d.ts` for the crate.
pub fn write() -> Result<(), Box<dyn Error>> {
    for path in ["build", WIT] {
        println!("cargo::rerun-if-changed={path}");
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);
    let interfaces = interfaces::Interfaces::read(Path::new(WIT))?;
    std::fs::write(out.join("exports.rs"), rust::module(&interfaces, fingerprint(Path::new(WIT))?))?;
    std::fs::write(out.join("exports.d.ts"), typescript::declarations(&interfaces))?;
    Ok(())
}

/// FNV-1a over the files in the order of their names: both sides must have been made from the same.
fn fingerprint(folder: &Path) -> Result<u32, Box<dyn Error>> {
    let mut paths = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "wit"));
    paths.sort();
    let mut hash = 0x811c_9dc5_u32;
    for path in paths {
        hash = std::fs::read(path)?.iter().fold(hash, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    }
    Ok(hash)
}
