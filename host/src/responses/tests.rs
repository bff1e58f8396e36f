//! Over sockets, against servers that do what a test says, and against the authority.

#[cfg(feature = "authority")]
mod authority;
#[cfg(feature = "bedrock")]
mod aws;
mod bodies;
pub(super) mod described;
mod headers;
mod refusals;
mod retries;
pub(super) mod scene;
