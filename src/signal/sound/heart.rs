use thiserror::Error;

use super::pauses::Pauses;
use crate::signal::float::sqrt;
use crate::signal::{Cascade, CascadeState, Design};
use crate::time::SampleRate;

/// Values of the envelope a second.
const ENVELOPE_HZ: u32 = 50;
/// S1 and S2 lie between; murmurs and speech go higher.
const LOW_HZ: f64 = 25.0;
const HIGH_HZ: f64 = 150.0;
const SLOWEST_MILLIHERTZ: u32 = 400_000;
/// S1 and S2 are no nearer: systole lasts at least 0.15 s.
const APART: u32 = 8;
/// Sounds further apart are not of one beat: systole and diastole below 1.6 s.
const LONGEST: u32 = 80;
/// A sound rises above so much of those before; S2 is often a third of S1.
const SHARE: f32 = 0.3;
/// A sound is above so many times the median-like floor between sounds.
const ABOVE_FLOOR: f32 = 2.0;
/// Weights of a sound in the level, and of a value in the floor.
const LEARNT: f32 = 0.2;
const FLOOR_SHARE: f32 = 0.02;
/// The first level is the largest within 2 s.
const START: u32 = 2 * ENVELOPE_HZ;
/// After so long without a sound the level sinks, by half each second.
const PATIENCE: u32 = 2 * ENVELOPE_HZ;

/// Which sound of the heart.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SoundKind {
    /// The atrioventricular valves close: systole begins.
    First,
    /// The semilunar valves close: diastole begins.
    Second,
    /// Pauses are too alike, or too few came.
    Unknown,
}

/// A heart sound.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeartSound {
    /// The middle of the sound's loudest 20 ms, as a sample index from 0.
    pub index: u64,
    /// Which it is.
    pub kind: SoundKind,
}

/// A rate at which heart sounds can not be heard.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("heart sounds need at least 400 samples a second, and at most 50,000")]
pub struct TooSlow;

/// Finds the first and the second heart sound, sample by sample, at rest.
///
/// Sounds are maxima of the root of the energy between 25 Hz and 150 Hz; of the pauses between
/// them, the shorter one is systole at rest (Liang et al., *Heart sound segmentation
/// algorithm based on heart sound envelogram*, Computers in Cardiology 24, 1997).
///
/// | | |
/// |---|---|
/// | formula | e = √(Σ x² / n) over 20 ms; maxima above 0.3 of those before and twice the floor |
/// | rate of samples | 400 Hz to 50 kHz |
/// | range | 38 to 120 beats a minute; faster, systole is as long as diastole, and the kind is unknown |
/// | delay | 0.16 s; 2 s at the start; the kind from the fourth sound on |
/// | state | under 300 bytes |
/// | cost | 20 multiplications a sample, a root each 20 ms |
///
/// Murmurs as loud as the sounds, and a third sound, are taken for sounds. What is no number counts as the
/// sample before; call [`HeartSoundDetector::reset`] after a gap.
#[derive(Debug, Clone)]
pub struct HeartSoundDetector {
    filter: Cascade<f32, 2>,
    state: CascadeState<f32, 2>,
    block: u32,
    filled: u32,
    energy: f32,
    samples: u64,
    /// Values of the envelope since the beginning, or the last reset.
    age: u32,
    level: f32,
    floor: f32,
    candidate: Option<Candidate>,
    since_sound: Option<u32>,
    /// In values of the envelope.
    pauses: Pauses,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    value: f32,
    index: u64,
    age: u32,
}

impl HeartSoundDetector {
    /// A detector for samples at `rate`.
    ///
    /// # Errors
    ///
    /// [`TooSlow`] where the band does not fit into the rate.
    pub fn new(rate: SampleRate) -> Result<Self, TooSlow> {
        if rate.as_millihertz() < SLOWEST_MILLIHERTZ {
            return Err(TooSlow);
        }
        let design = Design::<2>::try_band_pass(rate, LOW_HZ, HIGH_HZ).map_err(|_| TooSlow)?;
        Ok(Self {
            filter: design.try_to_f32().map_err(|_| TooSlow)?,
            state: CascadeState::new(),
            block: (rate.as_millihertz() / (1_000 * ENVELOPE_HZ)).max(1),
            filled: 0,
            energy: 0.0,
            samples: 0,
            age: 0,
            level: 0.0,
            floor: 0.0,
            candidate: None,
            since_sound: None,
            pauses: Pauses::default(),
        })
    }

    /// Takes a sample in; the sound that it makes sure.
    pub fn push(&mut self, sample: f32) -> Option<HeartSound> {
        self.samples = self.samples.saturating_add(1);
        // Beyond any microphone, and safe to square and add.
        let sample = sample.clamp(-1e9, 1e9);
        let value = self.filter.process(&mut self.state, sample);
        self.energy += value * value;
        self.filled += 1;
        if self.filled < self.block {
            return None;
        }
        let value = sqrt(self.energy / self.block as f32);
        (self.energy, self.filled) = (0.0, 0);
        self.age = self.age.saturating_add(1);
        if self.age <= START {
            self.level = self.level.max(value);
            self.follow_floor(value);
            return None;
        }
        self.look(value);
        self.follow_floor(value);
        self.complete()
    }

    /// Beats a minute by the last pauses; none before systole and diastole are known.
    #[must_use]
    pub fn per_minute(&self) -> Option<f32> {
        let beat = self.pauses.beat()?;
        let silent = self.since_sound.is_none_or(|since| since > LONGEST);
        let rate = 60.0 * ENVELOPE_HZ as f32 / beat;
        (!silent && rate.is_finite()).then_some(rate)
    }

    /// Forgets what was before a gap of `missing` samples; indices go on after it.
    pub fn reset(&mut self, missing: u64) {
        self.state = CascadeState::new();
        self.samples = self.samples.saturating_add(missing);
        (self.filled, self.energy, self.age) = (0, 0.0, 0);
        (self.level, self.floor) = (0.0, 0.0);
        (self.candidate, self.since_sound) = (None, None);
        self.pauses = Pauses::default();
    }

    /// Down at once by half the way, up slowly: it lies where it is quiet.
    fn follow_floor(&mut self, value: f32) {
        let share = if value < self.floor { 0.5 } else { FLOOR_SHARE };
        self.floor += share * (value - self.floor);
    }

    fn look(&mut self, value: f32) {
        self.since_sound = self.since_sound.map(|since| since.saturating_add(1));
        if self.since_sound.is_none_or(|since| since > PATIENCE) {
            self.level -= self.level * core::f32::consts::LN_2 / ENVELOPE_HZ as f32;
        }
        if let Some(candidate) = &mut self.candidate {
            candidate.age += 1;
        }
        let early = self.since_sound.is_some_and(|since| since < APART);
        let loud = value > SHARE * self.level && value > ABOVE_FLOOR * self.floor && value > 0.0;
        let lower = self.candidate.is_some_and(|other| other.value >= value);
        if loud && !lower && !(early && self.candidate.is_none()) {
            self.candidate = Some(Candidate {
                value,
                index: self.samples.saturating_sub(u64::from(self.block / 2)),
                age: 0,
            });
        }
    }

    /// No louder one came within 0.16 s.
    fn complete(&mut self) -> Option<HeartSound> {
        let candidate = self.candidate.take_if(|candidate| candidate.age >= APART)?;
        self.level += LEARNT * (candidate.value.min(2.0 * self.level) - self.level);
        let pause = self
            .since_sound
            .map(|since| since.saturating_sub(candidate.age));
        self.since_sound = Some(candidate.age);
        Some(HeartSound {
            index: candidate.index,
            kind: self.kind(pause),
        })
    }

    /// Systole, the shorter pause at rest, ends with the second sound.
    fn kind(&mut self, pause: Option<u32>) -> SoundKind {
        let pause = pause.filter(|pause| *pause <= LONGEST);
        match pause.and_then(|pause| self.pauses.is_long(pause as f32)) {
            Some(true) => SoundKind::First,
            Some(false) => SoundKind::Second,
            None => SoundKind::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Beats of S1 at 0 and S2 at 0.3 s, each 0.1 s of 50 Hz, over a quiet hum.
    fn sound(n: u32, hz: f32, per_minute: f32) -> f32 {
        let t = n as f32 / hz;
        let phase = (t * per_minute / 60.0).fract() * 60.0 / per_minute;
        let burst = |from: f32| (-((phase - from) / 0.025).powi(2)).exp();
        let tone = (core::f32::consts::TAU * 50.0 * t).sin();
        tone * (burst(0.05) + 0.6 * burst(0.35) + 0.02)
    }

    fn sounds(hz: u32, per_minute: f32, gain: f32) -> (Vec<HeartSound>, Option<f32>) {
        let mut detector = HeartSoundDetector::new(SampleRate::hz(hz)).unwrap();
        let samples = (0..hz * 30).map(|n| gain * sound(n, hz as f32, per_minute));
        let found = samples.filter_map(|value| detector.push(value)).collect();
        (found, detector.per_minute())
    }

    #[test]
    fn names_both_sounds_at_any_rate_and_loudness() {
        for hz in [400, 1_000, 4_000] {
            for (per_minute, gain) in [(50.0, 1.0), (72.0, 1e-3), (90.0, 1e4)] {
                let (found, rate) = sounds(hz, per_minute, gain);
                let expected = (2.0 * 28.0 * per_minute / 60.0) as usize;
                assert!(
                    found.len().abs_diff(expected) <= 3,
                    "{hz} {per_minute} {}",
                    found.len()
                );
                let rate = rate.unwrap();
                assert!((rate - per_minute).abs() < 2.0, "{rate} of {per_minute}");
                for sound in found.iter().skip(4) {
                    let beat = 60.0 / per_minute;
                    let phase = (sound.index as f32 / hz as f32) % beat;
                    let kind = if phase < 0.2 {
                        SoundKind::First
                    } else {
                        SoundKind::Second
                    };
                    assert_eq!(sound.kind, kind, "{hz} {per_minute} at {phase} s");
                }
            }
        }
    }

    #[test]
    fn where_pauses_are_alike_the_kind_is_unknown() {
        let (found, _) = sounds(1_000, 100.0, 1.0);
        assert!(found.len() > 80);
        assert!(
            found
                .iter()
                .skip(6)
                .all(|sound| sound.kind == SoundKind::Unknown)
        );
    }

    #[test]
    fn a_flat_a_saturated_and_a_missing_line_are_silent() {
        for value in [0.0, 1e30, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut detector = HeartSoundDetector::new(SampleRate::hz(1_000)).unwrap();
            assert!((0..20_000).all(|_| detector.push(value).is_none()));
            assert_eq!(detector.per_minute(), None);
        }
    }

    #[test]
    fn after_a_gap_it_starts_anew_and_indices_go_on() {
        let mut detector = HeartSoundDetector::new(SampleRate::hz(1_000)).unwrap();
        (0..9_000).for_each(|n| {
            detector.push(sound(n, 1_000.0, 60.0));
        });
        assert!(detector.per_minute().is_some());
        detector.reset(1_000_000);
        assert_eq!(detector.per_minute(), None);
        let next = (0..9_000).find_map(|n| detector.push(sound(n, 1_000.0, 60.0)));
        assert!(next.is_some_and(|next| next.index > 1_011_000 && next.kind == SoundKind::Unknown));
    }

    #[test]
    fn refuses_a_rate_that_is_too_slow_and_takes_any_sample() {
        assert!(HeartSoundDetector::new(SampleRate::hz(300)).is_err());
        let mut detector = HeartSoundDetector::new(SampleRate::hz(1_000)).unwrap();
        for n in 0..50_000_u32 {
            detector.push(f32::from_bits(n.wrapping_mul(2_654_435_761)));
        }
        assert!(detector.per_minute().is_none_or(f32::is_finite));
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(
            size_of::<HeartSoundDetector>() < 300,
            "{}",
            size_of::<HeartSoundDetector>()
        );
    }
}
