//! A device, a server, a wire and two storages, of which any step may be the last before the power fails.
//!
//! ```text
//!  device   works ─ stores ─ stored ─ sends ─ sent          hears         each may be followed by the death of
//!  server                                      hears ─ committed ─ sends ─ sent     either side, which then
//!                                                                                   comes back from its storage
//! ```

use super::oracle::{Nonces, Readings, Records};
use crate::node::tests::world::{Link, MANUFACTURER, Source, Store, TestDevice, World, identity};
use crate::node::{
    Config, Device, DeviceEvent, Keeping, NamedLoss, REFUSAL_LEN, Received, Server, ServerConfig,
    ServerEvent, Trust, refusal,
};
use crate::pairing::PublicKey;
use crate::reading::{Metric, Observation, Unit};
use crate::seal::{MAX_ROW, RowKey, RowOwner};
use crate::storage::{FrameAddress, MemoryStorage, Storage, StoreReply, StoreRequest};
use crate::time::{Duration, Instant};
use crate::wire::{Hint, MAX_DATAGRAM, Packet, Record, Space};
use std::collections::BTreeMap;
use std::vec::Vec;

/// Sessions are young here, so that a reconnection is never far.
pub(super) const CONFIG: Config = Config {
    keeping: Keeping::SessionAndFrames,
    session_age: Duration::from_secs(10),
    ..Config::DEFAULT
};
const READING_INTERVAL: Duration = Duration::from_millis(15);
const OWNER: RowOwner<'static> = RowOwner {
    tenant: b"ward 7",
    device: b"patch 1",
};

fn row_key() -> RowKey {
    RowKey::from_bytes(&[0x5A; 32]).unwrap()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Device,
    Server,
}

/// What has just been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    DeviceWorked,
    /// Asked its storage, which has done nothing yet.
    DeviceStores,
    /// Its storage has done it, and has not said so yet.
    DeviceStored,
    /// A datagram was handed out, and is not on the wire yet.
    DeviceSends,
    DeviceSent,
    DeviceHeard,
    ServerWorked,
    /// A datagram was taken, and nothing of it is in the database yet.
    ServerHeard,
    /// Records, losses and rows are in the database: one transaction.
    ServerCommitted,
    ServerSends,
    ServerSent,
}

impl Step {
    pub(super) const ALL: [Self; 11] = [
        Self::DeviceWorked,
        Self::DeviceStores,
        Self::DeviceStored,
        Self::DeviceSends,
        Self::DeviceSent,
        Self::DeviceHeard,
        Self::ServerWorked,
        Self::ServerHeard,
        Self::ServerCommitted,
        Self::ServerSends,
        Self::ServerSent,
    ];

    const fn side(self) -> Side {
        match self {
            Self::DeviceWorked
            | Self::DeviceStores
            | Self::DeviceStored
            | Self::DeviceSends
            | Self::DeviceSent
            | Self::DeviceHeard => Side::Device,
            _ => Side::Server,
        }
    }
}

/// What lies on the storage of both sides.
#[derive(Clone)]
pub(super) struct Storages {
    flash: Vec<u8>,
    frames: MemoryStorage<8_192, 1>,
    rows: Vec<Vec<u8>>,
    agreed: Option<PublicKey>,
    pub(super) records: Records,
    now: Instant,
}

impl Storages {
    /// Of a world at rest.
    pub(super) fn of(world: &mut World) -> Self {
        Self {
            flash: world.flash.clone().unwrap(),
            // Nothing waits, so that none of its frames is of use any more.
            frames: MemoryStorage::new(),
            rows: export(&world.server, &mut world.server_rng),
            agreed: world.agreed,
            records: world.store.records.clone(),
            now: world.now,
        }
    }

    /// The device's storage as it was then, the server's as it is here.
    pub(super) fn with_device_of(self, then: &Self) -> Self {
        Self {
            flash: then.flash.clone(),
            frames: then.frames.clone(),
            ..self
        }
    }

    /// The server has lost all but the key that was agreed.
    pub(super) fn without_rows(self) -> Self {
        Self {
            rows: Vec::new(),
            ..self
        }
    }
}

fn export(server: &Server, rng: &mut Source) -> Vec<Vec<u8>> {
    let mut rows = Vec::new();
    for trust in [Trust::Trusted, Trust::Quarantined] {
        let mut out = std::vec![0; MAX_ROW];
        let row = server.export(trust, &row_key(), &OWNER, rng, &mut out);
        rows.extend(row.unwrap().map(|row| row.to_vec()));
    }
    rows
}

pub(super) struct Stage {
    pub(super) now: Instant,
    device: TestDevice,
    pub(super) server: Server,
    device_rng: Source,
    server_rng: Source,
    pub(super) up: Link,
    pub(super) down: Link,
    on_storage: Storages,
    pub(super) store: Store,
    pub(super) readings: Readings,
    next_reading: Instant,
    pub(super) nonces: Nonces,
    pub(super) steps: Vec<Step>,
    /// Who dies behind the step of this number.
    pub(super) deaths: BTreeMap<usize, Side>,
    pub(super) device_events: Vec<DeviceEvent>,
    pub(super) server_events: Vec<ServerEvent>,
    pub(super) losses: Vec<NamedLoss>,
    pub(super) quarantined: usize,
}

impl Stage {
    /// Both sides come up from what is on their storage.
    pub(super) fn from_storage(storages: &Storages, readings: usize) -> Self {
        let mut store = Store::default();
        store.records.clone_from(&storages.records);
        let mut stage = Self {
            now: storages.now + Duration::from_secs(1),
            device: new_device(),
            server: Server::new(identity(2), ServerConfig::DEFAULT),
            device_rng: Source::new(40),
            server_rng: Source::new(170),
            up: Link::default(),
            down: Link::default(),
            on_storage: storages.clone(),
            store,
            readings: Readings::new(readings),
            next_reading: Instant::ZERO,
            nonces: Nonces::default(),
            steps: Vec::new(),
            deaths: BTreeMap::new(),
            device_events: Vec::new(),
            server_events: Vec::new(),
            losses: Vec::new(),
            quarantined: 0,
        };
        stage.start(Side::Device);
        stage.start(Side::Server);
        stage
    }

    fn start(&mut self, side: Side) {
        match side {
            Side::Device => {
                self.readings.note_death();
                self.device = new_device();
                let Storages { flash, .. } = &self.on_storage;
                let resumed = self.device.resume(self.now, flash, &mut self.device_rng);
                resumed.unwrap();
            }
            Side::Server => {
                self.server = Server::new(identity(2), ServerConfig::DEFAULT);
                if let Some(agreed) = self.on_storage.agreed {
                    self.server.expect(agreed);
                }
                for row in &self.on_storage.rows {
                    let imported = self.server.import(self.now, &row_key(), &OWNER, row);
                    imported.unwrap();
                }
            }
        }
    }

    /// Counts a step; whether whoever has done it lives on.
    fn lives_on(&mut self, step: Step) -> bool {
        self.assert_one_pending();
        let dies = self.deaths.get(&self.steps.len()).copied();
        self.steps.push(step);
        if let Some(side) = dies {
            self.start(side);
        }
        dies != Some(step.side())
    }

    /// "exactly one pending": one of each relation, and the other relation is that of who calls by the keys where a session
    /// stands. A message 1 that is worked on is none: it has no keys, and is answered or dropped before the next is taken.
    fn assert_one_pending(&self) {
        let calls_by_keys = |datagram: &Vec<u8>| match Packet::parse(datagram) {
            Ok(Packet::Handshake(hello)) => hello.hint == Hint::NONE,
            _ => false,
        };
        let has_quarantine =
            self.server.row_hint(Trust::Trusted).is_some() && self.up.log.iter().any(calls_by_keys);
        let most = 1 + usize::from(has_quarantine) + usize::from(self.server.has_work());
        assert!(self.server.connections().count() <= most);
    }

    /// Runs until `done`, or for so many steps; whether it is done.
    pub(super) fn run_until(
        &mut self,
        limit: Duration,
        steps: usize,
        done: impl Fn(&Self) -> bool,
    ) -> bool {
        let (end, last) = (self.now + limit, self.steps.len() + steps);
        loop {
            while self.turn() {
                assert!(self.steps.len() <= last, "{steps} steps, and no end");
            }
            if done(self) {
                return true;
            }
            match self.next_wake() {
                Some(wake) if wake <= end => self.now = self.now.max(wake),
                _ => return false,
            }
        }
    }

    /// Whether the device has taken all readings, and knows that all is stored.
    pub(super) fn is_at_rest(&self) -> bool {
        self.readings.is_over() && self.device.is_ready() && self.device.is_settled()
    }

    pub(super) fn take(&mut self, count: usize) {
        self.readings.want(count);
    }

    /// Everything that is due now, once; whether there was anything.
    fn turn(&mut self) -> bool {
        let before = self.steps.len();
        self.device_turn();
        self.server_turn();
        if let Some(datagram) = self.down.take(self.now) {
            let rng = &mut self.device_rng;
            let _ = self.device.handle_datagram(self.now, &datagram, rng);
            self.lives_on(Step::DeviceHeard);
        }
        if let Some(mut datagram) = self.up.take(self.now) {
            self.server_hears(&mut datagram);
        }
        self.steps.len() > before
    }

    // ---- device

    fn device_turn(&mut self) {
        if self
            .device
            .poll_timeout()
            .is_some_and(|due| due <= self.now)
        {
            let _ = self.device.handle_timeout(self.now, &mut self.device_rng);
            if !self.lives_on(Step::DeviceWorked) {
                return;
            }
        }
        let events = core::iter::from_fn(|| self.device.poll_event());
        self.device_events.extend(events);
        self.take_reading();
        if self.device_stores() {
            self.device_sends();
        }
    }

    fn take_reading(&mut self) {
        if self.readings.is_over() || self.next_reading > self.now || !self.device.is_ready() {
            return;
        }
        let (metric, unit) = (Metric::HEART_RATE, Unit::BEATS_PER_MINUTE);
        let reading = Observation::new(metric, unit, self.now, self.readings.next_value().into());
        let reading = [Record::Observation(reading)];
        if let Ok(id) = self.device.send(self.now, Space::Data, &reading) {
            self.readings.note_taken(id);
            self.next_reading = self.now + READING_INTERVAL;
        }
    }

    fn device_stores(&mut self) -> bool {
        let mut buffer = [0; MAX_DATAGRAM];
        while let Some(request) = self.device.poll_store(self.now, &mut buffer) {
            if !self.lives_on(Step::DeviceStores) {
                return false;
            }
            let mut found = [0; MAX_DATAGRAM];
            let mut addresses: Vec<FrameAddress> = Vec::new();
            let note = &mut |address| addresses.push(address);
            let mut reply = self.on_storage.frames.perform(&request, &mut found, note);
            if let StoreRequest::Image { bytes, .. } = request {
                self.on_storage.flash = bytes.to_vec();
                reply = StoreReply::Done;
            }
            if !self.lives_on(Step::DeviceStored) {
                return false;
            }
            for address in &addresses {
                self.device.handle_found(address);
            }
            self.device.handle_stored(self.now, reply).unwrap();
        }
        self.readings.note_stored();
        true
    }

    fn device_sends(&mut self) {
        let mut out = [0; MAX_DATAGRAM];
        while let Some(datagram) = self.device.poll_transmit(self.now, &mut out) {
            self.nonces.note(datagram);
            if !self.lives_on(Step::DeviceSends) {
                return;
            }
            self.up.send(self.now, datagram);
            if !self.lives_on(Step::DeviceSent) || !self.device_stores() {
                return;
            }
        }
    }

    // ---- server

    fn server_turn(&mut self) {
        if self
            .server
            .poll_timeout()
            .is_some_and(|due| due <= self.now)
        {
            let _ = self.server.handle_timeout(self.now, &mut self.server_rng);
            if !self.lives_on(Step::ServerWorked) {
                return;
            }
            self.commit();
        }
        self.server_sends();
    }

    fn server_hears(&mut self, datagram: &mut [u8]) {
        let opened = match self.server.handle_datagram(self.now, datagram) {
            Ok(Received::Records(opened)) => Some(opened),
            Ok(Received::Quarantined(opened)) => {
                self.quarantined += 1;
                Some(opened)
            }
            Ok(_) => None,
            Err(error) => {
                let mut out = [0; REFUSAL_LEN];
                let hint = refusal(datagram, &mut out).filter(|_| error.is_unknown());
                if let Some(hint) = hint {
                    self.down.send(self.now, hint);
                }
                return;
            }
        };
        if !self.lives_on(Step::ServerHeard) {
            return;
        }
        if let Some(opened) = opened {
            self.store.keep(&opened);
            // Where it can not be acknowledged yet it comes again.
            let _ = self.server.handle_stored(self.now, opened.stored());
        }
        self.commit();
        if self.lives_on(Step::ServerCommitted) {
            self.server_sends();
        }
    }

    /// The rest of the transaction: what an input has changed beside the records.
    fn commit(&mut self) {
        let events = core::iter::from_fn(|| self.server.poll_event());
        self.server_events.extend(events);
        let losses = core::iter::from_fn(|| self.server.poll_loss());
        self.losses.extend(losses);
        self.on_storage.rows = export(&self.server, &mut self.server_rng);
    }

    fn server_sends(&mut self) {
        let mut out = [0; MAX_DATAGRAM];
        while let Some(sent) = self.server.poll_transmit(self.now, &mut out) {
            self.nonces.note(&sent);
            if !self.lives_on(Step::ServerSends) {
                return;
            }
            self.down.send(self.now, &sent);
            if !self.lives_on(Step::ServerSent) {
                return;
            }
        }
    }

    fn next_wake(&self) -> Option<Instant> {
        let reading = (!self.readings.is_over() && self.device.is_ready())
            .then_some(self.next_reading)
            .filter(|due| *due > self.now);
        [self.device.poll_timeout(), self.server.poll_timeout()]
            .into_iter()
            .chain([self.up.next_arrival(), self.down.next_arrival(), reading])
            .flatten()
            .min()
    }
}

fn new_device() -> TestDevice {
    Device::new(identity(1), MANUFACTURER, CONFIG).unwrap()
}
