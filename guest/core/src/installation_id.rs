//! The installation id (`spec/metadata.md` §7): what the text of its file means. Reading, locking and writing are the host's.

use crate::error::Result;
use crate::ports::Ports;
use crate::uuid::Uuid;
use alloc::string::String;

/// Name of the file, and of the document where a host has no files (7-1, 7-5).
pub const NAME: &str = "installation_id";

/// The id in a file's content, in canonical form; `None` if the file needs a [`fresh`] one (7-2, 7-3).
///
/// A file whose id is only spelt differently is not to be rewritten.
pub fn read(content: &[u8]) -> Option<String> {
    Uuid::parse_metadata(core::str::from_utf8(content).ok()?.trim()).map(Uuid::canonical)
}

/// A new id, which is also the whole content of its file (7-1, 7-3). Errors: `random-failed`.
pub fn fresh(ports: &dyn Ports) -> Result<String> {
    let mut random = [0; 16];
    ports.fill_random(&mut random)?;
    Ok(Uuid::v4(random).canonical())
}

#[cfg(test)]
mod tests;
