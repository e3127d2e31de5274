//! Whatever a flash holds when a device starts: no panic, no endless loop, and no key and nonce that were used before.
//!
//! ```text
//!  a life       sessions, epochs, frames in the log ─► an image of the flash at each turn of it, and all texts sealed
//!  an image     one of them, spoiled: bits flipped, cut off, units swapped, units of an older one, noise; or an old one whole
//!  a boot       open, load, resume, scan, seal data and alarms, store, send the backlog ─► against all texts
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "a test fails by panicking, and shares its parts with another"
)]

mod whole_system;

use std::collections::BTreeMap;

use iomt::reading::{Metric, Observation, Unit};
use iomt::storage::{FrameAddress, MAX_IMAGE, Storage as _, StoreReply, StoreRequest};
use iomt::time::{Duration, Instant};
use iomt::wire::{MAX_DATAGRAM, Space};
use whole_system::medium::{Chip, Flash, UNIT};
use whole_system::oracle::{RECIPIENTS, WireLog};
use whole_system::random::{Noise, Random, Source};
use whole_system::world::{CONFIG, DESCRIPTOR, Engine, HOUR, MINUTE, World, identity};

/// A build without optimisation takes a tenth of them.
const IMAGES: u64 = if cfg!(debug_assertions) {
    10_000
} else {
    100_000
};
/// After so many boots the log forgets what they have sealed; what the life has sealed it never forgets.
const REMEMBERED: u64 = 500;
/// Who calls storage or the engine more often in one boot is in a loop; the longest boot takes a tenth of it.
const CALLS: u32 = 2_000;
const READS: u64 = 15_000;

/// The flash at each turn of a life, oldest first, and the texts that the life has sealed.
fn live() -> (Vec<Chip>, WireLog) {
    let config = iomt::node::Config {
        session_age: HOUR.saturating_mul(2),
        ..CONFIG
    };
    let mut world = World::new(1, config);
    let mut images = Vec::new();
    for turn in 0..8 {
        images.push(world.flash.chip.borrow().clone());
        world.take_many(3, Duration::from_secs(1));
        // Frames stay in the log while nobody answers.
        world.cut(0);
        world.take_many(4 + turn, Duration::from_secs(1));
        let _ = world.take(Space::Alarm);
        world.run_for(MINUTE);
        images.push(world.flash.chip.borrow().clone());
        if turn % 2 == 0 {
            world.boot().unwrap();
        }
        world.mend(0);
        world.run_for(match turn % 3 {
            0 => HOUR.saturating_mul(3),
            _ => MINUTE,
        });
    }
    world.settle_oracles().unwrap();
    (images, world.oracles.wire)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Spoiled {
    BitFlips,
    CutOff,
    SwappedUnits,
    OldUnits,
    Overwritten,
    Noise,
    /// An old image as it was.
    Not,
}

/// Spoils an image; what was done to it.
fn spoil(bytes: &mut [u8], older: &[u8], random: &mut Random) -> Spoiled {
    let (len, units) = (bytes.len(), bytes.len() / UNIT);
    match random.below(20) {
        0..6 => {
            for _ in 0..=random.below(8) {
                // The slots of the images stand in front.
                let within = [2 * UNIT, len][random.index(2)];
                bytes[random.index(within)] ^= 1 << random.below(8);
            }
            Spoiled::BitFlips
        }
        6..9 => {
            let from = random.index(len);
            let fill = [0xFF, 0x00][random.index(2)];
            bytes[from..].fill(fill);
            Spoiled::CutOff
        }
        9..12 => {
            let (one, other) = (random.index(units) * UNIT, random.index(units) * UNIT);
            for offset in 0..UNIT {
                bytes.swap(one + offset, other + offset);
            }
            Spoiled::SwappedUnits
        }
        12..16 => {
            for unit in 0..units {
                if random.permille(300) {
                    let unit = unit * UNIT..(unit + 1) * UNIT;
                    bytes[unit.clone()].copy_from_slice(&older[unit]);
                }
            }
            Spoiled::OldUnits
        }
        16 | 17 => {
            let (at, from) = (random.index(len), random.index(len));
            let size = random.index(3_000).min(len - at.max(from));
            bytes.copy_within(from..from + size, at);
            Spoiled::Overwritten
        }
        18 => {
            bytes.fill_with(|| random.next().to_le_bytes()[0]);
            Spoiled::Noise
        }
        _ => Spoiled::Not,
    }
}

/// What a boot has done.
#[derive(Debug, Clone, Copy, Default)]
struct Done {
    sealed: u64,
    sent: u64,
    calls: u32,
    reads: u64,
}

/// A device that starts with a flash, for as long as it is watched.
struct Boot<'w> {
    engine: Box<Engine>,
    storage: whole_system::medium::Storage,
    source: Source,
    log: &'w mut WireLog,
    life: usize,
    calls: u32,
}

impl<'w> Boot<'w> {
    /// `None` where the device sees that it can not go on with what it finds.
    fn new(flash: &Flash, random: &mut Random, log: &'w mut WireLog, life: usize) -> Option<Self> {
        let mut source = Source::new(random.branch());
        if random.permille(30) {
            source.noise = Noise::Failing;
        }
        let mut storage = flash.open().ok()?;
        let mut image = [0; MAX_IMAGE];
        let len = storage.load_image(0, &mut image).ok()??;
        let mut engine = Box::new(Engine::new(identity(), DESCRIPTOR, CONFIG).unwrap());
        engine
            .resume(Instant::ZERO, &image[..len], &mut source)
            .ok()?;
        Some(Self {
            engine,
            storage,
            source,
            log,
            life,
            calls: 0,
        })
    }

    fn count_call(&mut self) {
        self.calls += 1;
        assert!(self.calls < CALLS, "it does not come to rest");
    }

    /// Seals what is taken, and sends it and whatever lies in the log, to nobody.
    fn run(mut self) -> Result<Done, String> {
        for second in 0..8 {
            let now = Instant::from_secs(second);
            self.work(now)?;
            for space in [Space::Data, Space::Alarm, Space::Data] {
                let value = (life_value(self.life) + second as i32).into();
                let (metric, unit) = (Metric::HEART_RATE, Unit::BEATS_PER_MINUTE);
                let reading = Observation::new(metric, unit, now, value);
                let _ = self.engine.send(now, space, &[reading]);
                self.work(now)?;
            }
        }
        let reads = self.storage.release().chip.borrow().reads;
        assert!(reads < READS, "{reads} reads");
        let stats = self.engine.stats();
        Ok(Done {
            sealed: stats.frames_sealed,
            sent: stats.frames_sent,
            calls: self.calls,
            reads,
        })
    }

    fn work(&mut self, now: Instant) -> Result<(), String> {
        let _ = self.engine.handle_timeout(now, &mut self.source);
        self.store(now)?;
        let mut out = [0; MAX_DATAGRAM];
        while let Some((peer, datagram)) = self.engine.poll_transmit_to(now, &mut out) {
            let sender = self.life * RECIPIENTS + peer.map_or(0, |peer| peer.0.into());
            self.log.note_sent(sender, datagram)?;
            self.count_call();
            self.store(now)?;
        }
        while self.engine.poll_event().is_some() {
            self.count_call();
        }
        Ok(())
    }

    fn store(&mut self, now: Instant) -> Result<(), String> {
        let (mut buffer, mut found) = ([0; MAX_DATAGRAM], [0; MAX_DATAGRAM]);
        while let Some(request) = self.engine.poll_store(now, &mut buffer) {
            if let StoreRequest::Frame { address, bytes } = request {
                self.log.note_stored(&address, bytes)?;
            }
            let engine = &mut self.engine;
            let note = &mut |address: FrameAddress| engine.handle_found(&address);
            let reply = self.storage.perform(&request, &mut found, note);
            if let StoreReply::Found { address, bytes } = reply {
                self.log.note_stored(&address, bytes)?;
            }
            self.engine.handle_stored(now, reply).unwrap();
            self.count_call();
        }
        Ok(())
    }
}

/// No two boots take the same values, so that what they seal under one nonce are two texts.
fn life_value(life: usize) -> i32 {
    i32::try_from(life % 1_000_000).unwrap() * 10
}

// IOMT-SEAL-013
#[test]
fn a_hundred_thousand_spoiled_flashes_yield_no_nonce_that_was_used() {
    let (images, sealed) = live();
    let mut random = Random::new(5);
    let mut log = sealed.clone();
    let mut outcomes: BTreeMap<(Spoiled, bool), u64> = BTreeMap::new();
    let mut all = Done::default();
    for round in 0..IMAGES {
        if round % REMEMBERED == 0 {
            log = sealed.clone();
        }
        let newer = random.index(images.len());
        let older = &images[random.index(newer + 1)];
        let mut chip = images[newer].clone();
        chip.reads = 0;
        let spoiled = spoil(&mut chip.bytes, &older.bytes, &mut random);
        let flash = Flash::new(chip);
        let life = 1_000 + usize::try_from(round).unwrap();
        let boot = Boot::new(&flash, &mut random, &mut log, life);
        let done = boot.map_or(Ok(Done::default()), Boot::run);
        assert!(
            done.is_ok(),
            "image {round}, {spoiled:?} of {newer}: {done:?}"
        );
        let done = done.unwrap_or_default();
        all = Done {
            sealed: all.sealed + done.sealed,
            sent: all.sent + done.sent,
            calls: all.calls.max(done.calls),
            reads: all.reads.max(done.reads),
        };
        *outcomes.entry((spoiled, done.sealed > 0)).or_default() += 1;
    }
    println!("{IMAGES} images; in all, and at most in one boot: {all:?}");
    for ((spoiled, seals), count) in &outcomes {
        println!(
            "  {spoiled:?}, {}: {count}",
            if *seals { "seals" } else { "does not" }
        );
    }
    let count = |spoiled, seals| outcomes.get(&(spoiled, seals)).copied().unwrap_or(0);
    assert!(count(Spoiled::Not, true) > IMAGES / 40);
    assert!(count(Spoiled::OldUnits, true) > IMAGES / 20);
    assert!(count(Spoiled::SwappedUnits, true) > IMAGES / 20);
    assert!(count(Spoiled::BitFlips, true) > IMAGES / 20);
    assert_eq!(count(Spoiled::Noise, true), 0);
    assert!(all.sealed > IMAGES * 5);
}

/// The oracle of this test sees what it is there for: a boot that goes on with an old image under the generator of the boot
/// before, which no device can tell.
#[test]
fn a_nonce_that_was_used_is_seen() {
    let (images, mut log) = live();
    let image = images.last().unwrap();
    let complaint = (0..2).find_map(|life| {
        let flash = Flash::new(image.clone());
        let boot = Boot::new(&flash, &mut Random::new(9), &mut log, life)?;
        boot.run().err()
    });
    assert!(complaint.is_some_and(|text| text.contains("two texts")));
}
