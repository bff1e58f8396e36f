//! What a process uses. Only Linux tells; elsewhere nothing is measured.

use std::fs;

/// In KiB, and open files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    resident: u64,
    /// Linear memories of instances.
    linear: u64,
    files: u64,
}

/// Growth that allocators and caches are allowed, however long the run takes: 8 MiB and a tenth.
const SLACK: u64 = 8 << 10;
/// Linear memories: a few instances more at once than before, of some 100 KiB each.
const LINEAR_SLACK: u64 = 2 << 10;
const FILES_SLACK: u64 = 32;

impl Sample {
    pub fn take() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
        let files = fs::read_dir("/proc/self/fd").map_or(0, |files| files.count() as u64);
        Self { resident: resident.unwrap_or_default(), linear: linear_memories(), files }
    }
}

/// The end is no higher than the highest of the warm-up, which is the first third, but for the slack.
pub fn check(samples: &[Sample]) {
    let warm_up = samples.len().div_ceil(3);
    let of = |samples: &[Sample], what: fn(&Sample) -> u64| samples.iter().map(what).max().unwrap_or_default();
    let last = &samples[samples.len().saturating_sub(warm_up.min(3))..];
    for (name, what, slack) in [
        ("resident memory, KiB", (|sample: &Sample| sample.resident) as fn(&Sample) -> u64, SLACK),
        ("linear memories, KiB", |sample| sample.linear, LINEAR_SLACK),
        ("open files", |sample| sample.files, FILES_SLACK),
    ] {
        let (warm, end) = (of(&samples[..warm_up], what), last.iter().map(what).min().unwrap_or_default());
        println!("{name}: {warm} after the warm-up, {end} at the end");
        assert!(end <= warm + warm / 10 + slack, "{name} grew: {:?}", samples.iter().map(what).collect::<Vec<_>>());
    }
}

/// Mappings that can be written and are followed by what they could grow into.
fn linear_memories() -> u64 {
    let text = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let rows: Vec<_> = text.lines().filter_map(row).collect();
    let grows = |(from, to, rights): &(u64, u64, &str), end: u64| *from == end && rights.starts_with("---") && to - from >= 1 << 30;
    let pairs = rows.windows(2).filter(|pair| pair[0].2.starts_with("rw") && grows(&pair[1], pair[0].1));
    pairs.map(|pair| (pair[0].1 - pair[0].0) >> 10).sum()
}

fn row(line: &str) -> Option<(u64, u64, &str)> {
    let mut fields = line.split_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let address = |text| u64::from_str_radix(text, 16).ok();
    Some((address(start)?, address(end)?, fields.next()?))
}
