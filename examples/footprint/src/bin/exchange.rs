//! Pairing by the secret on a label, and nothing else: what stands beside other crates' handshakes.

#![no_std]
#![no_main]

#[path = "../panic/refused.rs"]
mod panic;

use cortex_m_rt::entry;
use iomt_footprint::{idle, steps};

#[entry]
fn main() -> ! {
    steps::exchange();
    idle()
}
