//! What can happen to an ECG on its way to the detector.

#![cfg(test)]
#![cfg(feature = "signal")]

mod support {
    pub(crate) mod scoring;
    pub(crate) mod synthetic;
}

use iomt::signal::ecg::{HeartRate, RPeak, RPeakDetector};
use iomt::time::SampleRate;
use support::scoring::score;
use support::synthetic::{Ecg, Noise};

const RATES: [u32; 9] = [100, 125, 128, 200, 250, 360, 399, 500, 1_000];

fn detector(ecg: &Ecg) -> RPeakDetector {
    RPeakDetector::new(SampleRate::hz(ecg.rate_hz), ecg.units_per_mv).unwrap()
}

fn peaks(ecg: &Ecg, samples: &[i32]) -> Vec<RPeak> {
    let mut detector = detector(ecg);
    let found = samples.iter().filter_map(|sample| detector.push(*sample));
    let mut found: Vec<RPeak> = found.collect();
    found.extend(std::iter::from_fn(|| detector.flush()));
    found
}

fn indices(peaks: &[RPeak]) -> Vec<u64> {
    peaks.iter().map(|peak| peak.index).collect()
}

/// Each beat found once, within `tolerance_ms`, and nothing else.
fn finds_each_beat(ecg: Ecg, tolerance_ms: u32) {
    let found = indices(&peaks(&ecg, &ecg.samples(29.9)));
    let window = u64::from(ecg.rate_hz * tolerance_ms).div_ceil(1_000);
    let score = score(&ecg.beats(29.9), &found, window);
    assert_eq!(score.per_cent(), [100.0; 3], "{ecg:?}: {found:?}");
}

#[test]
fn every_rate_from_100_to_1000_hz() {
    for rate_hz in RATES {
        finds_each_beat(Ecg::at(rate_hz), 4);
    }
}

#[test]
fn rates_outside_are_refused() {
    for hz in [1, 99, 1_001, 4_000_000] {
        let rate = SampleRate::hz(hz);
        assert_eq!(RPeakDetector::new(rate, 200).unwrap_err().rate, rate);
    }
}

#[test]
fn every_gain_and_offset() {
    for units_per_mv in [100, 200, 1_000, 20_000, 8_000_000] {
        for offset in [0, 1_024, -2_000_000_000, 2_000_000_000] {
            let ecg = Ecg {
                units_per_mv,
                offset,
                ..Ecg::at(250)
            };
            finds_each_beat(ecg, 4);
        }
    }
}

#[test]
fn heart_rates_from_25_to_220() {
    for bpm in [25.0, 40.0, 60.0, 100.0, 150.0, 180.0, 220.0] {
        finds_each_beat(
            Ecg {
                bpm,
                ..Ecg::at(250)
            },
            4,
        );
    }
}

#[test]
fn inverted_polarity() {
    let ecg = Ecg {
        height: -1.0,
        ..Ecg::at(360)
    };
    finds_each_beat(ecg, 4);
    let found = peaks(&ecg, &ecg.samples(10.0));
    assert!(found.iter().all(|peak| peak.amplitude_uv < -700));
}

#[test]
fn amplitudes_are_in_microvolts() {
    for rate_hz in RATES {
        let ecg = Ecg {
            units_per_mv: 200,
            ..Ecg::at(rate_hz)
        };
        for peak in peaks(&ecg, &ecg.samples(10.0)) {
            assert!(
                (800..1_100).contains(&peak.amplitude_uv),
                "{rate_hz} Hz: {peak:?}"
            );
        }
    }
}

#[test]
fn noise_and_baseline_wander() {
    for rate_hz in [125, 250, 500] {
        let noise_mv = 0.05;
        finds_each_beat(
            Ecg {
                noise_mv,
                wander_mv: 1.0,
                ..Ecg::at(rate_hz)
            },
            16,
        );
    }
}

#[test]
fn the_amplitude_drops_to_a_quarter_and_returns() {
    let ecg = Ecg::at(250);
    let scaled = |n: usize, sample: i32| {
        if (2_500..5_000).contains(&n) {
            sample / 4
        } else {
            sample
        }
    };
    let samples = ecg.samples(30.0).into_iter().enumerate();
    let samples: Vec<i32> = samples.map(|(n, sample)| scaled(n, sample)).collect();
    let found = indices(&peaks(&ecg, &samples));
    let score = score(&ecg.beats(30.0), &found, 4);
    assert!(score.missed <= 1 && score.extra == 0, "{score:?}");
}

#[test]
fn the_amplitude_drops_to_a_twentieth_for_good() {
    let ecg = Ecg {
        height: 5.0,
        ..Ecg::at(250)
    };
    let mut samples = ecg.samples(60.0);
    samples[5_000..].iter_mut().for_each(|sample| *sample /= 20);
    let found = indices(&peaks(&ecg, &samples));
    let beats: Vec<u64> = ecg
        .beats(60.0)
        .into_iter()
        .filter(|beat| *beat > 7_500)
        .collect();
    let late: Vec<u64> = found.into_iter().filter(|peak| *peak > 7_400).collect();
    assert_eq!(score(&beats, &late, 4).missed, 0);
}

#[test]
fn a_pulse_of_500_mv_costs_few_beats() {
    let ecg = Ecg::at(250);
    let mut samples = ecg.samples(60.0);
    samples[5_000..5_050]
        .iter_mut()
        .for_each(|sample| *sample += 500_000);
    let found = indices(&peaks(&ecg, &samples));
    let score = score(&ecg.beats(60.0), &found, 4);
    assert!(score.missed <= 5 && score.extra <= 4, "{score:?}");
}

#[test]
fn asystole_has_no_beats_and_no_rate() {
    let ecg = Ecg {
        noise_mv: 0.01,
        ..Ecg::at(250)
    };
    let mut noise = Noise(7);
    let mut samples = ecg.samples(20.0);
    let end = samples.len() as u64;
    samples.extend((0..60 * 250).map(|_| (10.0 * noise.next()) as i32));
    let (mut detector, mut heart_rate) = (detector(&ecg), HeartRate::new(SampleRate::hz(250)));
    for (now, sample) in (0..).zip(samples) {
        if let Some(peak) = detector.push(sample) {
            assert!(peak.index < end, "a beat in asystole at {}", peak.index);
            heart_rate.beat(peak.index);
        }
        if (6 * 250..end).contains(&now) {
            assert_eq!(heart_rate.bpm(now), Some(72));
        }
        assert!(now < end + 5 * 250 || heart_rate.bpm(now).is_none());
    }
}

#[test]
fn complexes_below_a_tenth_of_a_millivolt_are_not_counted() {
    for rate_hz in RATES {
        let small = Ecg {
            height: 0.1,
            ..Ecg::at(rate_hz)
        };
        assert_eq!(peaks(&small, &small.samples(30.0)), []);
        finds_each_beat(
            Ecg {
                height: 0.4,
                ..small
            },
            4,
        );
    }
}

#[test]
fn a_gap_moves_the_index_on_and_loses_no_later_beat() {
    for rate_hz in RATES {
        let ecg = Ecg::at(rate_hz);
        let second = u64::from(rate_hz);
        for (from, to) in [
            (10 * second + 3, 10 * second + 4),
            (10 * second, 17 * second + 1),
        ] {
            let mut detector = detector(&ecg);
            let mut found = Vec::new();
            for (n, sample) in (0..).zip(ecg.samples(30.0)) {
                if n == from {
                    detector.gap(to - from);
                }
                if !(from..to).contains(&n) {
                    found.extend(detector.push(sample));
                }
            }
            found.extend(std::iter::from_fn(|| detector.flush()));
            let cut = |beat: &u64| beat + second / 3 < from || *beat > to + second / 3;
            let beats: Vec<u64> = ecg.beats(30.0).into_iter().filter(cut).collect();
            let found: Vec<u64> = indices(&found).into_iter().filter(cut).collect();
            let score = score(&beats, &found, second.div_ceil(250));
            assert_eq!(
                (score.missed, score.extra),
                (0, 0),
                "{rate_hz} Hz, {from}..{to}"
            );
        }
    }
}

#[test]
fn a_recording_that_ends_within_a_complex_has_no_peak_after_its_end() {
    for rate_hz in RATES {
        let ecg = Ecg::at(rate_hz);
        let [.., last] = ecg.beats(10.0)[..] else {
            unreachable!()
        };
        let samples = ecg.samples(10.0);
        for end in (last - u64::from(rate_hz / 20)..last + 1).step_by(3) {
            let found = indices(&peaks(&ecg, &samples[..end as usize]));
            assert!(found.iter().all(|peak| *peak < end), "{rate_hz} Hz, {end}");
        }
    }
}

#[test]
fn gaps_without_end_are_survived() {
    let mut detector = detector(&Ecg::at(1_000));
    for lost in [u64::MAX, 0, u64::MAX, 1] {
        detector.gap(lost);
        for sample in Ecg::at(1_000).samples(4.0) {
            let _ = detector.push(sample);
        }
    }
    assert!(std::iter::from_fn(|| detector.flush()).count() < 4);
}

#[test]
fn the_delay_is_bounded_and_peaks_come_in_order() {
    for rate_hz in RATES {
        let ecg = Ecg {
            noise_mv: 0.3,
            bpm: 45.0,
            ..Ecg::at(rate_hz)
        };
        let mut detector = detector(&ecg);
        let mut last = None;
        for (now, sample) in (0_u64..).zip(ecg.samples(60.0)) {
            let Some(peak) = detector.push(sample) else {
                continue;
            };
            assert!(
                now - peak.index <= u64::from(rate_hz) * 5 / 2,
                "{rate_hz} Hz"
            );
            assert!(last < Some(peak.index));
            last = Some(peak.index);
        }
    }
}

#[test]
fn no_input_panics_or_makes_a_flat_line_beat() {
    for rate_hz in RATES {
        for units_per_mv in [0, 1, 200, u32::MAX] {
            let ecg = Ecg {
                units_per_mv,
                ..Ecg::at(rate_hz)
            };
            let mut wild = Noise(u64::from(rate_hz));
            let mut detector = detector(&ecg);
            for n in 0..20_000 {
                let sample = match n % 7 {
                    0 => i32::MIN,
                    1 => i32::MAX,
                    _ => (wild.next() * 1e9) as i32,
                };
                let _ = detector.push(sample);
            }
            for value in [0, i32::MIN, i32::MAX] {
                assert_eq!(peaks(&ecg, &[value; 10_000]), []);
            }
        }
    }
}

#[test]
fn the_state_is_below_two_and_a_half_kibibytes() {
    assert!(
        size_of::<RPeakDetector>() <= 2_560,
        "{}",
        size_of::<RPeakDetector>()
    );
    assert!(size_of::<HeartRate>() <= 96, "{}", size_of::<HeartRate>());
}
