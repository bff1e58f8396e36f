//! All logic of agent-identity. No I/O, no clock and no randomness of its own: hosts hand those in.
//!
//! The rules come from `spec/identity.md`; a rule is cited by its id (`K4`, `I6`, `X15`) where it is implemented.
#![no_std]

extern crate alloc;

pub mod base_urls;
pub mod encoding;
pub mod error;
pub mod identifiers;
pub mod json_object;
pub mod jwt;
pub mod login;
pub mod ports;
pub mod record;
pub mod secret_text;
pub mod timestamp;

pub use error::{Advice, Code, Error, Result};
