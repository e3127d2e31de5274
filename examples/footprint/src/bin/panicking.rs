//! What reaches panics inside other crates: `.ci/panics` names them, and the guide has to name the same.

#![no_std]
#![no_main]

#[path = "../panic/refused.rs"]
mod panic;

use cortex_m_rt::entry;
use iomt_footprint::{idle, steps};

#[entry]
fn main() -> ! {
    steps::passcode();
    steps::hybrid();
    idle()
}
