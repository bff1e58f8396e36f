//! Builds the components, so that a plain `cargo build` gives a working host; that of the world `agent` with the feature
//! `agent-world`.
//!
//! `AGENT_IDENTITY_COMPONENT_DIR` names a folder with ready `portable.wasm`, `wide.wasm` and `agent.wasm` instead.

use agent_identity_builder::Profile;
use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::thread;

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).parent().ok_or("the host crate has no parent folder")?.to_owned();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for input in ["guest", "wit", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    println!("cargo::rerun-if-env-changed=AGENT_IDENTITY_COMPONENT_DIR");

    let ready = env::var_os("AGENT_IDENTITY_COMPONENT_DIR").map(PathBuf::from);
    let guest_target = target_dir(&out).join("guest");
    let component = |profile: Profile| match &ready {
        Some(dir) => std::fs::read(dir.join(format!("{}.wasm", profile.as_str()))).map_err(|error| error.to_string()),
        None => agent_identity_builder::build(&root, &guest_target, profile).map_err(|error| error.to_string()),
    };
    let wanted = if env::var_os("CARGO_FEATURE_AGENT_WORLD").is_some() { &Profile::WITH_AGENT[..] } else { &Profile::ALL };
    let components: Vec<_> = thread::scope(|scope| {
        let building: Vec<_> = wanted.iter().map(|&profile| (profile, scope.spawn(move || component(profile)))).collect();
        building.into_iter().map(|(profile, thread)| (profile, thread.join())).collect()
    });
    for (profile, bytes) in components {
        let bytes = bytes.map_err(|_| "building a component panicked")??;
        let name = profile.as_str();
        println!("cargo::rustc-env=AGENT_IDENTITY_{}_SHA256={}", name.to_uppercase(), agent_identity_builder::sha256_hex(&bytes));
        std::fs::write(out.join(format!("{name}.wasm")), bytes)?;
    }
    Ok(())
}

/// The target folder this build script works for: the first folder upwards that cargo marked as a cache.
fn target_dir(out: &Path) -> PathBuf {
    out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists()).unwrap_or(out).to_owned()
}
