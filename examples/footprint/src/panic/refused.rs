//! A panic handler that calls what does not exist: with one panic that can be reached, the program can not be linked.
#![allow(
    unsafe_code,
    reason = "the call is never linked, so never made: that is the proof"
)]

use core::panic::PanicInfo;

unsafe extern "Rust" {
    fn a_panic_can_be_reached() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: nobody defines it; a program that has this call in it does not exist.
    unsafe { a_panic_can_be_reached() }
}
