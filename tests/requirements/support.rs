//! A device and its server on a wire that a test may hold back, on a clock that jumps from one timeout to the next.

use iomt::node::{Config, Device, Error, Received, Server, ServerConfig};
use iomt::pairing::{Identity, label::LabelSecret};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::{Entropy, EntropyFailed};
use iomt::storage::MemoryStorage;
use iomt::time::{Duration, Instant};
use iomt::wire::{Locator, MAX_DATAGRAM, Packet, Record, Route, Space};

/// Each draw is another one, and each run draws the same.
pub(crate) struct Counting(pub(crate) u64);

impl Entropy for Counting {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        for part in out.chunks_mut(8) {
            self.0 += 1;
            let mixed = self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes();
            for (out, mixed) in part.iter_mut().zip(mixed) {
                *out = mixed;
            }
        }
        Ok(())
    }
}

/// Whether a datagram gets through.
pub(crate) type Filter = fn(&[u8]) -> bool;

pub(crate) struct Pair {
    pub(crate) now: Instant,
    pub(crate) device: Device<'static, 4_096>,
    pub(crate) server: Server,
    storage: MemoryStorage<4_096, 1>,
    rng: [Counting; 2],
    /// What the device has sent, and when; what was held back included.
    pub(crate) sent: Vec<(Instant, Vec<u8>)>,
    /// What the server has said; what was held back included.
    pub(crate) said: Vec<Vec<u8>>,
    pub(crate) passes_up: Filter,
    pub(crate) passes_down: Filter,
}

pub(crate) fn all(_: &[u8]) -> bool {
    true
}

pub(crate) fn nothing(_: &[u8]) -> bool {
    false
}

impl Pair {
    /// Paired by label, and at rest.
    pub(crate) fn new(config: Config) -> Self {
        let identity = |n: u8| Identity::from_secret_bytes(&[n; 32]).unwrap();
        let label = || LabelSecret::new(b"sixteen or more random bytes").unwrap();
        let mut pair = Self {
            now: Instant::from_secs(1),
            device: Device::new(identity(1), Descriptor::default(), config).unwrap(),
            server: Server::new(identity(2), ServerConfig::DEFAULT),
            storage: MemoryStorage::new(),
            rng: [Counting(1_000), Counting(2_000)],
            sent: Vec::new(),
            said: Vec::new(),
            passes_up: all,
            passes_down: all,
        };
        pair.device.arm(label());
        pair.server
            .pair(pair.now, &label(), &mut pair.rng[1])
            .unwrap();
        pair.run_for(Duration::from_secs(10));
        assert!(pair.device.is_ready() && pair.device.is_settled());
        pair.sent.clear();
        pair
    }

    pub(crate) fn take(&mut self) -> Result<(), Error> {
        let pulse = Observation::new(
            Metric::HEART_RATE,
            Unit::BEATS_PER_MINUTE,
            self.now,
            72.into(),
        );
        let records = [Record::Observation(pulse)];
        self.device.send(self.now, Space::Data, &records).map(drop)
    }

    pub(crate) fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        while self.now < end {
            self.settle();
            let wakes = [self.device.poll_timeout(), self.server.poll_timeout()];
            let wake = wakes.into_iter().flatten().min().unwrap_or(end);
            self.now = wake.max(self.now + Duration::from_millis(1)).min(end);
        }
        self.settle();
    }

    /// Gives the device a datagram that the server has not sent.
    pub(crate) fn inject(&mut self, datagram: &[u8]) -> Result<(), Error> {
        let done = self
            .device
            .handle_datagram(self.now, datagram, &mut self.rng[0]);
        self.settle();
        done
    }

    fn settle(&mut self) {
        let mut buffer = [0; MAX_DATAGRAM];
        for _ in 0..16 {
            let now = self.now;
            let _ = self.server.handle_timeout(now, &mut self.rng[1]);
            let _ = self.device.handle_timeout(now, &mut self.rng[0]);
            while let Some(datagram) = self.server.poll_transmit(now, &mut buffer) {
                self.said.push(datagram.to_vec());
                if (self.passes_down)(&datagram) {
                    let _ = self
                        .device
                        .handle_datagram(now, &datagram, &mut self.rng[0]);
                }
            }
            self.device.store_on(now, &mut self.storage).unwrap();
            while let Some(datagram) = self.device.poll_transmit(now, &mut buffer) {
                self.sent.push((now, datagram.to_vec()));
                if (self.passes_up)(datagram) {
                    hear(&mut self.server, now, datagram);
                }
            }
            while self.server.poll_loss().is_some() {}
        }
    }

    /// What was sent since the last call.
    pub(crate) fn heard(&mut self) -> Vec<(Instant, Vec<u8>)> {
        std::mem::take(&mut self.sent)
    }
}

fn hear(server: &mut Server, now: Instant, datagram: &mut [u8]) {
    if let Ok(Received::Records(opened)) = server.handle_datagram(now, datagram) {
        server.handle_stored(now, opened.stored()).unwrap();
    }
}

pub(crate) fn is_receipt(datagram: &[u8]) -> bool {
    matches!(Packet::parse(datagram), Ok(Packet::Receipt(_)))
}

pub(crate) fn space_of(datagram: &[u8]) -> Option<Space> {
    match Packet::parse(datagram) {
        Ok(Packet::Frame(frame)) => Some(frame.space),
        _ => None,
    }
}

pub(crate) fn route_of(datagram: &[u8]) -> Option<Route> {
    match Packet::parse(datagram) {
        Ok(Packet::Frame(frame)) => Some(frame.route),
        _ => None,
    }
}

pub(crate) fn locator_of(datagram: &[u8]) -> Option<Locator> {
    match route_of(datagram)? {
        Route::Short => None,
        Route::Routed(locator) | Route::Unproved(locator, _) => Some(locator),
    }
}
