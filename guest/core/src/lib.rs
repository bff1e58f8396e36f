//! All logic of agent-identity. No I/O, no clock and no randomness of its own: hosts hand those in.
//!
//! The rules come from `spec/identity.md`; a rule is cited by its id (`K4`, `I6`, `X15`) where it is implemented.
#![no_std]

extern crate alloc;

pub mod encoding;
pub mod error;
pub mod identifiers;
pub mod ports;
pub mod task_ref;
pub mod timestamp;
pub mod uuid;

pub use error::{Advice, Code, Error, Result};
