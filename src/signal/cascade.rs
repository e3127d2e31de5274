use super::biquad::{Biquad, Sample};
use super::sample::{Memory, Pair};

/// `N` second-order sections, one after the other: coefficients only.
///
/// The state is apart, in a [`CascadeState`], so that one filter in flash serves any number of
/// channels. A [`Design`](super::Design) makes it.
///
/// The first sample is taken to have been there for ever, so that a filter starts without a
/// transient. What comes out does not depend on how the signal is cut into blocks.
///
/// | | |
/// |---|---|
/// | formula | H(z) of each [`Biquad`], multiplied |
/// | range | ±10³⁰ (`f32`), ±2³⁰ (`i32`); beyond it, in and between the sections, samples of `i32` saturate, those of `f32` at the input |
/// | delay | that of the [`Design`](super::Design) |
/// | state | 8 (`f32`) or 16 (`i32`) bytes a section, and 12 |
/// | cost of a section, `f32` | 5 products, 4 additions |
/// | the same, `i32` | 5 products of 32 bits into 64, 2 small ones for the rounding, 6 additions, a shift |
/// | source | direct form I (A. V. Oppenheim and R. W. Schafer, *Discrete-Time Signal Processing*, 1989); the rounding after Higgins and Munson, IEEE Trans. Circuits Syst. 31, 1984 |
///
/// ```
/// use iomt::signal::{Cascade, CascadeState, Design};
/// use iomt::time::SampleRate;
///
/// const NO_WANDER: Cascade<i32, 1> = Design::high_pass(SampleRate::hz(250), 0.5).to_i32();
///
/// let mut state = CascadeState::new();
/// let mut block = [8_000; 4];
/// NO_WANDER.process_block(&mut state, &mut block);
/// assert_eq!(block, [0; 4]);
/// assert_eq!(NO_WANDER.process(&mut state, 8_100), 99);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cascade<T: Sample, const N: usize> {
    sections: [Biquad<T>; N],
}

/// The state of a [`Cascade`] for one channel: 8 bytes (`f32`) or 16 (`i32`) a section, and 12.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CascadeState<T: Sample, const N: usize> {
    /// The last two inputs.
    samples: Pair<T>,
    memories: [Memory<T>; N],
    is_begun: bool,
}

impl<T: Sample, const N: usize> Cascade<T, N> {
    pub(super) const fn new(sections: [Biquad<T>; N]) -> Self {
        Self { sections }
    }

    /// The sections, in the order in which a sample goes through them.
    #[must_use]
    pub const fn sections(&self) -> &[Biquad<T>; N] {
        &self.sections
    }

    /// Filters one sample.
    #[must_use]
    pub fn process(&self, state: &mut CascadeState<T, N>, sample: T) -> T {
        if !state.is_begun {
            return self.begin(state, sample.admit(T::ZERO));
        }
        self.go_on(state, sample)
    }

    #[inline(always)]
    fn go_on(&self, state: &mut CascadeState<T, N>, sample: T) -> T {
        let before = state.samples;
        let sample = sample.admit(before.newer());
        state.samples = before.followed_by(sample);
        let sections = self.sections.iter().zip(&mut state.memories);
        let (filtered, _) = sections.fold((sample, before), |(x, before), (biquad, memory)| {
            let past = memory.outputs();
            (x.step(before, biquad, memory), past)
        });
        filtered
    }

    #[cold]
    fn begin(&self, state: &mut CascadeState<T, N>, sample: T) -> T {
        state.is_begun = true;
        state.samples = Pair::both(sample);
        let sections = self.sections.iter().zip(&mut state.memories);
        sections.fold(sample, |x, (biquad, memory)| memory.settle(biquad, x))
    }

    /// Filters a block in place.
    #[inline]
    pub fn process_block(&self, state: &mut CascadeState<T, N>, block: &mut [T]) {
        let rest = match block {
            [first, rest @ ..] if !state.is_begun => {
                *first = self.begin(state, first.admit(T::ZERO));
                rest
            }
            all => all,
        };
        // A copy of its own can stay in registers.
        let mut inner = *state;
        for sample in rest {
            *sample = self.go_on(&mut inner, *sample);
        }
        *state = inner;
    }
}

impl<T: Sample, const N: usize> CascadeState<T, N> {
    /// The state before the first sample.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            samples: Pair::both(T::ZERO),
            memories: [Memory::EMPTY; N],
            is_begun: false,
        }
    }
}

impl<T: Sample, const N: usize> Default for CascadeState<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Design;
    use crate::time::SampleRate;
    use core::f64::consts::TAU;

    const RATE: SampleRate = SampleRate::hz(250);
    const MONITOR: Design<2> = Design::band_pass(RATE, 0.5, 40.0);

    fn sine(hz: f64, n: u32) -> f64 {
        (TAU * hz * f64::from(n) / 250.0).sin()
    }

    /// The root of twice the mean power over whole seconds, after the filter has settled.
    fn measured_gain(mut filter: impl FnMut(f64) -> f64, hz: f64) -> f64 {
        let outputs = (0..60 * 250).map(|n| filter(sine(hz, n)));
        let power: f64 = outputs.skip(50 * 250).map(|y| y * y).sum();
        (2.0 * power / (10.0 * 250.0)).sqrt()
    }

    fn responses_agree<const N: usize>(design: Design<N>) {
        for hz in [0.1, 0.5, 1.0, 5.0, 10.0, 20.0, 40.0, 50.0, 60.0, 100.0] {
            let expected = design.gain_at(hz);
            let (float, mut state) = (design.to_f32(), CascadeState::new());
            let gain = measured_gain(|x| f64::from(float.process(&mut state, x as f32)), hz);
            assert!(
                (gain - expected).abs() < 1e-4,
                "f32, {hz} Hz: {gain}, {expected}"
            );
            let (integer, mut state) = (design.to_i32(), CascadeState::new());
            let run = |x| f64::from(integer.process(&mut state, (x * 1e6) as i32)) / 1e6;
            let gain = measured_gain(run, hz);
            assert!(
                (gain - expected).abs() < 1e-4,
                "i32, {hz} Hz: {gain}, {expected}"
            );
        }
    }

    #[test]
    fn measured_responses_are_those_of_the_design() {
        responses_agree(MONITOR);
        responses_agree(Design::<3>::low_pass(RATE, 40.0));
        responses_agree(Design::<2>::high_pass(RATE, 0.5));
        responses_agree(Design::notch(RATE, 50.0, 2.0));
    }

    #[test]
    fn a_constant_signal_has_no_start_up_transient() {
        let (float, mut state) = (
            Design::<3>::low_pass(RATE, 5.0).to_f32(),
            CascadeState::new(),
        );
        assert!((0..500).all(|_| (float.process(&mut state, 1_000.0) - 1_000.0).abs() < 0.05));
        let (integer, mut state) = (MONITOR.to_i32(), CascadeState::new());
        assert!((0..500).all(|_| integer.process(&mut state, -5_000_000) == 0));
    }

    #[test]
    fn integers_leave_no_offset_and_no_limit_cycle() {
        let low = Design::<2>::low_pass(SampleRate::hz(1_000), 0.1).to_i32();
        let mut state = CascadeState::new();
        let _ = low.process(&mut state, 0);
        let outputs = (0..60_000).map(|_| low.process(&mut state, 7));
        assert!(outputs.skip(40_000).all(|y| (6..=8).contains(&y)));
    }

    #[test]
    fn a_state_is_as_large_as_is_said() {
        assert_eq!(size_of::<CascadeState<f32, 4>>(), 4 * 8 + 12);
        assert_eq!(size_of::<CascadeState<i32, 4>>(), 4 * 16 + 12);
    }

    #[test]
    fn the_cut_into_blocks_changes_nothing() {
        let filter = MONITOR.to_i32();
        let signal: [i32; 300] = core::array::from_fn(|n| (n as i32 * 7_919) % 10_007);
        let mut whole = signal;
        filter.process_block(&mut CascadeState::new(), &mut whole);
        for size in [1, 7, 299] {
            let mut state = CascadeState::new();
            let mut cut = signal;
            cut.chunks_mut(size)
                .for_each(|block| filter.process_block(&mut state, block));
            assert_eq!(cut, whole);
        }
    }

    #[test]
    fn what_is_not_a_number_is_taken_as_the_sample_before() {
        let filter = MONITOR.to_f32();
        let (mut state, mut other) = (CascadeState::new(), CascadeState::new());
        let _ = (
            filter.process(&mut state, 3.0),
            filter.process(&mut other, 3.0),
        );
        let held = filter.process(&mut other, 3.0);
        assert_eq!(filter.process(&mut state, f32::NAN), held);
        assert!(filter.process(&mut CascadeState::new(), f32::NAN) == 0.0);
    }

    #[test]
    fn floats_beyond_the_range_saturate_and_pass() {
        let (filter, mut state) = (MONITOR.to_f32(), CascadeState::new());
        for sample in [0.0, f32::INFINITY, f32::MAX, f32::NEG_INFINITY].repeat(50) {
            assert!(filter.process(&mut state, sample).is_finite());
        }
        let rest = (0..20_000).map(|_| filter.process(&mut state, 0.0));
        assert!(rest.last().unwrap().abs() < 1.0);
    }

    #[test]
    fn integers_beyond_the_range_saturate_and_pass() {
        let designs = [
            Design::<4>::band_pass(RATE, 20.0, 21.0),
            Design::<4>::low_pass(RATE, 20.5),
        ];
        for filter in designs.map(|design| design.to_i32()) {
            let mut state = CascadeState::new();
            for n in 0..5_000 {
                let sample = if sine(20.5, n) < 0.0 {
                    i32::MIN
                } else {
                    i32::MAX
                };
                assert!(filter.process(&mut state, sample).abs() <= 1 << 30);
            }
            let rest = (0..5_000).map(|_| filter.process(&mut state, 0));
            assert!(rest.last().unwrap().abs() <= 4);
        }
    }

    #[test]
    fn a_ramp_comes_out_later_by_the_stated_delay() {
        fn lag<const N: usize>() -> f64 {
            let filter = Design::<N>::low_pass(RATE, 5.0).to_i32();
            let mut state = CascadeState::new();
            let outputs = (0..5_000).map(|n| filter.process(&mut state, n * 100_000));
            let last = outputs.last().unwrap();
            (4_999.0 - f64::from(last) / 1e5) / 250.0
        }
        for (lag, stated) in [
            (lag::<1>(), 0.225),
            (lag::<2>(), 0.416),
            (lag::<3>(), 0.615),
        ] {
            assert!((lag - stated / 5.0).abs() < 0.001, "{lag} s, {stated}");
        }
    }
}
