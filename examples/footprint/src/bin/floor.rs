//! The floor: the crates that any firmware of this kind takes, with nothing built upon them.

#![no_std]
#![no_main]

#[path = "../panic/halts.rs"]
mod panic;

use core::hint::black_box;

use cortex_m_rt::entry;
use iomt_footprint::{floor, idle};

#[entry]
fn main() -> ! {
    let _ = black_box(floor::everything());
    idle()
}
