use super::*;
use std::vec::Vec;

const RATES: [SampleRate; 3] = [
    SampleRate::hz(100),
    SampleRate::hz(360),
    SampleRate::hz(1_000),
];

fn warped(rate: SampleRate, hz: f64) -> f64 {
    (PI * hz / hertz(rate)).tan()
}

fn frequencies(rate: SampleRate) -> Vec<f64> {
    let nyquist = hertz(rate) / 2.0;
    (1..100).map(|k| nyquist * f64::from(k) / 100.0).collect()
}

fn low_pass_follows_butterworth<const N: usize>(rate: SampleRate, corner: f64) {
    let low = Design::<N>::low_pass(rate, corner);
    let high = Design::<N>::high_pass(rate, corner);
    for hz in frequencies(rate) {
        let ratio = (warped(rate, hz) / warped(rate, corner)).powi(4 * N as i32);
        let expected = (1.0 / (1.0 + ratio)).sqrt();
        assert!((low.gain_at(hz) - expected).abs() < 1e-6);
        let expected = (ratio / (1.0 + ratio)).sqrt();
        assert!((high.gain_at(hz) - expected).abs() < 1e-6);
    }
}

#[test]
fn low_and_high_pass_have_butterworths_response() {
    for rate in RATES {
        for corner in [0.5, 5.0, 40.0] {
            low_pass_follows_butterworth::<1>(rate, corner);
            low_pass_follows_butterworth::<2>(rate, corner);
            low_pass_follows_butterworth::<3>(rate, corner);
            low_pass_follows_butterworth::<4>(rate, corner);
        }
    }
}

/// The gain is Butterworth's of a low pass, of which `prototype` is the frequency.
fn follows_butterworth<const N: usize>(
    rate: SampleRate,
    design: &Design<N>,
    prototype: impl Fn(f64) -> f64,
) {
    for hz in frequencies(rate) {
        let ratio = prototype(warped(rate, hz)).powi(2 * N as i32);
        let expected = (1.0 / (1.0 + ratio)).sqrt();
        assert!((design.gain_at(hz) - expected).abs() < 1e-6, "{N}, {hz} Hz");
    }
}

fn band_pass_follows_butterworth<const N: usize>(rate: SampleRate, low: f64, high: f64) {
    let (w_low, w_high) = (warped(rate, low), warped(rate, high));
    follows_butterworth(rate, &Design::<N>::band_pass(rate, low, high), |w| {
        (w * w - w_low * w_high) / (w * (w_high - w_low))
    });
}

#[test]
fn band_pass_has_butterworths_response() {
    for rate in RATES {
        for (low, high) in [(0.5, 40.0), (5.0, 15.0), (10.0, 10.5)] {
            band_pass_follows_butterworth::<1>(rate, low, high);
            band_pass_follows_butterworth::<2>(rate, low, high);
            band_pass_follows_butterworth::<3>(rate, low, high);
            band_pass_follows_butterworth::<4>(rate, low, high);
        }
    }
}

#[test]
fn a_notch_takes_out_its_centre_and_half_the_power_at_its_width() {
    for rate in [SampleRate::hz(250), SampleRate::hz(1_000)] {
        for centre in [50.0, 60.0] {
            let design = Design::notch(rate, centre, 2.0);
            assert!(design.gain_at(centre) < 1e-9);
            assert!((design.gain_at(centre - 1.0) - 0.707).abs() < 0.02);
            assert!((design.gain_at(centre + 1.0) - 0.707).abs() < 0.02);
            assert!((design.gain_at(1.0) - 1.0).abs() < 1e-3);
        }
    }
}

fn band_stop_follows_butterworth<const N: usize>(rate: SampleRate, low: f64, high: f64) {
    let design = Design::<N>::band_stop(rate, low, high);
    let (w_low, w_high) = (warped(rate, low), warped(rate, high));
    follows_butterworth(rate, &design, |w| {
        w * (w_high - w_low) / (w * w - w_low * w_high)
    });
    let half = core::f64::consts::FRAC_1_SQRT_2;
    for edge in [low, high] {
        assert!((design.gain_at(edge) - half).abs() < 1e-6, "{N}, {edge} Hz");
    }
    assert!((design.gain_at(1e-4) - 1.0).abs() < 1e-6);
    assert!((design.gain_at(hertz(rate) / 2.0) - 1.0).abs() < 1e-6);
}

#[test]
fn band_stop_has_butterworths_response() {
    for rate in RATES {
        for (low, high) in [(48.0, 49.9), (5.0, 15.0), (0.5, 40.0), (20.0, 20.5)] {
            band_stop_follows_butterworth::<1>(rate, low, high);
            band_stop_follows_butterworth::<2>(rate, low, high);
            band_stop_follows_butterworth::<3>(rate, low, high);
            band_stop_follows_butterworth::<4>(rate, low, high);
            band_stop_follows_butterworth::<5>(rate, low, high);
        }
    }
}

/// `scipy.signal.iirfilter(n, [48, 52], btype="bandstop", ftype="butter", fs=250, output="sos")` of `SciPy` 1.17.1, its
/// gains by `sosfreqz`.
#[test]
fn band_stop_is_that_of_scipy() {
    const HZ: [f64; 6] = [10.0, 40.0, 47.0, 49.0, 51.0, 60.0];
    let gains = |gain: &dyn Fn(f64) -> f64| HZ.map(gain);
    let [one, two, three] = [
        gains(&|hz| Design::<1>::band_stop(SampleRate::hz(250), 48.0, 52.0).gain_at(hz)),
        gains(&|hz| Design::<2>::band_stop(SampleRate::hz(250), 48.0, 52.0).gain_at(hz)),
        gains(&|hz| Design::<3>::band_stop(SampleRate::hz(250), 48.0, 52.0).gain_at(hz)),
    ];
    let expected = [
        [
            0.9998199311,
            0.9828542814,
            0.8340990470,
            0.4425474158,
            0.4513235805,
            0.9798985073,
        ],
        [
            0.9999999351,
            0.9993812671,
            0.9162053264,
            0.2366295976,
            0.2478178639,
            0.9991421152,
        ],
        [
            1.0000000000,
            0.9999782048,
            0.9606248365,
            0.1193322791,
            0.1283036071,
            0.9999643980,
        ],
    ];
    for (gains, expected) in [one, two, three].iter().zip(&expected) {
        for (gain, expected) in gains.iter().zip(expected) {
            assert!((gain - expected).abs() < 1e-9, "{gain} {expected}");
        }
    }
}

fn steep_notch_takes_out<const N: usize>(rate: SampleRate, centre: f64) {
    let design = Design::<N>::steep_notch(rate, centre, 2.0);
    assert!(design.gain_at(centre) < 1e-9);
    let half = core::f64::consts::FRAC_1_SQRT_2;
    let passes_half = |low: f64| {
        let both = [low, low + 2.0].map(|hz| (design.gain_at(hz) - half).abs());
        both[0] + both[1]
    };
    let starts = (0..2_000).map(|step| centre - 1.5 + f64::from(step) / 2_000.0);
    let least = starts.map(passes_half).fold(f64::INFINITY, f64::min);
    assert!(least < 1e-2, "{N}, {centre} Hz at {rate}: {least}");
    assert!((design.gain_at(1.0) - 1.0).abs() < 1e-3);
}

#[test]
fn a_notch_of_any_order_takes_out_its_centre_and_has_its_width() {
    for rate in [
        SampleRate::hz(150),
        SampleRate::hz(250),
        SampleRate::hz(1_000),
    ] {
        for centre in [50.0, 60.0] {
            steep_notch_takes_out::<1>(rate, centre);
            steep_notch_takes_out::<2>(rate, centre);
            steep_notch_takes_out::<3>(rate, centre);
            steep_notch_takes_out::<4>(rate, centre);
        }
    }
}

#[test]
fn a_notch_of_one_section_is_the_cookbooks() {
    for rate in [
        SampleRate::hz(130),
        SampleRate::hz(250),
        SampleRate::hz(1_000),
    ] {
        let notch = Design::notch(rate, 60.0, 2.0).sections;
        let same = Design::<1>::steep_notch(rate, 60.0, 2.0).sections;
        let [[notch], [same]] = [notch, same].map(|sections| {
            sections.map(|section| {
                [
                    section.gain,
                    section.zeros[0],
                    section.poles[0],
                    section.poles[1],
                ]
            })
        });
        for (a, b) in notch.iter().zip(same) {
            assert!((a - b).abs() < 1e-12, "{notch:?} {same:?}");
        }
    }
}

#[test]
fn refuses_a_corner_that_is_not_below_half_the_rate() {
    let rate = SampleRate::hz(250);
    for hz in [125.0, 200.0, 0.0, -1.0, f64::NAN, f64::INFINITY] {
        let refused = Design::<2>::try_low_pass(rate, hz).unwrap_err();
        assert!(matches!(
            refused,
            DesignError::Corner {
                nyquist_hz: 125.0,
                ..
            }
        ));
        assert!(Design::<1>::try_high_pass(rate, hz).is_err());
        assert!(Design::<1>::try_band_pass(rate, 1.0, hz).is_err());
        assert!(Design::try_notch(rate, 50.0, hz).is_err());
    }
    assert!(Design::<2>::try_low_pass(rate, 124.0).is_ok());
}

#[test]
fn refuses_an_empty_band() {
    let rate = SampleRate::hz(250);
    let refused = Design::<2>::try_band_pass(rate, 15.0, 15.0);
    let (low_hz, high_hz) = (15.0, 15.0);
    assert_eq!(refused, Err(DesignError::Band { low_hz, high_hz }));
    let refused = Design::<2>::try_band_stop(rate, 15.0, 15.0);
    assert_eq!(refused, Err(DesignError::Band { low_hz, high_hz }));
}

#[test]
fn refuses_what_the_arithmetic_can_not_tell_apart() {
    let rate = SampleRate::hz(1_000);
    let precise = Design::<1>::high_pass(rate, 0.05);
    assert_eq!(precise.try_to_f32(), Err(DesignError::Precision));
    assert!(Design::<1>::high_pass(rate, 0.5).try_to_f32().is_ok());
    let refused = Design::<1>::try_high_pass(rate, 0.01);
    assert_eq!(refused, Err(DesignError::Precision));
}

fn integer_sum_fits<const N: usize>(design: Result<Design<N>, DesignError>) {
    let Ok(design) = design else { return };
    assert!(
        design
            .sections
            .iter()
            .all(|section| section.gain <= 1.0 + 1e-9),
        "{design:?}"
    );
    for section in design.to_i32().sections() {
        let b: i64 = section.b().iter().map(|b| i64::from(*b).abs()).sum();
        let [a1, a2] = section.a().map(i64::from);
        let one = 1_i64 << 30;
        assert!(b <= 4 * one + 4, "{design:?}");
        assert!(a2 < one && a1.abs() < one + a2, "{design:?}");
    }
}

/// The bound that the integer arithmetic rests on, and the triangle of stability.
#[test]
fn every_integer_design_is_stable_and_can_not_overflow() {
    for rate in [
        SampleRate::hz(1),
        SampleRate::hz(250),
        SampleRate::hz(4_000_000),
    ] {
        let nyquist = hertz(rate) / 2.0;
        let edges: Vec<f64> = (0..60).map(|k| nyquist * (1.0 - 0.8_f64.powi(k))).collect();
        let edges = edges
            .iter()
            .copied()
            .chain((1..60).map(|k| nyquist * 0.8_f64.powi(k)));
        let edges: Vec<f64> = edges.collect();
        for low in &edges {
            integer_sum_fits(Design::<1>::try_low_pass(rate, *low));
            integer_sum_fits(Design::<4>::try_high_pass(rate, *low));
            for high in &edges {
                integer_sum_fits(Design::<1>::try_band_pass(rate, *low, *high));
                integer_sum_fits(Design::<2>::try_band_pass(rate, *low, *high));
                integer_sum_fits(Design::<5>::try_band_pass(rate, *low, *high));
                integer_sum_fits(Design::try_notch(rate, *low, *high));
                integer_sum_fits(Design::<2>::try_band_stop(rate, *low, *high));
                integer_sum_fits(Design::<3>::try_band_stop(rate, *low, *high));
                integer_sum_fits(Design::<2>::try_steep_notch(rate, *low, *high));
                integer_sum_fits(Design::<3>::try_steep_notch(rate, *low, *high));
            }
        }
    }
}
