//! What a gateway does, each operation once, with no cryptography linked.

#![no_std]
#![no_main]

use core::hint::black_box;

use cortex_m_rt::entry;
use iomt::link::Router;
use iomt::wire::{Error, MAX_DATAGRAM, Packet};

#[entry]
fn main() -> ! {
    let datagram = black_box([0; MAX_DATAGRAM]);
    let _ = black_box(forward(&datagram));
    iomt_firmware::idle()
}

/// Learns where a packet came from, and looks up where it goes.
fn forward(datagram: &[u8]) -> Result<Option<u8>, Error> {
    let mut router = Router::<u8>::default();
    let packet = Packet::parse(datagram)?;
    router.learn(&packet, black_box(1));
    router.learn(&packet, black_box(2));
    Ok(router.port_of(black_box(&packet)))
}
