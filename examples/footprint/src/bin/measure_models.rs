//! Measures the models of association that a firmware has to ask for, in an emulator.

#![no_std]
#![no_main]

#[path = "../panic/fails.rs"]
mod panic;

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use iomt_footprint::{idle, operations};

#[entry]
fn main() -> ! {
    match operations::models() {
        Ok(()) => debug::exit(debug::EXIT_SUCCESS),
        Err(what) => {
            hprintln!("failed: {}", what);
            debug::exit(debug::EXIT_FAILURE);
        }
    }
    idle()
}
