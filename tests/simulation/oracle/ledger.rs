//! Oracle: what was accepted is stored, once each, or named as lost.

use std::collections::{BTreeMap, BTreeSet};

use iomt::node::Keeping;
use iomt::storage::FrameAddress;
use iomt::time::Instant;
use iomt::wire::{RecordId, Run, Space, Tag};

use super::RECIPIENTS;
use super::naming::{Named, Names};
use super::shelf::{Row, Shelf};

/// A reading that a device has taken.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    pub space: Space,
    pub value: i32,
    /// The sequence of the first record of its frame.
    pub frame: u64,
    pub life: usize,
    pub at: Instant,
    /// Which recipients it was sealed for.
    pub to: [bool; RECIPIENTS],
    /// To which of them the device itself has said that it is lost.
    pub lost_to: [bool; RECIPIENTS],
}

/// One life of a device: from a start to the crash that ends it.
#[derive(Debug, Clone, Copy)]
pub struct Life {
    pub lineage: usize,
    pub device: usize,
    pub keeping: Keeping,
    pub began: Instant,
    /// When the power went, and how many frames had no receipt then: more can not go with it.
    pub ended: Option<(Instant, u64)>,
}

/// What became of readings, counted at each recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub stored: u64,
    /// The server was told which frames are lost, and why.
    pub named: u64,
    /// The server was told that the power failed in the epoch; they had no receipt then.
    pub cut: u64,
    /// They were only in RAM when the power went, of a device that keeps nothing and can tell nobody.
    pub in_ram: u64,
    /// The device had named them, and lost its power before the server was told.
    pub untold: u64,
    /// Gone with a rolled-back state: an image of the device, a backup of the store.
    pub rolled_back: u64,
}

impl Tally {
    pub const fn add(&mut self, other: &Self) {
        self.stored += other.stored;
        self.named += other.named;
        self.cut += other.cut;
        self.in_ram += other.in_ram;
        self.untold += other.untold;
        self.rolled_back += other.rolled_back;
    }
}

/// What explains that a reading is not where it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stored,
    Named,
    Cut,
    InRam,
    Untold,
    /// With the store, which was put back to a backup.
    RolledBack,
    /// With the device's flash, which was put back to an older image.
    WithImage,
}

/// A counter: the first bytes of its epoch's tag, its space, and itself.
pub type Counter = ([u8; 8], u8, u32);

/// What has become of a lineage's readings.
#[derive(Debug, Default)]
struct Verdict {
    tally: Tally,
    /// Frames that went with the power of a life.
    gone: BTreeMap<usize, u64>,
    /// Frames that are named as lost.
    named: u64,
}

#[derive(Debug, Default)]
pub struct Ledger {
    readings: BTreeMap<(usize, Run, u64), Reading>,
    lives: Vec<Life>,
    /// Which device, when the image was taken, and when it was put back.
    restored: Vec<(usize, Instant, Instant)>,
    /// How many frames the devices of a lineage have said are lost.
    said_lost: BTreeMap<usize, u64>,
    /// The frames of which storage has said that it has them.
    kept: BTreeSet<Counter>,
    /// Who may be taken for somebody else, by lineage and place.
    doubtful: BTreeSet<(usize, usize)>,
    /// The last alarms, and when they were taken.
    alarms: BTreeMap<(usize, Run, u64), Instant>,
    values: i32,
}

impl Ledger {
    pub const fn next_value(&mut self) -> i32 {
        self.values += 1;
        self.values
    }

    pub fn begin_life(
        &mut self,
        lineage: usize,
        device: usize,
        keeping: Keeping,
        began: Instant,
    ) -> usize {
        if keeping == Keeping::Nothing {
            // It makes itself known anew at each boot.
            self.note_doubtful(lineage);
        }
        self.lives.push(Life {
            lineage,
            device,
            keeping,
            began,
            ended: None,
        });
        self.lives.len() - 1
    }

    /// The power goes, and so many frames have no receipt.
    pub fn end_life(&mut self, life: usize, now: Instant, waiting: u64) {
        if let Some(life) = self.lives.get_mut(life) {
            life.ended = Some((now, waiting));
        }
    }

    /// Storage has answered that it has this frame.
    pub fn note_kept(&mut self, address: &FrameAddress) {
        let space = address.space.code();
        self.kept.insert((address.epoch, space, address.counter));
    }

    /// An image was put back, or the device was cloned: every recipient may find two of it.
    pub fn note_doubtful(&mut self, lineage: usize) {
        (0..RECIPIENTS).for_each(|place| self.note_doubtful_at(lineage, place));
    }

    /// The device, or this recipient's store, is not what it was when the two met last.
    pub fn note_doubtful_at(&mut self, lineage: usize, place: usize) {
        self.doubtful.insert((lineage, place));
    }

    /// "An honest device is never quarantined": whoever has lost nothing that was on storage is known again.
    pub fn check_quarantine(&self, lineage: usize, place: usize) -> Result<(), String> {
        match self.doubtful.contains(&(lineage, place)) {
            true => Ok(()),
            false => Err(format!(
                "the honest device {lineage} is quarantined at place {place}"
            )),
        }
    }

    /// A life has said this of so many frames in all.
    pub fn note_lost(&mut self, lineage: usize, frames: u64) {
        *self.said_lost.entry(lineage).or_default() += frames;
    }

    pub fn note_restored(&mut self, lineage: usize, device: usize, taken: Instant, now: Instant) {
        self.note_doubtful(lineage);
        self.restored.push((device, taken, now));
    }

    /// "a restored, re-paired or cloned device does not take an old identity for a new reading"
    pub fn accept(&mut self, lineage: usize, id: RecordId, reading: Reading) -> Result<(), String> {
        let key = (lineage, id.run, id.sequence);
        match self.readings.insert(key, reading) {
            None => Ok(()),
            Some(old) => Err(format!(
                "one identity, two readings: {id:?} {old:?} {reading:?}"
            )),
        }
    }

    /// When the lives of a lineage began.
    pub fn lives_of(&self, lineage: usize) -> impl Iterator<Item = Instant> {
        let lives = self.lives.iter();
        lives
            .filter(move |life| life.lineage == lineage)
            .map(|life| life.began)
    }

    /// The ticks of its device at which the reading in this row was taken.
    pub fn ticks_of(&self, lineage: usize, row: &Row) -> Option<Instant> {
        let reading = self.readings.get(&(lineage, row.run, row.sequence))?;
        let life = self.lives.get(reading.life)?;
        Some(Instant::ZERO + (reading.at - life.began))
    }

    /// An alarm was taken when all faults were over and the way to the first recipient was open.
    pub fn note_alarm(&mut self, lineage: usize, id: RecordId, now: Instant) {
        self.alarms.insert((lineage, id.run, id.sequence), now);
    }

    /// When the alarm was taken that now is stored.
    pub fn take_alarm(&mut self, lineage: usize, row: &Row) -> Option<Instant> {
        self.alarms.remove(&(lineage, row.run, row.sequence))
    }

    /// All is over: looks for each reading at each recipient.
    ///
    /// `shelves` are those of one lineage. What is neither stored nor explained is a failure, and so is a row that
    /// nobody took, a row that is not what was taken, and more readings lost with the power than had no receipt.
    pub fn settle(&self, lineage: usize, shelves: &[&Shelf]) -> Result<Tally, String> {
        let mut verdict = Verdict::default();
        for (place, shelf) in shelves.iter().enumerate() {
            self.check_rows(lineage, shelf)?;
            self.settle_place(lineage, place, shelf, &mut verdict)?;
        }
        for (life, lost) in verdict.gone {
            let Life { ended, .. } = self.lives[life];
            let waiting = ended.map_or(0, |(_, waiting)| waiting);
            if lost > waiting {
                return Err(format!(
                    "{lost} frames are said to have gone with the power of life {life} of {lineage}, \
                     {waiting} had no receipt then"
                ));
            }
        }
        if !shelves.iter().any(|shelf| shelf.was_rolled_back) {
            self.check_words(lineage, verdict.named)?;
        }
        Ok(verdict.tally)
    }

    /// Each row is a reading as it was taken, or a descriptor.
    fn check_rows(&self, lineage: usize, shelf: &Shelf) -> Result<(), String> {
        for (run, sequence, record) in shelf.records() {
            let taken = self.readings.get(&(lineage, run, sequence));
            match (taken, record.value) {
                (Some(reading), Some(value)) if reading.value == value => {}
                (None, None) if record.tag == Tag::DESCRIPTOR => {}
                _ => {
                    return Err(format!(
                        "{run:?} {sequence} is stored as {record:?}, was taken as {taken:?}"
                    ));
                }
            }
        }
        Ok(())
    }

    fn settle_place(
        &self,
        lineage: usize,
        place: usize,
        shelf: &Shelf,
        verdict: &mut Verdict,
    ) -> Result<(), String> {
        for ((run, _), frames) in self.frames_for(lineage, place) {
            let reading = |first| &self.readings[&(lineage, run, first)];
            let taken: Vec<u64> = frames.keys().copied().collect();
            let space = reading(taken[0]).space;
            let is_excused =
                |first| shelf.was_here(run, first) || self.went_with_an_image(reading(first));
            let named = Names::new(shelf, &self.kept, run, space).judge(&taken, is_excused);
            for (first, records) in frames {
                let reading = reading(first);
                let held = (first..first + records).filter(|own| shelf.holds(run, *own));
                let fate = match (held.count() as u64, named.get(&first)) {
                    (held, _) if held == records => Fate::Stored,
                    (1.., _) => return Err(format!("half of a frame is stored: {reading:?}")),
                    _ if shelf.was_here(run, first) => Fate::RolledBack,
                    _ if self.was_named_in_ram(reading, place) => match named.get(&first) {
                        Some(Named::Told) => Fate::Named,
                        _ => Fate::Untold,
                    },
                    _ if self.went_with_an_image(reading) => Fate::WithImage,
                    (_, Some(Named::Told)) => Fate::Named,
                    (_, Some(Named::Cut)) => Fate::Cut,
                    _ if self.went_with_ram(reading) => Fate::InRam,
                    _ => return Err(self.complain(lineage, place, shelf, (run, first))),
                };
                verdict.note(fate, reading.life, records);
            }
        }
        Ok(())
    }

    /// The frames that were taken for this recipient, by boot and space: the first record of each, and how many it has.
    fn frames_for(&self, lineage: usize, place: usize) -> BTreeMap<(Run, u8), BTreeMap<u64, u64>> {
        let mut spaces: BTreeMap<(Run, u8), BTreeMap<u64, u64>> = BTreeMap::new();
        let of_lineage = (lineage, Run([0; 8]), 0)..(lineage + 1, Run([0; 8]), 0);
        for ((_, run, _), reading) in self.readings.range(of_lineage) {
            if reading.to[place] {
                let frames = spaces.entry((*run, reading.space.code())).or_default();
                *frames.entry(reading.frame).or_default() += 1;
            }
        }
        spaces
    }

    fn complain(
        &self,
        lineage: usize,
        place: usize,
        shelf: &Shelf,
        (run, sequence): (Run, u64),
    ) -> String {
        let reading = self.readings[&(lineage, run, sequence)];
        let losses: Vec<_> = shelf.losses_of(run, reading.space).collect();
        let places: Vec<_> = shelf.places_of(run, reading.space).collect();
        format!(
            "neither stored nor named as lost at place {place} of {lineage}: {run:?} {sequence} {reading:?} {:?}; \
             losses {losses:?}; came {places:02x?}",
            self.lives.get(reading.life),
        )
    }

    /// What the server calls lost by the device's word, the device has said.
    fn check_words(&self, lineage: usize, named: u64) -> Result<(), String> {
        let said = self.said_lost.get(&lineage).copied().unwrap_or(0);
        match named <= said {
            true => Ok(()),
            false => Err(format!(
                "{named} frames of {lineage} are named as lost, its devices have named {said}"
            )),
        }
    }

    /// The flash that held it, or the memory of it, was overwritten with an older image.
    fn went_with_an_image(&self, reading: &Reading) -> bool {
        let Some(life) = self.lives.get(reading.life) else {
            return false;
        };
        self.restored.iter().any(|(device, taken, restored)| {
            *device == life.device && *taken <= reading.at && reading.at <= *restored
        })
    }

    /// The device has named it, and has lost its power before the server was told: "Losses are named in `outstanding`",
    /// which says it from RAM until it is reflected. It waited for no receipt, so it is none of the frames that may go with
    /// the power or with an image.
    fn was_named_in_ram(&self, reading: &Reading, place: usize) -> bool {
        let life = self.lives.get(reading.life);
        reading.lost_to[place] && life.is_some_and(|life| life.ended.is_some())
    }

    /// "power cut in RAM-only mode": nobody remembers what there was.
    fn went_with_ram(&self, reading: &Reading) -> bool {
        let life = self.lives.get(reading.life);
        life.is_some_and(|life| life.keeping == Keeping::Nothing && life.ended.is_some())
    }
}

impl Verdict {
    fn note(&mut self, fate: Fate, life: usize, records: u64) {
        let tally = &mut self.tally;
        *match fate {
            Fate::Stored => &mut tally.stored,
            Fate::Named => &mut tally.named,
            Fate::Cut => &mut tally.cut,
            Fate::InRam => &mut tally.in_ram,
            Fate::Untold => &mut tally.untold,
            Fate::RolledBack | Fate::WithImage => &mut tally.rolled_back,
        } += records;
        match fate {
            Fate::Named => self.named += 1,
            // What had a receipt when its life ended is stored, whatever became of the flash.
            Fate::Cut | Fate::InRam | Fate::WithImage => {
                *self.gone.entry(life).or_default() += 1;
            }
            Fate::Stored | Fate::Untold | Fate::RolledBack => {}
        }
    }
}
