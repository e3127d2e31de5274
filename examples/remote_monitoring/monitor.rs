//! The server: stores what comes, puts the signal together, finds beats, watches limits and silence.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use iomt::alarm::{Limit, LimitAlarm, Limits, Side, Staleness, Transition};
use iomt::node::{Error, Received, Server, ServerConfig, ServerEvent};
use iomt::pairing::Identity;
use iomt::pairing::label::LabelSecret;
use iomt::reading::{Metric, Observation, Unit, Waveform};
use iomt::signal::ecg::{HeartRate, RPeakDetector};
use iomt::time::{Duration, Instant, SampleRate};
use iomt::wire::{MAX_DATAGRAM, Record, RecordId};

use crate::chance::Chance;
use crate::report::{Alarm, AlarmKind};

/// Above this heart rate, for [`LIMIT_DELAY`], the alarm is raised.
pub(crate) const HIGH_BPM: i32 = 120;
/// Below this one.
pub(crate) const LOW_BPM: i32 = 50;
/// An alarm ends this far inside its limit.
const HYSTERESIS_BPM: i32 = 5;
const LIMIT_DELAY: Duration = Duration::from_secs(3);
/// Nothing new for so long is an alarm.
pub(crate) const STALE_AFTER: Duration = Duration::from_secs(5);

/// No beat for so long is an alarm: four seconds, and the two that the detector may take.
const NO_BEAT_AFTER: Duration = Duration::from_secs(6);

/// What is kept of a record.
#[derive(Debug, Clone, PartialEq)]
enum Row {
    Samples(Vec<i32>),
    Other(String),
    Unreadable(Vec<u8>),
}

pub(crate) struct Monitor {
    pub(crate) node: Server,
    rows: BTreeMap<RecordId, Row>,
    /// Frames that hold no readable envelope.
    unreadable: Vec<Vec<u8>>,
    /// Records that came once more, and were not stored again.
    pub(crate) rows_repeated: u64,
    /// Records of one identity and different content: there must be none.
    pub(crate) rows_in_conflict: u64,
    /// Observations that were stored.
    pub(crate) observations: u64,
    pub(crate) descriptors: u64,
    signal: Signal,
    /// The device's clock on this one, from the frame that came fastest.
    offset: Option<Duration>,
    staleness: Option<Staleness>,
    pub(crate) alarms: Vec<Alarm>,
    pub(crate) is_paired: bool,
    chance: Chance,
}

/// The signal, as far as it is whole, and what was found in it.
#[derive(Debug, Default)]
struct Signal {
    rate: Option<SampleRate>,
    samples: Vec<i32>,
    /// Blocks that came before the ones in front of them.
    ahead: BTreeMap<u64, Vec<i32>>,
    analysis: Option<Analysis>,
}

#[derive(Debug)]
struct Analysis {
    detector: RPeakDetector,
    heart_rate: HeartRate,
    limit: LimitAlarm,
    asystole: Staleness,
    beats: Vec<u64>,
    trend: Vec<(f64, f64)>,
}

impl Monitor {
    pub(crate) fn new(
        label: &[u8],
        now: Instant,
        mut chance: Chance,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let mut node = Server::new(Identity::generate(&mut chance)?, ServerConfig::DEFAULT);
        node.pair(now, &LabelSecret::new(label)?, &mut chance)?;
        Ok(Self {
            node,
            rows: BTreeMap::new(),
            unreadable: Vec::new(),
            rows_repeated: 0,
            rows_in_conflict: 0,
            observations: 0,
            descriptors: 0,
            signal: Signal::default(),
            offset: None,
            staleness: None,
            alarms: Vec::new(),
            is_paired: false,
            chance,
        })
    }

    /// The signal from its first sample on, without a gap.
    pub(crate) fn samples(&self) -> &[i32] {
        &self.signal.samples
    }

    pub(crate) fn beats(&self) -> &[u64] {
        self.signal
            .analysis
            .as_ref()
            .map_or(&[], |analysis| &analysis.beats)
    }

    /// Heart rate over time: seconds since the first sample, beats a minute.
    pub(crate) fn trend(&self) -> &[(f64, f64)] {
        self.signal
            .analysis
            .as_ref()
            .map_or(&[], |analysis| &analysis.trend)
    }

    /// Takes a packet from the gateway. What is wrong with it was counted by the node.
    pub(crate) fn receive(&mut self, now: Instant, mut packet: Vec<u8>) -> Result<(), Error> {
        let Ok(Received::Records(opened)) = self.node.handle_datagram(now, &mut packet) else {
            return Ok(());
        };
        let (Some(run), Ok(records)) = (opened.run(), opened.records()) else {
            // What is authentic and can not be read is kept as its bytes: else it is sent for ever.
            self.unreadable.push(opened.plaintext().to_vec());
            return self.node.handle_stored(now, opened.stored());
        };
        for (sequence, record) in records {
            let id = RecordId { run, sequence };
            match record {
                Ok(record) => self.store(now, id, &record),
                // What is authentic is kept, readable or not.
                Err(_) => {
                    self.insert(id, Row::Unreadable(opened.plaintext().to_vec()));
                }
            }
        }
        // Every record is stored: only now may the device forget it.
        self.node.handle_stored(now, opened.stored())
    }

    /// Does what is due, and hands out the packets to be sent.
    pub(crate) fn run(&mut self, now: Instant) -> Vec<Vec<u8>> {
        let _ = self.node.handle_timeout(now, &mut self.chance); // A handshake that fails is tried again.
        self.check_silence(now);
        while let Some(event) = self.node.poll_event() {
            self.is_paired |= matches!(event, ServerEvent::Paired { .. });
        }
        let mut packets = Vec::new();
        let mut buffer = [0; MAX_DATAGRAM];
        while let Some(packet) = self.node.poll_transmit(now, &mut buffer) {
            packets.push(packet.to_vec());
        }
        packets
    }

    /// When [`Monitor::run`] has something to do next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let silence = self.staleness.as_ref().and_then(Staleness::poll_timeout);
        [silence, self.node.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Ends the recording: no silence from now on is one to worry about.
    pub(crate) fn finish(&mut self) {
        self.staleness = None;
        if let Some(analysis) = &mut self.signal.analysis {
            while let Some(peak) = analysis.detector.flush() {
                analysis.beats.push(peak.index);
            }
        }
    }

    fn store(&mut self, now: Instant, id: RecordId, record: &Record<'_>) {
        let samples = match record {
            Record::Waveform(waveform) => samples_of(waveform),
            _ => None,
        };
        let row = match &samples {
            Some(samples) => Row::Samples(samples.clone()),
            None => Row::Other(format!("{record:?}")),
        };
        if self.insert(id, row) {
            self.take_in(now, record, samples);
        }
    }

    /// The unique key on a record's identity keeps one of each; whether this is the one.
    fn insert(&mut self, id: RecordId, row: Row) -> bool {
        match self.rows.entry(id) {
            Entry::Vacant(place) => {
                place.insert(row);
                return true;
            }
            Entry::Occupied(stored) if *stored.get() == row => self.rows_repeated += 1,
            Entry::Occupied(_) => self.rows_in_conflict += 1,
        }
        false
    }

    fn take_in(&mut self, now: Instant, record: &Record<'_>, samples: Option<Vec<i32>>) {
        match (record, samples) {
            (Record::Waveform(waveform), Some(samples)) => {
                let end = waveform
                    .rate
                    .instant_of(waveform.start, samples.len() as u64);
                self.note_time(now, end);
                let changes = self.signal.append(waveform, samples);
                self.take_changes(changes);
            }
            (Record::Observation(_), _) => self.observations += 1,
            (Record::Descriptor(_), _) => self.descriptors += 1,
            _ => {}
        }
    }

    /// Places the device's clock on this one: no frame comes before it was sent.
    fn note_time(&mut self, now: Instant, measured: Instant) {
        let transit = now - measured;
        let offset = self.offset.map_or(transit, |offset| offset.min(transit));
        self.offset = Some(offset);
        let here = measured + offset;
        self.staleness
            .get_or_insert_with(|| Staleness::new(here, STALE_AFTER))
            .note_reading(now, here);
    }

    fn check_silence(&mut self, now: Instant) {
        let Some(staleness) = &mut self.staleness else {
            return;
        };
        let Some(transition) = staleness.check(now) else {
            return;
        };
        // On the page's clock, whose zero is the first sample.
        let newest = staleness.newest();
        let measured = self.signal.seconds();
        let at = measured + (now - newest).as_millis() as f64 / 1_000.0;
        match transition {
            Transition::Raised(_) => self.alarms.push(Alarm {
                kind: AlarmKind::Stale,
                from_s: at,
                to_s: None,
                text: format!("No new ECG for {} s", STALE_AFTER.as_millis() / 1_000),
            }),
            Transition::Cleared(_) => self.end_alarm(AlarmKind::Stale, at),
        }
    }

    fn take_changes(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Raised(alarm) => self.alarms.push(alarm),
                Change::Cleared(kind, at) => self.end_alarm(kind, at),
            }
        }
    }

    fn end_alarm(&mut self, kind: AlarmKind, at: f64) {
        let open = self
            .alarms
            .iter_mut()
            .rev()
            .find(|alarm| alarm.kind == kind && alarm.to_s.is_none());
        if let Some(alarm) = open {
            alarm.to_s = Some(at);
        }
    }
}

impl Signal {
    /// How long the newest sample is after the first one, in seconds, blocks that came early included.
    fn seconds(&self) -> f64 {
        let Some(rate) = self.rate else { return 0.0 };
        let ahead = self
            .ahead
            .last_key_value()
            .map(|(index, samples)| index + samples.len() as u64);
        let count = ahead.unwrap_or_default().max(self.samples.len() as u64);
        rate.offset_of(count).as_micros() as f64 / 1e6
    }

    /// Puts a block in its place, and analyses what has become whole.
    fn append(&mut self, waveform: &Waveform<'_>, samples: Vec<i32>) -> Vec<Change> {
        self.rate = Some(waveform.rate);
        if self.analysis.is_none() {
            self.analysis = Analysis::new(waveform);
        }
        self.ahead.insert(waveform.first_index, samples);
        let mut changes = Vec::new();
        while let Some(block) = self.ahead.remove(&(self.samples.len() as u64)) {
            if let Some(analysis) = &mut self.analysis {
                changes.extend(analysis.push(self.samples.len(), &block, waveform.rate));
            }
            self.samples.extend(block);
        }
        changes
    }
}

impl Analysis {
    fn new(waveform: &Waveform<'_>) -> Option<Self> {
        let units_per_mv = (1.0 / waveform.scale.to_f64()).round();
        let threshold = |raise: i32, clear: i32| {
            Some(Limit {
                raise: raise.into(),
                clear: clear.into(),
            })
        };
        let limits = Limits {
            low: threshold(LOW_BPM, LOW_BPM + HYSTERESIS_BPM),
            high: threshold(HIGH_BPM, HIGH_BPM - HYSTERESIS_BPM),
            delay: LIMIT_DELAY,
            max_age: STALE_AFTER,
        };
        Some(Self {
            detector: RPeakDetector::new(waveform.rate, units_per_mv as u32).ok()?,
            heart_rate: HeartRate::new(waveform.rate),
            limit: LimitAlarm::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, limits),
            asystole: Staleness::new(Instant::ZERO, NO_BEAT_AFTER),
            beats: Vec::new(),
            trend: Vec::new(),
        })
    }

    /// Takes in a block; tells what has changed by its end, on the signal's own time.
    fn push(&mut self, first: usize, block: &[i32], rate: SampleRate) -> Vec<Change> {
        let end = (first + block.len()) as u64;
        let now = rate.instant_of(Instant::ZERO, end);
        for sample in block {
            if let Some(peak) = self.detector.push(*sample) {
                self.beats.push(peak.index);
                self.heart_rate.beat(peak.index);
                self.asystole
                    .note_reading(now, rate.instant_of(Instant::ZERO, peak.index));
            }
        }
        let seconds = now.as_micros() as f64 / 1e6;
        let bpm = self.heart_rate.bpm(end).map(i32::from);
        self.trend.extend(bpm.map(|bpm| (seconds, f64::from(bpm))));
        let limit = bpm.and_then(|bpm| self.check_limit(now, seconds, bpm));
        [self.check_beats(now, seconds), limit]
            .into_iter()
            .flatten()
            .collect()
    }

    fn check_limit(&mut self, now: Instant, seconds: f64, bpm: i32) -> Option<Change> {
        let unit = Unit::BEATS_PER_MINUTE;
        let rate = Observation::new(Metric::HEART_RATE, unit, now, bpm.into());
        Some(match self.limit.observe(now, &rate).ok()?? {
            Transition::Raised(side) => Change::raised(
                AlarmKind::Limit,
                seconds,
                match side {
                    Side::High => format!("Heart rate {bpm}/min, above {HIGH_BPM}/min"),
                    Side::Low => format!("Heart rate {bpm}/min, below {LOW_BPM}/min"),
                },
            ),
            Transition::Cleared(_) => Change::Cleared(AlarmKind::Limit, seconds),
        })
    }

    /// A heart that does not beat has no rate, so that no limit can tell it.
    fn check_beats(&mut self, now: Instant, seconds: f64) -> Option<Change> {
        Some(match self.asystole.check(now)? {
            Transition::Raised(_) => {
                let text = format!(
                    "No heart beat found for {} s",
                    NO_BEAT_AFTER.as_millis() / 1_000
                );
                Change::raised(AlarmKind::NoBeat, seconds, text)
            }
            Transition::Cleared(_) => Change::Cleared(AlarmKind::NoBeat, seconds),
        })
    }
}

/// An alarm begins, or one of this kind ends, in seconds since the first sample.
enum Change {
    Raised(Alarm),
    Cleared(AlarmKind, f64),
}

impl Change {
    fn raised(kind: AlarmKind, from_s: f64, text: String) -> Self {
        Self::Raised(Alarm {
            kind,
            from_s,
            to_s: None,
            text,
        })
    }
}

/// `None` for a block of a codec that this version lacks, or that is damaged.
fn samples_of(waveform: &Waveform<'_>) -> Option<Vec<i32>> {
    let mut samples = vec![0; usize::from(waveform.count)];
    waveform.decode(&mut samples).ok()?;
    Some(samples)
}
