//! Over sockets, with the clients of this crate.

mod assertions;
pub(super) mod client;
mod faults;
mod identities;
mod kill;
mod limits;
mod logs;
mod registrations;
mod replays;
mod restarts;
mod running;
