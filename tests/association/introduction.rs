//! A phone scans the label, a hospital's server receives the readings; and who else might like to.

use super::{TICK, identity};
use iomt::node::{Config, Device, DeviceEvent, Error, Received, Server, ServerConfig, ServerEvent};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{Model, PublicKey};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::{ResumptionSecret, SystemEntropy};
use iomt::storage::MemoryStorage;
use iomt::time::{Duration, Instant};
use iomt::wire::{MAX_DATAGRAM, Record, RecordId, Space};

const DEVICE: u8 = 1;
const PHONE: u8 = 2;
const HOSPITAL: u8 = 3;

fn key(seed: u8) -> PublicKey {
    identity(seed).public()
}

fn label() -> LabelSecret {
    LabelSecret::new(&[7; 16]).unwrap()
}

/// The secret that the phone draws for the two.
fn first() -> ResumptionSecret {
    ResumptionSecret::from_secret_bytes(&[0x1D; 32]).unwrap()
}

/// A server and what it has received.
struct Receiver {
    server: Server,
    readings: Vec<RecordId>,
    events: Vec<ServerEvent>,
}

impl Receiver {
    fn new(seed: u8) -> Self {
        Self {
            server: Server::new(identity(seed), ServerConfig::DEFAULT),
            readings: Vec::new(),
            events: Vec::new(),
        }
    }

    fn take(&mut self, now: Instant, mut datagram: Vec<u8>) {
        if let Ok(Received::Records(opened)) = self.server.handle_datagram(now, &mut datagram) {
            let run = opened.run().unwrap();
            let readings = opened.records().unwrap().filter_map(|(sequence, record)| {
                matches!(record, Ok(Record::Observation(_))).then_some(RecordId { run, sequence })
            });
            self.readings.extend(readings);
            self.server.handle_stored(now, opened.stored()).unwrap();
        }
    }

    fn is_paired_by(&self, model: Model) -> bool {
        let is_it =
            |event: &ServerEvent| matches!(event, ServerEvent::Paired { by, .. } if *by == model);
        self.events.iter().any(is_it)
    }
}

/// A device, and whoever hears what it sends.
struct Ward {
    now: Instant,
    device: Device<'static, 4096, 2>,
    flash: MemoryStorage<4096, 2>,
    receivers: Vec<Receiver>,
    events: Vec<DeviceEvent>,
}

impl Ward {
    fn new(device: u8, receivers: &[u8]) -> Self {
        let device = Device::new(identity(device), Descriptor::default(), Config::DEFAULT);
        Self {
            now: Instant::from_secs(1_000),
            device: device.unwrap(),
            flash: MemoryStorage::new(),
            receivers: receivers.iter().map(|seed| Receiver::new(*seed)).collect(),
            events: Vec::new(),
        }
    }

    /// The phone has paired by the label.
    fn with_phone() -> Self {
        let mut ward = Self::new(DEVICE, &[PHONE, HOSPITAL]);
        ward.pair(0);
        ward
    }

    fn pair(&mut self, receiver: usize) {
        self.device.arm(label());
        let server = &mut self.receivers[receiver].server;
        server.pair(self.now, &label(), &mut SystemEntropy).unwrap();
        self.run(5);
    }

    /// The phone tells both of each other.
    fn introduce(&mut self) {
        let introduced = self.device.introduce_peer(self.now, key(HOSPITAL), first());
        introduced.unwrap();
        let hospital = &mut self.receivers[1].server;
        hospital.expect_introduced(key(DEVICE), first());
        self.run(5);
    }

    fn run(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while self.now < end {
            self.now = self.now + TICK;
            self.step();
        }
    }

    fn step(&mut self) {
        let (now, rng, mut buffer) = (self.now, &mut SystemEntropy, [0; MAX_DATAGRAM]);
        let _ = self.device.handle_timeout(now, rng);
        for receiver in &mut self.receivers {
            let server = &mut receiver.server;
            let _ = server.handle_timeout(now, rng);
            while let Some(datagram) = server.poll_transmit(now, &mut buffer) {
                let _ = self.device.handle_datagram(now, &datagram, rng);
            }
            receiver
                .events
                .extend(core::iter::from_fn(|| server.poll_event()));
        }
        self.device.store_on(now, &mut self.flash).unwrap();
        self.events
            .extend(core::iter::from_fn(|| self.device.poll_event()));
        while let Some(datagram) = self.device.poll_transmit(now, &mut buffer) {
            for receiver in &mut self.receivers {
                receiver.take(now, datagram.to_vec());
            }
        }
    }

    fn measure(&mut self) -> RecordId {
        let unit = Unit::BEATS_PER_MINUTE;
        let pulse = Observation::new(Metric::HEART_RATE, unit, self.now, 72.into());
        let records = [Record::Observation(pulse)];
        self.device.send(self.now, Space::Data, &records).unwrap()
    }

    fn owners(&self) -> Vec<PublicKey> {
        self.device.peers().map(|(_, key)| key).collect()
    }
}

// IOMT-PAIR-071
#[test]
fn a_phone_introduces_a_server_and_both_receive_each_reading_under_one_identity() {
    let mut ward = Ward::with_phone();
    ward.introduce();
    assert!(ward.receivers[0].is_paired_by(Model::LABEL_SECRET));
    assert!(ward.receivers[1].is_paired_by(Model::RECONNECTION));
    let readings = [ward.measure(), ward.measure()];
    ward.run(5);
    assert_eq!(ward.receivers[0].readings, readings);
    assert_eq!(ward.receivers[1].readings, readings);
    assert!(ward.device.is_settled());
}

// IOMT-PAIR-070
#[test]
fn an_introduction_needs_somebody_who_is_paired() {
    let mut ward = Ward::new(DEVICE, &[PHONE, HOSPITAL]);
    let introduced = ward.device.introduce_peer(ward.now, key(HOSPITAL), first());
    assert_eq!(introduced, Err(Error::NotPaired));
    assert!(ward.owners().is_empty());
    ward.pair(0);
    let again = ward.device.introduce_peer(ward.now, key(PHONE), first());
    assert_eq!(again, Err(Error::SessionUnderWay));
}

// IOMT-PAIR-072
#[test]
fn an_introduction_serves_once() {
    let mut ward = Ward::with_phone();
    ward.introduce();
    let hint = first().hint();
    let mut hints = ward.receivers[1].server.hints();
    assert!(hints.all(|known| known != hint));
}

// IOMT-PAIR-073
#[test]
fn a_stolen_server_entry_does_not_impersonate_the_device() {
    // All that the server holds of the device is its public key and the secret; the thief has both, and a key of its own.
    let mut ward = Ward::new(9, &[PHONE, HOSPITAL]);
    ward.pair(0);
    ward.introduce();
    ward.measure();
    ward.run(30);
    assert!(ward.receivers[1].events.is_empty() && ward.receivers[1].readings.is_empty());
    assert!(ward.receivers[1].server.stats().multiplications > 0);
    assert_eq!(ward.receivers[1].server.stats().handshakes_answered, 0);
}

// IOMT-PAIR-073
#[test]
fn who_overhears_the_first_secret_does_not_stand_in_for_the_server() {
    let mut ward = Ward::new(DEVICE, &[PHONE, 9]);
    ward.pair(0);
    ward.introduce();
    ward.measure();
    ward.run(30);
    assert_eq!(ward.receivers[0].readings.len(), 1);
    assert!(ward.receivers[1].readings.is_empty() && ward.receivers[1].events.is_empty());
}

// IOMT-PAIR-074
#[test]
fn a_second_owner_ends_what_the_first_has_introduced() {
    let mut ward = Ward::with_phone();
    ward.introduce();
    assert_eq!(ward.owners(), [key(PHONE), key(HOSPITAL)]);
    ward.receivers.push(Receiver::new(4));
    ward.pair(2);
    assert_eq!(ward.owners(), [key(4)]);
    assert!(
        ward.events
            .iter()
            .any(|event| matches!(event, DeviceEvent::Wiped { .. }))
    );
    let reading = ward.measure();
    ward.run(5);
    assert_eq!(ward.receivers[2].readings, [reading]);
    assert!(ward.receivers[0].readings.is_empty() && ward.receivers[1].readings.is_empty());
}

// IOMT-PAIR-071
#[test]
fn a_server_that_hears_of_the_device_late_is_found_all_the_same() {
    let mut ward = Ward::with_phone();
    let (now, hospital) = (ward.now, key(HOSPITAL));
    ward.device.introduce_peer(now, hospital, first()).unwrap();
    ward.run(120);
    assert!(ward.receivers[1].events.is_empty());
    let server = &mut ward.receivers[1].server;
    server.expect_introduced(key(DEVICE), first());
    ward.run(300);
    assert!(ward.receivers[1].is_paired_by(Model::RECONNECTION));
}
