//! Measures a whole device and its servers, in an emulator.

#![no_std]
#![no_main]

#[path = "../panic/fails.rs"]
mod panic;

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use iomt_footprint::{idle, operations};

#[entry]
fn main() -> ! {
    static mut PLACE: operations::Place = operations::Place::new();
    match operations::conversation(PLACE) {
        Ok(()) => debug::exit(debug::EXIT_SUCCESS),
        Err(what) => {
            hprintln!("failed: {}", what);
            debug::exit(debug::EXIT_FAILURE);
        }
    }
    idle()
}
