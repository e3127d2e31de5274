//! The control: floats, their conversions, comparison and root, and a long division, which have to be found by their names
//! on a core without them.

#![no_std]
#![no_main]

#[path = "../panic/halts.rs"]
mod panic;

use core::hint::black_box;

use cortex_m_rt::entry;

#[entry]
fn main() -> ! {
    let (number, float) = (black_box(7_i32), black_box(1.5_f32));
    black_box(float * black_box(2.5));
    black_box((number as f32, float as i32));
    black_box(float < black_box(2.5));
    black_box(black_box(7_u64) / black_box(3));
    iomt_footprint::idle()
}
