//! K15: after a key is dropped nothing of it is left in the component's linear memory.
//!
//! The scan runs in a process of its own, which reads its memory through `/proc/self/mem`; only Linux has that.

#[cfg(target_os = "linux")]
#[path = "memory/process.rs"]
mod process;
#[cfg(target_os = "linux")]
#[path = "memory/scenario.rs"]
mod scenario;
#[cfg(target_os = "linux")]
#[path = "memory/secrets.rs"]
mod secrets;

#[test]
#[cfg(target_os = "linux")]
fn k15_no_secret_is_left_in_linear_memory_after_a_key_is_dropped() {
    for profile in agent_identity_host::Profile::ALL {
        scenario::start_and_judge(profile);
    }
}

/// What the test above starts; does nothing otherwise.
#[test]
#[cfg(target_os = "linux")]
fn k15_scanned_process() {
    scenario::run_if_started();
}

#[test]
#[cfg(not(target_os = "linux"))]
fn k15_no_secret_is_left_in_linear_memory_after_a_key_is_dropped() {
    agent_identity_tests::skipped(
        "k15_no_secret_is_left_in_linear_memory_after_a_key_is_dropped",
        "only Linux lets a process read its own memory as a file",
    );
}
