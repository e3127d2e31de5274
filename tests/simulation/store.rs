use std::collections::{BTreeMap, BTreeSet};

use iomt::node::{NamedLoss, Trust};
use iomt::seal::EpochTag;
use iomt::wire::{Hint, Run, Space};

/// A record as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub tag: u32,
    pub body: Vec<u8>,
}

/// A record on its way into the database.
#[derive(Debug, Clone)]
pub struct Row {
    pub run: Run,
    pub sequence: u64,
    pub record: Record,
    pub value: Option<i32>,
    pub place: Place,
}

/// The frame that a record came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub epoch: [u8; 16],
    pub space: u8,
    pub counter: u32,
}

/// One pairing in the database: the rows of its sessions, its records and losses.
#[derive(Debug, Clone, Default)]
pub struct Relation {
    pub version: u64,
    pub rows: [Option<Vec<u8>>; 2],
    pub hints: [Option<Hint>; 2],
    pub locators: Vec<[u8; 8]>,
    records: BTreeMap<(Run, u64), Record>,
    /// The first sequence of each stored frame.
    frames: BTreeMap<Place, (Run, u64)>,
    losses: Vec<NamedLoss>,
    /// What was here, and what was named as lost here, and went with the restoration of a backup.
    rolled_back: BTreeSet<(Run, u64)>,
    named_before: Vec<Named>,
}

/// A loss in terms of what was taken: between two stored readings.
#[derive(Debug, Clone)]
pub struct Named {
    run: Option<Run>,
    space: Space,
    above: Option<u64>,
    below: Option<u64>,
}

impl Named {
    pub fn covers(&self, run: Run, sequence: u64, space: Space) -> bool {
        self.run.is_none_or(|own| own == run)
            && self.space == space
            && self.above.is_none_or(|above| above < sequence)
            && self.below.is_none_or(|below| sequence < below)
    }
}

impl Relation {
    /// "An equal key with different content is a conflict."
    pub fn insert(&mut self, row: Row) -> Result<(), String> {
        let (key, place) = ((row.run, row.sequence), row.place);
        self.frames.entry(place).or_insert(key);
        match self.records.get(&key) {
            Some(known) if *known != row.record => {
                Err(format!("one identity, two contents: {row:?}, {known:?}"))
            }
            Some(_) => Ok(()),
            None => {
                self.records.insert(key, row.record);
                Ok(())
            }
        }
    }

    pub fn note_loss(&mut self, loss: NamedLoss) {
        self.losses.push(loss);
    }

    pub fn holds(&self, run: Run, sequence: u64) -> bool {
        self.records.contains_key(&(run, sequence))
    }

    pub fn was_rolled_back(&self, run: Run, sequence: u64, space: Space) -> bool {
        let mut named = self.named_before.iter();
        self.rolled_back.contains(&(run, sequence))
            || named.any(|loss| loss.covers(run, sequence, space))
    }

    pub fn len(&self) -> usize {
        self.records.len()
    }

    pub fn losses_of(&self, run: Run) -> Vec<&NamedLoss> {
        let of_run = |loss: &&NamedLoss| loss.loss.run.is_none_or(|own| own == run);
        self.losses.iter().filter(of_run).collect()
    }

    pub fn losses(&self) -> impl Iterator<Item = &NamedLoss> {
        self.losses.iter()
    }

    /// Puts a backup in the place of this.
    pub fn roll_back(&mut self, backup: &Self) {
        let gone = self
            .records
            .keys()
            .filter(|key| !backup.records.contains_key(key));
        let gone: BTreeSet<_> = gone.chain(&self.rolled_back).copied().collect();
        let named = [self.named(), core::mem::take(&mut self.named_before)].concat();
        let version = self.version + 1;
        *self = backup.clone();
        self.version = version;
        self.rolled_back = gone;
        self.named_before = named;
    }

    pub fn named(&self) -> Vec<Named> {
        self.losses
            .iter()
            .map(|loss| self.in_sequences(loss))
            .collect()
    }

    fn in_sequences(&self, NamedLoss { loss, .. }: &NamedLoss) -> Named {
        let EpochTagBytes(epoch) = loss.epoch.into();
        let space = loss.space.code();
        let place = |counter| Place {
            epoch,
            space,
            counter,
        };
        let below = self
            .frames
            .range(place(0)..place(loss.range.start))
            .next_back();
        let above = self
            .frames
            .range(place(loss.range.end)..=place(u32::MAX))
            .next();
        let run = loss.run.or(below.or(above).map(|(_, (run, _))| *run));
        Named {
            run,
            space: loss.space,
            above: below.map(|(_, (_, sequence))| *sequence),
            below: above.map(|(_, (_, sequence))| *sequence),
        }
    }
}

pub struct EpochTagBytes(pub [u8; 16]);

impl From<EpochTag> for EpochTagBytes {
    fn from(tag: EpochTag) -> Self {
        Self(*tag.as_bytes())
    }
}

pub const fn index_of(trust: Trust) -> usize {
    match trust {
        Trust::Trusted => 0,
        Trust::Quarantined => 1,
    }
}
