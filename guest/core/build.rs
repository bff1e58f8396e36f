//! Writes the tables of Unicode properties that X6 and X7 need, so that their Unicode version is that of the ICU4X crates in
//! the lock file, at a tenth of the size of those crates' own tables.
//!
//! A table is a list of numbers, each in groups of seven bits, the highest first; all but the last group have the eighth bit set.
#![allow(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "nothing here sees outside data")]

use icu_normalizer::properties::{
    CanonicalCombiningClassMapBorrowed, CanonicalCompositionBorrowed, CanonicalDecompositionBorrowed, Decomposed,
};
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(folder.join("unassigned.bin"), packed(&[unassigned()]))?;
    std::fs::write(folder.join("decompositions.bin"), packed(&decompositions()))?;
    Ok(std::fs::write(folder.join("combining-classes.bin"), packed(&combining_classes()))?)
}

/// The lengths of the runs of assigned and of unassigned code points in turn, the first of them assigned.
fn unassigned() -> Vec<u32> {
    let mut lengths = Vec::new();
    let mut covered = 0;
    for unassigned in CodePointMapData::<GeneralCategory>::new().iter_ranges_for_value(GeneralCategory::Unassigned) {
        let end = unassigned.end() + 1;
        lengths.extend([unassigned.start() - covered, end - unassigned.start()]);
        covered = end;
    }
    lengths
}

/// Canonical decompositions in one step, Hangul syllables aside, in three columns of one row each: the distance to the character
/// of the row before; the zigzag distance of the first character it decomposes into to that of the row before; twice the second
/// character, or 0 if there is none, and 1 more for a pair that does not compose again.
fn decompositions() -> [Vec<u32>; 3] {
    let mut columns = [const { Vec::new() }; 3];
    let (mut character_before, mut first_before) = (0, 0);
    for character in ('\0'..=char::MAX).filter(|c| !('\u{ac00}'..='\u{d7a3}').contains(c)) {
        let (first, second) = match CanonicalDecompositionBorrowed::new().decompose(character) {
            Decomposed::Default => continue,
            Decomposed::Singleton(first) => (first, '\0'),
            Decomposed::Expansion(first, second) => (first, second),
        };
        let composes = second == '\0' || CanonicalCompositionBorrowed::new().compose(first, second) == Some(character);
        let first_distance = first as i32 - first_before;
        let row = [
            character as u32 - character_before,
            (first_distance << 1 ^ first_distance >> 31) as u32,
            (second as u32) << 1 | u32::from(!composes),
        ];
        columns.iter_mut().zip(row).for_each(|(column, number)| column.push(number));
        (character_before, first_before) = (character as u32, first as i32);
    }
    columns
}

/// Runs of characters with one canonical combining class other than 0, in three columns: the distance to the end of the run
/// before, the length, the class.
fn combining_classes() -> [Vec<u32>; 3] {
    let class = |code_point| u32::from(CanonicalCombiningClassMapBorrowed::new().get32_u8(code_point));
    let mut columns = [const { Vec::new() }; 3];
    let (mut start, mut end_before) = (0, 0);
    for end in 1..=u32::from(char::MAX) {
        if class(end) == class(start) {
            continue;
        }
        if class(start) != 0 {
            let row = [start - end_before, end - start, class(start)];
            columns.iter_mut().zip(row).for_each(|(column, number)| column.push(number));
            end_before = end;
        }
        start = end;
    }
    columns
}

/// The columns of a table, one after the other.
fn packed(columns: &[Vec<u32>]) -> Vec<u8> {
    let mut out = Vec::new();
    for number in columns.iter().flatten() {
        for shift in [28, 21, 14, 7] {
            if number >> shift != 0 {
                out.push((number >> shift) as u8 | 0x80);
            }
        }
        out.push(*number as u8 & 0x7f);
    }
    out
}
