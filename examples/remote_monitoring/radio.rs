//! The radio between device and gateway: it loses, repeats, reorders and damages, and goes dark once.

use iomt::time::{Duration, Instant};

use crate::chance::Chance;

/// How bad the radio is, in packets of a hundred, each way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Faults {
    pub(crate) loss_percent: f64,
    pub(crate) duplicate_percent: f64,
    pub(crate) reorder_percent: f64,
    pub(crate) corrupt_percent: f64,
}

impl Faults {
    /// A bad day, with this share of loss.
    pub(crate) fn with_loss(loss_percent: f64) -> Self {
        Self {
            loss_percent,
            duplicate_percent: 5.0,
            reorder_percent: 5.0,
            corrupt_percent: 3.0,
        }
    }
}

/// What happened to the packets that were sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) sent: u64,
    pub(crate) bytes: u64,
    /// By bad luck, or in the dark.
    pub(crate) lost: u64,
    pub(crate) duplicated: u64,
    pub(crate) reordered: u64,
    pub(crate) corrupted: u64,
}

/// A packet, and when it arrives.
pub(crate) type Arrival = (Instant, Vec<u8>);

#[derive(Debug)]
pub(crate) struct Radio {
    faults: Faults,
    chance: Chance,
    dark: Option<(Instant, Instant)>,
}

impl Radio {
    pub(crate) fn new(faults: Faults, chance: Chance) -> Self {
        Self {
            faults,
            chance,
            dark: None,
        }
    }

    /// Goes dark from the first instant to the second.
    pub(crate) fn plan_outage(&mut self, from: Instant, to: Instant) {
        self.dark = Some((from, to));
    }

    /// Sends a packet: it arrives once, twice, late, damaged or not at all.
    pub(crate) fn send(&mut self, now: Instant, packet: &[u8], count: &mut Count) -> Vec<Arrival> {
        count.sent += 1;
        count.bytes += packet.len() as u64;
        let is_dark = self.dark.is_some_and(|(from, to)| from <= now && now < to);
        if is_dark || self.chance.percent(self.faults.loss_percent) {
            count.lost += 1;
            return Vec::new();
        }
        let mut arrivals = vec![self.arrival(now, packet, count)];
        if self.chance.percent(self.faults.duplicate_percent) {
            count.duplicated += 1;
            arrivals.push(self.arrival(now, packet, count));
        }
        arrivals
    }

    fn arrival(&mut self, now: Instant, packet: &[u8], count: &mut Count) -> Arrival {
        let mut delay = Duration::from_millis(20 + self.chance.below(20));
        if self.chance.percent(self.faults.reorder_percent) {
            count.reordered += 1;
            delay = delay + Duration::from_millis(200 + self.chance.below(1_800));
        }
        let mut packet = packet.to_vec();
        if self.chance.percent(self.faults.corrupt_percent) {
            count.corrupted += 1;
            for _ in 0..=self.chance.below(3) {
                self.flip_a_bit(&mut packet);
            }
        }
        (now + delay, packet)
    }

    fn flip_a_bit(&mut self, packet: &mut [u8]) {
        let bit = self.chance.below(packet.len() as u64 * 8) as usize;
        packet[bit / 8] ^= 1 << (bit % 8);
    }
}
