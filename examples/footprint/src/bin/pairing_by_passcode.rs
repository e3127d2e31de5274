//! Readings, sealed, and pairing by a passcode. `curve25519-dalek` may panic in it, as far as a linker sees.

#![no_std]
#![no_main]

#[path = "../panic/halts.rs"]
mod panic;

use cortex_m_rt::entry;
use iomt_footprint::{idle, steps};

#[entry]
fn main() -> ! {
    steps::passcode();
    idle()
}
