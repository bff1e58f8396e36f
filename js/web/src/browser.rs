//! The browser as what performs effects.

use crate::host::Host;
use crate::realm::Timer;
use crate::{custodian, documents, http};
use agent_identity_core::client::Performer;
use agent_identity_core::flow::{Attestation, CustodianFailure, Effect, Outcome};
use js_sys::Promise;
use std::cell::RefCell;
use wasm_bindgen_futures::JsFuture;
use zeroize::Zeroize;

/// Performs effects with what a host says.
pub(crate) struct Browser(pub(crate) Host);

impl Performer for Browser {
    async fn perform(&self, effect: Effect) -> Outcome {
        let database = &self.0.database;
        match effect {
            Effect::Http(mut request) => {
                let answer = http::send(&request).await;
                // They may hold secrets, and they have left.
                request.body.zeroize();
                request.headers.iter_mut().for_each(|(_, value)| value.zeroize());
                Outcome::Http(answer)
            }
            Effect::Load(name) => Outcome::Load(documents::load(database, name).await),
            Effect::Store(request) => Outcome::Store(documents::replace(database, &request).await),
            Effect::Erase(name) => Outcome::Erase(documents::erase(database, name).await),
            Effect::Sign(request) => Outcome::Sign(custodian::sign(database, &request.key_id, &request.text).await),
            // WebCrypto gives no X25519 form of such a key.
            Effect::Unseal(_) => Outcome::Unseal(Err(CustodianFailure::Unsupported)),
            // No flow here asks for one.
            Effect::Attest(_) => Outcome::Attest(Attestation::Failed),
            Effect::Sleep(ms) => {
                sleep(ms).await;
                Outcome::Slept
            }
        }
    }

    fn guarded<T>(&self, call: impl FnOnce() -> T) -> T {
        with_clean_stack(call)
    }
}

/// Runs `call`, then overwrites the stack it used: arithmetic on secrets leaves spilled copies behind (K15).
pub(crate) fn with_clean_stack<T>(call: impl FnOnce() -> T) -> T {
    #[inline(never)]
    fn run<T>(call: impl FnOnce() -> T) -> T {
        call()
    }
    #[inline(never)]
    fn wipe() {
        std::hint::black_box(&mut [0_u8; 16 * 1024]);
    }
    let result = run(call);
    wipe();
    result
}

async fn sleep(ms: u64) {
    let ms = f64::from(u32::try_from(ms).unwrap_or(u32::MAX));
    let timer = RefCell::new(None);
    let slept = Promise::new(&mut |resolve, _| {
        timer.replace(Some(Timer::start(ms, &resolve)));
    });
    // A timer does not fail.
    let _ = JsFuture::from(slept).await;
}
