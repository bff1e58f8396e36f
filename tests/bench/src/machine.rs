//! The machine, the compiler and the versions of what was measured.

use crate::harness::Effort;
use agent_identity_host::Profile;
use serde_json::{Value, json};
use std::fs;

/// As the JSON file has it.
pub fn describe(effort: Effort) -> Value {
    json!({
        "cpu": first_field("/proc/cpuinfo", "model name"),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "os": std::env::consts::OS,
        "arch": std::env::consts::ARCH,
        "kernel": fs::read_to_string("/proc/sys/kernel/osrelease").ok().map(|release| release.trim().to_owned()),
        "rustc": env!("BENCH_RUSTC"),
        "build": if cfg!(debug_assertions) { "debug" } else { "release" },
        "effort": effort.as_str(),
        "versions": {
            "agent-identity": env!("CARGO_PKG_VERSION"),
            "wasmtime": env!("BENCH_WASMTIME"),
            "ed25519-dalek": env!("BENCH_ED25519_DALEK"),
            "curve25519-dalek": env!("BENCH_CURVE25519_DALEK"),
            "ring": env!("BENCH_RING"),
            "aws-lc-rs": env!("BENCH_AWS_LC_RS"),
        },
        "component_sha256": { "portable": Profile::Portable.sha256(), "wide": Profile::Wide.sha256() },
    })
}

/// Bytes of memory this process occupies; 0 where the system does not say.
pub fn resident_bytes() -> u64 {
    let kibibytes = first_field("/proc/self/status", "VmRSS").and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

/// The value of the first line `name : value`.
fn first_field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.into_iter().find(|(field, _)| field.trim() == name).map(|(_, value)| value.trim().to_owned())
}
