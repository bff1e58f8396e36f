//! What stands for a resource inside one session. Using it with another session is an error, not a confusion.

use wasmtime::component::ResourceAny;

/// A resource of the component, held by one session.
pub trait Handle {
    /// The runtime's own handle.
    fn any(&self) -> ResourceAny;

    /// Which session it belongs to.
    fn session(&self) -> u64;
}

/// One type for each resource, so that they cannot be mixed up.
macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name {
            any: ResourceAny,
            session: u64,
        }

        impl Handle for $name {
            fn any(&self) -> ResourceAny {
                self.any
            }

            fn session(&self) -> u64 {
                self.session
            }
        }

        impl $name {
            pub(super) fn new(any: ResourceAny, session: u64) -> Self {
                Self { any, session }
            }
        }
    };
}

handle! {
    /// A signing key.
    KeyHandle
}
handle! {
    /// A public key.
    VerifyingKeyHandle
}
handle! {
    /// An agent.
    AgentHandle
}
handle! {
    /// An enrollment.
    EnrollmentHandle
}
handle! {
    /// An operation under way.
    OperationHandle
}
handle! {
    /// A replay window.
    ReplayHandle
}
handle! {
    /// The threads that are loaded or being started.
    ThreadsHandle
}
handle! {
    /// The turns of one thread.
    TurnsHandle
}
