mod effects;
mod readings;

use iomt::node::{Config, Device, Keeping, PeerId};
use iomt::pairing::{Identity, PublicKey, label::LabelSecret};
use iomt::reading::Descriptor;
use iomt::storage::Storage as _;
use iomt::time::{Duration, Instant};

use super::context::Context;
use super::counts::Fault;
use super::element::Element;
use super::medium::{Chip, Flash, Storage};
use super::network::{Address, LATEST};
use super::oracle::RECIPIENTS;
use super::oracle::bounds::OUTBOX;
use super::random::{Noise, Random, Source};

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
    /// Whether a secure element holds the key.
    pub has_element: bool,
    pub label: Option<[u8; 16]>,
    pub config: Config,
    /// The servers, by place, and their keys.
    pub fleets: Vec<(usize, PublicKey)>,
    /// The gateways that hear it; none: it has a connection of its own.
    pub via: Vec<usize>,
    pub interval: Duration,
    /// How many records a frame has at most.
    pub records: u64,
}

/// When all faults are over: it waits for its server, takes a last backlog, and an alarm behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Listens,
    Alarms,
    Done,
}

/// A device: its program, which a crash ends, and what outlives it.
pub struct Node {
    pub index: usize,
    pub build: Build,
    pub flash: Flash,
    pub source: Source,
    pub element: Element,
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
    /// How many frames this life has told of as lost, and how many of them had no room when they were taken.
    told_lost: u64,
    without_room: u64,
    next_reading: Instant,
    pub random: Random,
    /// The flash as it was once, for who restores or clones it.
    pub snapshot: Option<(Instant, Chip)>,
    pub is_quiet: bool,
    /// Since when.
    quiet_since: Instant,
    pub settled: bool,
    pub paired_once: bool,
    reply_to: Option<Address>,
    /// After how many more calls of its engine the program ends.
    pub dies_after: Option<u64>,
    /// How many readings more the next one comes with.
    pub burst: u64,
    /// Which images storage has said it has.
    has_image: [bool; RECIPIENTS],
    /// Which images could not be written since: what storage has is not what the session is.
    is_stale: [bool; RECIPIENTS],
    /// What is still to be done when all faults are over.
    last: Last,
    /// Whether it has not been ready since the power failed in a write.
    recovers: bool,
}

impl Node {
    pub fn new(index: usize, build: Build, flash: Flash, mut random: Random) -> Self {
        Self {
            index,
            flash,
            source: Source::new(random.branch()),
            element: Element::new(
                build.secret,
                build.has_element.then(|| public_of(&build.secret)),
                random.branch(),
            ),
            build,
            engine: None,
            storage: None,
            life: 0,
            boot_at: Instant::ZERO,
            boots_at: Some(Instant::ZERO),
            wake: None,
            ready: [false; RECIPIENTS],
            lost_to: [false; RECIPIENTS],
            told_lost: 0,
            without_room: 0,
            next_reading: Instant::ZERO,
            random,
            snapshot: None,
            is_quiet: false,
            quiet_since: Instant::ZERO,
            settled: false,
            paired_once: false,
            reply_to: None,
            dies_after: None,
            burst: 0,
            has_image: [false; RECIPIENTS],
            is_stale: [false; RECIPIENTS],
            last: Last::Listens,
            recovers: false,
        }
    }

    pub fn public(&self) -> PublicKey {
        public_of(&self.build.secret)
    }

    /// Faults and readings are over, but for the last.
    pub const fn be_quiet(&mut self, now: Instant) {
        self.is_quiet = true;
        self.quiet_since = now;
        self.burst = 0;
    }

    /// Whether nothing arrives any more that was sent while there were faults.
    fn is_calm(&self, now: Instant) -> bool {
        self.is_quiet && now - self.quiet_since > LATEST
    }

    pub const fn keeping(&self) -> Keeping {
        self.build.config.keeping
    }

    /// When something is to be done here.
    pub fn due(&self) -> Option<Instant> {
        if self.engine.is_none() {
            return self.boots_at;
        }
        let reading = (!self.is_quiet).then_some(self.next_reading);
        [self.wake, self.element.due(), reading]
            .into_iter()
            .flatten()
            .min()
    }

    /// The program ends, here and now.
    pub fn crash(&mut self, context: &mut Context, down: Duration) {
        if let Some(engine) = self.engine.take() {
            let ledger = &mut context.oracles.ledger;
            // What it has named, the server may not have been told: it went with the power as what waited. Its events do
            // not say how much that is: the last of them went with the power too.
            let lost = engine.stats().frames_lost;
            let waiting = engine.waiting() + lost - self.without_room;
            (self.told_lost, self.without_room) = (0, 0);
            ledger.end_life(self.life, context.now, waiting);
            ledger.note_lost(self.build.lineage, lost);
        }
        self.storage = None;
        self.dies_after = None;
        self.element.forget();
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
        self.has_image = [false; RECIPIENTS];
        context
            .oracles
            .ledger
            .note_restored(self.build.lineage, self.index, taken, context.now);
        true
    }

    /// The power has failed in a write or an erase; half the time it will again, while the device recovers.
    fn lose_power(&mut self, context: &mut Context) {
        context.counts.note(match self.recovers {
            true => Fault::PowerCutInRecovery,
            false => Fault::PowerCut,
        });
        self.recovers = true;
        self.crash(context, Duration::from_secs(3));
        if self.random.permille(500) {
            // An image is some hundred bytes, and each of them an event.
            let events = match self.random.permille(500) {
                true => self.random.below(50),
                false => self.random.below(700),
            };
            let noise = context.now.as_micros();
            self.flash.chip.borrow_mut().cut_after(events, noise);
        }
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
        let again = self.start(context);
        if self.flash.chip.borrow().is_off() {
            context.say(|| format!("device {}: the power fails while it starts", self.index));
            self.lose_power(context);
            return;
        }
        match again {
            Ok(engine) => {
                self.engine = Some(engine);
                self.life = context.oracles.ledger.begin_life(
                    self.build.lineage,
                    self.index,
                    self.keeping(),
                    self.boot_at,
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

    fn start(&mut self, context: &mut Context) -> Result<Box<Engine>, String> {
        let now = Instant::ZERO;
        let engine = Engine::new(self.element.key(), DESCRIPTOR, self.build.config);
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
            self.doubt(context, place, stored.is_some());
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

    /// Whether the recipient may find another than it knows, and why: nothing that was on storage is forgotten.
    fn doubt(&mut self, context: &mut Context, place: usize, has_image: bool) {
        let (index, is_first) = (self.index, self.life == 0 && self.boot_at == Instant::ZERO);
        if self.keeping() == Keeping::Nothing || is_first {
            return;
        }
        if !has_image && self.has_image[place] && !self.flash.chip.borrow().is_off() {
            context.check(|_| Err(format!("device {index} has forgotten its image {place}")));
        }
        if !has_image || self.is_stale[place] {
            let ledger = &mut context.oracles.ledger;
            ledger.note_doubtful_at(self.build.lineage, place);
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
}

fn public_of(secret: &[u8; 32]) -> PublicKey {
    Identity::from_secret_bytes(secret).unwrap().public()
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
