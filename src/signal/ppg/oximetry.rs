use super::OxygenCurve;
use super::decimate::Decimator;
use crate::signal::float::sqrt;
use crate::time::SampleRate;

const WORK_HZ: u16 = 50;
/// Means and regression are over so long: some pulses, and no more than a breath.
const WINDOW_S: f32 = 4.0;
/// The base is followed at 0.3 Hz, below any heart.
const BASE_RADIANS: f32 = core::f32::consts::TAU * 0.3;
/// So much of one light's pulsation must be the other's, or it is no arterial blood (r²).
const COMMON: f32 = 0.8;

/// What pulsates in two lights, over 4 s.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Perfusion {
    /// Perfusion index: the pulsation in the infrared light, as √8 times its standard deviation (that
    /// of a sine from bottom to top), in per cent of the light.
    pub index_per_cent: f32,
    /// The ratio of ratios: red over infrared, each pulsation divided by its light.
    pub ratio: f32,
    /// How much of the pulsation both lights have in common (r²), 0 to 1.
    pub quality: f32,
}

impl Perfusion {
    /// Oxygen saturation in per cent by the maker's curve; none where less than 0.8 of the
    /// pulsation is common to both lights, or the ratio is outside the calibration.
    #[must_use]
    pub fn saturation(&self, curve: &OxygenCurve) -> Option<f32> {
        (self.quality >= COMMON)
            .then(|| curve.saturation(self.ratio))
            .flatten()
    }
}

/// Perfusion index and the ratio of ratios, from a red and an infrared light.
///
/// The pulsation is what differs from a base that follows slowly; the ratio is the slope of red on infrared
/// by least squares through the origin, so that noise in one light alone says little (Rusch et
/// al., Comput. Biol. Med. 26, 1996). Absorption makes it a saturation: see [`OxygenCurve`].
///
/// | | |
/// |---|---|
/// | formula | R = (Σ red · ir / Σ ir²) · (base of ir / base of red) |
/// | rate of samples | from 25 Hz |
/// | range | light that is above zero |
/// | delay | one result each 4 s, of the 4 s before; 4 s more at the start |
/// | state | under 100 bytes |
/// | cost | 12 operations each 1/50 s |
///
/// Samples are of light that came through, above zero. Ambient light must be taken off beforehand. What is
/// no number counts as the sample before.
#[derive(Debug, Clone)]
pub struct Oximeter {
    inputs: [Decimator; 2],
    share: f32,
    window: u32,
    count: u32,
    settled: bool,
    bases: Option<[f32; 2]>,
    sums: Sums,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    bases: [f32; 2],
    squares: [f32; 2],
    product: f32,
}

impl Oximeter {
    /// An oximeter for samples at `rate`.
    #[must_use]
    pub fn new(rate: SampleRate) -> Self {
        let input = Decimator::new(rate, WORK_HZ);
        let hz = rate.as_hz_f32() / f32::from(input.factor());
        Self {
            inputs: [input.clone(), input],
            share: (BASE_RADIANS / hz).min(1.0),
            window: ((WINDOW_S * hz) as u32).max(1),
            count: 0,
            settled: false,
            bases: None,
            sums: Sums::default(),
        }
    }

    /// Takes a sample of the red and the infrared light in; a result each 4 s where there is a pulsation.
    pub fn push(&mut self, red: f32, infrared: f32) -> Option<Perfusion> {
        let [first, second] = &mut self.inputs;
        let (red, infrared) = (first.push(red), second.push(infrared));
        let lights = [red?, infrared?];
        self.gather(lights);
        self.count += 1;
        if self.count < self.window {
            return None;
        }
        self.count = 0;
        let sums = core::mem::take(&mut self.sums);
        // The base has been following for one window.
        let settled = core::mem::replace(&mut self.settled, true);
        settled.then(|| self.result(&sums)).flatten()
    }

    /// Forgets what was before a gap.
    pub fn reset(&mut self) {
        self.count = 0;
        self.settled = false;
        self.bases = None;
        self.sums = Sums::default();
    }

    fn gather(&mut self, lights: [f32; 2]) {
        let bases = self.bases.get_or_insert(lights);
        let mut pulsations = [0.0; 2];
        let channels = bases.iter_mut().zip(lights).zip(&mut pulsations);
        for ((base, light), pulsation) in channels {
            *base += self.share * (light - *base);
            *pulsation = light - *base;
        }
        let [a, b] = pulsations;
        self.sums.product += a * b;
        let sums = self.sums.bases.iter_mut().zip(&mut self.sums.squares);
        for ((bases, squares), (base, pulsation)) in sums.zip(bases.iter().zip(pulsations)) {
            *bases += *base;
            *squares += pulsation * pulsation;
        }
    }

    fn result(&self, sums: &Sums) -> Option<Perfusion> {
        let count = self.window as f32;
        let [red, infrared] = sums.bases.map(|sum| sum / count);
        let [red_squares, infrared_squares] = sums.squares;
        if red <= 0.0 || infrared <= 0.0 || red_squares <= 0.0 || infrared_squares <= 0.0 {
            return None;
        }
        let slope = sums.product / infrared_squares;
        let quality = slope * (sums.product / red_squares);
        let perfusion = Perfusion {
            index_per_cent: 100.0 * sqrt(8.0 * infrared_squares / count) / infrared,
            ratio: slope * (infrared / red),
            quality: quality.clamp(0.0, 1.0),
        };
        let finite = perfusion.index_per_cent.is_finite() && perfusion.ratio.is_finite();
        (finite && perfusion.ratio > 0.0).then_some(perfusion)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Light that pulsates by so many per cent from bottom to top, 75 times a minute.
    fn light(base: f32, per_cent: f32, seconds: f32) -> f32 {
        let breath = 1.0 + 0.01 * (core::f32::consts::TAU * 0.2 * seconds).sin();
        let pulse = (core::f32::consts::TAU * 1.25 * seconds).sin();
        base * (breath + per_cent / 200.0 * pulse)
    }

    fn results(hz: u16, red: f32, infrared: f32) -> Vec<Perfusion> {
        let mut oximeter = Oximeter::new(SampleRate::hz(hz.into()));
        (0..hz * 20)
            .map(|n| f32::from(n) / f32::from(hz))
            .filter_map(|t| oximeter.push(light(9e4, red, t), light(2e5, infrared, t)))
            .collect()
    }

    #[test]
    fn measures_the_ratio_and_the_index_at_any_rate() {
        let curve = OxygenCurve::new([110.0, -25.0, 0.0], 0.3..=2.0).unwrap();
        for hz in [25, 100, 400] {
            for ratio in [0.5, 1.0, 1.5] {
                let found = results(hz, 4.0 * ratio, 4.0);
                assert_eq!(found.len(), 4);
                for perfusion in found {
                    // Breath moves both lights alike, which draws the ratio a little to 1.
                    assert!((perfusion.ratio - ratio).abs() < 0.12, "{hz} {perfusion:?}");
                    assert!(
                        (perfusion.index_per_cent - 4.0).abs() < 0.5,
                        "{perfusion:?}"
                    );
                    let saturation = perfusion.saturation(&curve).unwrap();
                    assert!((saturation - 110.0 + 25.0 * ratio).abs() < 3.0);
                }
            }
        }
    }

    #[test]
    fn lights_that_do_not_pulsate_together_have_no_saturation() {
        let curve = OxygenCurve::new([110.0, -25.0, 0.0], 0.1..=10.0).unwrap();
        let mut oximeter = Oximeter::new(SampleRate::hz(50));
        for n in 0..1_000_u16 {
            let t = f32::from(n) / 50.0;
            let found = oximeter.push(light(1e5, 2.0, t), light(1e5, 2.0, 1.37 * t));
            assert!(found.is_none_or(|found| found.saturation(&curve).is_none()));
        }
    }

    #[test]
    fn a_flat_line_darkness_and_saturation_have_no_result() {
        for value in [0.0, 5.0, -3.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut oximeter = Oximeter::new(SampleRate::hz(100));
            assert!((0..3_000).all(|_| oximeter.push(value, value).is_none()));
        }
    }

    #[test]
    fn takes_any_sample_at_any_rate() {
        for millihertz in [1, 25_000, u32::MAX] {
            let mut oximeter = Oximeter::new(SampleRate::from_millihertz(millihertz).unwrap());
            for n in 0..50_000_u32 {
                let wild = f32::from_bits(n.wrapping_mul(2_654_435_761));
                let found = oximeter.push(wild, -wild);
                assert!(found.is_none_or(|found| found.ratio.is_finite()));
            }
        }
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(size_of::<Oximeter>() < 100, "{}", size_of::<Oximeter>());
    }
}
