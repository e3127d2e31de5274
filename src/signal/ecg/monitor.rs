use super::detector::{RPeak, RPeakDetector, UnsupportedRate};
use super::pacing::PaceFilter;
use super::ventricular::VentricularWatch;
use crate::time::{Duration, SampleRate};

/// So long without a beat is asystole: the usual 4 s, and the usual delay of a beat.
const SILENCE: Duration = Duration::from_millis(4_600);
/// From a pulse in the atria to the beat of the ventricles.
const PACED_WITHIN: Duration = Duration::from_millis(300);
/// What fibrillation is told from: a window of 4 s, and another one a second later.
const WINDOWS: Duration = Duration::from_millis(5_000);
/// Pulses that are kept: a beat is told up to 2.5 s late.
const PULSES: usize = 16;

/// What the ventricles do.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VentricularRhythm {
    /// They beat, or nothing else is known yet.
    Beating,
    /// No beat for 4 s. A line that is flat because an electrode is off looks the same.
    Asystole,
    /// Waves without beats, 130 to 600 a minute: fibrillation, flutter, or a tachycardia without a rest
    /// between its beats.
    Fibrillation,
}

/// A beat, and whether a pacemaker made it.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beat {
    /// Where it is; doubtful, too, while the ventricles fibrillate.
    pub peak: RPeak,
    /// Whether a pulse of a pacemaker came within 0.3 s before it.
    pub is_paced: bool,
}

/// Another rhythm than before.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RhythmChange {
    /// The new one.
    pub rhythm: VentricularRhythm,
    /// The sample from which on it is seen: for asystole the last beat, for fibrillation the beginning of the
    /// windows that tell it, up to 2 s before it began.
    pub since: u64,
}

/// What a sample made certain; mostly nothing.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct EcgEvents {
    /// A beat.
    pub beat: Option<Beat>,
    /// The sample on which a pulse of a pacemaker began.
    pub pace_pulse: Option<u64>,
    /// Another rhythm.
    pub change: Option<RhythmChange>,
}

/// Watches one ECG channel: beats, pulses of a pacemaker, asystole and ventricular fibrillation.
///
/// ```text
/// sample ─> pulses taken out ─┬─> RPeakDetector ────────> beat, paced or not
///           (250 Hz and more) │        └─ none for 4 s ─> asystole
///                             └─> waves without a rest ─> fibrillation
/// ```
///
/// | | |
/// |---|---|
/// | beats | those of [`RPeakDetector`], with its rates, range and delay |
/// | pulses | jumps of 1.5 mV and more that go back within 2 ms, at 250 Hz and more; 1 to 2 samples late |
/// | asystole | 4.6 s after the last beat, after the start, or after a gap |
/// | fibrillation | 3 s to 6 s after it begins; from 0.1 mV; a low one is asystole |
/// | state | under 3,600 bytes |
/// | cost | integers only; twice that of the detector, and 256 values once a second for fibrillation |
/// | source | pulses and limits after IEC 60601-2-27; fibrillation by the VF filter of Kuo and Dillman (Computers in Cardiology, 1978) |
///
/// In 24 records of the MIT-BIH Arrhythmia Database it tells 100 of 109 s of ventricular flutter, and calls
/// 13 of 43,156 s without flutter so, all of them in the ventricular tachycardia of record 205; see
/// [`guide::signal`](crate::guide::signal). It is no medical device, and no alarm of one.
///
/// ```
/// use iomt::signal::ecg::{EcgMonitor, VentricularRhythm};
/// use iomt::time::SampleRate;
///
/// # fn main() -> Result<(), iomt::signal::ecg::UnsupportedRate> {
/// let mut monitor = EcgMonitor::new(SampleRate::hz(250), 1_000)?;
/// let beating = (0..2_000_i32).map(|n| (1_000 - (n % 200 - 100).abs() * 100).max(0));
/// let stopped = (0..1_250).map(|_| 0);
/// let changes = beating.chain(stopped).filter_map(|sample| monitor.push(sample).change);
/// let changes: Vec<_> = changes.map(|change| (change.rhythm, change.since)).collect();
/// assert_eq!(changes, [(VentricularRhythm::Asystole, 1_900)]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct EcgMonitor {
    pace_filter: PaceFilter,
    detector: RPeakDetector,
    watch: VentricularWatch,
    /// Samples pushed, and lost.
    position: u64,
    /// The last beat, or where the signal began.
    last: u64,
    rhythm: VentricularRhythm,
    /// The newest last; `u64::MAX` where there was none.
    pulses: [u64; PULSES],
    silence: u64,
    paced_within: u64,
    windows: u64,
}

impl EcgMonitor {
    /// A monitor for a channel of this sample rate, and this many units of a sample per mV.
    ///
    /// A gain of zero is taken as 1.
    ///
    /// # Errors
    ///
    /// [`UnsupportedRate`] below 100 Hz and above 1,000 Hz.
    pub fn new(rate: SampleRate, units_per_mv: u32) -> Result<Self, UnsupportedRate> {
        Ok(Self {
            pace_filter: PaceFilter::new(rate, units_per_mv),
            detector: RPeakDetector::new(rate, units_per_mv)?,
            watch: VentricularWatch::new(rate, units_per_mv),
            position: 0,
            last: 0,
            rhythm: VentricularRhythm::Beating,
            pulses: [u64::MAX; PULSES],
            silence: rate.samples_in(SILENCE),
            paced_within: rate.samples_in(PACED_WITHIN),
            windows: rate.samples_in(WINDOWS),
        })
    }

    /// Takes the next sample in; gives what has become certain.
    pub fn push(&mut self, sample: i32) -> EcgEvents {
        let (sample, began) = self.pace_filter.push(sample);
        let pace_pulse = began.map(|ago| self.position.saturating_sub(u64::from(ago)));
        if let Some(pulse) = pace_pulse {
            self.keep_pulse(pulse);
        }
        self.position = self.position.saturating_add(1);
        self.watch.push(sample);
        let peak = self.detector.push(sample);
        EcgEvents {
            beat: peak.map(|peak| self.take_beat(peak)),
            pace_pulse,
            change: self.change(),
        }
    }

    /// The rhythm that was told last; [`VentricularRhythm::Beating`] at the start.
    #[must_use]
    pub fn rhythm(&self) -> VentricularRhythm {
        self.rhythm
    }

    /// Says that `samples_lost` samples are missing before the next one pushed.
    ///
    /// The index moves on by as many; silence is counted from there on. [`EcgMonitor::flush`] first gives the
    /// beats still under way.
    pub fn gap(&mut self, samples_lost: u64) {
        self.detector.gap(samples_lost);
        self.watch.restart();
        self.pace_filter.restart();
        self.position = self.position.saturating_add(samples_lost);
        self.last = self.position;
    }

    /// At the end of a recording, gives the beats still under way: one a call, then `None`.
    pub fn flush(&mut self) -> Option<Beat> {
        let peak = self.detector.flush()?;
        Some(self.take_beat(peak))
    }

    fn take_beat(&mut self, peak: RPeak) -> Beat {
        self.last = self.last.max(peak.index);
        let is_near = |pulse: &u64| {
            let after = peak.index.checked_sub(*pulse);
            after.is_some_and(|after| after <= self.paced_within)
        };
        let is_paced = self.pulses.iter().any(is_near);
        let is_doubtful = peak.is_doubtful || self.watch.is_fibrillating();
        Beat {
            peak: RPeak {
                is_doubtful,
                ..peak
            },
            is_paced,
        }
    }

    fn keep_pulse(&mut self, pulse: u64) {
        self.pulses.rotate_left(1);
        if let Some(newest) = self.pulses.last_mut() {
            *newest = pulse;
        }
    }

    fn change(&mut self) -> Option<RhythmChange> {
        let is_silent = self.position.saturating_sub(self.last) > self.silence;
        let (rhythm, since) = match (self.watch.is_fibrillating(), is_silent) {
            (true, _) => {
                let since = self.position.saturating_sub(self.windows);
                (VentricularRhythm::Fibrillation, since)
            }
            (false, true) => (VentricularRhythm::Asystole, self.last),
            (false, false) => (VentricularRhythm::Beating, self.last),
        };
        let is_new = core::mem::replace(&mut self.rhythm, rhythm) != rhythm;
        is_new.then_some(RhythmChange { rhythm, since })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const RATE: SampleRate = SampleRate::hz(250);

    fn monitor() -> EcgMonitor {
        EcgMonitor::new(RATE, 1_000).unwrap()
    }

    /// A beat of 1.2 mV each 200 samples.
    fn beat(n: i32) -> i32 {
        (1_200 - (n % 200 - 100).abs() * 120).max(0)
    }

    fn wave(n: i32) -> i32 {
        (500.0 * (f64::from(n) * 0.11).sin()) as i32
    }

    fn changes(monitor: &mut EcgMonitor, samples: impl Iterator<Item = i32>) -> Vec<RhythmChange> {
        samples.filter_map(|x| monitor.push(x).change).collect()
    }

    #[test]
    fn a_heart_that_never_beat_is_asystole_from_the_start() {
        let told = changes(&mut monitor(), (0..2_000).map(|_| 17));
        let [change] = told[..] else {
            panic!("{told:?}")
        };
        assert_eq!(change.rhythm, VentricularRhythm::Asystole);
        assert_eq!(change.since, 0);
    }

    #[test]
    fn asystole_ends_with_a_beat() {
        let samples = (0..2_000)
            .map(beat)
            .chain([0; 2_000])
            .chain((0..2_000).map(beat));
        let told = changes(&mut monitor(), samples);
        let rhythms: Vec<_> = told.iter().map(|change| change.rhythm).collect();
        assert_eq!(
            rhythms,
            [VentricularRhythm::Asystole, VentricularRhythm::Beating]
        );
    }

    #[test]
    fn fibrillation_is_told_within_six_seconds_and_its_beats_are_doubtful() {
        let mut monitor = monitor();
        assert!(changes(&mut monitor, (0..3_000).map(beat)).is_empty());
        let mut told_at = None;
        for n in 0..4_000 {
            let events = monitor.push(wave(n));
            if let Some(change) = events.change {
                assert_eq!(change.rhythm, VentricularRhythm::Fibrillation);
                assert!((2_500..=3_250).contains(&change.since), "{change:?}");
                assert_eq!(told_at.replace(n), None);
            }
            assert!(told_at.is_none() || events.beat.is_none_or(|beat| beat.peak.is_doubtful));
        }
        assert!(told_at.is_some_and(|at| at <= 6 * 250), "{told_at:?}");
        let told = changes(&mut monitor, (0..3_000).map(beat));
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(monitor.rhythm(), VentricularRhythm::Beating);
    }

    #[test]
    fn pulses_without_capture_are_no_beats() {
        let mut monitor = monitor();
        assert!(changes(&mut monitor, (0..2_000).map(beat)).is_empty());
        let mut pulses = 0;
        for n in 0..2_000 {
            let events = monitor.push(if n % 200 == 100 { 30_000 } else { 0 });
            pulses += u32::from(events.pace_pulse.is_some());
            assert!(n < 300 || events.beat.is_none(), "{n}: {events:?}");
        }
        assert_eq!(pulses, 10);
        assert_eq!(monitor.rhythm(), VentricularRhythm::Asystole);
    }

    #[test]
    fn a_beat_after_a_pulse_is_paced() {
        for (paced, pulse_at) in [(true, 70), (false, 20), (false, 199)] {
            let mut monitor = monitor();
            let mut beats = Vec::new();
            for n in 0..3_000 {
                let pulse = if n % 200 == pulse_at { -8_000 } else { 0 };
                beats.extend(monitor.push(beat(n) + pulse).beat);
            }
            beats.extend(core::iter::from_fn(|| monitor.flush()));
            assert_eq!(beats.len(), 15);
            assert!(
                beats.iter().all(|beat| beat.is_paced == paced),
                "{pulse_at}"
            );
        }
    }

    #[test]
    fn silence_is_counted_anew_after_a_gap() {
        let mut monitor = monitor();
        assert!(changes(&mut monitor, (0..2_000).map(beat)).is_empty());
        monitor.gap(1_000_000);
        assert!(changes(&mut monitor, (0..1_100).map(|_| 0)).is_empty());
        let told = changes(&mut monitor, (0..100).map(|_| 0));
        assert_eq!(told.first().map(|change| change.since), Some(1_002_000));
    }

    #[test]
    fn takes_any_sample_at_any_rate() {
        for (hz, gain) in [(100, 0), (360, 1), (1_000, u32::MAX)] {
            let mut monitor = EcgMonitor::new(SampleRate::hz(hz), gain).unwrap();
            for n in 0..20_000_u32 {
                let sample = n.wrapping_mul(2_654_435_761).cast_signed();
                let events = monitor.push(sample >> (n / 700 % 30));
                assert!(
                    events
                        .beat
                        .is_none_or(|beat| beat.peak.index <= u64::from(n))
                );
            }
            monitor.gap(u64::MAX);
            let _ = (monitor.push(1), monitor.flush());
        }
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(size_of::<EcgMonitor>() < 3_600);
    }
}
