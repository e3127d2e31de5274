//! Nothing: what start-up code and vectors take in every program.

#![no_std]
#![no_main]

#[path = "../panic/refused.rs"]
mod panic;

use cortex_m_rt::entry;

#[entry]
fn main() -> ! {
    iomt_footprint::idle()
}
