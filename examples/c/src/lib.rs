//! A device of `iomt` for firmware in C.
//!
//! ```text
//!  your C program                      this library                iomt
//!  iomt_device_memory, static ───────► DeviceHandle in it ───────► node::Device
//!  iomt_device_send_observations ────► Observation, checked ─────► send
//!  iomt_device_poll_transmit ◄──────── a datagram ◄─────────────── poll_transmit
//!  iomt_beats_push ──────────────────► BeatsHandle in its memory ► signal::ecg
//! ```
//!
//! No heap, no clock, no thread, no input or output: the caller gives the memory, the time and the random numbers.
//! `include/iomt.h` is made from this code by `cbindgen`; `.ci/c` fails when the two differ.
//!
//! **Where `unsafe` is.** The crate `iomt` has none. Here `pointers` has the few operations on raw pointers, and each
//! function of the interface says by `unsafe` what its C caller has to see to; the rest is safe code.

#![no_std]

pub mod beats;
pub mod codes;
pub mod config;
pub mod device;
pub mod event;
#[cfg(feature = "planted")]
pub mod planted;
mod pointers;
pub mod reading;
pub mod serial;
pub mod status;
pub mod store;

/// How many bytes of sealed frames a device holds until they are acknowledged, alarms and readings together.
const OUTBOX: usize = 4_096;

/// How much stack `sensor.c` takes at most on a Cortex-M4F, in bytes, with all of its calls; `.ci/c` measures it.
pub const STACK: usize = 6_144;

/// The library has found a mistake of its own, which leaves no sound way on: the application decides what to do.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        /// Defined by the application: resets, or waits for a watchdog; declared in the header.
        fn iomt_panic();
    }
    // SAFETY: takes nothing. Where it returns, though the header asks not to, nothing goes on all the same.
    unsafe { iomt_panic() }
    loop {
        core::hint::spin_loop();
    }
}
