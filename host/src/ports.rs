//! The seams of the host: what performs effects, and what the component asks for while it runs.
//!
//! Each trait is small, so that an embedding program can bring its own. Implementations are in [`crate::http`],
//! [`crate::storage`], [`crate::custodian`] and [`crate::system`].

use async_trait::async_trait;
use sha2_host::{Digest, Sha256};
use std::fmt;
use std::time::Duration;
use zeroize::{Zeroize, Zeroizing};

/// Makes HTTP requests. Redirects are never followed and nothing is added to a request beyond what HTTP needs.
#[async_trait]
pub trait Http: Send + Sync {
    /// Sends one request and reads its answer up to the limits the request sets.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure>;
}

/// Keeps documents under names. A document is replaced as a whole or not at all.
///
/// Writers that share a document read it, and then [`replace`](Storage::replace) exactly what they read; on a conflict they
/// read again. So nobody holds a lock while something else is awaited.
#[async_trait]
pub trait Storage: Send + Sync {
    /// The document, or none.
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError>;

    /// Replaces the document, whatever it is.
    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError>;

    /// Replaces the document if the present one still has this revision, or if there is none and `None` is expected; with no
    /// other writer in between. Otherwise the error is [`StorageError::Conflict`] and nothing has changed.
    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError>;

    /// Removes the document; removing what is not there succeeds.
    async fn erase(&self, name: &str) -> Result<(), StorageError>;

    /// Removes the document if it still has this revision; removing what is not there succeeds. Otherwise the error is
    /// [`StorageError::Conflict`] and nothing has changed.
    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError>;
}

/// Reads the clocks.
pub trait Clock: Send + Sync {
    /// Wall clock: milliseconds since 1970-01-01T00:00:00Z. May step.
    fn now_ms(&self) -> i64;

    /// Milliseconds since an arbitrary origin. Never steps back.
    fn monotonic_ms(&self) -> u64;
}

/// Lets the time pass that an operation waits before it tries again.
#[async_trait]
pub trait Sleeper: Send + Sync {
    /// Returns when this much time has passed.
    async fn sleep(&self, duration: Duration);
}

/// Draws random bytes.
pub trait Random: Send + Sync {
    /// Fills `buffer` with cryptographically secure bytes.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError>;
}

/// Keeps keys that never enter the component: it prepares the bytes, the custodian signs them.
#[async_trait]
pub trait Custodian: Send + Sync {
    /// The 32 raw bytes of the public key it calls `key_id`.
    fn public_key(&self, key_id: &str) -> Result<[u8; 32], CustodianError>;

    /// A pure Ed25519 signature over `text`.
    async fn sign(&self, key_id: &str, text: &[u8]) -> Result<[u8; 64], CustodianError>;

    /// Opens a libsodium sealed box to the X25519 form of the key. Custodians that cannot do this say so.
    async fn unseal(&self, key_id: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CustodianError> {
        let _ = (key_id, sealed);
        Err(CustodianError::Unsupported)
    }
}

/// The content of a stored document. It may hold secrets: overwritten on drop, not shown by `Debug` of errors.
pub type Document = Zeroizing<Vec<u8>>;

/// Which content a document has: its SHA-256 in lower-case hex. It tells nothing about a content that cannot be guessed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Revision(String);

impl Revision {
    /// The revision of this content.
    pub fn of(content: &[u8]) -> Self {
        Self(format!("{:x}", Sha256::digest(content)))
    }

    /// Reads 64 lower-case hex digits; none if the text is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        fits.then(|| Self(text.to_owned()))
    }

    /// 64 lower-case hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A request the component asks for. `Debug` shows method and URL only.
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// In order. The value of `authorization` is a secret.
    pub headers: Vec<(String, String)>,
    /// Exact body.
    pub body: Vec<u8>,
    /// For the whole exchange, body included.
    pub timeout_ms: u32,
    /// Read at most so many bytes of a 2xx body.
    pub success_limit: u32,
    /// Read at most so many bytes of any other body.
    pub error_limit: u32,
}

/// The value of `authorization` and the body may be secrets (K15).
impl Drop for HttpRequest {
    fn drop(&mut self) {
        self.headers.iter_mut().for_each(|(_, value)| value.zeroize());
        self.body.zeroize();
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpRequest({} {})", self.method, self.url)
    }
}

/// An answer. `Debug` shows the status and the length of the body.
#[derive(Default)]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// In order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body up to the limit.
    pub body: Vec<u8>,
    /// Whether the body was longer.
    pub truncated: bool,
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpResponse({}, {} bytes)", self.status, self.body.len())
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpFailure {
    /// Not complete in time.
    #[error("no complete answer in time")]
    Timeout,
    /// The connection was not made.
    #[error("the connection was not made")]
    Connect,
    /// Sending or receiving broke off.
    #[error("sending or receiving broke off")]
    Failed,
    /// The caller stopped it.
    #[error("the caller stopped the request")]
    Cancelled,
}

/// Why storage did not do what it was asked. Never holds document content.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Reading failed.
    #[error("{what} cannot be read: {why}")]
    Unreadable {
        /// Which document.
        what: String,
        /// The reason, and what to do.
        why: String,
    },
    /// The document is not the one that was expected; nothing changed. Read it again and decide anew.
    #[error("{what} was changed by someone else in the meantime, nothing was written; read it again and repeat the change")]
    Conflict {
        /// Which document.
        what: String,
    },
    /// Nothing is known: what keeps the document did not answer. The change may still happen.
    #[error("nothing has answered for {seconds} s, so {what} may be changed or not; look for a dialog that waits for you, then try again")]
    Unanswered {
        /// Which document.
        what: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// Writing failed; the document is as it was.
    #[error("{what} cannot be written, nothing changed: {why}")]
    Unwritable {
        /// Which document.
        what: String,
        /// The reason, and what to do.
        why: String,
    },
}

/// The random source failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the random source failed")]
pub struct RandomError;

/// Why a custodian did not do what it was asked. Never holds key material.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustodianError {
    /// It cannot do this at all.
    #[error("the custodian cannot do this")]
    Unsupported,
    /// It has no key of that name.
    #[error("the custodian has no key of that name")]
    UnknownKey,
    /// It refused or failed.
    #[error("the custodian failed: {0}")]
    Failed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_sha_256_in_hex() {
        let revision = Revision::of(b"abc");
        assert_eq!(revision.as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(Revision::parse(revision.as_str()), Some(revision));
        for bad in ["", "ba78", &"g".repeat(64), &"A".repeat(64), &"a".repeat(65)] {
            assert_eq!(Revision::parse(bad), None, "{bad}");
        }
    }
}
