//! What a sensor does, each operation once: finds beats, pairs, seals, keeps, sends, believes receipts.

#![no_std]
#![no_main]

mod beats;
mod readings;
mod session;

use core::hint::black_box;

use cortex_m_rt::entry;
use iomt::link::{FrameKey, Outbox, Retry};
use iomt::time::Instant;
use iomt::wire::{MAX_DATAGRAM, Space};

#[entry]
fn main() -> ! {
    let packet = black_box([0; MAX_DATAGRAM]);
    let samples = black_box([0; 64]);
    let bpm = beats::heart_rate(readings::RATE, &samples);
    let paired = session::pair(&packet);
    let mut plaintext = [0; 256];
    let mut frame = [0; MAX_DATAGRAM];
    if let (Ok(paired), Ok(records)) = (paired, readings::write(bpm, &samples, &mut plaintext)) {
        let _ = black_box(session::seal(paired, records, &mut frame));
    }
    let _ = black_box(session::restore(&packet));
    black_box(deliver(&frame));
    let _ = black_box(readings::read(&packet));
    iomt_firmware::idle()
}

/// Keeps a frame until it is acknowledged, and sends it when it is due.
fn deliver(frame: &[u8]) -> bool {
    let mut outbox = Outbox::<4_096, 32>::new(black_box(Retry::default()));
    let now = Instant::from_millis(black_box(5));
    let key = FrameKey {
        epoch: black_box(0),
        space: Space::Data,
        counter: black_box(0),
    };
    let _ = black_box(outbox.push(now, key, frame));
    let _ = black_box(outbox.next_due(now));
    black_box(outbox.acknowledge(now, |waiting| waiting.counter < black_box(9)));
    outbox.poll_timeout() > Some(now)
}
