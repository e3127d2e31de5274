//! The device: samples an ECG, finds its heart rate, and sends a frame every second.

use std::collections::VecDeque;

use iomt::link::OutboxFull;
use iomt::node::{Config, Device, Error};
use iomt::pairing::Identity;
use iomt::pairing::label::LabelSecret;
use iomt::reading::codec::{self, CodecId};
use iomt::reading::{Decimal, Descriptor, Metric, Observation, Status, Unit, Value, Waveform};
use iomt::signal::ecg::{HeartRate, RPeakDetector};
use iomt::storage::MemoryStorage;
use iomt::time::{Duration, Instant, SampleRate};
use iomt::wire::{MAX_DATAGRAM, Record, Space};

use crate::chance::Chance;

const DESCRIPTOR: Descriptor<'static> = Descriptor {
    manufacturer: "Example Medical",
    model: "One-lead patch",
    serial: "000042",
    firmware: "0.1.0",
    udi_device: "",
    udi_production: "",
};
/// So long is a waveform block, and so often is the heart rate told.
const SECOND: Duration = Duration::from_secs(1);
/// The battery's charge is told this often, in seconds.
const BATTERY_INTERVAL_SECS: u64 = 30;
/// Leaves room in a frame for its header, the heart rate and the battery.
const MAX_BLOCK: usize = 1_000;
/// What the outbox of this device holds: about four minutes of ECG.
const OUTBOX_BYTES: usize = 65_536;
/// Room for the session, which is all that this device keeps.
const FLASH_BYTES: usize = 4_096;

/// The signal as the device knows it.
#[derive(Debug, Clone)]
pub(crate) struct Signal {
    pub(crate) samples: Vec<i32>,
    pub(crate) rate: SampleRate,
    pub(crate) metric: Metric,
    /// What one count is worth in millivolts.
    pub(crate) scale: Decimal,
    /// The count that stands for 0 mV.
    pub(crate) zero: i32,
    /// Counts to a millivolt, rounded.
    pub(crate) units_per_mv: u32,
}

impl Signal {
    fn between(&self, first: usize, end: usize) -> &[i32] {
        self.samples.get(first..end).unwrap_or_default()
    }
}

/// One second of readings that the link has not taken yet.
#[derive(Debug)]
struct Second {
    first_index: usize,
    count: usize,
    observations: Vec<Observation>,
}

pub(crate) struct Sensor {
    pub(crate) node: Device<'static, OUTBOX_BYTES>,
    signal: Signal,
    detector: RPeakDetector,
    heart_rate: HeartRate,
    chance: Chance,
    started: Option<Instant>,
    seconds: u64,
    next_index: usize,
    waiting: VecDeque<Second>,
    /// Observations that were made, the descriptor apart.
    pub(crate) observations_made: u64,
    /// Where the session lies.
    flash: MemoryStorage<FLASH_BYTES, 1>,
}

impl Sensor {
    pub(crate) fn new(
        signal: Signal,
        label: &[u8],
        mut chance: Chance,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let identity = Identity::generate(&mut chance)?;
        let mut node = Device::new(identity, DESCRIPTOR, Config::DEFAULT)?;
        node.arm(LabelSecret::new(label)?);
        Ok(Self {
            node,
            detector: RPeakDetector::new(signal.rate, signal.units_per_mv)?,
            heart_rate: HeartRate::new(signal.rate),
            signal,
            chance,
            started: None,
            seconds: 0,
            next_index: 0,
            waiting: VecDeque::new(),
            observations_made: 0,
            flash: MemoryStorage::new(),
        })
    }

    pub(crate) fn rate(&self) -> SampleRate {
        self.signal.rate
    }

    pub(crate) fn samples(&self) -> &[i32] {
        &self.signal.samples
    }

    /// When the first sample was taken.
    pub(crate) fn started(&self) -> Option<Instant> {
        self.started
    }

    /// Whether everything was read, sent and acknowledged.
    pub(crate) fn is_done(&self) -> bool {
        self.next_index == self.signal.samples.len()
            && self.waiting.is_empty()
            && self.node.backlog() == 0
    }

    /// Takes a packet from the radio. What is wrong with it was counted by the node.
    pub(crate) fn receive(&mut self, now: Instant, packet: &[u8]) {
        let _ = self.node.handle_datagram(now, packet, &mut self.chance);
    }

    /// Does what is due, and hands out the packets to be sent.
    pub(crate) fn run(&mut self, now: Instant) -> Result<Vec<Vec<u8>>, Error> {
        self.node.handle_timeout(now, &mut self.chance)?;
        self.node.store_on(now, &mut self.flash)?;
        if self.node.is_ready() {
            let started = *self.started.get_or_insert(now);
            self.sample(now, started);
            self.send_waiting(now)?;
        }
        let mut packets = Vec::new();
        let mut buffer = [0; MAX_DATAGRAM];
        while let Some(packet) = self.node.poll_transmit(now, &mut buffer) {
            packets.push(packet.to_vec());
        }
        Ok(packets)
    }

    /// When [`Sensor::run`] has something to do next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let more_to_read = self.next_index < self.signal.samples.len();
        let next_second = self
            .started
            .filter(|_| more_to_read)
            .map(|started| started + self.after_seconds());
        [next_second, self.node.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    fn after_seconds(&self) -> Duration {
        SECOND.saturating_mul(self.seconds + 1)
    }

    /// Reads every second that is over; the last one may be shorter.
    fn sample(&mut self, now: Instant, started: Instant) {
        while self.next_index < self.signal.samples.len() && started + self.after_seconds() <= now {
            let end = self.signal.rate.samples_in(self.after_seconds()) as usize;
            let end = end.min(self.signal.samples.len());
            self.seconds += 1;
            for sample in self.signal.between(self.next_index, end) {
                if let Some(peak) = self.detector.push(*sample) {
                    self.heart_rate.beat(peak.index);
                }
            }
            let observations = self.observe(now, end as u64);
            self.observations_made += observations.len() as u64;
            let count = end - self.next_index;
            self.waiting.push_back(Second {
                first_index: self.next_index,
                count,
                observations,
            });
            self.next_index = end;
        }
    }

    fn observe(&self, now: Instant, index: u64) -> Vec<Observation> {
        let (unit, metric) = (Unit::BEATS_PER_MINUTE, Metric::HEART_RATE);
        let mut observations = vec![match self.heart_rate.bpm(index) {
            Some(rate) => Observation::new(metric, unit, now, Value::from(i32::from(rate))),
            None => Observation {
                status: Status::NOT_AVAILABLE,
                ..Observation::new(metric, unit, now, Value::NotANumber)
            },
        }];
        if self.seconds.is_multiple_of(BATTERY_INTERVAL_SECS) {
            // There is no battery in a simulation, and its status says so.
            let percent = 100 - (self.seconds / 60).min(100) as i32;
            let charge =
                Observation::new(Metric::BATTERY_CHARGE, Unit::PERCENT, now, percent.into());
            observations.push(Observation {
                status: Status::DEMO,
                ..charge
            });
        }
        observations
    }

    /// Gives the link what it has room for; the rest waits.
    fn send_waiting(&mut self, now: Instant) -> Result<(), Error> {
        while let Some(second) = self.waiting.pop_front() {
            match self.send(now, &second) {
                Ok(()) => {}
                Err(Error::OutboxFull(OutboxFull)) => {
                    self.waiting.push_front(second);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Sends a second in one frame; one that does not compress into a frame is sent in halves.
    fn send(&mut self, now: Instant, second: &Second) -> Result<(), Error> {
        let samples = self
            .signal
            .between(second.first_index, second.first_index + second.count);
        let mut block = [0; MAX_BLOCK];
        let Ok(len) = codec::encode(samples, &mut block) else {
            return self.send_in_halves(now, second);
        };
        let started = self.started.unwrap_or(now);
        let waveform = Waveform {
            metric: self.signal.metric,
            unit: Unit::MILLIVOLT,
            start: self
                .signal
                .rate
                .instant_of(started, second.first_index as u64),
            rate: self.signal.rate,
            first_index: second.first_index as u64,
            scale: self.signal.scale,
            zero: self.signal.zero,
            codec: CodecId::SMALL,
            count: second.count as u16,
            data: block.get(..len).unwrap_or_default(),
        };
        let mut records = vec![Record::Waveform(waveform)];
        records.extend(second.observations.iter().copied().map(Record::Observation));
        self.node.send(now, Space::Data, &records).map(|_| ())
    }

    fn send_in_halves(&mut self, now: Instant, second: &Second) -> Result<(), Error> {
        let half = second.count / 2;
        let first = Second {
            first_index: second.first_index,
            count: half,
            observations: Vec::new(),
        };
        let rest = Second {
            first_index: second.first_index + half,
            count: second.count - half,
            observations: second.observations.clone(),
        };
        self.send(now, &first)?;
        // What the outbox has no room for now goes first next time.
        self.waiting.push_front(rest);
        Ok(())
    }
}
