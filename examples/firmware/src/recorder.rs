//! The measuring side of the node: samples, beats, and the frames that they go into.

use heapless::Vec;
use iomt::node::{Device, Error};
use iomt::reading::codec::{self, CodecId, max_encoded_len};
use iomt::reading::{Decimal, Metric, Observation, Status, Unit, Value, Waveform};
use iomt::signal::ecg::{HeartRate, RPeakDetector, UnsupportedRate};
use iomt::time::{Duration, Instant, SampleRate};
use iomt::wire::{Space, WriteRecord};

use crate::board::OUTBOX;

mod ecg {
    include!(concat!(env!("OUT_DIR"), "/ecg.rs"));
}

/// How many samples a frame holds: half a second.
const BLOCK: usize = 125;
/// How many beats half a second can have, and those that become certain at the end of the signal.
const MAX_BEATS: usize = 8;

const RATE: SampleRate = SampleRate::hz(ecg::RATE_HZ);

/// Samples the signal, finds its beats, and sends both, a block at a time.
pub struct Recorder {
    started: Option<Instant>,
    detector: RPeakDetector,
    heart_rate: HeartRate,
    last_beat: Option<u64>,
    /// Of the block that is being filled: its first sample, the samples, and the beats that became certain in it.
    first: usize,
    samples: Vec<i32, BLOCK>,
    beats: Vec<Beat, MAX_BEATS>,
}

#[derive(Clone, Copy)]
struct Beat {
    index: u64,
    /// The samples since the beat before.
    interval: u64,
}

impl Recorder {
    /// # Errors
    ///
    /// None at this sample rate.
    pub fn new() -> Result<Self, UnsupportedRate> {
        Ok(Self {
            started: None,
            detector: RPeakDetector::new(RATE, ecg::UNITS_PER_MV)?,
            heart_rate: HeartRate::new(RATE),
            last_beat: None,
            first: 0,
            samples: Vec::new(),
            beats: Vec::new(),
        })
    }

    /// Takes the samples that the converter has by now, and sends the block where it is whole; returns how many
    /// samples were sent so far, where they are more now.
    ///
    /// # Errors
    ///
    /// As [`Device::send`]: the block is kept for the next call, and the samples behind it wait in the converter.
    pub fn run(
        &mut self,
        now: Instant,
        device: &mut Device<'_, OUTBOX>,
    ) -> Result<Option<usize>, Error> {
        let started = *self.started.get_or_insert(now);
        let due = usize::try_from(RATE.samples_in(now - started)).unwrap_or(usize::MAX);
        let next = self.first + self.samples.len();
        for sample in ecg::SAMPLES
            .iter()
            .take(due)
            .skip(next)
            .take(BLOCK - self.samples.len())
        {
            self.push((*sample).into());
        }
        let end = self.first + self.samples.len();
        let is_over = end == ecg::SAMPLES.len();
        if self.samples.is_empty() || !(self.samples.is_full() || is_over) {
            return Ok(None);
        }
        if is_over {
            while let Some(peak) = self.detector.flush() {
                self.note_beat(peak.index);
            }
        }
        self.send(now, started, device)?;
        self.first = end;
        self.samples.clear();
        self.beats.clear();
        Ok(Some(end))
    }

    fn push(&mut self, sample: i32) {
        let _ = self.samples.push(sample);
        if let Some(peak) = self.detector.push(sample) {
            self.note_beat(peak.index);
        }
    }

    fn note_beat(&mut self, index: u64) {
        self.heart_rate.beat(index);
        if let Some(last) = self.last_beat.replace(index) {
            let interval = index.saturating_sub(last);
            let _ = self.beats.push(Beat { index, interval });
        }
    }

    fn send(
        &self,
        now: Instant,
        started: Instant,
        device: &mut Device<'_, OUTBOX>,
    ) -> Result<(), Error> {
        let mut data = [0; max_encoded_len(BLOCK)];
        let len = codec::encode(&self.samples, &mut data).unwrap_or_default();
        let block = Waveform {
            metric: Metric::ECG_LEAD_II,
            unit: Unit::MILLIVOLT,
            start: RATE.instant_of(started, self.first as u64),
            rate: RATE,
            first_index: self.first as u64,
            scale: Decimal::new(5, -3),
            zero: ecg::ZERO,
            codec: CodecId::SMALL,
            count: self.samples.len() as u16,
            data: data.get(..len).unwrap_or_default(),
        };
        let mut readings: Vec<Observation, { 1 + MAX_BEATS }> = Vec::new();
        readings.extend(self.beats.iter().map(|beat| beat.reading(started)));
        readings.extend([self.rate(now)]);
        let mut records: Vec<&dyn WriteRecord, { 2 + MAX_BEATS }> = Vec::new();
        records.extend([&block as &dyn WriteRecord]);
        records.extend(readings.iter().map(|reading| reading as &dyn WriteRecord));
        device.send(now, Space::Data, &records).map(|_| ())
    }

    /// The heart rate at the end of the block.
    fn rate(&self, now: Instant) -> Observation {
        let end = (self.first + self.samples.len()) as u64;
        let (metric, unit) = (Metric::HEART_RATE, Unit::BEATS_PER_MINUTE);
        match self.heart_rate.bpm(end) {
            Some(bpm) => Observation::new(metric, unit, now, i32::from(bpm).into()),
            None => Observation {
                status: Status::NOT_AVAILABLE,
                ..Observation::new(metric, unit, now, Value::NotANumber)
            },
        }
    }
}

impl Beat {
    /// When the beat was, and how long after the one before.
    fn reading(&self, started: Instant) -> Observation {
        let interval: Duration = RATE.offset_of(self.interval);
        let millis = i32::try_from(interval.as_millis()).unwrap_or(i32::MAX);
        let time = RATE.instant_of(started, self.index);
        Observation::new(Metric::RR_INTERVAL, Unit::MILLISECOND, time, millis.into())
    }
}
