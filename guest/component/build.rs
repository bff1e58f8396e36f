//! Writes the bindings for JavaScript from the WIT, when they are asked for. Those for hosts of components are written by wit-bindgen.
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "nothing here sees outside data")]

#[cfg(feature = "compact")]
#[path = "build/compact.rs"]
mod compact;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "compact")]
    compact::write()?;
    Ok(())
}
