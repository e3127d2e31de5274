//! What is done for each byte and sample: no 64-bit division may be in it.

#![no_std]
#![no_main]

#[path = "../panic/refused.rs"]
mod panic;

use cortex_m_rt::entry;
use iomt_footprint::{idle, steps};

#[entry]
fn main() -> ! {
    steps::hot();
    idle()
}
