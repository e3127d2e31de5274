//! What a gateway does, each operation once, with no cryptography linked.

#![no_std]
#![no_main]

#[path = "../panic/refused.rs"]
mod panic;

use core::hint::black_box;

use cortex_m_rt::entry;
use iomt::link::{
    AttPayload, CarrierError, Fragmenter, MAX_SERIAL_FRAME, Reassembler, Router, SerialDecoder,
    encode_serial,
};
use iomt::time::Instant;
use iomt::wire::{Error, MAX_DATAGRAM, Packet};

#[entry]
fn main() -> ! {
    let datagram = black_box([0; MAX_DATAGRAM]);
    let _ = black_box(forward(&datagram));
    let _ = black_box(cross_a_serial_line(&datagram));
    let _ = black_box(cross_a_radio(&datagram));
    iomt_footprint::idle()
}

/// Learns where a packet came from, and looks up where it goes.
fn forward(datagram: &[u8]) -> Result<Option<u8>, Error> {
    let mut router = Router::<u8>::default();
    let packet = Packet::parse(datagram)?;
    router.learn(&packet, black_box(1));
    router.learn(&packet, black_box(2));
    Ok(router.port_of(black_box(&packet)))
}

/// Frames a datagram for a UART, and finds it again in the bytes.
fn cross_a_serial_line(datagram: &[u8]) -> Result<bool, CarrierError> {
    let mut out = [0; MAX_SERIAL_FRAME];
    let mut line = &*black_box(encode_serial(datagram, &mut out)?);
    let mut decoder = SerialDecoder::<MAX_DATAGRAM>::new();
    let is_found = decoder.decode(&mut line) == Some(datagram);
    black_box(decoder.stats());
    Ok(is_found)
}

/// Cuts a datagram to the size of BLE notifications, and puts it together again.
fn cross_a_radio(datagram: &[u8]) -> Result<bool, CarrierError> {
    let payload = AttPayload::from_mtu(black_box(23));
    let mut reassembler = Reassembler::<MAX_DATAGRAM>::new();
    let mut is_whole = false;
    for fragment in Fragmenter::default().fragments(datagram, payload)? {
        let mut out = [0; AttPayload::MAX.len()];
        let value = black_box(fragment.write(&mut out)?);
        is_whole |=
            reassembler.handle_fragment(black_box(Instant::ZERO), value) == Ok(Some(datagram));
    }
    black_box(reassembler.stats());
    Ok(is_whole)
}
