//! What happens on a panic: a trap, and nothing else.
//!
//! The core has no panics on the way of outside data, so this marks a fault of ours. The host drops the instance and reports
//! `internal`. Formatting a message would cost a tenth of the component, and could only name what the host must not log.

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
