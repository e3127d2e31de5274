//! What the smallest programs share: how they stop.
//!
//! Each program runs every operation of its bundle once, on inputs that the
//! compiler can not see through, so that nothing is folded away. `.ci/firmware`
//! builds them, measures flash and static RAM, and names every panic in them.

#![no_std]

use core::hint::{black_box, spin_loop};
use core::panic::PanicInfo;

/// Waits for ever.
pub fn idle() -> ! {
    loop {
        spin_loop();
    }
}

/// Keeps every panic's place in the image, where a debugger finds it, and stops.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    black_box(info.location());
    idle()
}
