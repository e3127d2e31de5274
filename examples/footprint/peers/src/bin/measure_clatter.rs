//! Both sides of a Noise handshake by `clatter`, in an emulator.

#![no_std]
#![no_main]

#[path = "../../../src/panic/fails.rs"]
mod panic;

use clatter::error::HandshakeError;
use clatter::traits::Handshaker;
use cortex_m_rt::entry;
use cortex_m_semihosting::debug;
use iomt_footprint::meter::measure;
use iomt_footprint_peers::noise::side;

#[entry]
fn main() -> ! {
    match pair() {
        Ok(()) => debug::exit(debug::EXIT_SUCCESS),
        Err(_) => debug::exit(debug::EXIT_FAILURE),
    }
    iomt_footprint::idle()
}

fn pair() -> Result<(), HandshakeError> {
    measure("nothing", || ());
    let mut reader = side(true, [0x21; 32])?;
    let mut device = side(false, [0x42; 32])?;
    let (mut message, mut payload) = ([0; 256], [0; 256]);
    let len = reader.write_message(&[], &mut message)?;
    let len = measure("XXpsk3, device: message 2", || {
        device.read_message(&message[..len], &mut payload)?;
        device.write_message(&[], &mut message)
    })?;
    reader.read_message(&message[..len], &mut payload)?;
    let len = reader.write_message(&[], &mut message)?;
    measure("XXpsk3, device: the end", || {
        device.read_message(&message[..len], &mut payload)
    })?;
    let mut transport = device.finalize()?;
    measure("clatter: seal 64 bytes", || {
        transport.send(&[0x5A; 64], &mut message)
    })
    .map(|_| ())?;
    Ok(())
}
