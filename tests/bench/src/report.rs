//! The table on standard output and the JSON file.

use crate::harness::{Failure, Figure};
use crate::targets;
use serde_json::{Map, Value, json};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder `bench` in the target folder, made if need be.
pub fn folder() -> Result<PathBuf, Failure> {
    let folder = target_folder().join("bench");
    fs::create_dir_all(&folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    Ok(folder)
}

/// Prints all figures, then the targets.
pub fn print(figures: &[Figure]) {
    println!("{:<32} {:>11}   {:>11} … {:<11} {:>12} {:>10}", "row", "median", "10 %", "90 %", "per second", "memory");
    for figure in figures {
        let (low, high) = figure.spread;
        let per_s = figure.per_s.map_or(String::new(), |per_s| format!("{per_s:.0}"));
        let bytes = figure.bytes.map_or(String::new(), memory);
        println!("{:<32} {:>11}   {:>11} … {:<11} {per_s:>12} {bytes:>10}", figure.name, time(figure.ns), time(low), time(high));
    }
    println!("\n{:<48} {:>12}   {:>10}", "target", "measured", "at most");
    for verdict in targets::judge(figures) {
        let met = if verdict.met { "met" } else { "MISSED" };
        println!("{:<48} {:>12}   {:>10}   {met}", verdict.text, verdict.measured, verdict.bound);
    }
}

/// Writes `identity.json`, whole or not at all.
pub fn write(folder: &Path, machine: &Value, figures: &[Figure]) -> Result<PathBuf, Failure> {
    let file = folder.join("identity.json");
    let report = json!({ "machine": machine, "rows": figures.iter().map(row).collect::<Vec<_>>() });
    let unfinished = folder.join(format!("identity.json.{}.tmp", std::process::id()));
    fs::write(&unfinished, format!("{report:#}\n"))
        .and_then(|()| fs::rename(&unfinished, &file))
        .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    Ok(file)
}

fn row(figure: &Figure) -> Value {
    let mut row = Map::new();
    row.insert("name".into(), figure.name.as_str().into());
    row.insert("ns".into(), tenths(figure.ns).into());
    row.extend(figure.per_s.map(|per_s| ("per_s".into(), tenths(per_s).into())));
    row.extend(figure.bytes.map(|bytes| ("bytes".into(), bytes.into())));
    row.into()
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn time(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{:.2} µs", ns / 1e3),
        ns => format!("{:.2} ms", ns / 1e6),
    }
}

fn memory(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..10_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

/// `CARGO_TARGET_DIR`, else the first folder above this program that cargo marked as a cache, else `target` right here.
fn target_folder() -> PathBuf {
    let named = env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let above = || {
        let program = env::current_exe().ok()?;
        program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists()).map(Path::to_path_buf)
    };
    named.or_else(above).unwrap_or_else(|| "target".into())
}
