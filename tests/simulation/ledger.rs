//! Oracle: what was accepted is stored, once each, or named as lost.

use std::collections::BTreeMap;

use iomt::node::Keeping;
use iomt::time::Instant;
use iomt::wire::{RecordId, Run, Space};

use super::counts::Counts;
use super::device::RECIPIENTS;
use super::store::Relation;

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
struct Life {
    device: usize,
    keeping: Keeping,
    ended: Option<Instant>,
}

#[derive(Debug, Default)]
pub struct Ledger {
    readings: BTreeMap<(usize, Run, u64), Reading>,
    lives: Vec<Life>,
    /// Which device, when the image was taken, and when it was put back.
    restored: Vec<(usize, Instant, Instant)>,
    values: i32,
}

impl Ledger {
    pub const fn next_value(&mut self) -> i32 {
        self.values += 1;
        self.values
    }

    pub fn begin_life(&mut self, _lineage: usize, device: usize, keeping: Keeping) -> usize {
        self.lives.push(Life {
            device,
            keeping,
            ended: None,
        });
        self.lives.len() - 1
    }

    pub fn end_life(&mut self, life: usize, now: Instant) {
        if let Some(life) = self.lives.get_mut(life) {
            life.ended = Some(now);
        }
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

    /// Whether a stored row is what was taken.
    pub fn check_stored(
        &self,
        lineage: usize,
        run: Run,
        sequence: u64,
        value: i32,
    ) -> Result<(), String> {
        match self.readings.get(&(lineage, run, sequence)) {
            Some(reading) if reading.value == value => Ok(()),
            other => Err(format!(
                "{run:?} {sequence} is stored as {value}, was taken as {other:?}"
            )),
        }
    }

    /// Looks for each reading of a recipient's: what is neither stored nor named is a failure.
    pub fn settle(
        &self,
        lineage: usize,
        place: usize,
        relation: &Relation,
        counts: &mut Counts,
    ) -> Result<(), String> {
        let named = relation.named();
        let of_lineage = self.readings.iter().filter(|((of, ..), _)| *of == lineage);
        for ((_, run, sequence), reading) in of_lineage.filter(|(_, reading)| reading.to[place]) {
            if relation.holds(*run, *sequence) {
                counts.stored += 1;
            } else if self.went_with_an_image(reading)
                || relation.was_rolled_back(*run, *sequence, reading.space)
            {
                counts.rolled_back += 1;
            } else if named
                .iter()
                .any(|loss| loss.covers(*run, *sequence, reading.space))
                || self.went_with_ram(reading)
                || self.was_named_in_ram(reading, place)
            {
                counts.lost += 1;
            } else {
                return Err(format!(
                    "neither stored nor named as lost at place {place} of {lineage}: {run:?} {sequence} {reading:?} {:?}; losses {:?}",
                    self.lives.get(reading.life),
                    relation.losses_of(*run),
                ));
            }
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::store::{Place, Record, Row};

    const RUN: Run = Run([1; 8]);

    fn ledger(keeping: Keeping) -> Ledger {
        let mut ledger = Ledger::default();
        ledger.begin_life(0, 0, keeping);
        let reading = Reading {
            space: Space::Data,
            value: 5,
            life: 0,
            at: Instant::ZERO,
            to: [true; RECIPIENTS],
            lost_to: [false; RECIPIENTS],
        };
        ledger.accept(0, id(1), reading).unwrap();
        assert!(
            ledger.accept(0, id(1), reading).is_err(),
            "one identity, twice"
        );
        ledger
    }

    const fn id(sequence: u64) -> RecordId {
        RecordId { run: RUN, sequence }
    }

    #[test]
    fn a_reading_that_is_nowhere_is_missed() {
        let ledger = ledger(Keeping::SessionAndFrames);
        let mut counts = Counts::default();
        let mut relation = Relation::default();
        assert!(ledger.settle(0, 0, &relation, &mut counts).is_err());

        let row = Row {
            run: RUN,
            sequence: 1,
            record: Record {
                tag: 2,
                body: vec![5],
            },
            value: Some(5),
            place: Place {
                epoch: [0; 16],
                space: 0,
                counter: 0,
            },
        };
        relation.insert(row.clone()).unwrap();
        assert!(ledger.settle(0, 0, &relation, &mut counts).is_ok());
        assert_eq!(counts.stored, 1);

        let other = Record {
            tag: 2,
            body: vec![6],
        };
        assert!(
            relation
                .insert(Row {
                    record: other,
                    ..row
                })
                .is_err()
        );
    }

    #[test]
    fn a_reading_stored_as_another_is_seen() {
        let ledger = ledger(Keeping::Nothing);
        assert!(ledger.check_stored(0, RUN, 1, 5).is_ok());
        assert!(ledger.check_stored(0, RUN, 1, 6).is_err());
        assert!(ledger.check_stored(0, RUN, 2, 5).is_err());
    }

    #[test]
    fn only_the_end_of_power_excuses_a_device_that_keeps_nothing() {
        let mut ledger = ledger(Keeping::Nothing);
        let (relation, mut counts) = (Relation::default(), Counts::default());
        assert!(ledger.settle(0, 0, &relation, &mut counts).is_err());
        ledger.end_life(0, Instant::ZERO);
        assert!(ledger.settle(0, 0, &relation, &mut counts).is_ok());
        assert_eq!(counts.lost, 1);
    }
}
