//! Builds the components: compiles `guest/component` for `wasm32-unknown-unknown`, encodes it, and checks its imports.
//!
//! Used by `host/build.rs`, so that a plain `cargo build` works, and by `cargo xtask component`.

mod compaction;
mod compile;
#[cfg(feature = "compose")]
mod compose;
mod imports;
mod stale_locals;

pub use compaction::compacted_module;
pub use compile::{Package, compile};
#[cfg(feature = "compose")]
pub use compose::{Part, composed};
pub use imports::{check_imports, imports};

use sha2_host::{Digest, Sha256};
use std::fmt;
use std::path::Path;

/// The components built from one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// 32-bit limbs and simd128: runs everywhere.
    Portable,
    /// 64-bit limbs and wide arithmetic: wasmtime only, faster there.
    Wide,
    /// The world `agent`, compiled as the portable one is: runs where exports and imports may be awaited.
    Agent,
}

impl Profile {
    /// The two builds of the world `identity`.
    pub const ALL: [Self; 2] = [Self::Portable, Self::Wide];

    /// Every component.
    pub const WITH_AGENT: [Self; 3] = [Self::Portable, Self::Wide, Self::Agent];

    /// `portable`, `wide` or `agent`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Wide => "wide",
            Self::Agent => "agent",
        }
    }
}

/// Why a component could not be built.
#[derive(Debug)]
pub struct BuildError(pub String);

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BuildError {}

/// SHA-256 of a component in lower-case hex: how a build is named everywhere.
pub fn sha256_hex(component: &[u8]) -> String {
    Sha256::digest(component).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Builds the component of the workspace at `root`, with intermediate files under `target_dir`, and returns its bytes.
pub fn build(root: &Path, target_dir: &Path, profile: Profile) -> Result<Vec<u8>, BuildError> {
    let component = encoded(&compile(root, target_dir, profile, Package::component(profile))?, profile.as_str())?;
    check_imports(&component, profile)?;
    stale_locals::check_stale_locals(&component)?;
    Ok(component)
}

/// Builds the adapter that gives the component of the world `agent` its imports from WASI 0.3. It is compiled as that component is.
pub fn build_adapter(root: &Path, target_dir: &Path) -> Result<Vec<u8>, BuildError> {
    let adapter = encoded(&compile(root, target_dir, Profile::Agent, Package::ADAPTER)?, "adapter")?;
    match imports(&adapter)?.iter().find(|name| !name.starts_with("wasi:")) {
        None => Ok(adapter),
        Some(name) => Err(BuildError(format!("the adapter must import WASI only, but imports {name}"))),
    }
}

/// Builds the example: a command that imports `client` of the world `agent`.
pub fn build_example(root: &Path, target_dir: &Path) -> Result<Vec<u8>, BuildError> {
    encoded(&compile(root, target_dir, Profile::Agent, Package::EXAMPLE)?, "example")
}

fn encoded(module: &[u8], name: &str) -> Result<Vec<u8>, BuildError> {
    let component = wit_component::ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| BuildError(format!("encoding the {name} component failed: {error:#}")))?;
    compaction::compacted(&component)
}
