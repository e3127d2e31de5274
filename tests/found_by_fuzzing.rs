//! What the fuzz targets found, as the shortest run that shows it.
#![cfg(all(feature = "node", feature = "std"))]
#![allow(clippy::unwrap_used, reason = "helpers of a test")]

use iomt::node::{Config, Device, Received, Server, ServerConfig};
use iomt::pairing::{Identity, label::LabelSecret};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::SystemEntropy;
use iomt::storage::MemoryStorage;
use iomt::time::{Duration, Instant};
use iomt::wire::{MAX_DATAGRAM, Record, Space};

type Node = Device<'static, 4_096>;

fn identity() -> Identity {
    Identity::generate(&mut SystemEntropy).unwrap()
}

fn label() -> LabelSecret {
    LabelSecret::new(b"sixteen or more random bytes").unwrap()
}

/// Carries everything both ways and stores at once, for ten seconds; returns how many frames were stored.
fn exchange(
    now: &mut Instant,
    device: &mut Node,
    server: &mut Server,
    flash: &mut MemoryStorage<4_096, 1>,
) -> usize {
    let mut buffer = [0; MAX_DATAGRAM];
    let mut stored = 0;
    for _ in 0..100 {
        for _ in 0..4 {
            device.handle_timeout(*now, &mut SystemEntropy).unwrap();
            let _ = server.handle_timeout(*now, &mut SystemEntropy);
        }
        device.store_on(*now, flash).unwrap();
        while let Some(packet) = server.poll_transmit(*now, &mut buffer) {
            let _ = device.handle_datagram(*now, &packet, &mut SystemEntropy);
        }
        while let Some(packet) = device.poll_transmit(*now, &mut buffer) {
            if let Ok(Received::Records(opened)) = server.handle_datagram(*now, packet) {
                server.handle_stored(*now, opened.stored()).unwrap();
                stored += 1;
            }
        }
        *now = *now + Duration::from_millis(100);
    }
    stored
}

/// Each idle day began an epoch of which the server saw no frame, until none was within its reach.
#[test]
fn a_device_that_was_idle_for_a_month_is_still_heard() {
    let mut now = Instant::ZERO;
    let mut flash = MemoryStorage::new();
    let mut device = Node::new(identity(), Descriptor::default(), Config::DEFAULT).unwrap();
    let mut server = Server::new(identity(), ServerConfig::DEFAULT);
    device.arm(label());
    server.pair(now, &label(), &mut SystemEntropy).unwrap();
    assert_eq!(exchange(&mut now, &mut device, &mut server, &mut flash), 1);
    for _ in 0..30 {
        now = now + Duration::from_secs(24 * 60 * 60);
        assert_eq!(exchange(&mut now, &mut device, &mut server, &mut flash), 0);
    }
    let (metric, unit) = (Metric::HEART_RATE, Unit::BEATS_PER_MINUTE);
    let pulse = Record::Observation(Observation::new(metric, unit, now, 72.into()));
    device.send(now, Space::Alarm, &[pulse]).unwrap();
    assert_eq!(exchange(&mut now, &mut device, &mut server, &mut flash), 1);
    assert_eq!(device.backlog(), 0);
}
