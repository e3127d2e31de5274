use std::collections::{BTreeMap, BTreeSet};

use iomt::node::NamedLoss;
use iomt::reading::Value;
use iomt::seal::{EpochTag, Loss, Opened};
use iomt::wire::{Record as Content, Run, Space, Tag};

/// A record as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub tag: Tag,
    pub body: Vec<u8>,
    /// The reading that it is; a descriptor is none.
    pub value: Option<i32>,
}

/// A record on its way into the database.
#[derive(Debug, Clone)]
pub struct Row {
    pub run: Run,
    pub sequence: u64,
    pub record: Record,
    pub place: Place,
}

/// The frame that a record came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub epoch: [u8; 16],
    pub space: u8,
    pub counter: u32,
}

/// What a recipient has of one device: its records, and what it was told is lost.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    records: BTreeMap<(Run, u64), Record>,
    losses: Vec<Loss>,
    /// Where each record came from, and what came in each frame: known for ever, whatever the database forgets.
    places: BTreeMap<(Run, u64), Place>,
    frames: BTreeMap<Place, (Run, u64)>,
    /// What was here, and what was named as lost here, and went with the restoration of a backup.
    rolled_back: BTreeSet<(Run, u64)>,
    named_before: Vec<Loss>,
    pub was_rolled_back: bool,
}

impl Shelf {
    /// "An equal key with different content is a conflict."
    ///
    /// One reading in two frames was sealed twice for one recipient; two in one place were sealed under one nonce.
    pub fn insert(&mut self, row: Row) -> Result<(), String> {
        let (key, place) = ((row.run, row.sequence), row.place);
        let known = *self.places.entry(key).or_insert(place);
        if known != place {
            return Err(format!("one reading in two frames: {row:?}, {known:?}"));
        }
        let (run, first) = *self.frames.entry(place).or_insert(key);
        if run != key.0 || first > key.1 {
            return Err(format!("one frame, two texts: {row:?}, {run:?} {first}"));
        }
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

    /// A loss that says nothing of whose it is could excuse anything.
    pub fn note_loss(&mut self, NamedLoss { loss, .. }: NamedLoss) -> Result<(), String> {
        self.losses.push(loss);
        match loss.run {
            Some(_) => Ok(()),
            None => Err(format!("a loss in no boot: {loss:?}")),
        }
    }

    pub fn holds(&self, run: Run, sequence: u64) -> bool {
        self.records.contains_key(&(run, sequence))
    }

    pub fn was_here(&self, run: Run, sequence: u64) -> bool {
        self.rolled_back.contains(&(run, sequence))
    }

    pub fn records(&self) -> impl Iterator<Item = (Run, u64, &Record)> {
        let records = self.records.iter();
        records.map(|((run, sequence), record)| (*run, *sequence, record))
    }

    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// The frames of one space in which records of this boot came, by their sequence.
    pub fn places_of(&self, run: Run, space: Space) -> impl Iterator<Item = (u64, Place)> {
        let of_run = self.places.range((run, 0)..=(run, u64::MAX));
        of_run
            .filter(move |(_, place)| place.space == space.code())
            .map(|((_, sequence), place)| (*sequence, *place))
    }

    /// All that was ever said to be lost of this boot and space.
    pub fn losses_of(&self, run: Run, space: Space) -> impl Iterator<Item = &Loss> {
        let losses = self.losses.iter().chain(&self.named_before);
        losses.filter(move |loss| loss.run == Some(run) && loss.space == space)
    }

    /// Puts a backup in the place of this.
    pub fn roll_back(&mut self, backup: &Self) {
        let here = self.records.keys();
        let gone = here.filter(|key| !backup.records.contains_key(key));
        self.rolled_back.extend(gone.copied());
        self.named_before.append(&mut self.losses);
        self.records.clone_from(&backup.records);
        self.losses.clone_from(&backup.losses);
        self.was_rolled_back = true;
    }
}

/// The records of a frame, as they go into a database.
pub fn rows_of(opened: &Opened<'_>) -> Result<Vec<Row>, String> {
    let place = Place {
        epoch: bytes_of(opened.epoch()),
        space: opened.space().code(),
        counter: opened.counter(),
    };
    let run = opened.run().ok_or("a frame of no boot")?;
    let wrong = |error| format!("{place:?}: {error}");
    let readings: BTreeMap<u64, i32> = opened
        .records()
        .map_err(wrong)?
        .filter_map(|(sequence, record)| match record {
            Ok(Content::Observation(observation)) => match observation.value {
                Value::Number(number) => Some((sequence, number.mantissa())),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let mut rows = Vec::new();
    for raw in opened.envelope().map_err(wrong)?.records() {
        let raw = raw.map_err(wrong)?;
        if raw.tag.is_numbered() {
            let record = Record {
                tag: raw.tag,
                body: raw.body.to_vec(),
                value: readings.get(&raw.sequence).copied(),
            };
            rows.push(Row {
                run,
                sequence: raw.sequence,
                record,
                place,
            });
        }
    }
    Ok(rows)
}

pub const fn bytes_of(tag: EpochTag) -> [u8; 16] {
    *tag.as_bytes()
}
