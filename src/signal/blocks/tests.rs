//! Each block against its definition, worked out over the whole signal at once.

use super::*;
use proptest::prelude::*;
use std::vec::Vec;

/// A signal as the blocks see it: the first sample for ever before.
fn at<T: Copy>(signal: &[T], index: isize) -> T {
    signal[usize::try_from(index).unwrap_or(0)]
}

fn window(signal: &[i32], end: usize, len: usize) -> Vec<i32> {
    let end = end as isize;
    (0..len as isize).map(|age| at(signal, end - age)).collect()
}

fn run<T: Number>(mut block: impl Filter<T>, signal: &[T]) -> Vec<T> {
    signal.iter().map(|sample| block.process(*sample)).collect()
}

fn rounded(value: f64) -> i32 {
    (value + 0.5).floor() as i32
}

fn signal() -> impl Strategy<Value = Vec<i32>> {
    let near = prop::collection::vec(-2_000..2_000_i32, 1..200);
    let wide = prop::collection::vec(-(1 << 30)..=1 << 30, 1..200);
    let steps = prop::collection::vec(0..4_i32, 1..200);
    prop_oneof![near, wide, steps]
}

fn floats(signal: &[i32]) -> Vec<f32> {
    signal.iter().map(|sample| *sample as f32).collect()
}

fn near(ours: f32, theirs: f64, scale: f64) -> bool {
    (f64::from(ours) - theirs).abs() <= 1e-6 * scale.max(1.0)
}

proptest! {
    #[test]
    fn a_moving_average_is_the_mean_of_its_window(signal in signal()) {
        let ours = run(MovingAverage::<i32, 7>::new(), &signal);
        let float = run(MovingAverage::<f32, 7>::new(), &floats(&signal));
        for (n, (integer, float)) in ours.iter().zip(float).enumerate() {
            let sum: i64 = window(&signal, n, 7).into_iter().map(i64::from).sum();
            prop_assert_eq!(i64::from(*integer), (sum + 3).div_euclid(7));
            prop_assert!(near(float, sum as f64 / 7.0, f64::from(1 << 30)));
        }
    }

    #[test]
    fn a_running_median_is_the_middle_of_its_window(signal in signal()) {
        let ours = run(RunningMedian::<i32, 5>::new(), &signal);
        let float = run(RunningMedian::<f32, 5>::new(), &floats(&signal));
        let whole = run(BaselineRemoval::<i32, 5>::new(), &signal);
        for n in 0..signal.len() {
            let mut sorted = window(&signal, n, 5);
            let middle = sorted[2];
            sorted.sort_unstable();
            prop_assert_eq!(ours[n], sorted[2]);
            prop_assert_eq!(float[n], sorted[2] as f32);
            let difference = i64::from(middle) - i64::from(sorted[2]);
            prop_assert_eq!(i64::from(whole[n]), difference.clamp(-(1 << 30), 1 << 30));
        }
    }

    #[test]
    fn a_fir_filter_is_a_convolution(signal in signal(), taps in prop::array::uniform6(-600_000_000..600_000_000_i32)) {
        let unit = f64::from(1 << 30);
        let integer = Fir::new(taps).unwrap();
        let float = Fir::new(taps.map(|tap| (f64::from(tap) / unit) as f32)).unwrap();
        let (mut a, mut b) = (FirState::new(), FirState::new());
        for n in 0..signal.len() {
            let products = window(&signal, n, 6).into_iter().zip(taps);
            let sum: i128 = products.map(|(x, tap)| i128::from(x) * i128::from(tap)).sum();
            let expected = ((sum + (1 << 29)) >> 30).clamp(-(1 << 30), 1 << 30);
            prop_assert_eq!(i128::from(integer.process(&mut a, signal[n])), expected);
            let out = float.process(&mut b, signal[n] as f32);
            prop_assert!(near(out, sum as f64 / unit, unit));
        }
    }

    #[test]
    fn a_derivative_is_the_slope_of_the_nearest_line(signal in signal()) {
        let ours = run(Derivative::<i32>::new(), &signal);
        for (n, slope) in ours.iter().enumerate() {
            let samples = window(&signal, n, 5).into_iter().map(f64::from);
            let weighted: f64 = samples.enumerate().map(|(age, x)| (2.0 - age as f64) * x).sum();
            prop_assert_eq!(*slope, rounded(weighted / 10.0));
        }
    }

    #[test]
    fn an_integrator_is_a_geometric_sum(signal in prop::collection::vec(-1_000..1_000_i32, 1..200)) {
        let ours = run(Integrator::<i32, 4>::new(), &signal);
        let float = run(Integrator::<f32, 4>::new(), &floats(&signal));
        for n in 0..signal.len() {
            let age = |k: usize| (15.0_f64 / 16.0).powi((n - k) as i32);
            let begun = 16.0 * f64::from(signal[0]) * age(0);
            let sum: f64 = (1..=n).map(|k| age(k) * f64::from(signal[k])).sum();
            prop_assert!((f64::from(ours[n]) - begun - sum).abs() < 0.51);
            prop_assert!(near(float[n], begun + sum, 16_000.0));
        }
    }

    #[test]
    fn a_decimator_is_a_low_pass_of_which_most_is_dropped(signal in signal()) {
        let low_pass = Fir::<i32, 33>::of_cutoff(0.2);
        let mut state = FirState::new();
        let all: Vec<i32> = signal.iter().map(|x| low_pass.process(&mut state, *x)).collect();
        let mut decimator = Decimator::<i32, 2, 33>::new();
        let kept: Vec<i32> = signal.iter().filter_map(|x| decimator.process(*x)).collect();
        prop_assert!(kept.iter().eq(all.iter().step_by(2)));
    }

    #[test]
    fn a_peak_tracker_gives_the_extremes_between_its_turns(signal in signal(), prominence in 1..3_000_i32) {
        let mut tracker = PeakTracker::new(prominence);
        let turns: Vec<_> = signal.iter().filter_map(|x| tracker.process(*x)).collect();
        for pair in turns.windows(2) {
            let (from, to) = (pair[0].index as usize, pair[1].index as usize);
            let between = &signal[from..=to];
            prop_assert!(from < to && pair[0].is_maximum != pair[1].is_maximum);
            prop_assert!(pair[0].value.abs_diff(pair[1].value) >= prominence.unsigned_abs());
            let (low, high) = (between.iter().min(), between.iter().max());
            let ends = [Some(&pair[0].value), Some(&pair[1].value)];
            prop_assert!(ends.contains(&low) && ends.contains(&high));
        }
        // Without a turn, the signal never went back by as much on either way.
        if turns.is_empty() {
            let inner = signal.get(1..).unwrap_or_default();
            let inner_turn = (1..inner.len()).any(|n| {
                let (before, after) = inner.split_at(n);
                let rise = before.iter().max().unwrap().saturating_sub(before[0].min(signal[0]));
                let fall = before.iter().max().unwrap().saturating_sub(*after.iter().min().unwrap());
                rise >= prominence && fall >= prominence
            });
            prop_assert!(!inner_turn);
        }
    }

    #[test]
    fn a_ring_keeps_the_newest(values in prop::collection::vec(any::<u16>(), 0..40)) {
        let mut ring = RingBuffer::<u16, 7>::new(0);
        for value in &values {
            ring.push(*value);
        }
        let newest = &values[values.len().saturating_sub(7)..];
        prop_assert!(ring.iter().eq(newest.iter().copied()));
        prop_assert!((0..8).map(|age| ring.ago(age)).eq((0..8).map(|age| newest.iter().rev().nth(age).copied())));
        prop_assert_eq!((ring.len(), ring.is_full()), (newest.len(), newest.len() == 7));
    }

    #[test]
    fn the_cut_into_blocks_changes_nothing(signal in signal(), size in 1..50_usize) {
        fn check(block: impl Filter<i32> + Clone, signal: &[i32], size: usize) -> bool {
            let mut pieces = signal.to_vec();
            let mut in_pieces = block.clone();
            pieces.chunks_mut(size).for_each(|piece| in_pieces.process_block(piece));
            pieces == run(block, signal)
        }
        prop_assert!(check(MovingAverage::<i32, 9>::new(), &signal, size));
        prop_assert!(check(RunningMedian::<i32, 9>::new(), &signal, size));
        prop_assert!(check(BaselineRemoval::<i32, 9>::new(), &signal, size));
        prop_assert!(check(Integrator::<i32, 3>::new(), &signal, size));
        prop_assert!(check(Derivative::new(), &signal, size));
    }

    #[test]
    fn a_constant_starts_without_a_transient(level in -1_000_000..1_000_000_i32) {
        let constant = [level; 50];
        prop_assert!(run(MovingAverage::<i32, 8>::new(), &constant).iter().all(|y| *y == level));
        prop_assert!(run(BaselineRemoval::<i32, 9>::new(), &constant).iter().all(|y| *y == 0));
        prop_assert!(run(Derivative::new(), &constant).iter().all(|y| *y == 0));
        prop_assert!(run(Integrator::<i32, 3>::new(), &constant).iter().all(|y| *y == 8 * level));
        let mut interpolator = Interpolator::<i32, 4, 8>::new();
        prop_assert!(constant.iter().all(|x| interpolator.process(*x) == [level; 4]));
        let mut tracker = PeakTracker::new(0);
        prop_assert!(constant.iter().all(|x| tracker.process(*x).is_none()));
    }

    #[test]
    fn any_float_comes_out_finite(bits in prop::collection::vec(any::<u32>(), 1..100)) {
        let signal: Vec<f32> = bits.into_iter().map(f32::from_bits).collect();
        let finite = |out: Vec<f32>| out.iter().all(|y| y.is_finite());
        prop_assert!(finite(run(MovingAverage::<f32, 5>::new(), &signal)));
        prop_assert!(finite(run(RunningMedian::<f32, 5>::new(), &signal)));
        prop_assert!(finite(run(BaselineRemoval::<f32, 5>::new(), &signal)));
        prop_assert!(finite(run(Derivative::<f32>::new(), &signal)));
        prop_assert!(finite(run(Integrator::<f32, 16>::new(), &signal)));
        let mut interpolator = Interpolator::<f32, 2, 8>::new();
        let mut decimator = Decimator::<f32, 2, 33>::new();
        for sample in signal {
            let out = interpolator.process(sample);
            prop_assert!(out.iter().all(|y| y.is_finite()));
            prop_assert!(decimator.process(sample).is_none_or(f32::is_finite));
        }
    }

    #[test]
    fn any_integer_stays_in_range(signal in prop::collection::vec(any::<i32>(), 1..100)) {
        let bounded = |out: Vec<i32>| out.iter().all(|y| y.unsigned_abs() <= 1 << 30);
        prop_assert!(bounded(run(MovingAverage::<i32, 5>::new(), &signal)));
        prop_assert!(bounded(run(RunningMedian::<i32, 5>::new(), &signal)));
        prop_assert!(bounded(run(BaselineRemoval::<i32, 5>::new(), &signal)));
        prop_assert!(bounded(run(Derivative::<i32>::new(), &signal)));
        prop_assert!(bounded(run(Integrator::<i32, 16>::new(), &signal)));
    }
}

#[test]
fn what_is_not_a_number_counts_as_the_sample_before() {
    let mut ours = MovingAverage::<f32, 2>::new();
    let out = [3.0, f32::NAN, 5.0].map(|sample| ours.process(sample));
    assert_eq!(out, [3.0, 3.0, 4.0]);
    assert_eq!(RunningMedian::<f32, 3>::new().process(f32::NAN), 0.0);
}

#[test]
fn nothing_of_a_saturated_sample_is_left_after_two_windows() {
    let mut average = MovingAverage::<f32, 10>::new();
    let _ = [1.0, f32::INFINITY, f32::MAX].map(|sample| average.process(sample));
    let rest: Vec<f32> = (0..20).map(|_| average.process(1.0)).collect();
    assert_eq!(rest.last(), Some(&1.0));
}

fn sine(cycles: f64, n: u32) -> f64 {
    (core::f64::consts::TAU * cycles * f64::from(n)).sin()
}

#[test]
fn a_decimator_takes_away_what_would_fold_back() {
    let largest = |cycles: f64| {
        let mut decimator = Decimator::<i32, 4, 65>::new();
        let sample = |n| (1e6 * sine(cycles, n)) as i32;
        let out = (0..4_000).filter_map(|n| decimator.process(sample(n)));
        out.skip(20).map(i32::unsigned_abs).max().unwrap()
    };
    assert!((995_000..1_005_000).contains(&largest(0.031)));
    for folding in [0.126, 0.19, 0.22, 0.31, 0.44] {
        assert!(largest(folding) < 4_000, "{folding}: {}", largest(folding));
    }
}

#[test]
fn an_interpolator_draws_the_curve_between_samples() {
    let mut interpolator = Interpolator::<f32, 4, 16>::new();
    let out: Vec<f32> = (0..500)
        .flat_map(|n| interpolator.process(sine(0.05, n) as f32))
        .collect();
    for (m, y) in out.iter().enumerate().skip(200) {
        let time = (m as f64 - 31.5) / 4.0;
        let expected = (core::f64::consts::TAU * 0.05 * time).sin();
        assert!(
            (f64::from(*y) - expected).abs() < 6e-3,
            "{m}: {y}, {expected}"
        );
    }
}

#[test]
fn goertzel_agrees_with_the_sum_it_stands_for() {
    let rate = crate::time::SampleRate::hz(250);
    let len = core::num::NonZeroU32::new(500).unwrap();
    for hz in [0.5_f32, 3.3, 50.0, 124.0] {
        let cycles = f64::from(hz) / 250.0;
        let sample = |n: u32| (n * 7_919 % 2_003) as i32 + (1e3 * sine(cycles, n)) as i32;
        let mut goertzel = Goertzel::new(rate, hz, len).unwrap();
        let ours = (0..500).find_map(|n| goertzel.process(sample(n))).unwrap();
        let part = |phase: f64| -> f64 {
            let angle = |n: u32| core::f64::consts::TAU * cycles * f64::from(n) + phase;
            (0..500)
                .map(|n| f64::from(sample(n) - sample(0)) * angle(n).cos())
                .sum()
        };
        let expected = 2.0 * part(0.0).hypot(part(core::f64::consts::FRAC_PI_2)) / 500.0;
        assert!(
            (f64::from(ours) - expected).abs() < 1e-3,
            "{hz} Hz: {ours}, {expected}"
        );
    }
    for hz in [0.0, -1.0, 125.0, f32::NAN, f32::INFINITY] {
        assert!(Goertzel::new(rate, hz, len).is_err());
        assert!(Fir::<f32, 9>::low_pass(rate, hz).is_err());
    }
}

#[test]
fn goertzel_survives_what_is_no_signal() {
    let rate = crate::time::SampleRate::hz(250);
    let one = core::num::NonZeroU32::MIN;
    let mut goertzel = Goertzel::new(rate, 10.0, one).unwrap();
    for sample in [f32::NAN, f32::INFINITY, f32::MIN, 0.0] {
        assert!(goertzel.process(sample).unwrap().is_finite());
    }
}

#[test]
fn taps_that_could_overflow_are_refused() {
    assert_eq!(Fir::new([i32::MAX; 3]).err(), Some(TapsTooLarge));
    assert_eq!(Fir::new([f32::NAN]).err(), Some(TapsTooLarge));
    assert!(Fir::new([-4.0_f32]).is_ok());
}

#[test]
fn states_are_as_large_as_they_say() {
    use core::mem::size_of;
    assert!(size_of::<MovingAverage<i32, 100>>() <= 448);
    assert!(size_of::<RunningMedian<f32, 101>>() <= 840);
    assert!(size_of::<FirState<i32, 100>>() <= 432);
    assert!(size_of::<Derivative<f32>>() <= 48);
    assert!(size_of::<Integrator<i32, 4>>() <= 24);
    assert!(size_of::<Goertzel>() <= 56);
    assert!(size_of::<PeakTracker<i32>>() <= 72);
    assert!(size_of::<Decimator<i32, 4, 65>>() <= 4 * 65 + 40 + 4 * 65);
    assert!(size_of::<Decimator<f32, 4, 64>>() <= 4 * 64 + 40 + 4 * 64);
    assert!(size_of::<Interpolator<i32, 3, 16>>() <= 4 * 16 + 32 + 4 * 3 * 16);
    assert!(size_of::<Interpolator<f32, 3, 17>>() <= 4 * 17 + 32 + 4 * 3 * 17);
    assert!(size_of::<BaselineRemoval<i32, 151>>() <= 8 * 151 + 32);
    assert_eq!(
        size_of::<RingBuffer<i32, 100>>(),
        4 * 100 + 2 * size_of::<usize>()
    );
    assert!(size_of::<RingBuffer<u8, 3>>() <= 3 + 5 + 16);
}
