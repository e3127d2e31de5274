//! What is in the database: every record under its identity, and what is wrong with them.

use std::collections::BTreeMap;

use iomt::reading::{Metric, Observation, Value};
use iomt::seal::Opened;
use iomt::signal::ecg::{HeartRate, RPeakDetector};
use iomt::time::{Instant, SampleRate};
use iomt::wire::{Record, Run};

/// The signal that the node has in its flash.
pub(crate) mod ecg {
    include!(concat!(env!("OUT_DIR"), "/ecg.rs"));
}

/// One record, as far as it is compared.
#[derive(Debug, Clone, PartialEq)]
enum Row {
    Descriptor,
    Block {
        first: u64,
        start: Instant,
        samples: Vec<i32>,
    },
    /// The R peak's time, and the interval before it in milliseconds.
    Beat {
        time: Instant,
        interval_ms: f64,
    },
    Rate(Option<f64>),
    Unknown(String),
}

#[derive(Debug, Default)]
pub(crate) struct Records {
    /// By boot, oldest first.
    boots: Vec<(Run, BTreeMap<u64, Row>)>,
    pub(crate) repeated: usize,
}

/// What one boot of the device has brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Boot {
    pub(crate) samples: usize,
    pub(crate) beats: usize,
}

impl Records {
    pub(crate) fn insert(&mut self, opened: &Opened<'_>) {
        let (Some(run), Ok(records)) = (opened.run(), opened.records()) else {
            return;
        };
        if self.boots.iter().all(|(known, _)| *known != run) {
            self.boots.push((run, BTreeMap::new()));
        }
        let boot = self.boots.iter_mut().find(|(known, _)| *known == run);
        let Some((_, rows)) = boot else { return };
        for (sequence, record) in records {
            let row = record.map_or_else(
                |error| Row::Unknown(error.to_string()),
                |record| row_of(&record),
            );
            self.repeated += usize::from(rows.insert(sequence, row).is_some());
        }
    }

    pub(crate) fn boots(&self) -> usize {
        self.boots.len()
    }

    /// How many samples there are of a boot, from the first one to the first gap.
    pub(crate) fn samples(&self, boot: usize) -> usize {
        let Some((_, rows)) = self.boots.get(boot) else {
            return 0;
        };
        let mut next = 0;
        for row in rows.values() {
            if let Row::Block { first, samples, .. } = row
                && *first == next
            {
                next += samples.len() as u64;
            }
        }
        next as usize
    }

    /// Compares a boot with the signal and with the beats in it: nothing missing, nothing twice, everything in order.
    ///
    /// # Errors
    ///
    /// The first difference.
    pub(crate) fn check(&self, boot: usize) -> Result<Boot, String> {
        let (_, rows) = self.boots.get(boot).ok_or("nothing arrived")?;
        for (expected, sequence) in (0..).zip(rows.keys()) {
            if expected != *sequence {
                return Err(format!("record {expected} is missing"));
            }
        }
        let mut expected = Expected::new()?;
        let mut rows = rows.values();
        if rows.next() != Some(&Row::Descriptor) {
            return Err("the first record is not the descriptor".into());
        }
        while let Some(row) = rows.next() {
            for wanted in expected.after(row)? {
                let arrived = rows.next();
                if arrived != Some(&wanted) {
                    return Err(format!("{arrived:?} has arrived, not {wanted:?}"));
                }
            }
        }
        Ok(Boot {
            samples: expected.next,
            beats: expected.beats,
        })
    }
}

/// The node's own signal processing once more, on this machine.
struct Expected {
    next: usize,
    beats: usize,
    last_beat: Option<u64>,
    detector: RPeakDetector,
    heart_rate: HeartRate,
}

const RATE: SampleRate = SampleRate::hz(ecg::RATE_HZ);

impl Expected {
    fn new() -> Result<Self, String> {
        Ok(Self {
            next: 0,
            beats: 0,
            last_beat: None,
            detector: RPeakDetector::new(RATE, ecg::UNITS_PER_MV)
                .map_err(|error| error.to_string())?,
            heart_rate: HeartRate::new(RATE),
        })
    }

    /// What has to follow this block, which has to be the next.
    fn after(&mut self, row: &Row) -> Result<Vec<Row>, String> {
        let Row::Block {
            first,
            start,
            samples,
        } = row
        else {
            return Err(format!("{row:?} stands where a block has to be"));
        };
        let end = self.next + samples.len();
        let signal = ecg::SAMPLES
            .get(self.next..end)
            .ok_or("more samples than the signal has")?;
        if *first != self.next as u64
            || !signal
                .iter()
                .map(|sample| i32::from(*sample))
                .eq(samples.iter().copied())
        {
            return Err(format!(
                "the samples from {} on are not the signal's",
                self.next
            ));
        }
        let began = *start - RATE.offset_of(*first);
        let mut peaks: Vec<u64> = Vec::new();
        peaks.extend(
            samples
                .iter()
                .filter_map(|sample| self.detector.push(*sample))
                .map(|peak| peak.index),
        );
        if end == ecg::SAMPLES.len() {
            peaks.extend(std::iter::from_fn(|| self.detector.flush()).map(|peak| peak.index));
        }
        self.next = end;
        let mut rows: Vec<Row> = peaks
            .iter()
            .filter_map(|index| self.beat(began, *index))
            .collect();
        rows.push(Row::Rate(self.heart_rate.bpm(end as u64).map(f64::from)));
        Ok(rows)
    }

    fn beat(&mut self, began: Instant, index: u64) -> Option<Row> {
        self.heart_rate.beat(index);
        let last = self.last_beat.replace(index)?;
        self.beats += 1;
        Some(Row::Beat {
            time: RATE.instant_of(began, index),
            interval_ms: RATE.offset_of(index - last).as_millis() as f64,
        })
    }
}

fn row_of(record: &Record<'_>) -> Row {
    match record {
        Record::Descriptor(_) => Row::Descriptor,
        Record::Waveform(block) if block.zero == ecg::ZERO => {
            let mut samples = vec![0; usize::from(block.count)];
            match block.decode(&mut samples) {
                Ok(_) => Row::Block {
                    first: block.first_index,
                    start: block.start,
                    samples,
                },
                Err(error) => Row::Unknown(error.to_string()),
            }
        }
        Record::Observation(reading) if reading.metric == Metric::RR_INTERVAL => {
            match number(reading) {
                Some(interval_ms) => Row::Beat {
                    time: reading.time,
                    interval_ms,
                },
                None => Row::Unknown(format!("{reading:?}")),
            }
        }
        Record::Observation(reading) if reading.metric == Metric::HEART_RATE => {
            Row::Rate(number(reading))
        }
        other => Row::Unknown(format!("{other:?}")),
    }
}

fn number(reading: &Observation) -> Option<f64> {
    match reading.value {
        Value::Number(number) => Some(number.to_f64()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three seconds of a boot as an honest device sends them.
    fn boot() -> BTreeMap<u64, Row> {
        let mut expected = Expected::new().unwrap();
        let mut rows = vec![Row::Descriptor];
        for (index, samples) in ecg::SAMPLES[..750].chunks(125).enumerate() {
            let first = 125 * index as u64;
            let block = Row::Block {
                first,
                start: RATE.instant_of(Instant::from_secs(5), first),
                samples: samples.iter().map(|sample| i32::from(*sample)).collect(),
            };
            let readings = expected.after(&block).unwrap();
            rows.push(block);
            rows.extend(readings);
        }
        (0..).zip(rows).collect()
    }

    fn check(rows: BTreeMap<u64, Row>) -> Result<Boot, String> {
        let records = Records {
            boots: vec![(Run([0; 8]), rows)],
            repeated: 0,
        };
        records.check(0)
    }

    fn renumbered(rows: BTreeMap<u64, Row>) -> BTreeMap<u64, Row> {
        (0..).zip(rows.into_values()).collect()
    }

    #[test]
    fn takes_what_an_honest_device_sends() {
        let beats = boot()
            .values()
            .filter(|row| matches!(row, Row::Beat { .. }))
            .count();
        assert_eq!(
            check(boot()),
            Ok(Boot {
                samples: 750,
                beats
            })
        );
        assert!(beats > 0);
    }

    #[test]
    fn misses_every_record_that_is_not_there() {
        for sequence in boot().into_keys() {
            let mut rows = boot();
            rows.remove(&sequence);
            assert!(check(rows.clone()).is_err(), "{sequence}");
            assert!(
                check(renumbered(rows)).is_err(),
                "{sequence}, the others numbered anew"
            );
        }
    }

    #[test]
    fn sees_samples_that_are_changed_repeated_or_swapped() {
        let places: Vec<u64> = boot()
            .iter()
            .filter(|(_, row)| matches!(row, Row::Block { .. }))
            .map(|(at, _)| *at)
            .collect();
        let [.., one, other] = places[..] else {
            panic!("no blocks")
        };

        let mut changed = boot();
        if let Some(Row::Block { samples, .. }) = changed.get_mut(&one) {
            samples[60] += 1;
        }
        assert!(check(changed).is_err());

        let mut repeated = boot();
        repeated.insert(other, repeated[&one].clone());
        assert!(check(repeated).is_err());

        let mut swapped = boot();
        swapped.insert(other, boot()[&one].clone());
        swapped.insert(one, boot()[&other].clone());
        assert!(check(swapped).is_err());
    }
}
