use iomt::node::{Config, Device, DeviceEvent, Keeping, PeerId};
use iomt::pairing::{Identity, PublicKey, label::LabelSecret};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::storage::{FrameAddress, Storage as _, StoreReply, StoreRequest};
use iomt::time::{Duration, Instant};
use iomt::wire::control::Why;
use iomt::wire::{MAX_DATAGRAM, Record, Space};

use super::counts::Fault;
use super::ledger::Reading;
use super::medium::{Chip, Flash, Storage};
use super::network::{Address, Delivery};
use super::random::{Noise, Random, Source};
use super::world::Context;

/// Bytes of outbox for each recipient.
const OUTBOX: usize = 4_096;
pub const RECIPIENTS: usize = 2;

pub type Engine = Device<'static, OUTBOX, RECIPIENTS>;

const DESCRIPTOR: Descriptor<'static> = Descriptor {
    manufacturer: "Maker",
    model: "Patch 1",
    serial: "000123",
    firmware: "1.0",
    udi_device: "",
    udi_production: "",
};

/// What a device is, apart from what it remembers.
#[derive(Debug, Clone)]
pub struct Build {
    /// Which pairing it belongs to: a device and its clones have one.
    pub lineage: usize,
    pub secret: [u8; 32],
    pub label: Option<[u8; 16]>,
    pub config: Config,
    /// The servers, by place, and their keys.
    pub fleets: Vec<(usize, PublicKey)>,
    /// The gateways that hear it; none: it has a connection of its own.
    pub via: Vec<usize>,
    pub interval: Duration,
}

/// A device: its program, which a crash ends, and what outlives it.
pub struct Node {
    pub index: usize,
    pub build: Build,
    pub flash: Flash,
    pub source: Source,
    pub engine: Option<Box<Engine>>,
    storage: Option<Storage>,
    /// Which life of which device this is.
    pub life: usize,
    boot_at: Instant,
    pub boots_at: Option<Instant>,
    pub wake: Option<Instant>,
    ready: [bool; RECIPIENTS],
    /// Who had no room for the newest reading.
    lost_to: [bool; RECIPIENTS],
    next_reading: Instant,
    pub random: Random,
    /// The flash as it was once, for who restores or clones it.
    pub snapshot: Option<(Instant, Chip)>,
    pub is_quiet: bool,
    pub settled: bool,
    pub paired_once: bool,
    reply_to: Option<Address>,
}

impl Node {
    pub fn new(index: usize, build: Build, flash: Flash, mut random: Random) -> Self {
        Self {
            index,
            build,
            flash,
            source: Source::new(random.branch()),
            engine: None,
            storage: None,
            life: 0,
            boot_at: Instant::ZERO,
            boots_at: Some(Instant::ZERO),
            wake: None,
            ready: [false; RECIPIENTS],
            lost_to: [false; RECIPIENTS],
            next_reading: Instant::ZERO,
            random,
            snapshot: None,
            is_quiet: false,
            settled: false,
            paired_once: false,
            reply_to: None,
        }
    }

    pub fn public(&self) -> PublicKey {
        Identity::from_secret_bytes(&self.build.secret)
            .unwrap()
            .public()
    }

    pub const fn keeping(&self) -> Keeping {
        self.build.config.keeping
    }

    /// When something is to be done here.
    pub fn due(&self) -> Option<Instant> {
        match self.engine {
            None => self.boots_at,
            Some(_) if self.is_quiet => self.wake,
            Some(_) => Some(
                self.wake
                    .map_or(self.next_reading, |wake| wake.min(self.next_reading)),
            ),
        }
    }

    /// The program ends, here and now.
    pub fn crash(&mut self, context: &mut Context, down: Duration) {
        if self.engine.take().is_some() {
            context.oracles.ledger.end_life(self.life, context.now);
        }
        self.storage = None;
        self.flash.chip.borrow_mut().power_on();
        self.boots_at = Some(context.now + down);
        self.wake = None;
    }

    /// The flash is overwritten with what it held at some time before.
    pub fn restore(&mut self, context: &mut Context) -> bool {
        let Some((taken, chip)) = self.snapshot.clone() else {
            return false;
        };
        self.crash(context, Duration::from_secs(1));
        *self.flash.chip.borrow_mut() = chip;
        context
            .oracles
            .ledger
            .note_restored(self.index, taken, context.now);
        true
    }

    pub fn take_snapshot(&mut self, now: Instant) {
        let mut chip = self.flash.chip.borrow().clone();
        chip.power_on();
        self.snapshot = Some((now, chip));
    }

    fn ticks(&self, now: Instant) -> Instant {
        Instant::ZERO + (now - self.boot_at)
    }

    fn boot(&mut self, context: &mut Context) {
        self.boots_at = None;
        self.boot_at = context.now;
        self.ready = [false; RECIPIENTS];
        self.source.note_boot();
        if self.source.noise == Noise::StartsOver {
            // A generator that starts over gives an older image the random bytes that it gave the newer one: no
            // device can tell.
            self.snapshot = None;
        }
        let again = self.start();
        if self.flash.chip.borrow().is_off() {
            context.counts.note(Fault::PowerCutInRecovery);
            context.say(|| format!("device {}: the power fails while it starts", self.index));
            self.crash(context, Duration::from_secs(2));
            return;
        }
        match again {
            Ok(engine) => {
                self.engine = Some(engine);
                self.life = context.oracles.ledger.begin_life(
                    self.build.lineage,
                    self.index,
                    self.keeping(),
                );
                context.say(|| format!("device {} starts, life {}", self.index, self.life));
                self.wake = Some(context.now);
                self.next_reading = self.next_reading.max(context.now);
            }
            Err(why) => {
                context.say(|| format!("device {} does not start: {why}", self.index));
                self.storage = None;
                self.boots_at = Some(context.now + Duration::from_secs(30));
            }
        }
    }

    fn start(&mut self) -> Result<Box<Engine>, String> {
        let now = Instant::ZERO;
        let identity = Identity::from_secret_bytes(&self.build.secret).unwrap();
        let engine = Engine::new(identity, DESCRIPTOR, self.build.config);
        let mut engine = Box::new(engine.map_err(|error| error.to_string())?);
        if self.keeping() != Keeping::Nothing {
            self.storage = Some(self.flash.open().map_err(|error| error.to_string())?);
        }
        for (place, (_, key)) in self.build.fleets.clone().into_iter().enumerate() {
            let mut image = [0; iomt::storage::MAX_IMAGE];
            let stored = match &mut self.storage {
                Some(storage) => storage
                    .load_image(u8::try_from(place).unwrap(), &mut image)
                    .map_err(|error| error.to_string())?,
                None => None,
            };
            match (stored, self.build.label) {
                (Some(len), _) => {
                    self.paired_once = true;
                    engine
                        .resume(now, &image[..len], &mut self.source)
                        .map_err(|error| error.to_string())?;
                }
                (None, Some(label)) if place == 0 && !self.paired_once => {
                    engine.arm(LabelSecret::new(&label).unwrap());
                    return Ok(engine);
                }
                (None, _) => {
                    engine.meet(now, key).map_err(|error| error.to_string())?;
                }
            }
        }
        Ok(engine)
    }

    pub fn handle_datagram(&mut self, context: &mut Context, from: Address, bytes: &[u8]) {
        let ticks = self.ticks(context.now);
        let Some(engine) = &mut self.engine else {
            return;
        };
        self.reply_to = Some(from);
        let handled = engine.handle_datagram(ticks, bytes, &mut self.source);
        if let Err(error) = handled {
            context.say(|| format!("device {} refuses {}: {error}", self.index, first(bytes)));
        }
        self.step(context);
    }

    /// Does all that is due.
    pub fn step(&mut self, context: &mut Context) {
        if self.engine.is_none() {
            if self.boots_at.is_some_and(|at| at <= context.now) {
                self.boot(context);
            } else {
                return;
            }
        }
        for _ in 0..24 {
            self.work(context);
            if !self.store(context) {
                return;
            }
            self.read_events(context);
            self.take_reading(context);
            self.transmit(context);
            self.wake = self.next_wake();
            if self.wake.is_none_or(|wake| wake > context.now) {
                break;
            }
        }
        if self.wake.is_some_and(|wake| wake <= context.now) {
            context.counts.impatient += 1;
            self.wake = Some(context.now + Duration::from_secs(1));
        }
        if let Some(engine) = &self.engine {
            self.settled |= self.is_quiet && engine.is_settled();
        }
    }

    fn next_wake(&self) -> Option<Instant> {
        let engine = self.engine.as_ref()?;
        let due = engine.poll_timeout()?;
        Some(self.boot_at + (due - Instant::ZERO))
    }

    fn work(&mut self, context: &mut Context) {
        let ticks = self.ticks(context.now);
        let Some(engine) = &mut self.engine else {
            return;
        };
        if engine.poll_timeout().is_some_and(|due| due <= ticks)
            && let Err(error) = engine.handle_timeout(ticks, &mut self.source)
        {
            context.say(|| format!("device {}: {error}", self.index));
        }
    }

    /// Does what storage is asked for; `false` when the power failed meanwhile.
    fn store(&mut self, context: &mut Context) -> bool {
        let ticks = self.ticks(context.now);
        let (mut buffer, mut found) = ([0; MAX_DATAGRAM], [0; MAX_DATAGRAM]);
        while let Some(engine) = &mut self.engine
            && let Some(request) = engine.poll_store(ticks, &mut buffer)
        {
            if let StoreRequest::Frame { address, bytes } = request {
                // Places tell a device's recipients apart; the epoch's tag tells everything else.
                context.check(|oracles| oracles.wire.note_stored(&address, bytes));
            }
            let Some(storage) = &mut self.storage else {
                break;
            };
            let note = &mut |address: FrameAddress| engine.handle_found(&address);
            let reply = storage.perform(&request, &mut found, note);
            if self.flash.chip.borrow().is_off() {
                context.counts.note(Fault::PowerCut);
                context.say(|| format!("device {}: the power fails in {request:?}", self.index));
                let again = self.random.permille(500);
                self.crash(context, Duration::from_secs(3));
                if again {
                    let at = self.random.below(3_000);
                    self.flash
                        .chip
                        .borrow_mut()
                        .cut_after(at, context.now.as_micros());
                }
                return false;
            }
            if matches!(reply, StoreReply::Failed) {
                context.say(|| format!("device {}: {request:?} fails", self.index));
            }
            if let Err(error) = engine.handle_stored(ticks, reply) {
                context.say(|| format!("device {}: {error} behind storage", self.index));
            }
        }
        true
    }

    fn transmit(&mut self, context: &mut Context) {
        let ticks = self.ticks(context.now);
        let mut out = [0; MAX_DATAGRAM];
        while let Some(engine) = &mut self.engine
            && let Some((peer, datagram)) = engine.poll_transmit_to(ticks, &mut out)
        {
            context.counts.frames += u64::from(datagram.first().is_some_and(|byte| byte >> 6 == 0));
            let life = self.life;
            context.check(|oracles| {
                oracles
                    .wire
                    .note_sent(life * RECIPIENTS + peer.map_or(0, place_of), datagram)
            });
            let from = Address::Device(self.index);
            let fleet = peer.and_then(|peer| self.build.fleets.get(place_of(peer)));
            let to: Vec<Address> = match fleet {
                Some((0, _)) if !self.build.via.is_empty() => self
                    .build
                    .via
                    .iter()
                    .map(|g| Address::Gateway(*g))
                    .collect(),
                Some((fleet, _)) => vec![Address::Fleet(*fleet)],
                None => self.reply_to.into_iter().collect(),
            };
            for to in to {
                let bytes = datagram.to_vec();
                context.say(|| format!("device {} -> {to:?}: {}", self.index, first(&bytes)));
                context.send(Delivery { from, to, bytes });
            }
        }
    }

    fn read_events(&mut self, context: &mut Context) {
        while let Some(event) = self.engine.as_mut().and_then(|engine| engine.poll_event()) {
            context.say(|| format!("device {}: {event:?}", self.index));
            match event {
                DeviceEvent::Ready { peer } => {
                    if let Some(ready) = self.ready.get_mut(place_of(peer)) {
                        *ready = true;
                    }
                }
                DeviceEvent::Lost {
                    peer,
                    why: Why::NoRoom,
                    ..
                } => {
                    if let Some(lost) = self.lost_to.get_mut(place_of(peer)) {
                        *lost = true;
                    }
                }
                DeviceEvent::Reconnected { .. } => context.counts.sessions += 1,
                DeviceEvent::Paired { .. } => self.meet_the_others(context),
                _ => {}
            }
        }
    }

    fn meet_the_others(&mut self, context: &mut Context) {
        self.paired_once = true;
        let ticks = self.ticks(context.now);
        let Some(engine) = &mut self.engine else {
            return;
        };
        for (_, key) in self.build.fleets.iter().skip(engine.peers().count()) {
            engine.meet(ticks, *key).unwrap();
        }
    }

    fn take_reading(&mut self, context: &mut Context) {
        if self.is_quiet || self.next_reading > context.now {
            return;
        }
        self.next_reading = context.now + self.build.interval;
        let ticks = self.ticks(context.now);
        let doses = 1 + usize::from(self.random.permille(120));
        let space = match self.random.permille(100) {
            true => Space::Alarm,
            false => Space::Data,
        };
        let value = context.oracles.ledger.next_value();
        // Two doses of one second are alike to the byte.
        for _ in 0..doses {
            let Some(engine) = self.engine.as_mut().filter(|engine| engine.is_ready()) else {
                return;
            };
            let reading = Observation::new(
                Metric::HEART_RATE,
                Unit::BEATS_PER_MINUTE,
                ticks,
                value.into(),
            );
            let taken = engine.send(ticks, space, &[Record::Observation(reading)]);
            self.lost_to = [false; RECIPIENTS];
            self.read_events(context);
            match taken {
                Ok(id) => {
                    let reading = Reading {
                        space,
                        value,
                        life: self.life,
                        at: context.now,
                        to: self.ready,
                        lost_to: self.lost_to,
                    };
                    context.counts.readings += 1;
                    context.say(|| format!("device {} takes {id:?} {space:?} {value}", self.index));
                    let lineage = self.build.lineage;
                    context.check(|oracles| oracles.ledger.accept(lineage, id, reading));
                }
                Err(error) => {
                    context.say(|| format!("device {} refuses a reading: {error}", self.index));
                }
            }
        }
        if self.source.noise == Noise::Good && self.random.permille(30) {
            self.take_snapshot(context.now);
        }
    }
}

fn place_of(peer: PeerId) -> usize {
    usize::from(peer.0)
}

/// The first bytes of a datagram, and its length, for the log.
pub fn first(bytes: &[u8]) -> String {
    let head: String = bytes
        .iter()
        .take(14)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{head}.. {} bytes", bytes.len())
}
