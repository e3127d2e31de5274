//! Blocks of `iomt::signal` that what a sensor can send, but should not, breaks.
//!
//! Every block goes through every test of this file: what is no number, saturation, a flat line, gaps, rates from
//! the slowest to the fastest, nothing at all and a long time, and another cut into calls. `subjects` has the blocks;
//! a block that is not among them is one that nothing is proved of.

#![cfg(test)]
#![cfg(feature = "signal")]

mod subjects;

use iomt::time::SampleRate;
use subjects::{Block, Subject, all};

const USUAL_HZ: [u32; 4] = [100, 250, 360, 1_000];

/// The rates of the devices, and the ends of the type.
fn rates() -> impl Iterator<Item = SampleRate> {
    let ends = [1, 999, u32::MAX].map(SampleRate::from_millihertz);
    let usual = USUAL_HZ.map(SampleRate::hz);
    usual.into_iter().chain(ends.into_iter().flatten())
}

/// Something like a pulse each 0.8 s at 250 Hz.
fn good(n: u32) -> f32 {
    let phase = n % 200;
    let pulse = 1_000_i32.saturating_sub_unsigned(phase.abs_diff(100) * 40);
    2_000.0 + pulse.max(0) as f32 + (n % 7) as f32
}

fn run(block: &mut dyn Block, samples: impl Iterator<Item = f32>) -> Vec<f64> {
    let mut out = Vec::new();
    samples.for_each(|sample| block.push(sample, &mut out));
    out
}

/// A good signal, the `bad` one, and a good one again, on every block at every rate.
fn survives(claim: &str, bad: &dyn Fn(u32) -> f32) {
    everywhere(claim, |block| {
        let samples = (0..800).map(good).chain((0..1_200).map(bad));
        run(block, samples.chain((0..800).map(good)))
    });
}

/// What `tried` has come out of every block at every rate is a number.
fn everywhere(claim: &str, tried: impl Fn(&mut dyn Block) -> Vec<f64>) {
    let mut failures = Vec::new();
    for subject in all() {
        for rate in rates() {
            let Some(mut block) = subject.at(rate) else {
                continue;
            };
            let out = tried(&mut *block);
            if let Some(odd) = out.iter().find(|value| !value.is_finite()) {
                failures.push(format!("{} at {rate}: {odd}", subject.name));
            }
        }
    }
    assert!(failures.is_empty(), "{claim}: {failures:#?}");
}

#[test]
fn what_is_not_a_number_comes_out_of_no_block() {
    survives("not a number", &|_| f32::NAN);
    survives("now and then not a number", &|n| match n % 5 {
        0 => f32::NAN,
        _ => good(n),
    });
}

#[test]
fn infinities_and_the_ends_of_the_range_come_out_of_no_block() {
    let ends = [f32::INFINITY, f32::MAX, f32::NEG_INFINITY, f32::MIN];
    survives("ends", &|n| ends[n as usize % ends.len()]);
    survives("infinity", &|_| f32::INFINITY);
    survives("least", &|n| f32::from_bits(1 + n % 2));
    survives("slow ends", &|n| ends[(n / 300) as usize % ends.len()]);
}

#[test]
fn a_converter_that_saturates_is_survived() {
    survives("16 bits", &|n| good(n).min(2_500.0));
    survives("rail to rail", &|n| match n / 40 % 2 {
        0 => 32_767.0,
        _ => -32_768.0,
    });
}

fn found_in_a_flat_line(subject: &Subject, level: f32) -> usize {
    let rate = SampleRate::hz(250);
    let Some(mut block) = subject.at(rate) else {
        return 0;
    };
    let samples = core::iter::repeat_n(level, 5_000);
    run(&mut *block, samples).len()
}

#[test]
fn nothing_is_found_in_a_flat_line() {
    let mut failures = Vec::new();
    for subject in all().iter().filter(|subject| subject.finds_events) {
        for level in [0.0, 2_000.0, -32_768.0] {
            let found = found_in_a_flat_line(subject, level);
            if found > 0 {
                failures.push(format!("{}: {found} at level {level}", subject.name));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    survives("flat", &|_| 2_000.0);
}

#[test]
fn gaps_of_any_length_anywhere_are_survived() {
    everywhere("gaps", |block| {
        let mut out = Vec::new();
        block.gap(7, &mut out);
        for (lost, samples) in [0, 1, 77, 100_000, u64::MAX].into_iter().zip(300..) {
            out.extend(run(block, (0..samples).map(good)));
            block.gap(lost, &mut out);
            block.gap(lost, &mut out);
        }
        out.extend(run(block, (0..800).map(good)));
        out
    });
}

#[test]
fn a_rate_is_refused_or_works() {
    let mut refused = Vec::new();
    for subject in all() {
        let refuses = |rate: &SampleRate| subject.at(*rate).is_none();
        refused.extend(rates().filter(refuses).map(|rate| (subject.name, rate)));
    }
    let is_usual = |(name, rate): &&(&str, SampleRate)| {
        let slowest_hz = if *name == "heart sounds" { 400 } else { 100 };
        (slowest_hz..=1_000).contains(&(rate.as_millihertz() / 1_000))
    };
    let usual = refused.iter().filter(is_usual);
    assert_eq!(usual.count(), 0, "{refused:?}");
    assert!(refused.len() > 10);
}

#[test]
fn nothing_and_a_single_sample_are_enough() {
    for samples in 0..4 {
        everywhere("few samples", |block| {
            let mut out = run(block, (0..samples).map(good));
            block.gap(0, &mut out);
            out
        });
    }
}

#[test]
fn a_long_time_wears_no_block_out() {
    for subject in all() {
        let Some(mut block) = subject.at(SampleRate::hz(250)) else {
            continue;
        };
        let out = run(&mut *block, (0..30_000).map(good));
        let is_sound = out.iter().all(|value| value.is_finite());
        assert!(is_sound, "{}", subject.name);
    }
}

/// A copy goes on at each cut, as after a pause of the program; blocks that take many samples at once are given them so.
#[test]
fn the_cut_into_calls_changes_nothing() {
    let signal: Vec<f32> = (0..1_000).map(good).collect();
    for subject in all() {
        for rate in rates() {
            let Some(mut block) = subject.at(rate) else {
                continue;
            };
            let whole = run(&mut *block, signal.iter().copied());
            for size in [1, 7, 999] {
                let Some(mut block) = subject.at(rate) else {
                    continue;
                };
                let mut out = Vec::new();
                for chunk in signal.chunks(size) {
                    block = block.copy();
                    block.push_all(chunk, &mut out);
                }
                assert!(out == whole, "{} at {rate}, cut by {size}", subject.name);
            }
        }
    }
}
