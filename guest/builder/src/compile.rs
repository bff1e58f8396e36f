//! Runs cargo for the guest with the flags of one profile.

use crate::{BuildError, Profile};
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";
const CARGO_PROFILE: &str = "guest";

/// What is compiled into a module of its own.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// Name of the crate.
    pub name: &'static str,
    /// Its features; no others.
    pub features: &'static str,
}

impl Package {
    /// The adapter to WASI 0.3.
    pub(crate) const ADAPTER: Self = Self { name: "agent-identity-wasi", features: "" };

    /// The example of a command.
    pub(crate) const EXAMPLE: Self = Self { name: "agent-identity-wasi-example", features: "" };

    /// What becomes the component.
    pub(crate) fn component(profile: Profile) -> Self {
        let features = match profile {
            Profile::Portable | Profile::Wide => "compact-hashes",
            Profile::Agent => "compact-hashes,agent-world",
        };
        Self { name: "agent-identity-module", features }
    }
}

/// Compiles a package for wasm and returns its module.
///
/// Each profile has its own folder under `target_dir`: cargo does not tell builds apart that differ in `RUSTFLAGS` only,
/// once a path is remapped.
pub fn compile(root: &Path, target_dir: &Path, profile: Profile, package: Package) -> Result<Vec<u8>, BuildError> {
    let target_dir = target_dir.join(profile.as_str());
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--locked", "--package", package.name, "--target", TARGET, "--profile", CARGO_PROFILE])
        .args(["--no-default-features", "--features", package.features])
        .arg("--manifest-path")
        .arg(root.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target_dir)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(root, profile).join("\u{1f}"))
        // A surrounding cargo, clippy or coverage run must not reach into the guest.
        .env_remove("RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .env_remove("CARGO_BUILD_TARGET")
        .output()
        .map_err(|error| BuildError(format!("cargo cannot be run: {error}")))?;
    if !output.status.success() {
        let log = String::from_utf8_lossy(&output.stderr);
        let advice = if log.contains("can't find crate for `core`") || log.contains("target may not be installed") {
            "\nthe wasm target is missing; run: rustup target add wasm32-unknown-unknown"
        } else {
            ""
        };
        return Err(BuildError(format!("compiling the {} guest failed:\n{log}{advice}", profile.as_str())));
    }
    let module = target_dir.join(TARGET).join(CARGO_PROFILE).join(format!("{}.wasm", package.name.replace('-', "_")));
    std::fs::read(&module).map_err(|error| BuildError(format!("{} cannot be read: {error}", module.display())))
}

fn flags(root: &Path, profile: Profile) -> Vec<String> {
    let (limbs, features) = match profile {
        Profile::Portable | Profile::Agent => ("32", "+simd128"),
        Profile::Wide => ("64", "+simd128,+wide-arithmetic"),
    };
    let mut flags = vec![format!("--cfg=curve25519_dalek_bits=\"{limbs}\""), format!("-Ctarget-feature={features}")];
    // Calls instead of copies where kilobytes count: 5 of the compressed component, for a fifth of the time of a verification and
    // hardly any of a signature. The wide build stays where it was made.
    if profile != Profile::Wide {
        flags.push("-Cllvm-args=-inline-threshold=15".into());
    }
    // Addresses and indices in as few bytes as they need, not in the five that the linker found room for.
    flags.push("-Clink-arg=--compress-relocations".into());
    // No path of the build machine may end up in the component, whoever builds it and wherever.
    flags.push(remap(root, "/agent-identity"));
    flags.extend(cargo_home().map(|home| remap(&home, "/cargo")));
    flags.extend(sysroot().map(|sysroot| remap(&sysroot, "/rust")));
    flags
}

fn remap(from: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}={to}", from.display())
}

fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
}

fn sysroot() -> Option<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}
