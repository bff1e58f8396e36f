//! Names the compiler and the versions of what is measured: figures without them cannot be compared.

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Environment variable and package of each version that is reported.
const PACKAGES: [(&str, &str); 5] = [
    ("BENCH_WASMTIME", "wasmtime"),
    ("BENCH_ED25519_DALEK", "ed25519-dalek"),
    ("BENCH_CURVE25519_DALEK", "curve25519-dalek"),
    ("BENCH_RING", "ring"),
    ("BENCH_AWS_LC_RS", "aws-lc-rs"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let lock = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    println!("cargo::rerun-if-changed=build.rs");
    let packages = fs::read_to_string(lock)?;
    for (variable, package) in PACKAGES {
        println!("cargo::rustc-env={variable}={}", version(&packages, package).unwrap_or("unknown"));
    }
    let rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("--version").output()?;
    println!("cargo::rustc-env=BENCH_RUSTC={}", String::from_utf8_lossy(&rustc.stdout).trim());
    Ok(())
}

/// The version that `Cargo.lock` gives a package: the line after its name.
fn version<'a>(packages: &'a str, package: &str) -> Option<&'a str> {
    let (_, rest) = packages.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split('"').next()
}
