//! A sensor node on a Cortex-M board, as QEMU emulates it.
//!
//! ```text
//!  recorder                node::Device                                   board
//!  ECG table ─► R peaks ─► seal ─► outbox ─► link::encode_serial ───────► UART ───► QEMU ─► host program
//!           └─► codec ───►   ▲       │                                      │
//!                            │       ▼         link::SerialDecoder ◄─ ring ◄┘ interrupt
//!                    session │  storage::flash
//!                            └─────► flash.bin, by semihosting
//! ```
//!
//! It pairs by the secret on its label, measures, keeps each sealed frame on its flash until the server has
//! stored it, gives its session new keys now and then, and goes on by itself after a reset.
//! `host/` is the other end of its line; README.md says how to run both.
#![no_std]
#![no_main]

mod board;
mod clock;
mod entropy;
mod flash;
mod node;
mod recorder;

use cortex_m::Peripherals;
use cortex_m_rt::entry;
use semihosting::{eprintln, process};

use clock::Clock;
use node::{Node, Places};

#[entry]
fn main() -> ! {
    static mut PLACES: Places = Places::new();
    let Some(core) = Peripherals::take() else {
        process::abort()
    };
    let mut node = match Node::start(PLACES, Clock::start(core.SYST)) {
        Ok(node) => node,
        Err(reason) => {
            eprintln!("stopped: {reason}");
            process::exit(1)
        }
    };
    loop {
        node.run();
        // A byte or the next millisecond wakes it.
        cortex_m::asm::wfi();
    }
}
