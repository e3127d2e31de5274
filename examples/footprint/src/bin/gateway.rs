//! What a gateway does, each operation once, with no cryptography linked.

#![no_std]
#![no_main]

#[path = "../panic/refused.rs"]
mod panic;

use core::hint::black_box;

use cortex_m_rt::entry;
use iomt::link::{
    AttPayload, Batch, BatchWriter, CarrierError, Fragmenter, Gateway, GatewayError, KEEP,
    MAX_SERIAL_FRAME, MIN_BATCH, Reassembler, Router, STREAM_HEADER, SerialDecoder, StreamDecoder,
    encode_serial, encode_stream,
};
use iomt::time::Instant;
use iomt::wire::{Error, MAX_DATAGRAM, Packet};

#[entry]
fn main() -> ! {
    let datagram = black_box([0; MAX_DATAGRAM]);
    let _ = black_box(forward(&datagram));
    let _ = black_box(store_and_forward(&datagram));
    let _ = black_box(cross_a_stream(&datagram));
    let _ = black_box(cross_in_a_batch(&datagram));
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

/// Keeps what devices say until the link has taken it, and finds the device of an answer.
fn store_and_forward(datagram: &[u8]) -> Result<Option<u8>, GatewayError> {
    let mut gateway = Gateway::<u8, 4_096>::new(KEEP);
    gateway.handle_device_datagram(black_box(Instant::ZERO), black_box(1), datagram)?;
    gateway.handle_link_up();
    while let Some(datagram) = gateway.poll_transmit(black_box(Instant::ZERO)) {
        black_box(datagram);
    }
    gateway.handle_taken();
    gateway.handle_link_down();
    gateway.handle_port_closed(black_box(2));
    black_box((gateway.len(), gateway.used(), gateway.stats()));
    gateway.handle_server_datagram(datagram)
}

/// Puts a datagram into a stream, and takes it out.
fn cross_a_stream(datagram: &[u8]) -> Result<bool, CarrierError> {
    let mut out = [0; MAX_DATAGRAM + STREAM_HEADER];
    let mut stream = &*black_box(encode_stream(datagram, &mut out)?);
    let mut decoder = StreamDecoder::<MAX_DATAGRAM>::new();
    Ok(decoder.decode(&mut stream) == Ok(Some(datagram)))
}

/// Puts datagrams into one body, and takes them out.
fn cross_in_a_batch(datagram: &[u8]) -> Result<usize, CarrierError> {
    let mut body = [0; 2 * MIN_BATCH];
    let mut batch = BatchWriter::new(&mut body, black_box(2 * MIN_BATCH));
    while batch.has_room() {
        batch.push(black_box(datagram))?;
    }
    let body = black_box(batch.finish());
    Ok(Batch::new(body).filter(Result::is_ok).count())
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
