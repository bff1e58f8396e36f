//! Writes the table of unassigned code points (X6), so that its Unicode version is that of the ICU4X crates in the lock file.
#![allow(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "nothing here sees outside data")]

use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(std::env::var("OUT_DIR")?);
    Ok(std::fs::write(folder.join("unassigned.bin"), table())?)
}

/// The lengths of the runs of assigned and of unassigned code points in turn, the first of them assigned.
fn table() -> Vec<u8> {
    let mut table = Vec::new();
    let mut covered = 0;
    for unassigned in CodePointMapData::<GeneralCategory>::new().iter_ranges_for_value(GeneralCategory::Unassigned) {
        let end = unassigned.end() + 1;
        push_length(&mut table, unassigned.start() - covered);
        push_length(&mut table, end - unassigned.start());
        covered = end;
    }
    table
}

/// Appends a length in groups of seven bits, the highest first; all but the last have the eighth bit set.
fn push_length(table: &mut Vec<u8>, length: u32) {
    for shift in [21, 14, 7] {
        if length >> shift != 0 {
            table.push((length >> shift) as u8 | 0x80);
        }
    }
    table.push(length as u8 & 0x7f);
}
