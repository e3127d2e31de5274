//! A device with several recipients, on a link, a flash and a power supply that one can meddle with.

use super::{TICK, identity};
use iomt::node::{
    Config, Device, DeviceEvent, REFUSAL_LEN, Received, Server, ServerConfig, ServerEvent, refusal,
};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, Model, PublicKey};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::{ResumptionSecret, SystemEntropy};
use iomt::storage::{FrameAddress, MAX_IMAGE, MemoryStorage, Storage};
use iomt::time::{Duration, Instant};
use iomt::wire::command::{Rights, Role};
use iomt::wire::control::Outcome;
use iomt::wire::{MAX_DATAGRAM, Record, RecordId, Space, Tag};

pub(super) const DEVICE: u8 = 1;
pub(super) const PHONE: u8 = 2;
pub(super) const HOSPITAL: u8 = 3;

pub(super) fn key(seed: u8) -> PublicKey {
    identity(seed).public()
}

pub(super) fn label() -> LabelSecret {
    LabelSecret::new(&[7; 16]).unwrap()
}

/// The secret that the phone draws for the two.
pub(super) fn first() -> ResumptionSecret {
    ResumptionSecret::from_secret_bytes(&[0x1D; 32]).unwrap()
}

/// A server and what it has received.
pub(super) struct Receiver {
    pub(super) server: Server,
    pub(super) readings: Vec<RecordId>,
    pub(super) events: Vec<ServerEvent>,
    pub(super) descriptor: Option<DescriptorHash>,
}

impl Receiver {
    pub(super) fn new(seed: u8) -> Self {
        Self {
            server: Server::new(identity(seed), ServerConfig::DEFAULT),
            readings: Vec::new(),
            events: Vec::new(),
            descriptor: None,
        }
    }

    /// Whether the datagram is of a session, a secret or a device that it does not know.
    fn knows_nothing_of(&mut self, now: Instant, datagram: &mut [u8]) -> bool {
        let received = self.server.handle_datagram(now, datagram);
        let (Ok(Received::Records(opened)) | Ok(Received::Quarantined(opened))) = received else {
            return received.is_err_and(|error| error.is_unknown());
        };
        let mut records = opened.envelope().unwrap().records().flatten();
        if let Some(descriptor) = records.find(|record| record.tag == Tag::DESCRIPTOR) {
            self.descriptor = Some(DescriptorHash::of_body(descriptor.body));
        }
        let run = opened.run().unwrap();
        let readings = opened.records().unwrap().filter_map(|(sequence, record)| {
            matches!(record, Ok(Record::Observation(_))).then_some(RecordId { run, sequence })
        });
        self.readings.extend(readings);
        self.server.handle_stored(now, opened.stored()).unwrap();
        false
    }

    pub(super) fn is_paired_by(&self, model: Model) -> bool {
        let is_it =
            |event: &ServerEvent| matches!(event, ServerEvent::Paired { by, .. } if *by == model);
        self.events.iter().any(is_it)
    }
}

/// Whether the datagram of this number and content is lost.
type Loses = Box<dyn FnMut(usize, &[u8]) -> bool>;

/// A device, and whoever hears what it sends.
pub(super) struct Ward {
    pub(super) now: Instant,
    pub(super) device: Device<'static, 4096, 2>,
    seed: u8,
    flash: MemoryStorage<16_384, 2>,
    pub(super) receivers: Vec<Receiver>,
    /// Which of them is out of reach.
    pub(super) is_off: Vec<bool>,
    /// Whether they say what they do not know.
    pub(super) refuses: bool,
    pub(super) events: Vec<DeviceEvent>,
    /// What came down to the device.
    pub(super) said: Vec<Vec<u8>>,
    pub(super) loses: Loses,
    sent: usize,
    /// After how many writes the power fails.
    cut: Option<usize>,
}

fn device(seed: u8) -> Device<'static, 4096, 2> {
    let device = Device::new(identity(seed), Descriptor::default(), Config::DEFAULT);
    let mut device = device.unwrap();
    device.allow_commands();
    device
}

impl Ward {
    pub(super) fn new(seed: u8, receivers: &[u8]) -> Self {
        Self {
            now: Instant::from_secs(1_000),
            device: device(seed),
            seed,
            flash: MemoryStorage::new(),
            receivers: receivers.iter().map(|seed| Receiver::new(*seed)).collect(),
            is_off: vec![false; receivers.len()],
            refuses: false,
            events: Vec::new(),
            said: Vec::new(),
            loses: Box::new(|_, _| false),
            sent: 0,
            cut: None,
        }
    }

    /// The phone has paired by the label.
    pub(super) fn with_phone() -> Self {
        let mut ward = Self::new(DEVICE, &[PHONE, HOSPITAL]);
        ward.pair(0);
        ward
    }

    pub(super) fn pair(&mut self, receiver: usize) {
        self.device.arm(label());
        let server = &mut self.receivers[receiver].server;
        server.pair(self.now, &label(), &mut SystemEntropy).unwrap();
        self.run(5);
    }

    /// A receiver tells the device of another, and the other of the device.
    pub(super) fn introduce(&mut self, by: usize, other: u8, terms: (Role, Rights)) {
        let introducer = &mut self.receivers[by].server;
        introducer
            .introduce(self.now, key(other), first(), terms)
            .unwrap();
        let hospital = &mut self.receivers[1].server;
        hospital.expect_introduced(key(self.seed), first(), None);
        self.run(5);
    }

    /// What the device has answered to a receiver.
    pub(super) fn answers(&self, receiver: usize) -> Vec<(PublicKey, Outcome)> {
        let events = self.receivers[receiver].events.iter();
        let answers = events.filter_map(|event| match event {
            ServerEvent::Answered { recipient, outcome } => Some((*recipient, *outcome)),
            _ => None,
        });
        answers.collect()
    }

    /// The power fails behind the write of this number from now on.
    pub(super) fn cut_after(&mut self, writes: usize) {
        self.cut = Some(writes);
    }

    pub(super) fn reboot(&mut self) {
        self.device = device(self.seed);
        for place in 0..2 {
            let mut image = [0; MAX_IMAGE];
            if let Some(len) = self.flash.load_image(place, &mut image).unwrap() {
                let resumed = self
                    .device
                    .resume(self.now, &image[..len], &mut SystemEntropy);
                resumed.unwrap();
            }
        }
    }

    pub(super) fn run(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        // A day is looked at less often than a minute.
        let tick = if seconds > 10_000 {
            Duration::from_secs(1)
        } else {
            TICK
        };
        while self.now < end {
            self.now = self.now + tick;
            self.step();
        }
    }

    fn step(&mut self) {
        let (now, rng, mut buffer) = (self.now, &mut SystemEntropy, [0; MAX_DATAGRAM]);
        let _ = self.device.handle_timeout(now, rng);
        let mut down = Vec::new();
        for (receiver, is_off) in self.receivers.iter_mut().zip(&self.is_off) {
            let server = &mut receiver.server;
            let _ = server.handle_timeout(now, rng);
            while let Some(datagram) = server.poll_transmit(now, &mut buffer) {
                down.extend((!is_off).then(|| datagram.to_vec()));
            }
        }
        for datagram in down {
            if !self.is_lost(&datagram) {
                let _ = self.device.handle_datagram(now, &datagram, rng);
                self.said.push(datagram);
            }
        }
        self.store();
        self.events
            .extend(core::iter::from_fn(|| self.device.poll_event()));
        let mut up = Vec::new();
        while let Some(datagram) = self.device.poll_transmit(now, &mut buffer) {
            up.push(datagram.to_vec());
        }
        for datagram in up {
            if !self.is_lost(&datagram) {
                self.take_up(&datagram);
            }
        }
        for receiver in &mut self.receivers {
            let server = &mut receiver.server;
            receiver
                .events
                .extend(core::iter::from_fn(|| server.poll_event()));
        }
    }

    fn is_lost(&mut self, datagram: &[u8]) -> bool {
        self.sent += 1;
        (self.loses)(self.sent, datagram)
    }

    fn take_up(&mut self, datagram: &[u8]) {
        let on = self.receivers.iter_mut().zip(&self.is_off);
        let mut unknown = 0;
        let mut asked = 0;
        for (receiver, _) in on.filter(|(_, is_off)| !**is_off) {
            asked += 1;
            unknown += usize::from(receiver.knows_nothing_of(self.now, &mut datagram.to_vec()));
        }
        let mut out = [0; REFUSAL_LEN];
        if self.refuses
            && unknown == asked
            && let Some(hint) = refusal(datagram, &mut out)
        {
            let _ = self
                .device
                .handle_datagram(self.now, hint, &mut SystemEntropy);
        }
    }

    fn store(&mut self) {
        let (mut buffer, mut found) = ([0; MAX_DATAGRAM], [0; MAX_DATAGRAM]);
        while let Some(request) = self.device.poll_store(self.now, &mut buffer) {
            let device = &mut self.device;
            let note = &mut |address: FrameAddress| device.handle_found(&address);
            let reply = self.flash.perform(&request, &mut found, note);
            if let Some(left) = &mut self.cut {
                *left -= 1;
                if *left == 0 {
                    self.cut = None;
                    self.reboot();
                    return;
                }
            }
            self.device.handle_stored(self.now, reply).unwrap();
        }
    }

    pub(super) fn measure(&mut self) -> RecordId {
        let unit = Unit::BEATS_PER_MINUTE;
        let pulse = Observation::new(Metric::HEART_RATE, unit, self.now, 72.into());
        let records = [Record::Observation(pulse)];
        self.device.send(self.now, Space::Data, &records).unwrap()
    }

    pub(super) fn measure_when_ready(&mut self) -> RecordId {
        while !self.device.is_ready() {
            self.run(1);
        }
        self.run(5);
        self.measure()
    }

    pub(super) fn owners(&self) -> Vec<PublicKey> {
        self.device.peers().map(|(_, key)| key).collect()
    }
}
