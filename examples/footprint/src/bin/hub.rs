//! The server's end of one device, on a microcontroller: pairs, opens frames, reads them, acknowledges them.

#![no_std]
#![no_main]

#[path = "../panic/refused.rs"]
mod panic;

use core::hint::black_box;

use cortex_m_rt::entry;
use heapless::Vec;
use iomt::node::{Error, Received, Server, ServerConfig};
use iomt::pairing::Identity;
use iomt::pairing::label::LabelSecret;
use iomt::time::Instant;
use iomt::wire::{Envelope, MAX_DATAGRAM, Record, Records};
use iomt_footprint::Generator;

#[entry]
fn main() -> ! {
    static mut HUB: Vec<Server, 1> = Vec::new(); // not an Option, whose `None` would lie in flash
    if let Ok(hub) = boot() {
        let _ = HUB.push(hub);
    }
    for hub in HUB {
        let _ = black_box(run(hub));
    }
    iomt_footprint::idle()
}

/// A hub that has read the label of its device.
fn boot() -> Result<Server, Error> {
    let identity = Identity::generate(&mut Generator)?;
    let mut hub = Server::new(identity, ServerConfig::DEFAULT);
    hub.pair(
        now(),
        &LabelSecret::new(&black_box([7; 16]))?,
        &mut Generator,
    )?;
    Ok(hub)
}

/// One turn of the hub's loop: input, then every output.
#[inline(never)] // else some compilers peel the loop around it, and have it twice
fn run(hub: &mut Server) -> Result<(), Error> {
    let mut datagram = black_box([0; MAX_DATAGRAM]);
    if let Ok(Received::Records(opened)) = hub.handle_datagram(now(), &mut datagram) {
        black_box(opened.envelope().map(|envelope| read(&envelope)).ok());
        hub.handle_stored(now(), opened.stored())?;
    }
    hub.handle_timeout(now(), &mut Generator)?;
    while let Some(datagram) = hub.poll_transmit(now(), &mut datagram) {
        black_box(datagram);
    }
    black_box((hub.poll_event(), hub.poll_timeout(), hub.stats()));
    Ok(())
}

/// How many samples and other records a frame holds.
fn read(envelope: &Envelope<'_>) -> (usize, usize) {
    let (mut samples, mut others) = (0, 0);
    for (_, record) in Records::new(envelope) {
        let mut buffer = [0; 64];
        match record {
            Ok(Record::Waveform(block)) => {
                samples += block.decode(&mut buffer).map_or(0, |decoded| decoded.len());
            }
            other => others += usize::from(black_box(other).is_ok()),
        }
    }
    (samples, others)
}

fn now() -> Instant {
    Instant::from_micros(black_box(5))
}
