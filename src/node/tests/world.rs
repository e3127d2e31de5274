//! The harness: one device, one server, two links, a flash and a database.

pub(super) use super::link::{Fault, Link, Radio};
use crate::crypto::dh::count;
use crate::node::{
    Config, Device, DeviceEvent, Error, NamedLoss, PeerId, REFUSAL_LEN, Received, Server,
    ServerConfig, ServerEvent, refusal,
};
use crate::pairing::{Identity, PublicKey, label::LabelSecret};
use crate::reading::{Descriptor, Metric, Observation, Unit};
use crate::seal::tests::Counting;
use crate::seal::{Entropy, EntropyFailed, Opened};
use crate::storage::{FrameAddress, MemoryStorage, Storage, StoreReply, StoreRequest};
use crate::time::{Duration, Instant};
use crate::wire::{MAX_DATAGRAM, Run, Space};
use core::ops::Range;
use std::collections::BTreeMap;
use std::vec::Vec;

pub(super) type TestDevice = Device<'static, 4_096>;

/// The device's only recipient.
pub(super) const PEER: PeerId = PeerId(0);

pub(super) const LABEL: &[u8] = b"sixteen or more random bytes";
pub(super) const MANUFACTURER: Descriptor<'static> = Descriptor {
    manufacturer: "Maker",
    model: "Patch 1",
    serial: "000123",
    firmware: "1.0",
    udi_device: "",
    udi_production: "",
};
const READING_INTERVAL: Duration = Duration::from_millis(150);

/// What a call gives that may multiply once, as all may that take time.
pub(super) fn at_most_one<T>(call: impl FnOnce() -> T) -> T {
    let before = count::made();
    let given = call();
    assert!(
        count::made() - before <= 1,
        "two multiplications in one call"
    );
    given
}

pub(super) fn label() -> LabelSecret {
    LabelSecret::new(LABEL).unwrap()
}

pub(super) fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(&[seed; 32]).unwrap()
}

pub(super) fn new_device() -> TestDevice {
    device_of(Config::DEFAULT)
}

fn device_of(config: Config) -> TestDevice {
    Device::new(identity(1), MANUFACTURER, config).unwrap()
}

/// A generator that counts its draws and fails at some of them.
pub(super) struct Source {
    counting: Counting,
    pub(super) draws: usize,
    pub(super) fails: Range<usize>,
}

impl Source {
    pub(super) const fn new(seed: u8) -> Self {
        Self {
            counting: Counting(seed),
            draws: 0,
            fails: 0..0,
        }
    }
}

impl Entropy for Source {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        let draw = self.draws;
        self.draws += 1;
        if self.fails.contains(&draw) {
            return Err(EntropyFailed);
        }
        self.counting.fill(out)?;
        // The count alone comes again after 256 bytes, as a dead generator's.
        for (out, byte) in out.iter_mut().zip(draw.to_le_bytes()) {
            *out ^= byte;
        }
        Ok(())
    }
}

/// The server's database: its unique key is the record's identity.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) records: BTreeMap<(Run, u64), Vec<u8>>,
    /// How often an identity came again with the same content.
    pub(super) repeated: usize,
}

impl Store {
    /// Stores every record of a frame; panics where an identity stands for two contents.
    pub(super) fn keep(&mut self, opened: &Opened<'_>) {
        let run = opened.run().unwrap();
        let envelope = opened.envelope().unwrap();
        for record in envelope.records().map(Result::unwrap) {
            if !record.tag.is_numbered() {
                continue;
            }
            let content = [&record.tag.0.to_be_bytes(), record.body].concat();
            let key = (run, record.sequence);
            if let Some(before) = self.records.insert(key, content.clone()) {
                assert_eq!(before, content, "one identity, two contents");
                self.repeated += 1;
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The sequences of each run must be those from zero on, none missing.
    pub(super) fn count_of_each_run(&self) -> BTreeMap<Run, u64> {
        let mut counts = BTreeMap::new();
        for (run, sequence) in self.records.keys() {
            let count = counts.entry(*run).or_insert(0);
            assert_eq!(sequence, count, "a hole");
            *count += 1;
        }
        counts
    }
}

/// Everything, and a clock that jumps from one timeout to the next.
pub(super) struct World {
    pub(super) now: Instant,
    pub(super) device: TestDevice,
    pub(super) server: Server,
    pub(super) device_rng: Source,
    pub(super) server_rng: Source,
    pub(super) up: Link,
    pub(super) down: Link,
    /// The newest image.
    pub(super) flash: Option<Vec<u8>>,
    /// The log of frames, where the device keeps them.
    pub(super) frames: MemoryStorage<65_536, 1>,
    pub(super) store_fails: fn(&StoreRequest<'_>) -> bool,
    pub(super) config: Config,
    pub(super) store: Store,
    /// Frames that came in a session in quarantine.
    pub(super) quarantined: usize,
    /// How many frames the server still forgets between opening and storing.
    pub(super) deaths: usize,
    /// Whether the server leaves unanswered what it does not know.
    pub(super) is_silent: bool,
    /// How many readings the device still takes, one each 150 ms.
    pub(super) readings: usize,
    /// All but that it is ready, which comes with every boot.
    pub(super) device_events: Vec<DeviceEvent>,
    /// All but that a pairing is agreed.
    pub(super) server_events: Vec<ServerEvent>,
    /// The key that outlives the server.
    pub(super) agreed: Option<PublicKey>,
    pub(super) losses: Vec<NamedLoss>,
    pub(super) device_errors: Vec<Error>,
    pub(super) server_errors: Vec<Error>,
    next_reading: Instant,
}

impl World {
    /// An armed device, and a server that has begun to pair with it.
    pub(super) fn new() -> Self {
        Self::with_seed(0)
    }

    fn with_seed(seed: u8) -> Self {
        Self::with_config(seed, Config::DEFAULT)
    }

    pub(super) fn with_config(seed: u8, config: Config) -> Self {
        let mut world = Self {
            now: Instant::from_secs(5),
            device: device_of(config),
            server: Server::new(identity(2), ServerConfig::DEFAULT),
            device_rng: Source::new(seed),
            server_rng: Source::new(seed.wrapping_add(128)),
            up: Link::default(),
            down: Link::default(),
            flash: None,
            frames: MemoryStorage::new(),
            store_fails: |_| false,
            config,
            store: Store::default(),
            quarantined: 0,
            deaths: 0,
            is_silent: false,
            readings: 0,
            device_events: Vec::new(),
            server_events: Vec::new(),
            agreed: None,
            losses: Vec::new(),
            device_errors: Vec::new(),
            server_errors: Vec::new(),
            next_reading: Instant::ZERO,
        };
        world.device.arm(label());
        world.pair();
        world
    }

    /// A device whose descriptor the server has stored; nothing is under way.
    pub(super) fn paired() -> Self {
        Self::paired_with_seed(0)
    }

    pub(super) fn paired_with_seed(seed: u8) -> Self {
        Self::paired_with_config(seed, Config::DEFAULT)
    }

    pub(super) fn paired_with_config(seed: u8, config: Config) -> Self {
        let mut world = Self::with_config(seed, config);
        assert!(world.run_until(Duration::from_secs(5), |world| world.is_quiet(1)));
        world
    }

    pub(super) fn pair(&mut self) {
        self.server
            .pair(self.now, &label(), &mut self.server_rng)
            .unwrap();
    }

    pub(super) fn send(&mut self, space: Space) -> Result<crate::wire::RecordId, Error> {
        let number = i32::try_from(self.device.stats().frames_sealed).unwrap();
        let reading = Observation::new(
            Metric::HEART_RATE,
            Unit::BEATS_PER_MINUTE,
            self.now,
            number.into(),
        );
        self.device.send(self.now, space, &[reading])
    }

    /// Whether this many records are stored, and the device knows it.
    pub(super) fn is_quiet(&self, records: usize) -> bool {
        self.store.len() == records && self.device.backlog() == 0 && self.readings == 0
    }

    /// The power fails; the device comes back with what its flash held.
    pub(super) fn reboot(&mut self) -> Result<(), Error> {
        self.device = device_of(self.config);
        let resumed = match &self.flash {
            Some(saved) => self.device.resume(self.now, saved, &mut self.device_rng),
            None => return Ok(()),
        };
        resumed.map(|_| ())
    }

    /// The server dies, and comes back with nothing but the key that was agreed.
    pub(super) fn restart_server(&mut self) {
        self.server = Server::new(identity(2), ServerConfig::DEFAULT);
        if let Some(agreed) = self.agreed {
            self.server.expect(agreed);
        }
    }

    pub(super) fn run_for(&mut self, span: Duration) {
        self.run_until(span, |_| false);
    }

    /// Runs until `done`, waking only when an endpoint has asked for it or a datagram comes.
    pub(super) fn run_until(&mut self, limit: Duration, done: impl Fn(&Self) -> bool) -> bool {
        let end = self.now + limit;
        loop {
            self.settle();
            if done(self) {
                return true;
            }
            match self.next_wake() {
                Some(wake) if wake <= end => self.now = wake,
                _ => {
                    self.now = end;
                    self.settle();
                    return done(self);
                }
            }
        }
    }

    /// Does everything that is due now.
    pub(super) fn settle(&mut self) {
        self.step_timers();
        self.step_app();
        self.step_sending();
        while let Some(datagram) = self.down.take(self.now) {
            let rng = &mut self.device_rng;
            let handled = at_most_one(|| self.device.handle_datagram(self.now, &datagram, rng));
            self.device_errors.extend(handled.err());
            self.step_timers();
            self.step_sending();
        }
        while let Some(mut datagram) = self.up.take(self.now) {
            self.receive(&mut datagram);
            self.step_timers();
            self.step_sending();
        }
        self.step_app();
        self.step_sending();
    }

    /// What the server makes of one datagram.
    pub(super) fn receive(&mut self, datagram: &mut [u8]) {
        let received = at_most_one(|| self.server.handle_datagram(self.now, datagram));
        let opened = match received {
            Ok(Received::Records(opened)) => opened,
            Ok(Received::Quarantined(opened)) => {
                self.quarantined += 1;
                opened
            }
            Ok(_) => return,
            Err(_) => return self.refuse(datagram),
        };
        self.store.keep(&opened);
        match self.deaths.checked_sub(1) {
            Some(left) => self.deaths = left,
            None => self
                .server
                .handle_stored(self.now, opened.stored())
                .unwrap(),
        }
    }

    /// Says that nobody here knows a packet, where that is so.
    fn refuse(&mut self, datagram: &[u8]) {
        let mut out = [0; REFUSAL_LEN];
        let is_stranger = self.server.locators().next().is_none() && !self.is_silent;
        if let Some(refusal) = refusal(datagram, &mut out).filter(|_| is_stranger) {
            self.down.send(self.now, refusal);
        }
    }

    /// Each is asked as often as it wants: a handshake takes a call for each multiplication.
    fn step_timers(&mut self) {
        let now = self.now;
        let is_due = |timeout: Option<Instant>| timeout.is_some_and(|due| due <= now);
        for _ in 0..16 {
            if is_due(self.server.poll_timeout()) {
                let handled = at_most_one(|| self.server.handle_timeout(now, &mut self.server_rng));
                self.server_errors.extend(handled.err());
            }
            if is_due(self.device.poll_timeout()) {
                let handled = at_most_one(|| self.device.handle_timeout(now, &mut self.device_rng));
                self.device_errors.extend(handled.err());
            }
            self.step_flash();
        }
    }

    fn step_flash(&mut self) {
        let mut buffer = [0; MAX_DATAGRAM];
        while let Some(request) = self.device.poll_store(self.now, &mut buffer) {
            match request {
                StoreRequest::Image { bytes, .. } if !(self.store_fails)(&request) => {
                    self.flash = Some(bytes.to_vec());
                }
                StoreRequest::Erase { .. } => self.flash = None,
                _ => {}
            }
            let mut found = [0; MAX_DATAGRAM];
            let device = &mut self.device;
            let note = &mut |address: FrameAddress| device.handle_found(&address);
            let mut reply = self.frames.perform(&request, &mut found, note);
            if (self.store_fails)(&request) {
                reply = StoreReply::Failed;
            }
            self.device.handle_stored(self.now, reply).unwrap();
        }
    }

    fn step_app(&mut self) {
        let is_due = self.readings > 0 && self.next_reading <= self.now;
        if is_due && self.device.is_ready() && self.send(Space::Data).is_ok() {
            self.readings -= 1;
            self.next_reading = self.now + READING_INTERVAL;
        }
    }

    /// What is sent makes room, for which storage has more to be sent.
    fn step_sending(&mut self) {
        let mut out = [0; MAX_DATAGRAM];
        let mut has_sent = true;
        while core::mem::take(&mut has_sent) {
            while let Some(datagram) = self.device.poll_transmit(self.now, &mut out) {
                self.up.send(self.now, datagram);
                has_sent = true;
            }
            self.step_flash();
        }
        while let Some(datagram) = self.server.poll_transmit(self.now, &mut out) {
            self.down.send(self.now, &datagram);
        }
        let events = core::iter::from_fn(|| self.device.poll_event());
        self.device_events
            .extend(events.filter(|event| !matches!(event, DeviceEvent::Ready { .. })));
        while let Some(event) = self.server.poll_event() {
            match event {
                ServerEvent::Agreed { peer } => self.agreed = Some(peer),
                event => self.server_events.push(event),
            }
        }
        self.losses
            .extend(core::iter::from_fn(|| self.server.poll_loss()));
    }

    /// A timeout that has passed when all was done would be a busy loop.
    fn next_wake(&self) -> Option<Instant> {
        let timeouts = [self.device.poll_timeout(), self.server.poll_timeout()];
        for timeout in timeouts.into_iter().flatten() {
            assert!(
                timeout > self.now,
                "a timeout at {timeout} is not over: {:?}",
                self.device
            );
        }
        let reading = (self.readings > 0 && self.device.is_ready())
            .then_some(self.next_reading)
            .filter(|due| *due > self.now);
        [self.up.next_arrival(), self.down.next_arrival(), reading]
            .into_iter()
            .chain(timeouts)
            .flatten()
            .min()
    }
}

/// What a device wants written to its flash, which then is under way.
pub(super) fn image_of(device: &mut TestDevice, now: Instant) -> Option<Vec<u8>> {
    let mut buffer = [0; MAX_DATAGRAM];
    match device.poll_store(now, &mut buffer)? {
        StoreRequest::Image { bytes, .. } => Some(bytes.to_vec()),
        StoreRequest::Erase { .. } => {
            // A new owner's image comes behind.
            device.handle_stored(now, StoreReply::Done).unwrap();
            image_of(device, now)
        }
        other => panic!("{other:?} is not an image"),
    }
}

/// Answers the write that is under way, and those that follow.
pub(super) fn write_all(device: &mut TestDevice, now: Instant) {
    while device.handle_stored(now, StoreReply::Done).is_ok() {
        image_of(device, now);
    }
}

/// More calls than the work of any handshake message takes.
const WORK: usize = 6;

/// What a server says now, when its work is done.
pub(super) fn said_by(server: &mut Server, now: Instant) -> Vec<Vec<u8>> {
    for _ in 0..WORK {
        let _ = server.handle_timeout(now, &mut Counting(98));
    }
    let mut out = [0; MAX_DATAGRAM];
    core::iter::from_fn(|| {
        let sent = server.poll_transmit(now, &mut out)?;
        Some(sent.to_vec())
    })
    .collect()
}

/// What a device says now, when its work is done.
pub(super) fn sent_by(device: &mut TestDevice, now: Instant) -> Vec<Vec<u8>> {
    for _ in 0..WORK {
        let _ = device.handle_timeout(now, &mut Counting(99));
    }
    let mut out = [0; MAX_DATAGRAM];
    core::iter::from_fn(|| {
        let sent = device.poll_transmit(now, &mut out)?;
        Some(sent.to_vec())
    })
    .collect()
}
