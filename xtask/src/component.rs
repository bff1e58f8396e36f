//! Builds the components, and judges their sizes.

use crate::compact;
use crate::setup;
use crate::workspace::Workspace;
use agent_identity_builder::{BuildError, Part, Profile, sha256_hex};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What a component may weigh when it travels to a browser: 130 KB after brotli.
const BUDGET: usize = 130 * 1024;

/// The same for the component of the world `agent`, in which every flow is a function that is awaited.
const AGENT_BUDGET: usize = 170 * 1024;

/// Whether the components are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// In `target/component/`.
    Write,
    /// Nowhere.
    Discard,
}

/// Builds every component, prints the table of sizes, and fails if one is over the budget.
pub fn run(workspace: &Workspace, output: Output) -> Result<(), String> {
    setup::wasm_target()?;
    let mut sizes = Vec::new();
    for profile in Profile::WITH_AGENT {
        println!("Building the {} component ...", profile.as_str());
        let bytes = build(&workspace.root, &guest_target_dir(workspace), profile)?;
        if output == Output::Write {
            println!("  {}", write(workspace, profile, &bytes)?.display());
        }
        sizes.push(Size::of(profile, &bytes)?);
    }
    for_wasi(workspace, output)?;
    if output == Output::Write {
        compact::build(workspace)?;
    }
    println!("\n{}", Size::HEADING);
    sizes.iter().for_each(|size| println!("{}", size.row()));
    let failures: Vec<String> = sizes.iter().filter_map(|size| size.check().err()).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// Builds what runs on WASI 0.3: the adapter, with which `wac plug agent.wasm --plug wasi-adapter.wasm` makes a component that needs
/// WASI only; and the example, composed with both.
fn for_wasi(workspace: &Workspace, output: Output) -> Result<(), String> {
    println!("Building the adapter to WASI 0.3, and the example ...");
    let (root, target) = (&workspace.root, &guest_target_dir(workspace));
    let built = |result: Result<Vec<u8>, BuildError>| result.map_err(|error| error.to_string());
    let agent = build(root, target, Profile::Agent)?;
    let adapter = built(agent_identity_builder::build_adapter(root, target))?;
    let example = built(agent_identity_builder::build_example(root, target))?;
    let parts = [("adapter", &adapter), ("agent", &agent), ("example", &example)].map(|(name, bytes)| Part { name, bytes });
    let composed = built(agent_identity_builder::composed(&parts))?;
    if output == Output::Write {
        for (name, bytes) in [("wasi-adapter.wasm", &adapter), ("wasi-example.wasm", &composed)] {
            let path = workspace.target_dir.join("component").join(name);
            println!("  {}", write_as(&path, bytes)?.display());
        }
    }
    Ok(())
}

/// Builds one component; the builder also checks what it imports.
pub fn build(root: &Path, target_dir: &Path, profile: Profile) -> Result<Vec<u8>, String> {
    agent_identity_builder::build(root, target_dir, profile).map_err(|error| error.to_string())
}

/// Builds one component, keeps it in `target/component/`, prints its size and holds it against the budget.
pub fn build_and_check(workspace: &Workspace, profile: Profile) -> Result<(), String> {
    let bytes = build(&workspace.root, &guest_target_dir(workspace), profile)?;
    write(workspace, profile, &bytes)?;
    let size = Size::of(profile, &bytes)?;
    println!("{}\n{}", Size::HEADING, size.row());
    size.check()
}

/// Where [`build_and_check`] keeps a component.
pub fn path(workspace: &Workspace, profile: Profile) -> PathBuf {
    workspace.target_dir.join("component").join(format!("{}.wasm", profile.as_str()))
}

fn guest_target_dir(workspace: &Workspace) -> PathBuf {
    workspace.target_dir.join("guest")
}

fn write(workspace: &Workspace, profile: Profile, bytes: &[u8]) -> Result<PathBuf, String> {
    write_as(&path(workspace, profile), bytes)
}

fn write_as(path: &Path, bytes: &[u8]) -> Result<PathBuf, String> {
    let written = std::fs::create_dir_all(path.with_file_name("")).and_then(|()| std::fs::write(path, bytes));
    written.map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    Ok(path.to_owned())
}

/// How much one component weighs, in bytes.
struct Size {
    profile: Profile,
    raw: usize,
    gzip: usize,
    brotli: usize,
    sha256: String,
}

impl Size {
    const HEADING: &str = "profile        raw     gzip   brotli   of budget   SHA-256";

    fn of(profile: Profile, bytes: &[u8]) -> Result<Self, String> {
        let compressed = |result: io::Result<usize>| result.map_err(|error| format!("the component cannot be compressed: {error}"));
        Ok(Self {
            profile,
            raw: bytes.len(),
            gzip: compressed(gzip(bytes))?,
            brotli: compressed(brotli(bytes))?,
            sha256: sha256_hex(bytes),
        })
    }

    fn row(&self) -> String {
        let share = self.brotli * 100 / self.budget();
        let Self { raw, gzip, brotli, sha256, .. } = self;
        format!("{:8} {raw:9} {gzip:8} {brotli:8} {share:9} %   {sha256}", self.profile.as_str())
    }

    fn check(&self) -> Result<(), String> {
        let budget = self.budget();
        if self.brotli <= budget {
            return Ok(());
        }
        let (profile, over) = (self.profile.as_str(), self.brotli - budget);
        Err(format!("the {profile} component is {over} bytes over its budget of {budget} bytes (brotli)"))
    }

    fn budget(&self) -> usize {
        match self.profile {
            Profile::Portable | Profile::Wide => BUDGET,
            Profile::Agent => AGENT_BUDGET,
        }
    }
}

fn gzip(bytes: &[u8]) -> io::Result<usize> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

/// At quality 11 with the largest window, as a web server compresses files ahead of time.
fn brotli(mut bytes: &[u8]) -> io::Result<usize> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    brotli::BrotliCompress(&mut bytes, &mut compressed, &parameters)?;
    Ok(compressed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(brotli: usize) -> Size {
        Size { profile: Profile::Wide, raw: 1, gzip: 1, brotli, sha256: String::new() }
    }

    #[test]
    fn the_budget_is_inclusive() {
        assert_eq!(size(BUDGET).check(), Ok(()));
        assert_eq!(size(BUDGET + 5).check(), Err("the wide component is 5 bytes over its budget of 133120 bytes (brotli)".into()));
    }

    #[test]
    fn sizes_are_those_of_the_compressed_bytes() {
        let size = Size::of(Profile::Portable, &[7; 4096]).unwrap();
        assert_eq!(size.raw, 4096);
        assert!((1..100).contains(&size.gzip) && (1..100).contains(&size.brotli));
    }
}
