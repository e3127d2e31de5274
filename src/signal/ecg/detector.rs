use super::beats::BeatFinder;
use super::candidate::{Candidate, Maximum, MaximumFinder, REFRACTORY_MS};
use super::envelope::Envelope;
use super::front::FrontEnd;
use super::history::History;
use super::moment::Moment;
use super::shape::{SAME, SHAPE_STEP_MS, Template};
use crate::time::SampleRate;

/// An R peak: the tip of a QRS complex.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RPeak {
    /// The sample that it stands on, counted from 0 at the first one, lost ones included.
    pub index: u64,
    /// Its height above the signal around it in µV, ±32,767; negative when it points down.
    pub amplitude_uv: i32,
    /// Whether noise may have made it: there is much, and shape, interval or height are not the usual ones.
    pub is_doubtful: bool,
}

/// The detector does not work at this sample rate.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("R peaks can be found at 100 Hz to 1,000 Hz, not at {rate}")]
#[non_exhaustive]
pub struct UnsupportedRate {
    /// The rate that was asked for.
    pub rate: SampleRate,
}

/// How far to both sides of its middle the tip of a complex may be; wide ones last 200 ms.
const REACH_MS: u32 = 100;
/// Complexes below 0.15 mV are not counted (IEC 60601-2-27).
const FLOOR_UV: u32 = 150;

/// Finds R peaks in one ECG channel, one sample at a time.
///
/// | | |
/// |---|---|
/// | sample rate | 100 Hz to 1,000 Hz; from 400 Hz on, means of 2 to 5 samples are worked on |
/// | samples | any `i32`, any offset; what passes ±32 mV about the baseline saturates |
/// | complexes | from 0.15 mV, at most 250 a minute, whichever way they point |
/// | delay, usual | 0.35 s to 0.6 s after the peak |
/// | delay, largest | 2.5 s: for the first two seconds, and for beats found late |
/// | state | at most 2,560 bytes, whatever the rate |
/// | cost | integers only, no division but where a candidate is |
/// | source | Hamilton (Computers in Cardiology 29, 2002), after Pan and Tompkins (IEEE Trans. Biomed. Eng. 32, 1985) |
///
/// It learns for two seconds, and then gives the beats of these, too. Peaks come in order and
/// stand on the sample of the extremum; from 400 Hz on, within 2.5 ms of it.
///
/// ```
/// use iomt::signal::ecg::RPeakDetector;
/// use iomt::time::SampleRate;
///
/// # fn main() -> Result<(), iomt::signal::ecg::UnsupportedRate> {
/// let mut detector = RPeakDetector::new(SampleRate::hz(250), 1_000)?;
/// let spike = |n: i32| 1_000 - (n % 200 - 100).abs() * 100;
/// let samples = (0..2_000).map(|n| spike(n).max(0));
/// let mut peaks: Vec<u64> = samples
///     .filter_map(|sample| detector.push(sample))
///     .map(|peak| peak.index)
///     .collect();
/// peaks.extend(core::iter::from_fn(|| detector.flush()).map(|peak| peak.index));
/// assert_eq!(peaks, [100, 300, 500, 700, 900, 1_100, 1_300, 1_500, 1_700, 1_900]);
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
    template: Template,
    shape_step: usize,
    refractory: u32,
    reach: usize,
    now: Moment,
    /// The index of the first sample of the value that is made next.
    next_index: u64,
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
        let inner_hz = front.inner_hz(rate);
        let samples = |ms: u32| inner_hz * ms / 1_000;
        let envelope = Envelope::new(inner_hz);
        let floor = envelope.height_of(FLOOR_UV);
        Ok(Self {
            front,
            maxima: MaximumFinder::new(samples(REFRACTORY_MS)),
            beats: BeatFinder::new(inner_hz, floor),
            history: History::new(),
            template: Template::new(),
            shape_step: samples(SHAPE_STEP_MS).max(1) as usize,
            refractory: samples(REFRACTORY_MS),
            reach: samples(REACH_MS) as usize,
            envelope,
            now: Moment::START,
            next_index: 0,
        })
    }

    /// Takes the next sample in; gives an R peak that has become certain.
    pub fn push(&mut self, sample: i32) -> Option<RPeak> {
        let uv = self.front.push(sample)?;
        self.advance(uv);
        if !self.beats.is_due(self.now) {
            return None;
        }
        self.poll()
    }

    /// Says that `samples_lost` samples are missing before the next one pushed.
    ///
    /// The index moves on by as many. The filters start afresh; what a beat looks like is
    /// remembered. A beat that the gap cuts may be lost.
    pub fn gap(&mut self, samples_lost: u64) {
        let waiting = u64::from(self.front.waiting());
        let next_index = self.next_index.saturating_add(waiting);
        let next_index = next_index.saturating_add(samples_lost);
        self.drain();
        self.front.restart();
        self.envelope.clear();
        self.history.clear();
        let samples_lost = u32::try_from(samples_lost).unwrap_or(u32::MAX);
        let lost = samples_lost.checked_div(self.front.decimation());
        let lost = lost.unwrap_or(0).min(Moment::LONGEST_GAP);
        self.now = self.now.after(lost);
        self.next_index = next_index;
        self.beats.interrupt(self.now);
    }

    /// At the end of a recording, gives the R peaks still under way: one a call, then `None`.
    ///
    /// Samples pushed afterwards count as following a gap of none.
    pub fn flush(&mut self) -> Option<RPeak> {
        self.gap(0);
        self.poll()
    }

    #[inline(never)] // After a sample, and at the end.
    fn poll(&mut self) -> Option<RPeak> {
        let peak = self.beats.poll_peak(self.now)?;
        // A beat found late may be further back than the history; its shape is not learnt.
        let age = self.age_of(peak.index);
        if let Some(shape) = self.history.shape(age, self.shape_step) {
            self.template.learn(&shape);
        }
        Some(peak)
    }

    fn advance(&mut self, uv: i16) {
        self.history.push(uv);
        let height = self.envelope.push(&self.history);
        let steepest = |height: u32| match self.beats.may_take(height) {
            true => self.envelope.steepest(),
            false => 0,
        };
        if let Some(maximum) = self.maxima.push(self.now, height, steepest) {
            self.handle_maximum(&maximum);
        }
        self.now = self.now.after(1);
        let decimation = u64::from(self.front.decimation());
        self.next_index = self.next_index.saturating_add(decimation);
    }

    #[inline(never)] // A few times a second: the samples between need no such frame.
    fn handle_maximum(&mut self, maximum: &Maximum) {
        let middle = self.now.span_since(maximum.at) as usize + self.envelope.delay();
        let may_be_beat = self.beats.may_take(maximum.height);
        let tip = match may_be_beat {
            true => self.history.extremum(middle, self.reach),
            false => None,
        };
        let shape = tip.and_then(|tip| self.history.shape(tip.age, self.shape_step));
        self.beats.handle_candidate(Candidate {
            at: maximum.at,
            height: maximum.height,
            slope: maximum.slope,
            r_index: self.index_of(tip.map_or(middle, |tip| tip.age)),
            r_uv: tip.map_or(0, |tip| tip.uv),
            similarity: shape.map_or(SAME, |shape| self.template.similarity(&shape)),
        });
    }

    /// Goes on as if the last value lasted, until all that was seen is decided.
    fn drain(&mut self) {
        let last = self.history.newest();
        for _ in 0..self.envelope.memory() + self.refractory {
            self.history.hold();
            self.advance(last);
        }
    }

    /// The inverse of [`index_of`](Self::index_of).
    fn age_of(&self, index: u64) -> usize {
        let decimation = self.front.decimation();
        let since = self.next_index.saturating_sub(index);
        let since = u32::try_from(since).unwrap_or(u32::MAX);
        let age = since.saturating_add(decimation - 1).checked_div(decimation);
        age.unwrap_or(0) as usize
    }

    /// The caller's index of the middle of the samples that made the value of this age.
    fn index_of(&self, age: usize) -> u64 {
        let decimation = self.front.decimation();
        let since = age as u64 * u64::from(decimation);
        let first = self.next_index.saturating_sub(since);
        first.saturating_add(u64::from((decimation - 1) / 2))
    }
}
