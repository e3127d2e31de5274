use crate::time::SampleRate;

/// The flank of a pulse, in 1/2 mV: the steepest QRS complexes rise by 1 mV in 4 ms, and pulses are
/// 2 mV and more (IEC 60601-2-27).
const FLANK: u32 = 3;
/// No pulse lasts longer.
const LONGEST_MS: u32 = 2;
/// Below this rate one sample can be a whole QRS complex.
const SLOWEST_MILLIHERTZ: u32 = 250_000;

/// Takes the pulses of a pacemaker out of the samples, so that none passes for a beat.
///
/// A jump that goes back within 2 ms is a pulse, and is bridged by the sample before it. Whether it goes back
/// is seen later, so every jump is bridged at first: a real one comes out 2 ms late, and nothing else is moved.
#[derive(Debug, Clone)]
pub(super) struct PaceFilter {
    /// In units of the samples.
    flank: u32,
    /// Samples that a pulse may last; none where a pulse can not be told from a beat.
    longest: u32,
    before: Option<i32>,
    bridged: u32,
}

impl PaceFilter {
    pub(super) fn new(rate: SampleRate, units_per_mv: u32) -> Self {
        let millihertz = rate.as_millihertz();
        let longest = (millihertz / 1_000 * LONGEST_MS / 1_000).max(1);
        Self {
            flank: units_per_mv.max(1).saturating_mul(FLANK) / 2,
            longest: if millihertz < SLOWEST_MILLIHERTZ {
                0
            } else {
                longest
            },
            before: None,
            bridged: 0,
        }
    }

    /// Forgets what was before a gap.
    pub(super) fn restart(&mut self) {
        self.before = None;
        self.bridged = 0;
    }

    /// The sample to go on with; and, once a pulse is over, how many samples ago it began.
    pub(super) fn push(&mut self, sample: i32) -> (i32, Option<u32>) {
        let before = *self.before.get_or_insert(sample);
        let away = sample.abs_diff(before);
        let is_far = away > self.flank;
        if is_far && self.bridged < self.longest {
            self.bridged += 1;
            return (before, None);
        }
        self.before = Some(sample);
        let bridged = core::mem::take(&mut self.bridged);
        let is_back = bridged > 0 && away <= self.flank / 2;
        (sample, is_back.then_some(bridged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn filtered(hz: u32, samples: &[i32]) -> (Vec<i32>, Vec<u64>) {
        let mut filter = PaceFilter::new(SampleRate::hz(hz), 100);
        let mut pulses = Vec::new();
        let each = samples.iter().zip(0_u64..);
        let out = each.map(|(sample, at)| {
            let (out, began) = filter.push(*sample);
            pulses.extend(began.map(|ago| at - u64::from(ago)));
            out
        });
        (out.collect(), pulses)
    }

    #[test]
    fn a_pulse_is_bridged_and_told_either_way_up() {
        let (out, pulses) = filtered(250, &[5, 5, 905, 10, 10, -700, 12, 12]);
        assert_eq!(out, [5, 5, 5, 10, 10, 10, 12, 12]);
        assert_eq!(pulses, [2, 5]);
        let (out, pulses) = filtered(1_000, &[5, 5, 905, 800, 10]);
        assert_eq!((out, pulses), (std::vec![5, 5, 5, 5, 10], std::vec![2]));
    }

    #[test]
    fn what_lasts_is_no_pulse() {
        let (out, pulses) = filtered(250, &[0, 300, 310, 305, 0, 0]);
        assert_eq!(out, [0, 0, 310, 305, 305, 0]);
        assert!(pulses.is_empty());
    }

    #[test]
    fn a_steep_complex_is_left_alone() {
        let complex = [0, 100, 200, 300, 180, 60, -40, 0];
        assert_eq!(filtered(250, &complex), (complex.to_vec(), Vec::new()));
    }

    #[test]
    fn at_low_rates_nothing_is_a_pulse() {
        let spike = [0, 0, 900, 0];
        assert_eq!(filtered(200, &spike), (spike.to_vec(), Vec::new()));
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        for units in [0, 1, u32::MAX] {
            let mut filter = PaceFilter::new(SampleRate::hz(1_000), units);
            for sample in [i32::MIN, i32::MAX, 0].repeat(9) {
                let _ = filter.push(sample);
            }
        }
    }
}
