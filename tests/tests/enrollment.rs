//! The life of an identity, in whole programs: real files, and the real authority over real sockets. What is sent is counted there.

#[path = "enrollment/clock.rs"]
mod clock;
#[path = "enrollment/life.rs"]
mod life;
#[path = "enrollment/refused_tasks.rs"]
mod refused_tasks;
#[path = "enrollment/rotation.rs"]
mod rotation;
#[path = "enrollment/single_flight.rs"]
mod single_flight;
