//! Readings, sealed, and pairing by a passcode.

#![no_std]
#![no_main]

#[path = "../panic/refused.rs"]
mod panic;

use cortex_m_rt::entry;
use iomt_footprint::{idle, steps};

#[entry]
fn main() -> ! {
    steps::passcode();
    idle()
}
