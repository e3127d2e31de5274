//! A device and its server, one link between them hostile, and a record of what was promised.
//!
//! ```text
//!              honest, at once                      held back, changed, dropped, repeated
//!   device ───────────────────────► server          by the steps of the input
//!          ◄───────────────────────                 (which of the two links it is, the target says)
//! ```
//!
//! What holds after every step: a frame that was stored is not revealed again, and every record
//! is one that the device has accepted, unchanged. What holds at the end, once the link is honest:
//! the store holds all that the device has accepted since its last reboot or change of owner.

use std::collections::{BTreeMap, BTreeSet};

use iomt::link::Retry;
use iomt::node::{
    Device, DeviceEvent, Received, SavedSession, Server, ServerConfig, ServerEvent,
};
use iomt::pairing::{Identity, label::LabelSecret};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::{Opened, Stored};
use iomt::time::{Duration, Instant};
use iomt::wire::{MAX_DATAGRAM, Record, RecordId, Space};
use libfuzzer_sys::arbitrary::{self, Arbitrary};

use crate::keys::LABEL;
use crate::{Change, Counting, changed};

/// What happens next. A `pick` counts from the oldest again beyond the newest.
#[derive(Debug, Arbitrary)]
pub enum Step {
    /// All goes well for a while.
    Calm,
    Send {
        is_alarm: bool,
        records: u8,
    },
    Deliver {
        pick: u8,
    },
    DeliverCopy {
        pick: u8,
    },
    DeliverChanged {
        pick: u8,
        changes: Vec<Change>,
    },
    DeliverRaw {
        bytes: Vec<u8>,
    },
    Drop {
        pick: u8,
    },
    Advance {
        tenths: u16,
    },
    NextDay,
    WriteFlash,
    /// The power fails, before or behind the write that is under way.
    Reboot {
        is_written: bool,
    },
    Store {
        pick: u8,
    },
    /// The server dies between reveal and store.
    LoseStore {
        pick: u8,
    },
    Pair,
}

/// The direction that the input rules over; the other is honest, and so is the storage behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    Up,
    Down,
}

const MAX_STEPS: usize = 150;
const MAX_UNDER_WAY: usize = 64;
const MAX_ROUNDS: usize = 2_000;
/// The receiver finds eight epochs ahead; beyond that the two have to pair again.
const MAX_EPOCHS: u8 = 7;
const PATIENCE: u8 = 50;
const TENTH: u64 = 100;
const DESCRIPTOR: Descriptor<'static> = Descriptor {
    manufacturer: "Maker",
    model: "Model",
    serial: "1",
    firmware: "2",
    udi_device: "3",
    udi_production: "4",
};

type Node = Device<'static, 2_048, 24>;

pub struct World {
    hostile: Link,
    now: Instant,
    entropy: Counting,
    device: Node,
    server: Server,
    under_way: Vec<Vec<u8>>,
    flash: Option<Vec<u8>>,
    unwritten: Option<SavedSession>,
    revealed: Vec<Revealed>,
    epochs: u8,
    has_failed: bool,
    /// Rounds for which a device that was not heard is still waited for, before a person pairs again.
    patience: Option<u8>,
    is_pairing: bool,
    readings: i32,
    accepted: BTreeMap<RecordId, Reading>,
    stored: BTreeSet<RecordId>,
    acknowledged: BTreeSet<RecordId>,
}

struct Reading {
    value: i32,
    has_to_arrive: bool,
}

struct Revealed {
    records: Vec<RecordId>,
    token: Stored,
}

impl World {
    #[must_use]
    pub fn new(hostile: Link) -> Self {
        let server = Server::new(identity(2), ServerConfig::DEFAULT);
        let mut world = Self {
            hostile,
            now: Instant::from_secs(1),
            entropy: Counting::default(),
            device: new_device(),
            server,
            under_way: Vec::new(),
            flash: None,
            unwritten: None,
            revealed: Vec::new(),
            epochs: 0,
            has_failed: false,
            patience: None,
            is_pairing: false,
            readings: 0,
            accepted: BTreeMap::new(),
            stored: BTreeSet::new(),
            acknowledged: BTreeSet::new(),
        };
        world.pair();
        world.poll();
        world
    }

    pub fn run(&mut self, steps: &[Step]) {
        for step in steps.iter().take(MAX_STEPS) {
            self.step(step);
            self.poll();
        }
    }

    /// Delivers honestly until nothing waits; then all that was promised has to be there.
    ///
    /// # Panics
    ///
    /// When something never arrives, or the two never come to rest.
    pub fn settle(&mut self) {
        for _ in 0..MAX_ROUNDS {
            self.calm_round();
            if self.is_at_rest() {
                return self.check_arrival();
            }
        }
        panic!("{} frames never arrive", self.device.backlog());
    }

    fn check_arrival(&self) {
        let missing = self
            .accepted
            .iter()
            .find(|(id, reading)| reading.has_to_arrive && !self.stored.contains(id));
        assert!(
            missing.is_none(),
            "accepted and lost: {:?}",
            missing.map(|(id, _)| id)
        );
    }

    fn is_at_rest(&self) -> bool {
        self.device.is_ready() && self.device.backlog() == 0 && !self.is_pairing
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Calm => (0..8).for_each(|_| self.calm_round()),
            Step::Send { is_alarm, records } => self.send(*is_alarm, 1 + records % 3),
            Step::Deliver { pick } => {
                if let Some(packet) = take(&mut self.under_way, *pick) {
                    self.deliver(self.hostile, &packet);
                }
            }
            Step::DeliverCopy { pick } => self.deliver_changed(*pick, &[]),
            Step::DeliverChanged { pick, changes } => self.deliver_changed(*pick, changes),
            Step::DeliverRaw { bytes } => self.deliver(self.hostile, bytes),
            Step::Drop { pick } => drop(take(&mut self.under_way, *pick)),
            Step::Advance { tenths } => {
                self.advance(Duration::from_millis(TENTH * u64::from(*tenths)))
            }
            Step::NextDay => self.next_day(),
            Step::WriteFlash => self.write_flash(),
            Step::Reboot { is_written } => self.reboot(*is_written),
            Step::Store { pick } => {
                if let Some(revealed) = take(&mut self.revealed, *pick) {
                    self.store(revealed);
                }
            }
            Step::LoseStore { pick } => drop(take(&mut self.revealed, *pick)),
            Step::Pair => self.pair(),
        }
    }

    fn calm_round(&mut self) {
        self.write_flash();
        for packet in std::mem::take(&mut self.under_way) {
            self.deliver(self.hostile, &packet);
        }
        for revealed in std::mem::take(&mut self.revealed) {
            self.store(revealed);
        }
        self.poll();
        self.patience = self.patience.map(|rounds| rounds.saturating_sub(1));
        let is_given_up = self.is_pairing && self.patience == Some(0);
        if self.has_failed || is_given_up {
            self.pair();
        }
        if self.under_way.is_empty() {
            self.advance_to_next();
        }
        self.poll();
    }

    fn pair(&mut self) {
        self.has_failed = false;
        self.patience = None;
        self.is_pairing = true;
        self.device.arm(label());
        self.server
            .pair(self.now, &label(), &mut self.entropy)
            .expect("the generator works");
    }

    fn send(&mut self, is_alarm: bool, count: u8) {
        let space = if is_alarm { Space::Alarm } else { Space::Data };
        let values = self.readings..self.readings + i32::from(count);
        let records: Vec<_> = values.clone().map(|value| self.reading(value)).collect();
        let Ok(first) = self.device.send(self.now, space, &records) else {
            return;
        };
        self.readings = values.end;
        for (sequence, value) in (first.sequence..).zip(values) {
            let id = RecordId { sequence, ..first };
            let reading = Reading {
                value,
                has_to_arrive: true,
            };
            assert!(
                self.accepted.insert(id, reading).is_none(),
                "an identity was given twice"
            );
        }
    }

    fn reading(&self, value: i32) -> Record<'static> {
        let (metric, unit) = (Metric::HEART_RATE, Unit::BEATS_PER_MINUTE);
        Record::Observation(Observation::new(metric, unit, self.now, value.into()))
    }

    /// Hands over a changed copy; what is under way stays there.
    fn deliver_changed(&mut self, pick: u8, changes: &[Change]) {
        let Some(index) = index(self.under_way.len(), pick) else {
            return;
        };
        let packet = changed(&self.under_way[index], changes);
        self.deliver(self.hostile, &packet);
    }

    fn deliver(&mut self, link: Link, packet: &[u8]) {
        match link {
            Link::Down => self.deliver_to_device(packet),
            Link::Up => self.deliver_to_server(packet),
        }
    }

    fn deliver_to_device(&mut self, packet: &[u8]) {
        let _ = self
            .device
            .handle_datagram(self.now, packet, &mut self.entropy);
        while let Some(event) = self.device.poll_event() {
            if let DeviceEvent::Paired { .. } = event {
                // Nothing of the owner before goes to the new one.
                self.promise_nothing();
                self.epochs = 1;
            }
        }
    }

    fn promise_nothing(&mut self) {
        self.accepted
            .values_mut()
            .for_each(|reading| reading.has_to_arrive = false);
    }

    fn deliver_to_server(&mut self, packet: &[u8]) {
        let mut packet = packet.to_vec();
        if let Ok(Received::Records(opened)) = self.server.handle_datagram(self.now, &mut packet) {
            let revealed = reveal(&self.accepted, opened);
            let again = revealed
                .records
                .iter()
                .find(|id| self.acknowledged.contains(id));
            assert!(again.is_none(), "stored and revealed again: {again:?}");
            self.revealed.push(revealed);
        }
        self.note_events();
    }

    fn note_events(&mut self) {
        while let Some(event) = self.server.poll_event() {
            match event {
                ServerEvent::Paired { .. } => self.is_pairing = false,
                ServerEvent::PairingFailed => self.has_failed = true,
                ServerEvent::PairingUnconfirmed => self.patience = Some(PATIENCE),
                ServerEvent::DescriptorMismatch => panic!("an honest device was not believed"),
                other => panic!("an event that nobody reads: {other:?}"),
            }
        }
    }

    fn store(&mut self, revealed: Revealed) {
        self.stored.extend(&revealed.records);
        if self.server.handle_stored(self.now, revealed.token).is_ok() {
            self.acknowledged.extend(&revealed.records);
        }
    }

    fn write_flash(&mut self) {
        if let Some(session) = self.unwritten.take() {
            self.flash = Some(session.as_bytes().to_vec());
            self.device
                .handle_stored(self.now, session)
                .expect("a write was asked for");
        }
    }

    fn reboot(&mut self, is_written: bool) {
        if self.epochs >= MAX_EPOCHS {
            return;
        }
        self.epochs += 1;
        if let Some(session) = self.unwritten.take().filter(|_| is_written) {
            self.flash = Some(session.as_bytes().to_vec());
        }
        self.promise_nothing();
        self.device = new_device();
        match &self.flash {
            Some(session) => self
                .device
                .resume(self.now, session, &mut self.entropy)
                .expect("what was stored is whole"),
            None => self.device.arm(label()),
        }
    }

    fn next_day(&mut self) {
        if self.epochs < MAX_EPOCHS {
            self.epochs += 1;
            self.advance(Duration::from_secs(24 * 60 * 60));
        }
    }

    /// To the next thing that somebody waits for; days pass only as a step of their own.
    fn advance_to_next(&mut self) {
        let due = [self.device.poll_timeout(), self.server.poll_timeout()];
        let soon = self.now + Duration::from_secs(60 * 60);
        if let Some(due) = due.into_iter().flatten().min().filter(|due| *due < soon) {
            self.now = self.now.max(due);
            self.advance(Duration::ZERO);
        }
    }

    fn advance(&mut self, span: Duration) {
        self.now = self.now + span;
        self.device
            .handle_timeout(self.now, &mut self.entropy)
            .expect("the generator works");
        let _ = self.server.handle_timeout(self.now, &mut self.entropy);
        self.note_events();
    }

    /// Polls every output until it is `None`.
    fn poll(&mut self) {
        let mut buffer = [0; MAX_DATAGRAM];
        loop {
            while self.server.has_work() {
                let _ = self.server.handle_timeout(self.now, &mut self.entropy);
            }
            if let Some(saved) = self.device.poll_store() {
                self.unwritten = Some(saved);
            }
            if self.hostile == Link::Up {
                self.write_flash();
            } else {
                for revealed in std::mem::take(&mut self.revealed) {
                    self.store(revealed);
                }
            }
            if let Some(packet) = self.device.poll_transmit(self.now, &mut buffer) {
                let packet = packet.to_vec();
                self.transmit(Link::Up, packet);
            } else if let Some(packet) = self.server.poll_transmit(self.now, &mut buffer) {
                let packet = packet.to_vec();
                self.transmit(Link::Down, packet);
            } else {
                break;
            }
        }
    }

    fn transmit(&mut self, link: Link, packet: Vec<u8>) {
        if link != self.hostile {
            return self.deliver(link, &packet);
        }
        if self.under_way.len() == MAX_UNDER_WAY {
            self.under_way.remove(0);
        }
        self.under_way.push(packet);
    }
}

/// Reads what the server revealed, which has to be what the device has accepted.
fn reveal(accepted: &BTreeMap<RecordId, Reading>, opened: Opened<'_>) -> Revealed {
    let run = opened
        .run()
        .expect("a frame without its run comes only after one with it");
    let is_first = (opened.space(), opened.counter()) == (Space::Data, 0);
    let records = opened
        .records()
        .expect("an honest envelope")
        .map(|(sequence, record)| {
            let id = RecordId { run, sequence };
            match record.expect("an honest record") {
                Record::Descriptor(descriptor) => {
                    assert!(is_first, "a descriptor that does not begin a session");
                    assert_eq!(descriptor, DESCRIPTOR);
                }
                Record::Observation(observation) => {
                    let value = accepted.get(&id).map(|reading| reading.value.into());
                    assert_eq!(Some(observation.value), value, "not what was accepted");
                }
                other => panic!("nobody has sent {other:?}"),
            }
            id
        })
        .collect();
    Revealed {
        records,
        token: opened.stored(),
    }
}

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(&[seed; 32]).expect("a key of the suite")
}

fn new_device() -> Node {
    Device::new(identity(1), DESCRIPTOR, Retry::DEFAULT).expect("short texts")
}

fn label() -> LabelSecret {
    LabelSecret::new(LABEL).expect("a long secret")
}

fn index(len: usize, pick: u8) -> Option<usize> {
    usize::from(pick).checked_rem(len)
}

fn take<T>(queue: &mut Vec<T>, pick: u8) -> Option<T> {
    index(queue.len(), pick).map(|index| queue.remove(index))
}
