//! A device and a server that meet in each of the ways that a person may vouch for, and what others can do meanwhile.

#![cfg(feature = "server")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod commands;
mod comparison;
mod half_open;
mod introduction;
mod label_key;
mod passcode;
mod restored;
mod ward;

use iomt::node::{
    Config, Device, DeviceEvent, Error, REFUSAL_LEN, Received, Server, ServerConfig, ServerEvent,
    refusal,
};
use iomt::pairing::{Identity, Model, PublicKey};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::SystemEntropy;
use iomt::storage::MemoryStorage;
use iomt::time::{Duration, Instant};
use iomt::wire::{MAX_DATAGRAM, Record, Space};

const TICK: Duration = Duration::from_millis(10);

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(&[seed; 32]).unwrap()
}

/// Where a datagram is on its way to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Device,
    Server,
}

/// What becomes of a datagram: so many copies arrive.
type Fate = Box<dyn FnMut(To, &mut Vec<u8>) -> usize>;

/// A device, a server, and a link between them that one can meddle with.
struct Lab {
    now: Instant,
    device: Device<'static, 4096, 2>,
    server: Server,
    flash: MemoryStorage<4096, 2>,
    /// How many attempts are on storage; a storage that does not answer has none.
    spent: Option<u8>,
    fate: Fate,
    /// Everything that was sent.
    said: Vec<(To, Vec<u8>)>,
    records: Vec<String>,
    /// How many frames came in a session in quarantine.
    flagged: usize,
    device_events: Vec<DeviceEvent>,
    server_events: Vec<ServerEvent>,
    refusals: Vec<Error>,
    /// Whether the server says that it knows nobody.
    refuses: bool,
}

impl Lab {
    fn new() -> Self {
        let device = Device::new(identity(1), Descriptor::default(), Config::DEFAULT).unwrap();
        Self {
            now: Instant::from_secs(1_000),
            device,
            server: Server::new(identity(2), ServerConfig::DEFAULT),
            flash: MemoryStorage::new(),
            spent: Some(0),
            fate: Box::new(|_, _| 1),
            said: Vec::new(),
            records: Vec::new(),
            flagged: 0,
            device_events: Vec::new(),
            server_events: Vec::new(),
            refusals: Vec::new(),
            refuses: false,
        }
    }

    fn run(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while self.now < end {
            self.now = self.now + TICK;
            self.step();
        }
    }

    fn step(&mut self) {
        let (now, rng) = (self.now, &mut SystemEntropy);
        let _ = self.server.handle_timeout(now, rng);
        let _ = self.device.handle_timeout(now, rng);
        let mut buffer = [0; MAX_DATAGRAM];
        let mut down = Vec::new();
        while let Some(datagram) = self.server.poll_transmit(now, &mut buffer) {
            down.push(datagram.to_vec());
        }
        for datagram in down {
            for copy in self.carry(To::Device, datagram) {
                let handled = self.device.handle_datagram(now, &copy, rng);
                self.refusals.extend(handled.err());
            }
        }
        self.store();
        while let Some(event) = self.device.poll_event() {
            if matches!(event, DeviceEvent::Ready { .. }) {
                self.measure();
            }
            self.device_events.push(event);
        }
        let mut up = Vec::new();
        while let Some(datagram) = self.device.poll_transmit(now, &mut buffer) {
            up.push(datagram.to_vec());
        }
        for datagram in up {
            for copy in self.carry(To::Server, datagram) {
                self.take_up(copy);
            }
        }
        let events = core::iter::from_fn(|| self.server.poll_event());
        self.server_events.extend(events);
    }

    fn carry(&mut self, to: To, mut datagram: Vec<u8>) -> Vec<Vec<u8>> {
        self.said.push((to, datagram.clone()));
        let copies = (self.fate)(to, &mut datagram);
        vec![datagram; copies]
    }

    fn store(&mut self) {
        if let (Some(wanted), Some(spent)) = (self.device.poll_attempts(), &mut self.spent) {
            *spent = wanted;
            self.device.handle_attempts_stored(wanted).unwrap();
        }
        if let (Some(wanted), Some(spent)) = (self.server.poll_attempts(), &mut self.spent) {
            *spent = wanted;
            self.server
                .handle_attempts_stored(self.now, wanted)
                .unwrap();
        }
        self.device.store_on(self.now, &mut self.flash).unwrap();
    }

    fn measure(&mut self) {
        let unit = Unit::BEATS_PER_MINUTE;
        let pulse = Observation::new(Metric::HEART_RATE, unit, self.now, 72.into());
        let records = [Record::Observation(pulse)];
        self.device.send(self.now, Space::Data, &records).unwrap();
    }

    fn take_up(&mut self, mut datagram: Vec<u8>) {
        match self.server.handle_datagram(self.now, &mut datagram) {
            Ok(Received::Quarantined(opened)) => {
                self.flagged += 1;
                let stored = opened.stored();
                self.server.handle_stored(self.now, stored).unwrap();
            }
            Ok(Received::Records(opened)) => {
                let records = opened.records().unwrap();
                self.records
                    .extend(records.map(|(_, record)| format!("{record:?}")));
                let stored = opened.stored();
                self.server.handle_stored(self.now, stored).unwrap();
            }
            Ok(_) => {}
            Err(error) => {
                let mut out = [0; REFUSAL_LEN];
                if let Some(hint) = refusal(&datagram, &mut out)
                    && self.refuses
                    && error.is_unknown()
                {
                    let rng = &mut SystemEntropy;
                    let _ = self.device.handle_datagram(self.now, hint, rng);
                }
                self.refusals.push(error);
            }
        }
    }

    /// What vouched for a pairing that both sides take for finished, and whose reading came once.
    fn paired_by(&self) -> Option<Model> {
        let is_readings = |record: &&String| record.contains("Observation");
        let readings = self.records.iter().filter(is_readings).count();
        let is_device_paired = self.device.peers().next().is_some();
        self.server_events.iter().find_map(|event| match event {
            ServerEvent::Paired { by, .. } if is_device_paired && readings == 1 => Some(*by),
            _ => None,
        })
    }

    /// Whose the device is.
    fn owner(&self) -> Option<PublicKey> {
        self.device.peers().next().map(|(_, key)| key)
    }

    /// Whether nobody has come to anything.
    fn is_unpaired(&self) -> bool {
        self.owner().is_none() && self.server.peer().is_none() && self.records.is_empty()
    }

    /// The handshake packets that were sent.
    fn handshakes(&self) -> Vec<(To, Vec<u8>)> {
        let is_handshake = |(_, packet): &&(To, Vec<u8>)| packet[0] >> 6 == 2;
        self.said.iter().filter(is_handshake).cloned().collect()
    }
}

/// Lets the packet of this number arrive so many times; all others once.
fn packet_arrives(number: usize, times: usize) -> Fate {
    let mut count = 0;
    Box::new(move |_, _| {
        count += 1;
        if count == number + 1 { times } else { 1 }
    })
}

/// Flips a bit of the packet of this number, at a place of it.
fn flipped(number: usize, place: usize) -> Fate {
    let mut count = 0;
    Box::new(move |_, packet| {
        count += 1;
        if count == number + 1 {
            let place = place % packet.len();
            packet[place] ^= 1;
        }
        1
    })
}
