use iomt::node::{Config, Device, DeviceEvent, Error, Keeping, PeerId, ServerEvent};
use iomt::pairing::{Identity, PublicKey};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::{Entropy, LossCause};
use iomt::storage::{FrameAddress, MAX_IMAGE, Storage as _, StoreReply, StoreRequest};
use iomt::time::{Duration, Instant};
use iomt::wire::control::Why;
use iomt::wire::{MAX_DATAGRAM, Record, RecordId, Space};

use super::medium::{Flash, Storage};
use super::oracle::bounds::OUTBOX;
use super::oracle::{Oracles, RECIPIENTS, Reading, Shelf, Tally};
use super::place::{Path, Place};
use super::random::{Random, Source};

pub type Engine = Device<'static, OUTBOX, RECIPIENTS>;

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3_600);
const SECRET: [u8; 32] = [7; 32];
pub const DESCRIPTOR: Descriptor<'static> = Descriptor {
    manufacturer: "Maker",
    model: "Patch 1",
    serial: "000123",
    firmware: "1.0",
    udi_device: "",
    udi_production: "",
};

/// Session and frames in flash, over gateways.
pub const CONFIG: Config = Config {
    keeping: Keeping::SessionAndFrames,
    ..Config::DEFAULT
};

pub struct World {
    pub now: Instant,
    pub config: Config,
    pub device: Option<Box<Engine>>,
    pub flash: Flash,
    /// After how many events of the next boot the power fails again.
    pub cuts_next_boot: Option<u64>,
    storage: Option<Storage>,
    /// Equal runs draw equal bytes.
    source: Source,
    booted: Instant,
    pub places: Vec<Place>,
    pub events: Vec<DeviceEvent>,
    /// The readings that were taken: their values count up from zero.
    pub taken: i32,
    pub identities: Vec<RecordId>,
    pub oracles: Oracles,
    pub complaints: Vec<String>,
    life: usize,
    /// Which images storage has said it has.
    has_image: [bool; RECIPIENTS],
    /// Which recipients are sealed for.
    ready: [bool; RECIPIENTS],
}

impl World {
    /// A device that has met its recipients and is at rest.
    pub fn new(recipients: u8, config: Config) -> Self {
        let mut world = Self::unmet(recipients, config);
        let is_met = world.run_until(MINUTE, |world| {
            world
                .places
                .iter()
                .all(|place| place.server.peer().is_some())
                && world.device().is_settled()
        });
        assert!(is_met, "nobody has met");
        world
    }

    /// A device that is on, and has not spoken yet.
    pub fn unmet(recipients: u8, config: Config) -> Self {
        let device = public_key();
        let mut world = Self {
            now: Instant::from_secs(1_000),
            config,
            device: None,
            flash: Flash::erased(),
            cuts_next_boot: None,
            storage: None,
            source: Source::new(Random::new(1)),
            booted: Instant::ZERO,
            places: (0..recipients)
                .map(|place| Place::new(100 + place, device))
                .collect(),
            events: Vec::new(),
            taken: 0,
            identities: Vec::new(),
            oracles: Oracles::default(),
            complaints: Vec::new(),
            life: 0,
            has_image: [false; RECIPIENTS],
            ready: [false; RECIPIENTS],
        };
        world.boot().unwrap();
        world
    }

    pub fn device(&self) -> &Engine {
        self.device.as_ref().expect("the device is on")
    }

    /// What the device's clock shows.
    pub fn ticks(&self) -> Instant {
        Instant::ZERO + (self.now - self.booted)
    }

    /// The power comes back: the device begins with what its flash holds.
    pub fn boot(&mut self) -> Result<(), Error> {
        let mut source = self.source.clone();
        let booted = self.boot_with(&mut source);
        self.source = source;
        booted
    }

    pub fn boot_with(&mut self, entropy: &mut impl Entropy) -> Result<(), Error> {
        let is_first = self.booted == Instant::ZERO;
        self.power_off();
        let mut chip = self.flash.chip.borrow_mut();
        if chip.is_off() {
            chip.power_on();
        }
        if let Some(events) = self.cuts_next_boot.take() {
            chip.cut_after(events, events);
        }
        drop(chip);
        self.booted = self.now;
        let mut engine = Box::new(Engine::new(identity(), DESCRIPTOR, self.config)?);
        let opened = self.flash.open();
        if self.is_cut() {
            return Ok(());
        }
        let mut storage = opened.expect("a flash opens, whatever it holds");
        for (number, place) in (0..).zip(&self.places) {
            let mut image = [0; MAX_IMAGE];
            // The power may fail in the first image that was ever written: it was promised to nobody.
            let is_promised = self.has_image[usize::from(number)];
            match storage.load_image(number, &mut image) {
                Ok(Some(len)) => drop(engine.resume(Instant::ZERO, &image[..len], entropy)?),
                loaded if is_promised => panic!("image {number} is gone: {loaded:?}"),
                Ok(None) | Err(_) => {
                    // Whoever knows a session with it knows another.
                    let ledger = &mut self.oracles.ledger;
                    if !is_first {
                        ledger.note_doubtful_at(0, usize::from(number));
                    }
                    engine.meet(Instant::ZERO, place.key())?;
                }
            }
        }
        (self.device, self.storage) = (Some(engine), Some(storage));
        self.ready = [false; RECIPIENTS];
        self.life = self
            .oracles
            .ledger
            .begin_life(0, 0, self.config.keeping, self.booted);
        Ok(())
    }

    pub fn power_off(&mut self) {
        if let Some(device) = self.device.take() {
            let ledger = &mut self.oracles.ledger;
            ledger.end_life(self.life, self.now, device.waiting());
            ledger.note_lost(0, device.stats().frames_lost);
        }
        self.storage = None;
    }

    /// Takes the next reading: they count up from zero.
    pub fn take(&mut self, space: Space) -> Result<RecordId, Error> {
        let id = self.take_value(space, self.taken)?;
        self.taken += 1;
        self.identities.push(id);
        Ok(id)
    }

    pub fn take_value(&mut self, space: Space, value: i32) -> Result<RecordId, Error> {
        self.take_values(space, &[value])
    }

    /// Takes readings that travel in one frame; the identity of the first.
    pub fn take_values(&mut self, space: Space, values: &[i32]) -> Result<RecordId, Error> {
        let ticks = self.ticks();
        let (metric, unit) = (Metric::HEART_RATE, Unit::BEATS_PER_MINUTE);
        let reading = |value: &i32| Observation::new(metric, unit, ticks, (*value).into());
        let records: Vec<_> = values
            .iter()
            .map(reading)
            .map(Record::Observation)
            .collect();
        self.read_events();
        let device = self.device.as_mut().ok_or(Error::NotPaired)?;
        let first = device.send(ticks, space, &records)?;
        let lost_to = self.read_events();
        for (sequence, value) in (first.sequence..).zip(values) {
            let reading = Reading {
                space,
                value: *value,
                frame: first.sequence,
                life: self.life,
                at: self.now,
                to: self.ready,
                lost_to,
            };
            let id = RecordId { sequence, ..first };
            let accepted = self.oracles.ledger.accept(0, id, reading);
            self.complaints.extend(accepted.err());
        }
        Ok(first)
    }

    /// Takes the events; who has no room for what was taken last.
    fn read_events(&mut self) -> [bool; RECIPIENTS] {
        let mut lost_to = [false; RECIPIENTS];
        while let Some(event) = self.device.as_mut().and_then(|device| device.poll_event()) {
            let (set, PeerId(place)) = match event {
                DeviceEvent::Ready { peer } => (&mut self.ready, peer),
                DeviceEvent::Lost {
                    peer,
                    why: Why::NoRoom,
                    ..
                } => (&mut lost_to, peer),
                _ => {
                    self.events.push(event);
                    continue;
                }
            };
            if let Some(place) = set.get_mut(usize::from(place)) {
                *place = true;
            }
            self.events.push(event);
        }
        lost_to
    }

    /// Takes readings, one every `interval`.
    pub fn take_many(&mut self, count: usize, interval: Duration) {
        for _ in 0..count {
            self.take(Space::Data).unwrap();
            self.run_for(interval);
        }
    }

    pub fn run_for(&mut self, span: Duration) {
        self.run_until(span, |_| false);
    }

    /// Runs until `done`; whether it came to that.
    pub fn run_until(&mut self, span: Duration, done: impl Fn(&Self) -> bool) -> bool {
        let end = self.now + span;
        loop {
            self.settle();
            if done(self) {
                return true;
            }
            match self.next_wake().filter(|wake| *wake <= end) {
                Some(wake) => self.now = wake.max(self.now + Duration::from_millis(1)),
                None => {
                    self.now = end;
                    self.settle();
                    return done(self);
                }
            }
        }
    }

    /// Runs until all that was taken is stored everywhere, or named.
    pub fn run_until_settled(&mut self, span: Duration) -> bool {
        self.run_until(span, |world| {
            let device = world.device.as_ref();
            device.is_some_and(|device| device.is_ready() && device.is_settled())
        })
    }

    /// Whether the power has failed in a write or an erase.
    pub fn is_cut(&self) -> bool {
        self.flash.chip.borrow().is_off()
    }

    fn next_wake(&self) -> Option<Instant> {
        let device = self
            .device
            .as_ref()
            .and_then(|device| device.poll_timeout());
        let device = device.map(|due| self.booted + (due - Instant::ZERO));
        let places = self.places.iter().map(|place| place.server.poll_timeout());
        places.chain([device]).flatten().min()
    }

    /// Does all that is due now.
    pub fn settle(&mut self) {
        for _ in 0..64 {
            let mut has_worked = self.step_device();
            for place in &mut self.places {
                has_worked |= place.step(self.now, &mut self.oracles);
            }
            if !has_worked {
                return;
            }
        }
    }

    fn step_device(&mut self) -> bool {
        let mut has_worked = false;
        for number in 0..self.places.len() {
            while let Some(datagram) = self.places[number].down.take() {
                let ticks = self.ticks();
                if let Some(device) = &mut self.device {
                    let _ = device.handle_datagram(ticks, &datagram, &mut self.source);
                }
                has_worked |= self.drain_device();
            }
        }
        let ticks = self.ticks();
        if let Some(device) = &mut self.device
            && device.poll_timeout().is_some_and(|due| due <= ticks)
        {
            let _ = device.handle_timeout(ticks, &mut self.source);
            has_worked = true;
        }
        self.drain_device() | has_worked
    }

    /// Storage first, then what it lets out; whether anything was said.
    fn drain_device(&mut self) -> bool {
        let ticks = self.ticks();
        let mut has_worked = false;
        loop {
            if !self.store() {
                return has_worked;
            }
            let Some(device) = &mut self.device else {
                return has_worked;
            };
            let mut out = [0; MAX_DATAGRAM];
            let Some((peer, datagram)) = device.poll_transmit_to(ticks, &mut out) else {
                self.read_events();
                return has_worked;
            };
            has_worked = true;
            let PeerId(place) = peer.expect("no label is armed");
            let place = usize::from(place);
            let sender = self.life * RECIPIENTS + place;
            let sent = self.oracles.wire.note_sent(sender, datagram);
            self.complaints.extend(sent.err());
            self.places[place].up.send(datagram);
        }
    }

    /// Does what storage is asked for; `false` when the power has failed meanwhile, and the device is off.
    fn store(&mut self) -> bool {
        let ticks = self.ticks();
        let (mut buffer, mut found) = ([0; MAX_DATAGRAM], [0; MAX_DATAGRAM]);
        let (Some(device), Some(storage)) = (&mut self.device, &mut self.storage) else {
            return true;
        };
        loop {
            let Some(request) = device.poll_store(ticks, &mut buffer) else {
                return true;
            };
            if let StoreRequest::Frame { address, bytes } = request {
                let stored = self.oracles.wire.note_stored(&address, bytes);
                self.complaints.extend(stored.err());
            }
            let note = &mut |address: FrameAddress| device.handle_found(&address);
            let reply = storage.perform(&request as &StoreRequest<'_>, &mut found, note);
            if self.flash.chip.borrow().is_off() {
                break;
            }
            if matches!(reply, StoreReply::Done) {
                match request {
                    StoreRequest::Frame { address, .. } => self.oracles.ledger.note_kept(&address),
                    StoreRequest::Image { peer, .. } => self.has_image[usize::from(peer)] = true,
                    StoreRequest::Erase { peer } => self.has_image[usize::from(peer)] = false,
                    _ => {}
                }
            }
            device.handle_stored(ticks, reply).unwrap();
        }
        self.power_off();
        false
    }

    // ---- what the tests look at

    pub fn cut(&mut self, place: usize) {
        self.set_path(place, Path::Loses);
    }

    pub fn mend(&mut self, place: usize) {
        self.set_path(place, Path::Passes);
    }

    pub fn set_path(&mut self, place: usize, path: Path) {
        self.places[place].up.path = path;
        self.places[place].down.path = path;
    }

    /// All is over: asks the oracles what became of the readings.
    pub fn settle_oracles(&mut self) -> Result<Tally, String> {
        let quarantined = |event: &ServerEvent| matches!(event, ServerEvent::Quarantined { .. });
        for (number, place) in self.places.iter().enumerate() {
            if place.events.iter().any(quarantined) {
                self.oracles.ledger.check_quarantine(0, number)?;
            }
        }
        let places = self.places.iter_mut();
        let of_places = places.flat_map(|place| place.complaints.drain(..));
        if let Some(complaint) = self.complaints.drain(..).chain(of_places).next() {
            return Err(complaint);
        }
        let lost = self.device().stats().frames_lost;
        self.oracles.ledger.note_lost(0, lost);
        let shelves: Vec<&Shelf> = self.places.iter().map(|place| &place.shelf).collect();
        self.oracles.ledger.settle(0, &shelves)
    }

    /// Every reading that was taken is stored there, once; and nothing but what may have been lost in a reboot is named.
    pub fn assert_stored(&self, place: usize) {
        let mut values = self.places[place].values();
        values.sort_unstable();
        assert_eq!(values, (0..self.taken).collect::<Vec<_>>(), "place {place}");
        let mut losses = self.places[place].losses.iter();
        assert!(losses.all(|named| named.loss.why == LossCause::Cut));
    }
}

pub fn identity() -> Identity {
    Identity::from_secret_bytes(&SECRET).unwrap()
}

pub fn public_key() -> PublicKey {
    identity().public()
}
