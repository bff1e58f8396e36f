//! Custodians: keepers of keys that never enter the component.

mod native;
mod pkcs8;

pub use native::NativeCustodian;
