//! Effects a flow can ask for, and what can come of them.

use crate::error::{Code, Error};
use crate::secret_text::SecretText;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroizing;

/// What a flow needs from its host.
#[derive(Debug)]
pub enum Effect {
    /// Make an HTTP request.
    Http(HttpRequest),
    /// Read the document of this name.
    Load(&'static str),
    /// Replace a document as a whole, unless somebody else did so meanwhile.
    Store(StoreRequest),
    /// Remove the document of this name.
    Erase(&'static str),
    /// Have a custodian sign.
    Sign(SignRequest),
    /// Have a custodian open a sealed box.
    Unseal(UnsealRequest),
    /// Ask for an attestation within so many milliseconds.
    Attest(u32),
    /// Wait so many milliseconds.
    Sleep(u64),
}

/// What came of an effect.
#[derive(Debug)]
pub enum Outcome {
    /// Of [`Effect::Http`].
    Http(Result<HttpResponse, HttpFailure>),
    /// Of [`Effect::Load`]; none when there is none.
    Load(Result<Option<LoadedDocument>, StorageFailure>),
    /// Of [`Effect::Store`].
    Store(Result<(), StorageFailure>),
    /// Of [`Effect::Erase`].
    Erase(Result<(), StorageFailure>),
    /// Of [`Effect::Sign`]: 64 bytes.
    Sign(Result<Vec<u8>, CustodianFailure>),
    /// Of [`Effect::Unseal`]: the opened bytes.
    Unseal(Result<Vec<u8>, CustodianFailure>),
    /// Of [`Effect::Attest`].
    Attest(Attestation),
    /// Of [`Effect::Sleep`].
    Slept,
}

/// The case that an effect and its outcome share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Http,
    Load,
    Store,
    Erase,
    Sign,
    Unseal,
    Attest,
    Sleep,
}

impl Effect {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Http(_) => Kind::Http,
            Self::Load(_) => Kind::Load,
            Self::Store(_) => Kind::Store,
            Self::Erase(_) => Kind::Erase,
            Self::Sign(_) => Kind::Sign,
            Self::Unseal(_) => Kind::Unseal,
            Self::Attest(_) => Kind::Attest,
            Self::Sleep(_) => Kind::Sleep,
        }
    }
}

impl Outcome {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Http(_) => Kind::Http,
            Self::Load(_) => Kind::Load,
            Self::Store(_) => Kind::Store,
            Self::Erase(_) => Kind::Erase,
            Self::Sign(_) => Kind::Sign,
            Self::Unseal(_) => Kind::Unseal,
            Self::Attest(_) => Kind::Attest,
            Self::Slept => Kind::Sleep,
        }
    }
}

/// Each answers for its own kind of effect. `resume` has compared the kinds, so a mismatch does not come up; it is no panic either.
impl Outcome {
    #[inline(never)]
    pub(super) fn into_http(self) -> crate::Result<Result<HttpResponse, HttpFailure>> {
        match self {
            Self::Http(answer) => Ok(answer),
            _ => Err(Code::OutcomeMismatch.into()),
        }
    }

    #[inline(never)]
    pub(super) fn into_signature(self) -> crate::Result<Result<Vec<u8>, CustodianFailure>> {
        match self {
            Self::Sign(answer) => Ok(answer),
            _ => Err(Code::OutcomeMismatch.into()),
        }
    }

    #[inline(never)]
    pub(super) fn into_opened(self) -> crate::Result<Result<Vec<u8>, CustodianFailure>> {
        match self {
            Self::Unseal(answer) => Ok(answer),
            _ => Err(Code::OutcomeMismatch.into()),
        }
    }

    #[inline(never)]
    pub(super) fn into_loaded(self) -> crate::Result<Result<Option<LoadedDocument>, StorageFailure>> {
        match self {
            Self::Load(answer) => Ok(answer),
            _ => Err(Code::OutcomeMismatch.into()),
        }
    }

    #[inline(never)]
    pub(super) fn into_attestation(self) -> crate::Result<Attestation> {
        match self {
            Self::Attest(attestation) => Ok(attestation),
            _ => Err(Code::OutcomeMismatch.into()),
        }
    }

    /// Of a document written or removed.
    #[inline(never)]
    pub(super) fn into_written(self) -> crate::Result<Result<(), StorageFailure>> {
        match self {
            Self::Store(answer) | Self::Erase(answer) => Ok(answer),
            _ => Err(Code::OutcomeMismatch.into()),
        }
    }
}

/// An HTTP request. `Debug` shows neither header values nor the body.
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Absolute URL.
    pub url: String,
    /// In order.
    pub headers: Vec<(String, String)>,
    /// Exact body.
    pub body: Vec<u8>,
    /// For the whole exchange.
    pub timeout_ms: u32,
    /// Most bytes of a 2xx body.
    pub success_limit: u32,
    /// Most bytes of any other body.
    pub error_limit: u32,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpRequest({} {})", self.method, self.url)
    }
}

/// An answer. `Debug` tells status and length: fields and body may hold secrets.
#[derive(Clone, Default)]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// Names in any case.
    pub headers: Vec<(String, String)>,
    /// Body up to the limit.
    pub body: Vec<u8>,
    /// Whether the body was longer than the limit.
    pub truncated: bool,
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpResponse({}, {} bytes)", self.status, self.body.len())
    }
}

impl HttpResponse {
    /// The first field of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpFailure {
    /// Not complete in time.
    Timeout,
    /// The connection was not made.
    Connect,
    /// Sending or receiving broke off.
    Failed,
    /// The host or its caller stopped it.
    Cancelled,
}

impl From<HttpFailure> for Error {
    fn from(failure: HttpFailure) -> Self {
        match failure {
            HttpFailure::Timeout => Code::NetworkTimeout.into(),
            HttpFailure::Connect => Code::NetworkConnect.into(),
            HttpFailure::Failed => Code::NetworkFailed.into(),
            HttpFailure::Cancelled => Code::Cancelled.into(),
        }
    }
}

/// Something to be signed by a custodian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignRequest {
    /// The custodian's name for the key.
    pub key_id: String,
    /// The exact bytes.
    pub text: Vec<u8>,
}

/// A sealed box to be opened by a custodian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsealRequest {
    /// The custodian's name for the key.
    pub key_id: String,
    /// libsodium sealed box.
    pub sealed: Vec<u8>,
}

/// Why a custodian did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustodianFailure {
    /// It cannot do this at all.
    Unsupported,
    /// It refused or failed.
    Failed,
    /// The host or its caller stopped it.
    Cancelled,
}

/// Why there is no signature.
impl From<CustodianFailure> for Error {
    fn from(failure: CustodianFailure) -> Self {
        match failure {
            CustodianFailure::Cancelled => Code::Cancelled.into(),
            CustodianFailure::Unsupported | CustodianFailure::Failed => {
                Self::new(Code::SignatureInvalid, "the custodian did not sign; nothing was sent").with_cause("custodian")
            }
        }
    }
}

/// A document as it was read. `Debug` shows its length only.
pub struct LoadedDocument {
    /// Its whole content.
    pub document: Zeroizing<Vec<u8>>,
    /// The host's name for this state of the document.
    pub revision: String,
}

impl fmt::Debug for LoadedDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoadedDocument({} bytes)", self.document.len())
    }
}

/// A document to be stored. `Debug` shows its name only.
pub struct StoreRequest {
    /// Name of the document.
    pub name: &'static str,
    /// Its whole content.
    pub document: Zeroizing<Vec<u8>>,
    /// The revision that the present document must still have; none: there must be none.
    pub revision: Option<String>,
}

impl fmt::Debug for StoreRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreRequest({}, {} bytes)", self.name, self.document.len())
    }
}

/// Why storage did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageFailure {
    /// Reading failed.
    Unreadable,
    /// Writing failed; the document is as it was.
    Unwritable,
    /// The document is no longer the one that was to be replaced; it is as it was.
    Conflict,
    /// The host or its caller stopped it.
    Cancelled,
}

/// How an attestation ended (`spec/metadata.md` 9-2).
#[derive(Clone, Debug)]
pub enum Attestation {
    /// The app gave its token, which is opaque to everybody else.
    Token(SecretText),
    /// No reply within the budget.
    Timeout,
    /// The question was not delivered, or answered by an error.
    Failed,
    /// The host or its caller stopped it.
    Cancelled,
    /// The reply held no token.
    Malformed,
}
