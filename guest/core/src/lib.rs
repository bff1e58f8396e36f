//! All logic of agent-identity. No I/O, no clock and no randomness of its own: hosts hand those in.
//!
//! The rules come from `spec/identity.md`, where ids begin with a letter (`K4`, `X15`), and `spec/metadata.md`, where they begin with the
//! section (`1-8`). A rule is cited where it is implemented.
#![no_std]

extern crate alloc;

pub mod agent;
pub mod assertion;
pub mod attestation;
pub mod base_urls;
pub mod caller_ids;
pub mod client;
pub mod clock_offset;
mod digits;
mod documents;
pub mod enrollment;
pub mod error;
pub mod flow;
pub mod git_url;
pub mod http_date;
pub mod identifiers;
pub mod installation_id;
mod ip_address;
pub mod jwt;
pub mod keys;
pub mod login;
pub mod metadata;
pub mod originator;
pub mod ports;
pub mod record;
pub mod registering;
pub mod registration;
pub mod rejection;
pub mod replay;
pub mod scope;
pub mod sealed;
pub mod signer;
pub mod skew;
pub mod task_ref;
pub mod task_store;
pub mod timestamp;
pub mod user_agent;
pub mod uuid;
pub mod verification;

use agent_identity_primitives::text;
pub use agent_identity_primitives::{encoding, json, secret_text};
pub use error::{Advice, Code, Error, Result};
