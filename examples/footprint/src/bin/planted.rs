//! The control: it may not link, for it can panic.

#![no_std]
#![no_main]

#[path = "../panic/refused.rs"]
mod panic;

use core::hint::black_box;

use cortex_m_rt::entry;

#[entry]
fn main() -> ! {
    let bytes = [1, 2, 3];
    black_box(bytes[black_box(3_usize)]);
    iomt_footprint::idle()
}
