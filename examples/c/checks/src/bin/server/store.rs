//! What arrived, and what has to.
//!
//! Twelve seconds of ECG, block by block and sample by sample; the interval before every beat that this crate's own
//! detector finds in them; the heart rate, as an alarm; who the device is. All of it once, under one name a boot.

use std::collections::{BTreeMap, HashMap};

use iomt::node::NamedLoss;
use iomt::reading::{Metric, Observation, Unit};
use iomt::seal::{EpochTag, Loss, LossCause, Opened};
use iomt::signal::ecg::{HeartRate, RPeakDetector};
use iomt::time::{Instant, SampleRate};
use iomt::wire::{Record, Run, Space};

use crate::Outcome;

const RATE: SampleRate = SampleRate::hz(250);
const SECONDS: u64 = 12;
/// 75 a minute.
const BEATS: usize = 15;

/// A record as it was sent.
#[derive(Debug, PartialEq)]
enum Kept {
    Descriptor { model: String, serial: String },
    Block { first: u64, samples: Vec<i32> },
    Observation(Observation, Space),
}

#[derive(Default)]
pub struct Store {
    records: BTreeMap<(Run, u64), Kept>,
    /// In the order of their first records.
    boots: Vec<Run>,
    /// How many frames came.
    frames: HashMap<(EpochTag, Space), u32>,
    losses: Vec<Loss>,
}

impl Store {
    pub fn keep(&mut self, opened: &Opened<'_>) -> Outcome<()> {
        let run = opened.run().ok_or("a frame without a boot")?;
        if !self.boots.contains(&run) {
            self.boots.push(run);
        }
        *self
            .frames
            .entry((opened.epoch(), opened.space()))
            .or_default() += 1;
        for (sequence, record) in opened.records()? {
            let kept = Kept::new(&record?, opened.space())?;
            if let Some(before) = self.records.insert((run, sequence), kept) {
                return Err(format!("record {sequence} came twice: {before:?}").into());
            }
        }
        Ok(())
    }

    pub fn note_loss(&mut self, named: &NamedLoss) {
        self.losses.push(named.loss);
    }

    /// How many frames are stored.
    pub fn frames(&self) -> usize {
        self.frames.values().sum::<u32>() as usize
    }

    /// How much a boot, counted from 1, has sent, where it is what it has to be.
    pub fn check(&self, boot: usize) -> Outcome<String> {
        if self.boots.len() < boot || self.boots.len() > 2 {
            return Err(format!("records of {} boots", self.boots.len()).into());
        }
        self.check_losses()?;
        let run = *self.boots.get(boot - 1).ok_or("nothing came")?;
        let of_this_boot = self.records.range((run, 0)..=(run, u64::MAX));
        let mut left: Vec<&Kept> = of_this_boot.map(|(_, kept)| kept).collect();
        let expected = expected()?;
        for wanted in &expected {
            let place = left.iter().position(|kept| *kept == wanted);
            left.swap_remove(place.ok_or_else(|| format!("missing: {wanted:?}"))?);
        }
        match left.as_slice() {
            [] => Ok(format!(
                "{} records, each once: {SECONDS} s of ECG, {BEATS} beats, the heart rate, who the device is",
                expected.len()
            )),
            more => Err(format!("nobody has sent these: {more:?}").into()),
        }
    }
}

impl Store {
    /// Nothing is lost, but that nobody knows how much more a device that was turned off had taken, beyond what came.
    fn check_losses(&self) -> Outcome<()> {
        for loss in &self.losses {
            let came = self.frames.get(&(loss.epoch, loss.space)).copied();
            let came = came.unwrap_or_default();
            if loss.why != LossCause::Cut || !loss.is_open_ended() || loss.range.start != came {
                return Err(format!("{loss:?}, after {came} frames").into());
            }
        }
        Ok(())
    }
}

impl Kept {
    fn new(record: &Record<'_>, space: Space) -> Outcome<Self> {
        match record {
            Record::Observation(observation) => Ok(Self::Observation(*observation, space)),
            Record::Descriptor(descriptor) => Ok(Self::Descriptor {
                model: descriptor.model.into(),
                serial: descriptor.serial.into(),
            }),
            Record::Waveform(block)
                if block.rate == RATE && block.metric == Metric::ECG_LEAD_II =>
            {
                let mut samples = vec![0; block.count.into()];
                block.decode(&mut samples)?;
                let first = block.first_index;
                match block.start == at(first) {
                    true => Ok(Self::Block { first, samples }),
                    false => Err(format!("block {first} begins at {:?}", block.start).into()),
                }
            }
            other => Err(format!("a record that was not sent: {other:?}").into()),
        }
    }
}

/// When a sample is taken.
fn at(index: u64) -> Instant {
    RATE.instant_of(Instant::ZERO, index)
}

/// The heart of `sensor.c`.
fn sample(index: u64) -> Outcome<i32> {
    let from_peak = i32::try_from(index % 200)? - 100;
    let spike = 1_000 - 100 * from_peak.abs();
    Ok(spike.max(0) + i32::try_from(index % 50)? - 25)
}

/// What each boot sends.
fn expected() -> Outcome<Vec<Kept>> {
    let samples = (0..SECONDS * 250)
        .map(sample)
        .collect::<Outcome<Vec<_>>>()?;
    let (beats, bpm) = find_beats(&samples)?;
    if beats.len() != BEATS {
        return Err(format!("beats at {beats:?}").into());
    }
    let descriptor = Kept::Descriptor {
        model: "Sensor in C".into(),
        serial: "C-1".into(),
    };
    let blocks = (0..)
        .step_by(250)
        .zip(samples.chunks(250))
        .map(|(first, samples)| Kept::Block {
            first,
            samples: samples.into(),
        });
    let intervals = beats.windows(2).filter_map(|pair| {
        let [before, beat] = pair else { return None };
        let interval_ms = i32::try_from((beat - before) * 4).ok()?;
        let unit = Unit::MILLISECOND;
        let interval = Observation::new(Metric::RR_INTERVAL, unit, at(*beat), interval_ms.into());
        Some(Kept::Observation(interval, Space::Data))
    });
    let end = at(SECONDS * 250);
    let rate = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, end, bpm.into());
    let rate = Kept::Observation(rate, Space::Alarm);
    Ok([descriptor, rate]
        .into_iter()
        .chain(blocks)
        .chain(intervals)
        .collect())
}

/// Where the beats are, and the heart rate at the last sample.
fn find_beats(samples: &[i32]) -> Outcome<(Vec<u64>, i32)> {
    let mut detector = RPeakDetector::new(RATE, 1_000)?;
    let mut rate = HeartRate::new(RATE);
    let mut beats: Vec<u64> = samples
        .iter()
        .filter_map(|sample| detector.push(*sample))
        .map(|peak| peak.index)
        .collect();
    beats.iter().for_each(|beat| rate.beat(*beat));
    let bpm = rate
        .bpm(u64::try_from(samples.len())?)
        .ok_or("no heart rate")?;
    beats.extend(std::iter::from_fn(|| detector.flush()).map(|peak| peak.index));
    Ok((beats, bpm.into()))
}
