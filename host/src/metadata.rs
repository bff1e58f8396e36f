//! What a request says about itself.

#[cfg(any(feature = "client", feature = "conform"))]
pub mod json;
