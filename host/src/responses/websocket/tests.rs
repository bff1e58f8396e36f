//! Over sockets, against a server that says what a test has written, and against the authority.

#[cfg(feature = "authority")]
mod authority;
mod continuing;
mod falling_back;
mod handshakes;
mod prewarming;
mod scene;
mod sharing;
mod talking;
