//! Signatures over whole requests.

use crate::error::Error;
use crate::provider::Dropped;

/// Signs a request of which everything else is final: the last thing done to an attempt (`spec/metadata.md` 11-3).
pub trait RequestSigner: Send + Sync {
    /// Signs. URL, header fields and body may be rewritten; what is there afterwards is what is sent. Answers the fields it left
    /// out, without their values. On an error nothing is sent.
    fn sign(&self, request: &mut reqwest::Request) -> Result<Vec<Dropped>, Error>;
}
