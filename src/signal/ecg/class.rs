//! Which beats came from the ventricles.

mod evidence;
#[cfg(test)]
mod held_out;
mod morphology;

use self::evidence::Evidence;
use self::morphology::{Families, Traits};
use super::detector::{RPeak, UnsupportedRate};
use super::front::FrontEnd;
use super::recent::Recent;
use crate::time::{Duration, SampleRate};

/// Where a beat began.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeatClass {
    /// Above the ventricles: normal, bundle branch block, other supraventricular.
    Normal,
    /// In a ventricle.
    Ventricular,
}

/// Intervals that the usual one is the median of.
const INTERVALS: usize = 16;
/// Values of the past that are kept: 1.7 s or more.
const HISTORY_LEN: usize = 256;
/// Values of a complex, at 90 Hz to 180 Hz, and how many of them are before its tip.
const COMPLEX_LEN: usize = 32;
const BEFORE_TIP: u64 = 12;
/// No beat is waited for longer after the last one: 2 s, and the 0.6 s that a beat is usually told late.
const PATIENCE: Duration = Duration::from_millis(2_600);
/// The signal around an R peak, in 1/8 µV.
type Complex = [i16; COMPLEX_LEN];
/// The same as [`root_of`] has it.
type Roots = [i8; COMPLEX_LEN];
/// One, in ratios and shares.
const ONE: i32 = 1 << 13;

/// Tells ventricular beats from others, by shape and rhythm, one beat late.
///
/// It is pushed the same samples as an [`RPeakDetector`](super::RPeakDetector), and each of its
/// peaks; the class of a beat is there with the next beat, which shows whether a pause follows.
///
/// | | |
/// |---|---|
/// | samples | any `i32`, any offset; what passes ±4 mV about the baseline is cut |
/// | delay | one beat more than the detector's, or with [`settle`](Self::settle) at most 2.6 s after the peak |
/// | state | at most 1,024 bytes |
/// | cost | integers only; at a beat up to eight comparisons of 32 values, at five shifts |
/// | formula | Σ weight · feature above a limit, over eight features |
/// | source | likeness is Lin's concordance (Biometrics 45, 1989) about the means; the weights are of a logistic regression with a ridge (le Cessie and van Houwelingen, Appl. Stat. 41, 1992) |
///
/// A beat is ventricular when a weighted sum says so: of how unlike the dominant complex it is,
/// how wide, how early, how long the pause after it, how early and followed by pauses the beats of
/// its shape are in the mean, and, against it, how unlike anything known the last eight beats
/// were, as noise is. The dominant shape is one that is frequent over some 500 beats, not
/// premature and not wide: a ventricular rhythm of a minute does not become the usual one.
///
/// # How good it is
///
/// On 22 records of the MIT-BIH Arrhythmia Database without paced beats, first channel, counted
/// after EC57 with the beats of [`RPeakDetector`](super::RPeakDetector), from the sixth minute on:
/// sensitivity 96.1 %, positive predictivity 97.8 %; with weights fitted on the other records,
/// each record left out in turn, 95.7 % and 97.0 %. OSEA has 94.0 % and 96.2 %. On the second
/// channel, which nothing was fitted to, it has 81 % and 97 %: give it a lead in which the usual
/// beats are high, as lead II mostly is. What is missed, and what was tried, is in
/// [`guide::signal`](crate::guide::signal). The beats are those of `rpeaks --rate 360 --gain 200
/// --class`, an example of this crate.
///
/// ```
/// use iomt::signal::ecg::{BeatClass, BeatClassifier, RPeakDetector};
/// use iomt::time::SampleRate;
///
/// # fn main() -> Result<(), iomt::signal::ecg::UnsupportedRate> {
/// let rate = SampleRate::hz(250);
/// let mut detector = RPeakDetector::new(rate, 1_000)?;
/// let mut classifier = BeatClassifier::new(rate, 1_000)?;
/// let mut ventricular = 0;
/// for n in 0..2_000_i32 {
///     let sample = (1_000 - (n % 200 - 100).abs() * 100).max(0);
///     classifier.push(sample);
///     let beat = detector.push(sample).and_then(|peak| classifier.beat(&peak));
///     ventricular += u32::from(beat.is_some_and(|(_, class)| class == BeatClass::Ventricular));
/// }
/// assert_eq!(ventricular, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct BeatClassifier {
    front: FrontEnd,
    /// Values of the front end that are averaged into one, and samples that make one.
    averaged: u32,
    decimation: u64,
    sum: i32,
    count: u32,
    /// Each as [`root_of`] has it: exact to 4 % and within 4 mV, as shapes need.
    history: [i8; HISTORY_LEN],
    /// Values taken in, and the sample at which there were none; wraps below zero.
    now: u64,
    origin: u64,
    position: u64,
    /// Values since the start or the last gap.
    known: u64,
    value_us: i32,
    patience: u64,
    intervals: Recent<INTERVALS>,
    families: Families,
    pending: Option<Pending>,
}

impl BeatClass {
    fn of(evidence: Option<Evidence>) -> Self {
        match evidence.is_some_and(|evidence| evidence.score() > 0) {
            true => Self::Ventricular,
            false => Self::Normal,
        }
    }
}

/// A beat that waits for the next one.
#[derive(Debug, Clone)]
struct Pending {
    peak: RPeak,
    roots: Option<Roots>,
    before: i16,
    interval: u64,
    is_told: bool,
}

impl BeatClassifier {
    /// A classifier for a channel of this sample rate, and this many units of a sample per mV.
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
        let averaged = ((inner_hz + 60) / 120).max(1);
        let value_us = 1_000_000 * averaged / inner_hz.max(1);
        Ok(Self {
            decimation: u64::from(front.decimation()) * u64::from(averaged),
            front,
            averaged,
            sum: 0,
            count: 0,
            history: [0; HISTORY_LEN],
            now: 0,
            origin: 0,
            position: 0,
            known: 0,
            value_us: i32::try_from(value_us).unwrap_or(i32::MAX),
            patience: rate.samples_in(PATIENCE),
            intervals: Recent::new(),
            families: Families::new(),
            pending: None,
        })
    }

    /// Takes the next sample in.
    pub fn push(&mut self, sample: i32) {
        self.position = self.position.saturating_add(1);
        let Some(uv) = self.front.push(sample) else {
            return;
        };
        self.sum += i32::from(uv);
        self.count += 1;
        if self.count < self.averaged {
            return;
        }
        let count = i32::try_from(core::mem::take(&mut self.count)).unwrap_or(1);
        let mean = core::mem::take(&mut self.sum).checked_div(count);
        let slot = self
            .history
            .get_mut((self.now % HISTORY_LEN as u64) as usize);
        if let Some((slot, mean)) = slot.zip(mean) {
            *slot = root_of(mean);
        }
        self.now = self.now.saturating_add(1);
        self.known = self.known.saturating_add(1);
    }

    /// Says that `samples_lost` samples are missing before the next one pushed.
    ///
    /// Gives the beat before the gap; flush the detector, and hand its beats over, first.
    pub fn gap(&mut self, samples_lost: u64) -> Option<(RPeak, BeatClass)> {
        let last = self.flush();
        self.front.restart();
        (self.sum, self.count, self.known) = (0, 0, 0);
        self.position = self.position.saturating_add(samples_lost);
        let seen = self.now.wrapping_mul(self.decimation);
        self.origin = self.position.wrapping_sub(seen);
        last
    }

    /// Takes the next R peak in, and gives the class of the one before.
    pub fn beat(&mut self, peak: &RPeak) -> Option<(RPeak, BeatClass)> {
        let (before, evidence) = self.advance(peak)?;
        Some((before, BeatClass::of(evidence)))
    }

    /// The class of the last beat, once, where none has followed it for 2.6 s.
    ///
    /// To be asked after each sample, where a beat must not wait for the next one however long that takes.
    /// The pause is taken to be as long as it is by then, at twice the usual interval no longer one counts for
    /// more.
    pub fn settle(&mut self) -> Option<(RPeak, BeatClass)> {
        let position = self.position;
        let waiting = self.pending.as_mut().filter(|beat| {
            !beat.is_told && position.saturating_sub(beat.peak.index) > self.patience
        })?;
        waiting.is_told = true;
        let last = waiting.clone();
        let silence = position.saturating_sub(last.peak.index);
        let evidence = self.evidence(&last, silence);
        Some((last.peak, BeatClass::of(evidence)))
    }

    /// At the end of a recording, gives the class of the last beat.
    pub fn flush(&mut self) -> Option<(RPeak, BeatClass)> {
        let last = self.pending.take().filter(|last| !last.is_told)?;
        let evidence = self.evidence(&last, last.interval);
        Some((last.peak, BeatClass::of(evidence)))
    }

    /// Takes the next R peak in, and gives what speaks for a ventricle at the one before.
    fn advance(&mut self, peak: &RPeak) -> Option<(RPeak, Option<Evidence>)> {
        let before = self.pending.take();
        let gap = before
            .as_ref()
            .map(|before| peak.index.saturating_sub(before.peak.index));
        let usual = self.intervals.median().map(u64::from);
        let interval = gap.or(usual).unwrap_or(0);
        let waiting = before.filter(|before| !before.is_told);
        let told = waiting.map(|before| (before.peak, self.evidence(&before, interval)));
        self.pending = Some(Pending {
            peak: *peak,
            roots: self.roots_at(peak.index),
            before: ratio(interval, usual.unwrap_or(interval)),
            interval,
            is_told: false,
        });
        if gap.is_some() {
            self.intervals
                .push(u32::try_from(interval).unwrap_or(u32::MAX));
        }
        told
    }

    /// Nothing where the complex is not known.
    fn evidence(&mut self, beat: &Pending, interval: u64) -> Option<Evidence> {
        let usual = self.intervals.median().map_or(interval, u64::from);
        let complex = beat.roots?.map(value_of);
        let after = ratio(interval, usual);
        let traits = Traits::of(&complex, beat.before, after, self.value_us);
        self.families.evidence(&complex, traits)
    }

    /// `None` where the complex is not in the history as a whole.
    fn roots_at(&self, index: u64) -> Option<Roots> {
        let tip = index
            .checked_sub(self.origin)?
            .checked_div(self.decimation)?;
        let first = tip.checked_sub(BEFORE_TIP)?;
        let age = self.now.checked_sub(first)?;
        let kept = self.known.min(HISTORY_LEN as u64);
        if age < COMPLEX_LEN as u64 || age > kept {
            return None;
        }
        let mut roots = [0; COMPLEX_LEN];
        for (slot, at) in roots.iter_mut().zip(first..) {
            *slot = *self.history.get((at % HISTORY_LEN as u64) as usize)?;
        }
        Some(roots)
    }
}

/// √(4 |µV|), with its sign.
fn root_of(uv: i32) -> i8 {
    let root = uv.unsigned_abs().saturating_mul(4).isqrt();
    let root = i8::try_from(root).unwrap_or(i8::MAX);
    if uv < 0 { -root } else { root }
}

/// The inverse of [`root_of`], in 1/8 µV: the middle of what has this root, but for zero.
fn value_of(root: i8) -> i16 {
    let root = i16::from(root);
    2 * root * (root.abs() + root.signum().abs())
}

/// An interval over the usual one, 0.4 to 2.
fn ratio(interval: u64, usual: u64) -> i16 {
    let ratio = interval.saturating_mul(ONE as u64).checked_div(usual);
    let ratio = ratio.and_then(|ratio| i32::try_from(ratio).ok());
    let ratio = ratio.unwrap_or(2 * ONE).clamp(ONE * 2 / 5, 2 * ONE);
    i16::try_from(ratio).unwrap_or(i16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::ecg::RPeakDetector;
    use std::vec::Vec;

    /// Narrow beats 200 samples apart, every eighth one early, wide and turned over.
    fn samples() -> Vec<i32> {
        let mut samples = Vec::new();
        for beat in 0..64 {
            let is_early = beat % 8 == 7;
            let (at, half_width, height) = if is_early {
                (40, 20, -1_500)
            } else {
                (100, 6, 1_000)
            };
            let beat =
                (0..200_i32).map(|n| height * (half_width - (n - at).abs()).max(0) / half_width);
            samples.extend(beat);
        }
        samples
    }

    fn classes(samples: &[i32]) -> Vec<(u64, BeatClass)> {
        let rate = SampleRate::hz(250);
        let mut detector = RPeakDetector::new(rate, 1_000).unwrap();
        let mut classifier = BeatClassifier::new(rate, 1_000).unwrap();
        let mut classes = Vec::new();
        for sample in samples {
            classifier.push(*sample);
            let peak = detector.push(*sample);
            classes.extend(peak.and_then(|peak| classifier.beat(&peak)));
        }
        while let Some(peak) = detector.flush() {
            classes.extend(classifier.beat(&peak));
        }
        classes.extend(classifier.flush());
        classes
            .iter()
            .map(|(peak, class)| (peak.index, *class))
            .collect()
    }

    #[test]
    fn early_wide_beats_are_ventricular_and_no_others() {
        let classes = classes(&samples());
        assert_eq!(classes.len(), 64);
        for (index, class) in classes.iter().skip(8) {
            let is_early = index / 200 % 8 == 7;
            assert_eq!(*class == BeatClass::Ventricular, is_early, "at {index}");
        }
    }

    #[test]
    fn a_beat_that_none_follows_is_told_after_a_while_and_once() {
        let rate = SampleRate::hz(250);
        let mut detector = RPeakDetector::new(rate, 1_000).unwrap();
        let mut classifier = BeatClassifier::new(rate, 1_000).unwrap();
        let silence = [0; 2_000];
        let mut told = Vec::new();
        for (now, sample) in (0..).zip(samples().iter().chain(&silence).chain(&samples())) {
            classifier.push(*sample);
            let peak = detector.push(*sample);
            let beat = peak.and_then(|peak| classifier.beat(&peak));
            let settled = classifier.settle();
            assert!(
                settled.is_none() || (13_280..13_300).contains(&now),
                "{now}"
            );
            told.extend(beat.into_iter().chain(settled));
        }
        told.extend(classifier.flush());
        let indices: Vec<u64> = told.iter().map(|(peak, _)| peak.index).collect();
        assert!(indices.is_sorted_by(|a, b| a < b), "{indices:?}");
        assert!(indices.len() >= 127, "{}", indices.len());
        let without: Vec<_> = classes(&samples());
        let same = told
            .iter()
            .take(63)
            .map(|(peak, class)| (peak.index, *class));
        assert!(same.eq(without.into_iter().take(63)));
    }

    #[test]
    fn neither_extremes_nor_a_gap_nor_a_strange_index_harm() {
        let mut classifier = BeatClassifier::new(SampleRate::hz(100), 1).unwrap();
        let peak = |index| RPeak {
            index,
            amplitude_uv: 0,
            is_doubtful: false,
        };
        for round in 0..400 {
            let extremes = [i32::MIN, i32::MAX].repeat(20);
            extremes.iter().for_each(|sample| classifier.push(*sample));
            classifier.beat(&peak(round * 40));
        }
        assert!(classifier.gap(u64::MAX).is_some());
        assert_eq!(classifier.flush(), None);
        assert_eq!(classifier.beat(&peak(u64::MAX)), None);
        assert!(classifier.beat(&peak(0)).is_some());
    }

    #[test]
    fn what_is_kept_of_a_value_is_within_a_twenty_fifth_of_it() {
        for uv in -4_064..=4_064 {
            let error = (i32::from(value_of(root_of(uv))) / 8).abs_diff(uv);
            let allowed = uv.unsigned_abs() / 25 + 4;
            assert!(error <= allowed, "{uv} µV: {error} µV off");
        }
        assert_eq!([i32::MIN / 4, i32::MAX / 4].map(root_of), [-127, 127]);
    }

    #[test]
    fn it_is_small() {
        assert!(size_of::<BeatClassifier>() <= 1_024);
    }
}
