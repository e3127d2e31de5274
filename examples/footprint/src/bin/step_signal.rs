//! The same, and R peaks and the small tier of the waveform codec.

#![no_std]
#![no_main]

#[path = "../panic/refused.rs"]
mod panic;

use cortex_m_rt::entry;
use iomt_footprint::{idle, steps};

#[entry]
fn main() -> ! {
    steps::signal();
    idle()
}
