use super::beats::BeatFinder;
use super::candidate::{Candidate, Maximum, MaximumFinder};
use super::envelope::Envelope;
use super::front::FrontEnd;
use super::history::{Extremum, History};
use crate::time::SampleRate;

/// An R peak: the tip of a QRS complex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RPeak {
    /// The sample that it stands on, counted from 0 at the first one, lost ones included.
    pub index: u64,
    /// Its height above the signal around it in µV, ±32,767; negative when it points down.
    pub amplitude_uv: i32,
}

/// The detector does not work at this sample rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("R peaks can be found at 100 Hz to 1,000 Hz, not at {rate}")]
#[non_exhaustive]
pub struct UnsupportedRate {
    /// The rate that was asked for.
    pub rate: SampleRate,
}

/// 300 beats a minute are 200 ms apart, and no adult's ventricles conduct more than 250.
const REFRACTORY_MS: usize = 240;
/// The R peak is looked for this far to both sides of the middle of the complex.
const REACH_MS: usize = 80;
/// Complexes below 0.15 mV are noise (IEC 60601-2-27); so high is the envelope of one.
const FLOOR_UV: usize = 150;

/// Finds R peaks in one ECG channel, one sample at a time.
///
/// ```
/// use iomt::signal::ecg::RPeakDetector;
/// use iomt::time::SampleRate;
///
/// # fn main() -> Result<(), iomt::signal::ecg::UnsupportedRate> {
/// let mut detector = RPeakDetector::new(SampleRate::hz(250), 1_000)?;
/// for sample in [12, 15, 11] {
///     if let Some(peak) = detector.push(sample) {
///         assert!(peak.index < 3);
///     }
/// }
/// assert_eq!(detector.flush(), None);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct RPeakDetector {
    front: FrontEnd,
    envelope: Envelope,
    maxima: MaximumFinder,
    beats: BeatFinder,
    history: History,
    refractory: usize,
    reach: usize,
    /// Samples pushed, and lost.
    position: u64,
    /// Decimated samples.
    now: u64,
    /// The index of the sample at which `now` would have been 0; wraps below zero.
    origin: u64,
}

impl RPeakDetector {
    /// A detector for a channel of this sample rate, and this many units of a sample per mV.
    ///
    /// A gain of zero is taken as 1.
    ///
    /// # Errors
    ///
    /// [`UnsupportedRate`] below 100 Hz and above 1,000 Hz.
    pub fn new(rate: SampleRate, units_per_mv: u32) -> Result<Self, UnsupportedRate> {
        if !(100_000..=1_000_000).contains(&rate.as_millihertz()) {
            return Err(UnsupportedRate { rate });
        }
        let front = FrontEnd::new(rate, units_per_mv);
        let inner_hz = rate.as_millihertz() / front.decimation() / 1_000;
        let samples = |ms: usize| inner_hz as usize * ms / 1_000;
        let envelope = Envelope::new(inner_hz as usize);
        let floor = envelope.height_of(FLOOR_UV);
        Ok(Self {
            front,
            maxima: MaximumFinder::new(samples(REFRACTORY_MS) as u64),
            beats: BeatFinder::new(u64::from(inner_hz), floor),
            history: History::new(),
            refractory: samples(REFRACTORY_MS),
            reach: samples(REACH_MS),
            envelope,
            position: 0,
            now: 0,
            origin: 0,
        })
    }

    /// Takes the next sample in; gives an R peak that has become certain.
    pub fn push(&mut self, sample: i32) -> Option<RPeak> {
        self.position = self.position.saturating_add(1);
        let uv = self.front.push(sample)?;
        self.advance(uv);
        self.poll()
    }

    /// Says that `samples_lost` samples are missing before the next one pushed.
    ///
    /// The index moves on by as many. The filters start afresh; what a beat looks like is
    /// remembered. A beat that the gap cuts may be lost.
    pub fn gap(&mut self, samples_lost: u64) {
        self.drain();
        self.front.restart();
        self.envelope.clear();
        self.history = History::new();
        let decimation = u64::from(self.front.decimation());
        self.position = self.position.saturating_add(samples_lost);
        let lost = samples_lost.checked_div(decimation).unwrap_or_default();
        self.now = self.now.saturating_add(lost);
        self.origin = self
            .position
            .wrapping_sub(self.now.wrapping_mul(decimation));
        self.beats.interrupt(self.now);
    }

    /// At the end of a recording, gives the R peaks still under way: one a call, then `None`.
    ///
    /// Samples pushed afterwards count as following a gap of none.
    pub fn flush(&mut self) -> Option<RPeak> {
        self.gap(0);
        self.poll()
    }

    fn poll(&mut self) -> Option<RPeak> {
        let beat = self.beats.poll_beat(self.now)?;
        Some(RPeak {
            index: beat.r_index,
            amplitude_uv: beat.r_uv,
        })
    }

    fn advance(&mut self, uv: i16) {
        let maximum = self.maxima.push(Maximum {
            at: self.now,
            height: self.envelope.push(uv),
            slope: self.envelope.steepest(),
        });
        self.history.push(uv);
        if let Some(maximum) = maximum {
            let candidate = self.locate(maximum);
            self.beats.handle_candidate(candidate);
        }
        self.now = self.now.saturating_add(1);
    }

    /// Goes on as if the last value lasted, until all that was seen is decided.
    fn drain(&mut self) {
        let last = self.history.newest();
        for _ in 0..self.envelope.memory() + self.refractory {
            self.advance(last);
        }
    }

    fn locate(&self, maximum: Maximum) -> Candidate {
        let age = self.now.saturating_sub(maximum.at);
        let age = usize::try_from(age).unwrap_or(usize::MAX / 2) + self.envelope.delay();
        let tip = self.history.extremum(age, self.reach);
        let tip = tip.unwrap_or(Extremum { age, uv: 0 });
        Candidate {
            at: maximum.at,
            height: maximum.height.unsigned_abs(),
            slope: maximum.slope.unsigned_abs(),
            r_index: self.index_of(tip.age),
            r_uv: tip.uv,
        }
    }

    /// The caller's index of the middle of the samples that made the value of this age.
    fn index_of(&self, age: usize) -> u64 {
        let decimation = u64::from(self.front.decimation());
        let inner = self.now.saturating_sub(age as u64);
        let first = self.origin.wrapping_add(inner.wrapping_mul(decimation));
        first.wrapping_add((decimation - 1) / 2)
    }
}
