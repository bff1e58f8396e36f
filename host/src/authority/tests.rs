//! Over sockets, with the clients of this crate.

mod assertions;
pub(super) mod client;
mod console;
mod contents;
mod faults;
mod identities;
mod inspecting;
mod kill;
mod limits;
mod logs;
mod registrations;
mod replays;
mod restarts;
mod running;
mod socket_client;
mod socket_faults;
mod sockets;
