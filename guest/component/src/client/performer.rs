//! Effects, performed by awaiting the imports.

use crate::imports::{clock, custodian, http, storage};
use crate::ports::with_clean_stack;
use agent_identity_core::client::Performer;
use agent_identity_core::flow::{
    Attestation, CustodianFailure, Effect, HttpFailure, HttpRequest, LoadedDocument, Outcome, StorageFailure, StoreRequest,
};
use alloc::string::String;
use zeroize::Zeroizing;

/// The imports of the world `agent`.
pub(crate) struct Imports;

impl Performer for Imports {
    async fn perform(&self, effect: Effect) -> Outcome {
        match effect {
            Effect::Http(request) => Outcome::Http(http::send(request.into()).await.map_err(Into::into)),
            Effect::Load(name) => Outcome::Load(storage::load(name.into()).await.map(|loaded| loaded.map(Into::into)).map_err(Into::into)),
            Effect::Store(StoreRequest { name, mut document, revision }) => {
                let document = ::core::mem::take(&mut *document);
                Outcome::Store(storage::store(name.into(), document, revision).await.map_err(Into::into))
            }
            Effect::Erase(name) => Outcome::Erase(storage::erase(name.into()).await.map_err(Into::into)),
            Effect::Sign(request) => Outcome::Sign(custodian::sign(request.key_id, request.text).await.map_err(Into::into)),
            Effect::Unseal(request) => Outcome::Unseal(custodian::unseal(request.key_id, request.sealed).await.map_err(Into::into)),
            // No flow of `client` asks for one: attestations are the business of whoever sends described requests.
            Effect::Attest(_) => Outcome::Attest(Attestation::Failed),
            Effect::Sleep(ms) => {
                clock::wait(ms).await;
                Outcome::Slept
            }
        }
    }

    fn guarded<T>(&self, call: impl FnOnce() -> T) -> T {
        with_clean_stack(call)
    }
}

impl From<HttpRequest> for http::Request {
    fn from(request: HttpRequest) -> Self {
        Self {
            method: String::from(request.method),
            url: request.url,
            headers: request.headers,
            body: request.body,
            timeout_ms: request.timeout_ms,
            success_limit: request.success_limit,
            error_limit: request.error_limit,
        }
    }
}

impl From<storage::Loaded> for LoadedDocument {
    fn from(loaded: storage::Loaded) -> Self {
        Self { document: Zeroizing::new(loaded.document), revision: loaded.revision }
    }
}

impl From<http::Error> for HttpFailure {
    fn from(error: http::Error) -> Self {
        match error {
            http::Error::Timeout => Self::Timeout,
            http::Error::Connect => Self::Connect,
            http::Error::Failed => Self::Failed,
            http::Error::Cancelled => Self::Cancelled,
        }
    }
}

impl From<storage::Error> for StorageFailure {
    fn from(error: storage::Error) -> Self {
        match error {
            storage::Error::Unreadable => Self::Unreadable,
            storage::Error::Unwritable => Self::Unwritable,
            storage::Error::Conflict => Self::Conflict,
            storage::Error::Cancelled => Self::Cancelled,
        }
    }
}

impl From<custodian::Error> for CustodianFailure {
    fn from(error: custodian::Error) -> Self {
        match error {
            custodian::Error::Unsupported => Self::Unsupported,
            custodian::Error::Failed => Self::Failed,
            custodian::Error::Cancelled => Self::Cancelled,
        }
    }
}
