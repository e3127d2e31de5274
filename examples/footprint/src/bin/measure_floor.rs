//! Measures the bare crates, in an emulator.

#![no_std]
#![no_main]

#[path = "../panic/fails.rs"]
mod panic;

use cortex_m_rt::entry;
use cortex_m_semihosting::debug;
use iomt_footprint::{idle, operations};

#[entry]
fn main() -> ! {
    match operations::floors() {
        Ok(()) => debug::exit(debug::EXIT_SUCCESS),
        Err(_) => debug::exit(debug::EXIT_FAILURE),
    }
    idle()
}
