//! A gateway: whatever comes from wherever, what leaves is packets, once each while stored, within its memory.
#![no_main]

use iomt::link::Gateway;
use iomt::time::{Duration, Instant};
use iomt::wire::{Packet, Route};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

const BYTES: usize = 600;

#[derive(Debug, Arbitrary)]
enum Step<'a> {
    FromDevice {
        port: u8,
        datagram: &'a [u8],
    },
    /// A frame that parses: byte 0, a small locator, a small counter.
    Frame {
        port: u8,
        byte0: u8,
        locator: u8,
        counter: u8,
        len: u8,
    },
    FromServer(&'a [u8]),
    Receipt(u8),
    Close(u8),
    Up,
    Down,
    Taken,
    Transmit,
    Later(u16),
}

fuzz_target!(|steps: Vec<Step<'_>>| {
    let mut gateway = Gateway::<u8, BYTES, 3>::new(Duration::from_secs(3_600));
    let mut now = Instant::from_secs(1);
    for step in steps {
        match step {
            Step::FromDevice { port, datagram } => {
                let _ = gateway.handle_device_datagram(now, port % 3, datagram);
            }
            Step::Frame {
                port,
                byte0,
                locator,
                counter,
                len,
            } => {
                let frame = frame(byte0, locator % 5, counter % 8, len);
                let _ = gateway.handle_device_datagram(now, port % 3, &frame);
            }
            Step::FromServer(datagram) => {
                let _ = gateway.handle_server_datagram(datagram);
            }
            Step::Receipt(locator) => {
                let receipt = [&[0x41][..], &[locator % 5; 8], &[0; 20]].concat();
                let port = gateway.handle_server_datagram(&receipt).expect("a receipt");
                assert!(port.is_none_or(|port| port < 3));
            }
            Step::Close(port) => gateway.handle_port_closed(port % 3),
            Step::Up => gateway.handle_link_up(),
            Step::Down => {
                gateway.handle_link_down();
                assert_eq!(gateway.poll_transmit(now), None);
            }
            Step::Taken => gateway.handle_taken(),
            Step::Transmit => {
                if let Some(datagram) = gateway.poll_transmit(now) {
                    let packet = Packet::parse(datagram).expect("only packets are stored");
                    assert!(!matches!(packet, Packet::Frame(frame) if frame.route == Route::Short));
                }
            }
            Step::Later(secs) => now = now + Duration::from_secs(secs.into()),
        }
        assert!(gateway.used() <= BYTES);
        let is_empty = matches!(gateway.len(), 0);
        assert_eq!(gateway.is_empty(), is_empty);
    }
    gateway.handle_link_down();
    gateway.handle_link_up();
    let stored = gateway.len();
    let mut left = 0;
    while gateway.poll_transmit(Instant::ZERO).is_some() {
        left += 1;
    }
    assert_eq!(left, stored, "nothing that is stored is stuck");
});

fn frame(byte0: u8, locator: u8, counter: u8, len: u8) -> Vec<u8> {
    let byte0 = byte0 & 0b0011_1100 | 1;
    let mut bytes = vec![byte0];
    if byte0 & 0b1000 != 0 {
        bytes.extend([locator; 8]);
    }
    if byte0 & 0b0100 != 0 {
        bytes.extend([locator; 16]);
    }
    bytes.extend([counter, 0, 0]);
    bytes.extend(vec![counter; 16 + usize::from(len)]);
    bytes
}
