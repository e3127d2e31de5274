//! Oracle: what was accepted is stored, once each, or named as lost.

use std::collections::BTreeMap;

use iomt::node::Keeping;
use iomt::time::Instant;
use iomt::wire::{RecordId, Run, Space, Tag};

use super::RECIPIENTS;
use super::naming::{Named, Names};
use super::shelf::Shelf;

/// A reading that a device has taken.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    pub space: Space,
    pub value: i32,
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
    RolledBack,
}

#[derive(Debug, Default)]
pub struct Ledger {
    readings: BTreeMap<(usize, Run, u64), Reading>,
    lives: Vec<Life>,
    /// Which device, when the image was taken, and when it was put back.
    restored: Vec<(usize, Instant, Instant)>,
    /// How many frames the devices of a lineage have said are lost.
    said_lost: BTreeMap<usize, u64>,
    values: i32,
}

impl Ledger {
    pub const fn next_value(&mut self) -> i32 {
        self.values += 1;
        self.values
    }

    pub fn begin_life(&mut self, lineage: usize, device: usize, keeping: Keeping) -> usize {
        self.lives.push(Life {
            lineage,
            device,
            keeping,
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

    /// A life has said this of so many frames in all.
    pub fn note_lost(&mut self, lineage: usize, frames: u64) {
        *self.said_lost.entry(lineage).or_default() += frames;
    }

    pub fn note_restored(&mut self, device: usize, taken: Instant, now: Instant) {
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

    /// All is over: looks for each reading at each recipient.
    ///
    /// `shelves` are those of one lineage. What is neither stored nor explained is a failure, and so is a row that
    /// nobody took, a row that is not what was taken, and more readings lost with the power than had no receipt.
    pub fn settle(&self, lineage: usize, shelves: &[&Shelf]) -> Result<Tally, String> {
        let mut tally = Tally::default();
        let mut gone: BTreeMap<usize, u64> = BTreeMap::new();
        for (place, shelf) in shelves.iter().enumerate() {
            self.check_rows(lineage, shelf)?;
            self.settle_place(lineage, place, shelf, &mut tally, &mut gone)?;
        }
        for (life, lost) in gone {
            let Life { ended, .. } = self.lives[life];
            let waiting = ended.map_or(0, |(_, waiting)| waiting);
            if lost > waiting {
                return Err(format!(
                    "{lost} readings are said to have gone with the power of life {life} of {lineage}, \
                     {waiting} frames had no receipt then"
                ));
            }
        }
        if !shelves.iter().any(|shelf| shelf.was_rolled_back) {
            self.check_words(lineage, tally.named)?;
        }
        Ok(tally)
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
        tally: &mut Tally,
        gone: &mut BTreeMap<usize, u64>,
    ) -> Result<(), String> {
        let mut spaces: BTreeMap<(Run, u8), Vec<u64>> = BTreeMap::new();
        let addressed = self.readings.iter();
        for ((_, run, sequence), reading) in
            addressed.filter(|((of, ..), reading)| *of == lineage && reading.to[place])
        {
            let space = spaces.entry((*run, reading.space.code())).or_default();
            space.push(*sequence);
        }
        for ((run, _), taken) in spaces {
            let reading = |sequence| &self.readings[&(lineage, run, sequence)];
            let space = reading(taken[0]).space;
            let is_excused = |sequence| {
                shelf.was_here(run, sequence) || self.went_with_an_image(reading(sequence))
            };
            let named = Names::new(shelf, run, space).judge(&taken, is_excused);
            for sequence in taken {
                let reading = reading(sequence);
                let fate = match (shelf.holds(run, sequence), named.get(&sequence)) {
                    (true, _) => Fate::Stored,
                    _ if is_excused(sequence) => Fate::RolledBack,
                    (_, Some(Named::Told)) => Fate::Named,
                    _ if self.was_named_in_ram(reading, place) => Fate::Untold,
                    (_, Some(Named::Cut)) => Fate::Cut,
                    _ if self.went_with_ram(reading) => Fate::InRam,
                    _ => return Err(self.complain(lineage, place, shelf, (run, sequence))),
                };
                if matches!(fate, Fate::Cut | Fate::InRam) {
                    *gone.entry(reading.life).or_default() += 1;
                }
                tally.note(fate);
            }
        }
        Ok(())
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
                "{named} readings of {lineage} are named as lost, its devices have named {said}"
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

    /// The device has named it, and has lost its power before the server was told.
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

impl Tally {
    const fn note(&mut self, fate: Fate) {
        *match fate {
            Fate::Stored => &mut self.stored,
            Fate::Named => &mut self.named,
            Fate::Cut => &mut self.cut,
            Fate::InRam => &mut self.in_ram,
            Fate::Untold => &mut self.untold,
            Fate::RolledBack => &mut self.rolled_back,
        } += 1;
    }
}
