//! A device and its server, one link between them hostile, and a record of what was promised.
//!
//! ```text
//!              honest, at once                      held back, changed, dropped, repeated
//!   device ───────────────────────► server          by the steps of the input
//!      │   ◄───────────────────────    │            (which of the two links it is, the target says)
//!      ▼                               ▼
//!   storage: late, failing, restored   rows: exported, imported, an old one, none
//! ```
//!
//! What holds after every step: a frame that was stored is not revealed again, and every record
//! is one that the device has accepted, unchanged. What holds at the end, once all is honest: the
//! store holds all that the device has accepted, but for what was in RAM alone when the power failed, or
//! what its storage has refused; and the device knows it.

use std::collections::{BTreeMap, BTreeSet};

use iomt::node::{
    Config, Device, DeviceEvent, Error, Keeping, Received, Server, ServerConfig, ServerEvent,
    Trust, refusal,
};
use iomt::pairing::{Identity, PublicKey};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::{MAX_ROW, Opened, RowKey, RowOwner, Stored};
use iomt::storage::{FrameAddress, MAX_IMAGE, MemoryStorage, Storage, StoreReply, StoreRequest};
use iomt::time::{Duration, Instant};
use iomt::wire::{MAX_DATAGRAM, Record, RecordId, Space};
use libfuzzer_sys::arbitrary::{self, Arbitrary};

use crate::person::{Vouching, label, passcode};
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
    /// The next requests to the device's storage fail.
    StorageFails {
        count: u8,
    },
    /// The power fails, before or behind the write that is under way.
    Reboot {
        is_written: bool,
    },
    /// The same, and an old image lies on storage.
    Restore {
        pick: u8,
    },
    Store {
        pick: u8,
    },
    /// The server dies between reveal and store.
    LoseStore {
        pick: u8,
    },
    Pair,
    /// Another worker goes on with the row.
    HandOver,
    KeepRow,
    /// The server is restored from a backup.
    RestoreRow {
        pick: u8,
    },
    /// The server has nothing any more, but for the device's key.
    ForgetAll,
    ClearQuarantine,
    DropQuarantine,
    Disconnect,
}

/// What the device keeps, and what happens to it and its server.
#[derive(Debug, Arbitrary)]
pub struct Script {
    pub keeps: u8,
    pub steps: Vec<Step>,
}

/// The direction that the input rules over; the other is honest, and so is the storage behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    Up,
    Down,
}

const MAX_STEPS: usize = 150;
const MAX_UNDER_WAY: usize = 64;
/// With each round the clock goes on to what somebody waits for: this is days.
const MAX_ROUNDS: usize = 4_000;
/// Old images, and old rows, that are remembered.
const MAX_OLD: usize = 4;
/// More pieces of work than any one instant has.
const MAX_WORK: usize = 32;
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
const OWNER: RowOwner<'static> = RowOwner {
    tenant: b"clinic",
    device: b"patch",
};

/// What a device that wants its digits compared advertises.
const TOKEN: &[u8] = b"advertised";

type Node = Device<'static, 2_048>;

pub struct World {
    hostile: Link,
    vouching: Vouching,
    config: Config,
    now: Instant,
    entropy: Counting,
    device: Node,
    server: Server,
    under_way: Vec<Vec<u8>>,
    storage: MemoryStorage<16_384, 1>,
    /// How many attempts of its arming the device has on storage.
    spent: u8,
    failures: u8,
    /// Whether storage has refused something that may still wait in RAM.
    is_behind: bool,
    images: Vec<Vec<u8>>,
    rows: Vec<Vec<u8>>,
    revealed: Vec<Revealed>,
    has_failed: bool,
    /// Rounds for which a device that was not heard is still waited for, before a person pairs again.
    patience: Option<u8>,
    is_pairing: bool,
    /// Whether the server knows the device's key, if nothing else.
    is_expected: bool,
    /// Whether two epochs of one number have come: the server keeps both until the next session, and goes on
    /// listing the one that the device does not know.
    is_twin: bool,
    readings: i32,
    accepted: BTreeMap<RecordId, Reading>,
    stored: BTreeSet<RecordId>,
    /// What the server knows to be stored, as long as nobody has put it back in time.
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
    pub fn new(hostile: Link, keeps: u8) -> Self {
        Self::met_by(Vouching::Label, hostile, keeps)
    }

    /// A world in which the two meet so.
    #[must_use]
    pub fn met_by(vouching: Vouching, hostile: Link, keeps: u8) -> Self {
        let keeping = match keeps % 4 {
            0 => Keeping::Nothing,
            1 => Keeping::Session,
            _ => Keeping::SessionAndFrames,
        };
        let config = Config {
            keeping,
            ..Config::DEFAULT
        };
        let mut world = Self {
            hostile,
            vouching,
            config,
            now: Instant::from_secs(1),
            entropy: Counting::default(),
            device: new_device(config),
            server: new_server(),
            under_way: Vec::new(),
            storage: MemoryStorage::new(),
            spent: 0,
            failures: 0,
            is_behind: false,
            images: Vec::new(),
            rows: Vec::new(),
            revealed: Vec::new(),
            has_failed: false,
            patience: None,
            is_pairing: false,
            is_expected: false,
            is_twin: false,
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
        self.failures = 0;
        for _ in 0..MAX_ROUNDS {
            self.calm_round();
            if self.is_at_rest() {
                return self.check_arrival();
            }
        }
        panic!(
            "not at rest: ready {}, {} frames wait, pairing {}",
            self.device.is_ready(),
            self.device.waiting(),
            self.is_pairing
        );
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
        let is_settled = self.device.is_settled() || self.is_twin;
        self.device.is_ready() && self.device.waiting() == 0 && is_settled && !self.is_pairing
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
                self.advance(Duration::from_millis(TENTH * u64::from(*tenths)));
            }
            Step::NextDay => self.advance(Duration::from_secs(24 * 60 * 60)),
            Step::Store { pick } => {
                self.write_attempts_of_server();
                if let Some(revealed) = take(&mut self.revealed, *pick) {
                    self.store(revealed);
                }
            }
            Step::LoseStore { pick } => drop(take(&mut self.revealed, *pick)),
            Step::Pair => self.pair(),
            Step::Disconnect => self.device.handle_disconnected(),
            Step::WriteFlash
            | Step::StorageFails { .. }
            | Step::Reboot { .. }
            | Step::Restore { .. } => self.step_of_device(step),
            _ => self.step_of_server(step),
        }
    }

    fn step_of_device(&mut self, step: &Step) {
        match step {
            Step::WriteFlash => self.write_flash(),
            Step::StorageFails { count } => self.failures = count % 8,
            Step::Reboot { is_written } => self.reboot(*is_written),
            Step::Restore { pick } => self.restore(*pick),
            _ => {}
        }
    }

    fn step_of_server(&mut self, step: &Step) {
        match step {
            Step::HandOver => {
                for trust in [Trust::Trusted, Trust::Quarantined] {
                    if let Some(row) = self.row(trust) {
                        self.import(&row);
                    }
                }
            }
            Step::KeepRow => {
                let row = self.row(Trust::Trusted);
                remember(&mut self.rows, row);
            }
            Step::RestoreRow { pick } => {
                if let Some(index) = index(self.rows.len(), *pick) {
                    let row = self.rows[index].clone();
                    self.import(&row);
                    self.acknowledged.clear();
                }
            }
            Step::ForgetAll => self.forget_all(),
            Step::ClearQuarantine => drop(self.server.clear_quarantine()),
            Step::DropQuarantine => {
                self.server.drop_quarantine();
                self.acknowledged.clear();
            }
            _ => {}
        }
    }

    fn row(&mut self, trust: Trust) -> Option<Vec<u8>> {
        let mut out = [0; MAX_ROW];
        let row = self
            .server
            .export(trust, &row_key(), &OWNER, &mut self.entropy, &mut out);
        row.expect("a row has room").map(|row| row.to_vec())
    }

    fn import(&mut self, row: &[u8]) {
        self.server
            .import(self.now, &row_key(), &OWNER, row)
            .expect("a row that was written");
    }

    fn forget_all(&mut self) {
        self.server = new_server();
        self.server.expect(identity(1).public());
        self.is_expected = true;
        self.revealed.clear();
        self.acknowledged.clear();
        if self.is_pairing {
            self.pair();
        }
    }

    fn calm_round(&mut self) {
        self.write_flash();
        self.write_attempts_of_server();
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
        self.spent = 0;
        let (now, rng) = (self.now, &mut self.entropy);
        let begun = match self.vouching {
            Vouching::Label => self.server.pair(now, &label(), rng),
            Vouching::Passcode => self.server.pair_with_passcode(now, passcode(), rng),
            Vouching::Digits => self.server.compare(TOKEN, 0),
        };
        begun.expect("the generator works");
        self.arm();
    }

    /// What a person does at the device; what strangers have spent of this arming stays spent.
    fn arm(&mut self) {
        match self.vouching {
            Vouching::Label => self.device.arm(label()),
            Vouching::Passcode => self.device.arm_passcode(passcode(), self.spent),
            Vouching::Digits => {
                let begun = self.device.compare(self.now, TOKEN, &mut self.entropy);
                begun.expect("the generator works");
            }
        }
    }

    /// The person looks at both displays.
    fn compare_digits(&mut self) {
        let (Some(ours), Some(theirs)) = (self.device.digits(), self.server.digits()) else {
            return;
        };
        if ours == theirs {
            let device = self.device.confirm_digits(self.now, ours);
            let server = self.server.confirm_digits(self.now, ours);
            device.and(server).expect("they are shown");
        } else {
            self.device.reject_digits();
            self.server.reject_digits();
        }
        self.note_events();
    }

    fn write_attempts_of_device(&mut self) {
        if let Some(spent) = self.device.poll_attempts() {
            self.spent = spent;
            let stored = self.device.handle_attempts_stored(spent);
            stored.expect("it was asked for");
        }
    }

    fn write_attempts_of_server(&mut self) {
        if let Some(spent) = self.server.poll_attempts() {
            let stored = self.server.handle_attempts_stored(self.now, spent);
            stored.expect("it was asked for");
        }
        self.note_events();
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
        self.note_device_events();
    }

    fn note_device_events(&mut self) {
        while let Some(event) = self.device.poll_event() {
            match event {
                // Nothing of the owner before goes to the new one; what is lost is named.
                DeviceEvent::Wiped { .. } | DeviceEvent::Lost { .. } => self.promise_nothing(),
                DeviceEvent::ComparisonFailed | DeviceEvent::AttemptsSpent => {
                    self.has_failed = self.is_pairing;
                }
                _ => {}
            }
        }
    }

    fn promise_nothing(&mut self) {
        self.accepted
            .values_mut()
            .for_each(|reading| reading.has_to_arrive = false);
    }

    fn deliver_to_server(&mut self, packet: &[u8]) {
        let mut opened = packet.to_vec();
        match self.server.handle_datagram(self.now, &mut opened) {
            Ok(Received::Records(opened) | Received::Quarantined(opened)) => {
                let may_be_old = opened.ends_loss();
                let revealed = reveal(&self.accepted, opened);
                let mut records = revealed.records.iter();
                let again = records.find(|id| self.acknowledged.contains(id));
                assert!(
                    may_be_old || again.is_none(),
                    "stored and revealed again: {again:?}"
                );
                self.revealed.push(revealed);
            }
            Err(error) => self.refuse(packet, &error),
            Ok(_) => {}
        }
        self.note_events();
    }

    fn refuse(&mut self, packet: &[u8], error: &Error) {
        let mut out = [0; 9];
        if error.is_unknown()
            && let Some(packet) = refusal(packet, &mut out)
        {
            let packet = packet.to_vec();
            self.transmit(Link::Down, packet);
        }
    }

    fn note_events(&mut self) {
        while self.server.poll_loss().is_some() {}
        while let Some(event) = self.server.poll_event() {
            match event {
                ServerEvent::Paired { .. } => self.is_pairing = false,
                ServerEvent::PairingFailed => self.has_failed = true,
                ServerEvent::PairingUnconfirmed => self.patience = Some(PATIENCE),
                ServerEvent::Cloned(_) => self.is_twin = true,
                ServerEvent::DescriptorMismatch => panic!("an honest device was not believed"),
                _ => {}
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
        self.write_attempts_of_device();
        let mut buffer = [0; MAX_DATAGRAM];
        for _ in 0..MAX_ROUNDS {
            let Some(request) = self.device.poll_store(self.now, &mut buffer) else {
                return;
            };
            let fails = self.failures > 0;
            self.failures = self.failures.saturating_sub(1);
            self.is_behind |= fails;
            if let (StoreRequest::Image { bytes, .. }, false) = (&request, fails) {
                remember(&mut self.images, Some(bytes.to_vec()));
            }
            let mut found = [0; MAX_DATAGRAM];
            let device = &mut self.device;
            let note = &mut |address: FrameAddress| device.handle_found(&address);
            let reply = match fails {
                true => StoreReply::Failed,
                false => self.storage.perform(&request, &mut found, note),
            };
            self.device
                .handle_stored(self.now, reply)
                .expect("it was asked for");
            self.note_device_events();
        }
        panic!("storage is asked for ever");
    }

    fn reboot(&mut self, is_written: bool) {
        let mut buffer = [0; MAX_DATAGRAM];
        let request = self.device.poll_store(self.now, &mut buffer);
        let keeps_all = self.config.keeping == Keeping::SessionAndFrames && request.is_none();
        if let Some(request) = request.filter(|_| is_written) {
            self.storage
                .perform(&request, &mut [0; MAX_DATAGRAM], &mut |_| {});
        }
        let mut image = [0; MAX_IMAGE];
        let len = self.storage.load_image(0, &mut image).expect("it reads");
        if !keeps_all || core::mem::take(&mut self.is_behind) || len.is_none() {
            self.promise_nothing();
        }
        self.boot(len.and_then(|len| image.get(..len)));
    }

    fn restore(&mut self, pick: u8) {
        let Some(index) = index(self.images.len(), pick) else {
            return;
        };
        self.promise_nothing();
        // What the image knew of is there again, under names that the server may have forgotten.
        self.acknowledged.clear();
        let image = self.images[index].clone();
        self.storage.store_image(0, &image).expect("it has room");
        self.boot(Some(&image));
    }

    fn boot(&mut self, image: Option<&[u8]>) {
        self.device = new_device(self.config);
        match image {
            Some(image) => {
                self.device
                    .resume(self.now, image, &mut self.entropy)
                    .expect("what was stored is whole");
            }
            None if self.is_expected || self.server.peer().is_some() => {
                let server: PublicKey = identity(2).public();
                self.device.meet(self.now, server).expect("nobody is there");
            }
            None => return self.arm(),
        }
        // A run that the device has forgotten is begun by a person, on both sides.
        self.has_failed |= self.is_pairing && self.vouching == Vouching::Digits;
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

    /// One multiplication a call: each is asked as long as it has something to do.
    fn advance(&mut self, span: Duration) {
        self.now = self.now + span;
        for _ in 0..MAX_WORK {
            let is_due = |due: Option<Instant>| due.is_some_and(|due| due <= self.now);
            let (device, server) = (self.device.poll_timeout(), self.server.poll_timeout());
            if !is_due(device) && !is_due(server) {
                break;
            }
            let _ = self.device.handle_timeout(self.now, &mut self.entropy);
            let _ = self.server.handle_timeout(self.now, &mut self.entropy);
        }
        self.note_events();
        self.note_device_events();
    }

    /// Polls every output until it is `None`.
    fn poll(&mut self) {
        let mut buffer = [0; MAX_DATAGRAM];
        loop {
            self.advance(Duration::ZERO);
            self.compare_digits();
            if self.hostile == Link::Up {
                self.write_flash();
            } else {
                self.write_attempts_of_server();
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
    let records = opened
        .records()
        .expect("an honest envelope")
        .map(|(sequence, record)| {
            let id = RecordId { run, sequence };
            match record.expect("an honest record") {
                Record::Descriptor(descriptor) => assert_eq!(descriptor, DESCRIPTOR),
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

fn new_device(config: Config) -> Node {
    Device::new(identity(1), DESCRIPTOR, config).expect("short texts")
}

fn new_server() -> Server {
    Server::new(identity(2), ServerConfig::DEFAULT)
}

fn row_key() -> RowKey {
    RowKey::from_bytes(&[3; 32]).expect("a key of the suite")
}

fn remember(old: &mut Vec<Vec<u8>>, new: Option<Vec<u8>>) {
    if old.len() == MAX_OLD {
        old.remove(0);
    }
    old.extend(new);
}

fn index(len: usize, pick: u8) -> Option<usize> {
    usize::from(pick).checked_rem(len)
}

fn take<T>(queue: &mut Vec<T>, pick: u8) -> Option<T> {
    index(queue.len(), pick).map(|index| queue.remove(index))
}
