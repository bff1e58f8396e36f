//! Interface `random`, from `wasi:random`.

use crate::Adapter;
use crate::exports::component::random::Guest;
use crate::wasi::random::random;

impl Guest for Adapter {
    /// WASI may give less than it is asked for; less counts as nothing.
    fn bytes(len: u32) -> Result<Vec<u8>, ()> {
        let bytes = random::get_random_bytes(len.into());
        if u32::try_from(bytes.len()) == Ok(len) { Ok(bytes) } else { Err(()) }
    }
}
