//! What every realm of a browser has, a page's and a worker's: clocks, randomness, timers, `fetch`, IndexedDB, WebCrypto.

use agent_identity_core::ports::Ports;
use agent_identity_core::{Code, Error, Result};
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::{IdbFactory, Request, SubtleCrypto};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn wall_clock() -> f64;
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn monotonic_clock() -> f64;
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn random_values(bytes: &mut [u8]) -> std::result::Result<(), JsValue>;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &Function, ms: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
    #[wasm_bindgen(js_name = fetch)]
    pub(crate) fn fetch(request: &Request) -> Promise;
    #[wasm_bindgen(thread_local_v2, js_name = indexedDB)]
    static INDEXED_DB: Option<IdbFactory>;
    #[wasm_bindgen(thread_local_v2, js_namespace = crypto, js_name = subtle)]
    static SUBTLE: Option<SubtleCrypto>;
}

/// IndexedDB, where there is one.
pub(crate) fn indexed_db() -> Option<IdbFactory> {
    INDEXED_DB.with(Clone::clone)
}

/// WebCrypto: on https and on localhost only.
pub(crate) fn subtle() -> Option<SubtleCrypto> {
    SUBTLE.with(Clone::clone)
}

/// The browser's clocks and randomness.
pub(crate) struct Realm;

impl Ports for Realm {
    #[allow(clippy::as_conversions, reason = "milliseconds of this age fit, and others are clamped")]
    fn now_ms(&self) -> i64 {
        wall_clock().floor() as i64
    }

    #[allow(clippy::as_conversions, reason = "milliseconds since the page began fit, and others are clamped")]
    fn monotonic_ms(&self) -> u64 {
        monotonic_clock().floor() as u64
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        random_values(buffer).map_err(|_| Error::new(Code::RandomFailed, "the browser gave no randomness; nothing was made"))
    }
}

/// A timer, which is stopped when it is dropped.
pub(crate) struct Timer(JsValue);

impl Timer {
    pub(crate) fn start(ms: f64, then: &Function) -> Self {
        Self(set_timeout(then, ms))
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.0);
    }
}
