//! The interfaces for JavaScript, by wasm-bindgen: one function that is told by number which of them is meant, and whose arguments and
//! result are written one after the other. One function each would cost ten kilobytes more: what checks, names and converts values would
//! be there once for every function, here and in JavaScript. `build.rs` writes the types and the table of functions from the WIT.

mod handles;
mod wire;

use wasm_bindgen::prelude::wasm_bindgen;
use wire::{Input, Output};

/// As wit-bindgen would write it.
#[allow(missing_docs, unused, clippy::all)]
pub(crate) mod exports {
    include!(concat!(env!("OUT_DIR"), "/exports.rs"));
}

/// What TypeScript is told about it.
#[wasm_bindgen(typescript_custom_section)]
const DECLARATIONS: &str = include_str!(concat!(env!("OUT_DIR"), "/exports.d.ts"));

/// Calls a function: those of the interfaces, then those that end a resource. What comes of it is given to the host, which reads it in place.
#[wasm_bindgen]
pub fn call(function: u32, arguments: &[u8]) {
    let mut output = Output::default();
    match usize::try_from(function).ok().and_then(|function| exports::FUNCTIONS.get(function)) {
        Some(run) => run(&mut Input::new(arguments), &mut output),
        None => wire::malformed(),
    }
    imports::give(output.bytes());
}

/// Tells the interfaces apart from those of other versions.
#[wasm_bindgen]
pub fn fingerprint() -> u32 {
    exports::FINGERPRINT
}

/// The host's clocks and randomness, in the form that the component imports them in.
pub(crate) mod imports {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = host)]
        pub(crate) fn now() -> i64;
        #[wasm_bindgen(js_namespace = host)]
        pub(crate) fn monotonic() -> u64;
        #[wasm_bindgen(js_namespace = host)]
        fn random(bytes: &mut [u8]) -> bool;
        #[wasm_bindgen(js_namespace = host)]
        pub(crate) fn give(result: &[u8]);
    }

    pub(crate) mod clock {
        pub(crate) use super::{monotonic, now};
    }

    pub(crate) mod random {
        use alloc::vec::Vec;

        pub(crate) fn bytes(length: u32) -> Result<Vec<u8>, ()> {
            let mut bytes = alloc::vec![0; usize::try_from(length).map_err(|_| ())?];
            if super::random(&mut bytes) { Ok(bytes) } else { Err(()) }
        }
    }
}
