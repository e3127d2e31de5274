//! The device's side of a Noise handshake by `clatter`, for its flash.

#![no_std]
#![no_main]

#[path = "../../../src/panic/halts.rs"]
mod panic;

use core::hint::black_box;

use clatter::error::HandshakeError;
use clatter::traits::Handshaker;
use cortex_m_rt::entry;

#[entry]
fn main() -> ! {
    let _ = black_box(pair(&black_box([0; 96])));
    iomt_footprint::idle()
}

fn pair(message: &[u8]) -> Result<usize, HandshakeError> {
    let mut device = iomt_footprint_peers::noise::side(false, black_box([0x42; 32]))?;
    let mut out = [0; 256];
    device.read_message(message, &mut out)?;
    let len = device.write_message(&[], &mut out)?;
    black_box(out.get(..len));
    device.read_message(message, &mut out)?;
    let mut transport = device.finalize()?;
    Ok(transport.send(message, &mut out)?)
}
