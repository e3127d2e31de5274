//! What a sensor does, each operation once.

#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m_rt::entry;
use iomt::time::{Duration, Instant};

#[entry]
fn main() -> ! {
    black_box(clock(black_box(Instant::ZERO), black_box(Duration::ZERO)));
    iomt_firmware::idle()
}

/// The time layer: when, in milliseconds, the span that begins at `start` ends.
fn clock(start: Instant, span: Duration) -> u64 {
    (start + span).as_millis()
}
