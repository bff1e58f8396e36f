//! Interface `custodian`: WASI has none.

use crate::Adapter;
use crate::exports::agent::custodian::{Error, Guest};

impl Guest for Adapter {
    async fn sign(_: String, _: Vec<u8>) -> Result<Vec<u8>, Error> {
        Err(Error::Unsupported)
    }

    async fn unseal(_: String, _: Vec<u8>) -> Result<Vec<u8>, Error> {
        Err(Error::Unsupported)
    }
}
