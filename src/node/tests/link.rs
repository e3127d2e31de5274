//! A wire that loses, doubles, swaps, damages and delays by the number of the datagram.

use crate::link::{AttPayload, Fragmenter, Reassembler};
use crate::time::{Duration, Instant};
use std::collections::BTreeMap;
use std::vec::Vec;

const LATENCY: Duration = Duration::from_millis(20);

/// What befalls one datagram.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    Lose,
    Duplicate,
    /// Comes behind the next one.
    Swap,
    /// This bit of it is wrong, counted from its start and around.
    Flip(usize),
    Delay(Duration),
    /// Another datagram comes directly behind it.
    Follow(Vec<u8>),
    /// An earlier one of the same way, by its number, comes directly behind it.
    Again(usize),
}

/// Bluetooth LE: datagrams go in fragments, and some of those are lost.
#[derive(Debug)]
pub(super) struct Radio {
    payload: AttPayload,
    /// How many of a thousand are lost.
    loses: u32,
    random: u32,
    fragmenter: Fragmenter,
    reassembler: Reassembler,
    pub(super) lost: usize,
}

impl Radio {
    pub(super) fn new(mtu: u16, loses: u32) -> Self {
        Self {
            payload: AttPayload::from_mtu(mtu),
            loses,
            random: mtu.into(),
            fragmenter: Fragmenter::default(),
            reassembler: Reassembler::new(),
            lost: 0,
        }
    }

    /// The fragments of a datagram that are not lost.
    fn cut(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        let fragments = self.fragmenter.fragments(datagram, self.payload).unwrap();
        let mut arrive = Vec::new();
        for fragment in fragments {
            self.random = self
                .random
                .wrapping_mul(1_664_525)
                .wrapping_add(1_013_904_223);
            if (self.random >> 16) % 1_000 < self.loses {
                self.lost += 1;
                continue;
            }
            let mut value = [0; 512];
            arrive.push(fragment.write(&mut value).unwrap().to_vec());
        }
        arrive
    }
}

/// One direction of the wire.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) log: Vec<Vec<u8>>,
    pub(super) faults: BTreeMap<usize, Fault>,
    pub(super) is_cut: bool,
    /// What ends like this never arrives.
    pub(super) holds: Option<[u8; 16]>,
    pub(super) radio: Option<Radio>,
    in_flight: BTreeMap<(Instant, usize), Vec<u8>>,
    queued: usize,
    held: Option<Vec<u8>>,
}

impl Link {
    pub(super) fn send(&mut self, now: Instant, datagram: &[u8]) {
        let fault = self.faults.get(&self.log.len()).cloned();
        self.log.push(datagram.to_vec());
        if self.is_cut || self.holds.is_some_and(|tail| datagram.ends_with(&tail)) {
            return;
        }
        let mut datagram = datagram.to_vec();
        let arrival = now + LATENCY;
        let held = self.held.take();
        let fault = match fault {
            Some(Fault::Again(earlier)) => self.log.get(earlier).cloned().map(Fault::Follow),
            fault => fault,
        };
        match fault {
            None | Some(Fault::Again(_)) => self.queue(arrival, datagram),
            Some(Fault::Lose) => {}
            Some(Fault::Duplicate) => {
                self.queue(arrival, datagram.clone());
                self.queue(arrival, datagram);
            }
            Some(Fault::Swap) => self.held = Some(datagram),
            Some(Fault::Flip(bit)) => {
                let bit = bit % (datagram.len() * 8);
                datagram[bit / 8] ^= 1 << (bit % 8);
                self.queue(arrival, datagram);
            }
            Some(Fault::Delay(delay)) => self.queue(arrival + delay, datagram),
            Some(Fault::Follow(other)) => {
                self.queue(arrival, datagram);
                self.queue(arrival, other);
            }
        }
        if let Some(held) = held {
            self.queue(arrival, held);
        }
    }

    /// Puts a datagram on the wire that nobody of ours has sent.
    pub(super) fn inject(&mut self, now: Instant, datagram: Vec<u8>) {
        self.queue(now, datagram);
    }

    fn queue(&mut self, arrival: Instant, datagram: Vec<u8>) {
        match &mut self.radio {
            None => self.put(arrival, datagram),
            Some(radio) => {
                for fragment in radio.cut(&datagram) {
                    self.put(arrival, fragment);
                }
            }
        }
    }

    fn put(&mut self, arrival: Instant, datagram: Vec<u8>) {
        self.in_flight.insert((arrival, self.queued), datagram);
        self.queued += 1;
    }

    pub(super) fn take(&mut self, now: Instant) -> Option<Vec<u8>> {
        loop {
            let value = self.arrived(now)?;
            let Some(radio) = &mut self.radio else {
                return Some(value);
            };
            if let Ok(Some(datagram)) = radio.reassembler.handle_fragment(now, &value) {
                return Some(datagram.to_vec());
            }
        }
    }

    fn arrived(&mut self, now: Instant) -> Option<Vec<u8>> {
        let (arrival, _) = *self.in_flight.keys().next()?;
        (arrival <= now)
            .then(|| self.in_flight.pop_first())
            .flatten()
            .map(|(_, datagram)| datagram)
    }

    pub(super) fn next_arrival(&self) -> Option<Instant> {
        self.in_flight.keys().next().map(|(arrival, _)| *arrival)
    }
}
