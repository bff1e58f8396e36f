//! The memory of this process, read as a file.

use crate::secrets::Patterns;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};

/// A mapping that can be read and written.
pub struct Mapping {
    pub start: u64,
    pub end: u64,
    /// What the kernel calls it: `[heap]`, `[stack]`, a file, or nothing.
    pub name: String,
    /// Whether reserved address space follows it directly, as it does a linear memory.
    pub is_linear: bool,
}

/// A linear memory is followed by what it could grow into.
const LEAST_RESERVED: u64 = 1 << 30;

/// Everything that can be read and written, in the order of addresses.
pub fn mappings() -> Vec<Mapping> {
    let text = fs::read_to_string("/proc/self/maps").expect("Linux has it");
    let rows: Vec<_> = text.lines().filter_map(row).collect();
    let mut found = Vec::new();
    for (at, (start, end, rights, name)) in rows.iter().enumerate() {
        if rights.starts_with("rw") {
            let next = rows.get(at + 1);
            let is_linear =
                next.is_some_and(|(from, to, rights, _)| from == end && rights.starts_with("---") && to - from >= LEAST_RESERVED);
            found.push(Mapping { start: *start, end: *end, name: (*name).into(), is_linear });
        }
    }
    found
}

fn row(line: &str) -> Option<(u64, u64, &str, &str)> {
    let mut fields = line.split_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let rights = fields.next()?;
    let address = |text| u64::from_str_radix(text, 16).ok();
    Some((address(start)?, address(end)?, rights, fields.nth(3).unwrap_or_default()))
}

/// Reads memory piece by piece through one buffer, which is itself never looked into.
pub struct Scanner {
    memory: File,
    buffer: Vec<u8>,
}

const PIECE: usize = 1 << 20;
/// Pieces overlap, so that nothing is missed at their borders.
const OVERLAP: usize = 128;

impl Scanner {
    pub fn new() -> Self {
        Self { memory: File::open("/proc/self/mem").expect("Linux has it"), buffer: vec![0; PIECE] }
    }

    /// How often each pattern occurs in a mapping.
    pub fn count(&mut self, mapping: &Mapping, patterns: &Patterns) -> Vec<usize> {
        let own = self.buffer.as_ptr() as u64;
        let own = own..own + PIECE as u64;
        let mut counts = vec![0; patterns.len()];
        let mut at = mapping.start;
        while at < mapping.end {
            if own.contains(&at) {
                at = own.end;
                continue;
            }
            let stop = if at < own.start { mapping.end.min(own.start) } else { mapping.end };
            let length = usize::try_from(stop - at).expect("a mapping fits").min(PIECE);
            let read = self.memory.seek(SeekFrom::Start(at)).and_then(|_| self.memory.read_exact(&mut self.buffer[..length]));
            if read.is_ok() {
                // What begins in the overlap is counted with the next piece.
                let whole = at + length as u64 == stop;
                patterns.count(&self.buffer[..length], if whole { length } else { length - OVERLAP }, &mut counts);
            }
            at = if at + length as u64 == stop { stop } else { at + (length - OVERLAP) as u64 };
        }
        self.buffer.fill(0);
        counts
    }
}
