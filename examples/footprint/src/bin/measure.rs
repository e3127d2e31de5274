//! Measures every operation of the cost table, in an emulator.

#![no_std]
#![no_main]

#[path = "../panic/fails.rs"]
mod panic;

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use heapless::Vec;
use iomt::node::Server;
use iomt_footprint::operations::Sensor;
use iomt_footprint::{idle, operations};

#[entry]
fn main() -> ! {
    static mut DEVICE: Vec<Sensor, 1> = Vec::new();
    static mut SERVER: Vec<Server, 1> = Vec::new();
    match operations::run(DEVICE, SERVER) {
        Ok(()) => debug::exit(debug::EXIT_SUCCESS),
        Err(what) => {
            hprintln!("failed: {}", what);
            debug::exit(debug::EXIT_FAILURE);
        }
    }
    idle()
}
