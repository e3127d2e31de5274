//! What the smallest programs share: how they stop, and where their randomness comes from.
//!
//! | program | what it is | bundle |
//! |---|---|---|
//! | `sensor` | a device: finds beats, raises alarms, pairs, seals and keeps readings until they are stored | `firmware` |
//! | `hub` | the server's end of one device, on a microcontroller | `firmware` |
//! | `gateway` | routes packets, has no cryptography | `gateway` |
//!
//! Each program runs every operation of its bundle once, on inputs that the
//! compiler can not see through, so that nothing is folded away. `.ci/firmware`
//! builds them, measures flash and static RAM, and names every panic in them.

#![no_std]

#[cfg(any(feature = "sensor", feature = "hub"))]
mod noise;

#[cfg(any(feature = "sensor", feature = "hub"))]
pub use noise::Noise;

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
