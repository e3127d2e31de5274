use std::collections::BTreeMap;

use iomt::time::{Duration, Instant};

use super::counts::{Counts, Fault};
use super::random::Random;

/// Who sends or receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    Device(usize),
    Gateway(usize),
    /// A server; which of its workers is a matter of its own.
    Fleet(usize),
}

/// What a network does to datagrams; chances in thousandths.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    pub lost: u64,
    pub doubled: u64,
    pub replayed: u64,
    pub late: u64,
    pub flipped: u64,
    pub cut: u64,
}

/// One direction is closed for a while.
#[derive(Debug, Clone, Copy)]
pub struct Partition {
    pub from: Option<Address>,
    pub to: Option<Address>,
    pub ends: Instant,
}

#[derive(Debug, Clone)]
pub struct Delivery {
    pub from: Address,
    pub to: Address,
    pub bytes: Vec<u8>,
}

/// All datagrams that are under way, and the last few that were, for replays.
#[derive(Debug)]
pub struct Network {
    random: Random,
    pub weather: Weather,
    pub partitions: Vec<Partition>,
    under_way: BTreeMap<(Instant, u64), Delivery>,
    past: Vec<Delivery>,
    sent: u64,
}

const REMEMBERED: usize = 64;
/// No datagram is longer under way.
pub const LATEST: Duration = Duration::from_secs(120);

impl Network {
    pub fn new(random: Random) -> Self {
        Self {
            random,
            weather: Weather::default(),
            partitions: Vec::new(),
            under_way: BTreeMap::new(),
            past: Vec::new(),
            sent: 0,
        }
    }

    pub fn next_arrival(&self) -> Option<Instant> {
        self.under_way.keys().next().map(|(at, _)| *at)
    }

    pub fn take(&mut self, now: Instant) -> Option<Delivery> {
        let (key, _) = self.under_way.first_key_value()?;
        let key = *key;
        (key.0 <= now).then(|| self.under_way.remove(&key))?
    }

    pub const fn sent(&self) -> u64 {
        self.sent
    }

    pub fn send(&mut self, now: Instant, delivery: Delivery, counts: &mut Counts) {
        let weather = self.weather;
        if self.random.permille(weather.replayed) && !self.past.is_empty() {
            counts.note(Fault::Replay);
            let old = self.past[self.random.index(self.past.len())].clone();
            self.post(now, old, counts);
        }
        self.remember(&delivery);
        if self.random.permille(weather.doubled) {
            counts.note(Fault::Duplicate);
            self.post(now, delivery.clone(), counts);
        }
        if self.random.permille(weather.lost) {
            counts.note(Fault::Loss);
            return;
        }
        self.post(now, delivery, counts);
    }

    /// Partitions are there for a while; a datagram that was sent before one is not held up.
    fn is_closed(&mut self, now: Instant, delivery: &Delivery) -> bool {
        self.partitions.retain(|partition| partition.ends > now);
        self.partitions.iter().any(|partition| {
            partition.from.is_none_or(|from| from == delivery.from)
                && partition.to.is_none_or(|to| to == delivery.to)
        })
    }

    fn post(&mut self, now: Instant, mut delivery: Delivery, counts: &mut Counts) {
        if self.is_closed(now, &delivery) {
            counts.note(Fault::Partition);
            return;
        }
        if self.random.permille(self.weather.flipped) && !delivery.bytes.is_empty() {
            counts.note(Fault::BitFlip);
            let at = self.random.index(delivery.bytes.len());
            delivery.bytes[at] ^= 1 << self.random.below(8);
        }
        if self.random.permille(self.weather.cut) && !delivery.bytes.is_empty() {
            counts.note(Fault::Truncation);
            let len = self.random.index(delivery.bytes.len());
            delivery.bytes.truncate(len);
        }
        let mut delay = self
            .random
            .between(Duration::from_millis(5), Duration::from_millis(60));
        if self.random.permille(self.weather.late) {
            counts.note(Fault::Reorder);
            delay = self.random.log_between(Duration::from_millis(100), LATEST);
        }
        self.sent += 1;
        self.under_way.insert((now + delay, self.sent), delivery);
    }

    fn remember(&mut self, delivery: &Delivery) {
        if self.past.len() < REMEMBERED {
            self.past.push(delivery.clone());
            return;
        }
        let at = self.random.index(REMEMBERED);
        self.past[at] = delivery.clone();
    }
}
