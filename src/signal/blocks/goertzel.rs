use core::f64::consts::TAU;
use core::num::NonZeroU32;

use super::sinc::{self, OutOfBand};
use crate::signal::maths::{cos, sin, sqrt};
use crate::time::SampleRate;

/// The amplitude at one frequency, block by block, by Goertzel's recurrence (Amer. Math. Monthly 65, 1958).
///
/// ```text
/// s[n] = x[n] + 2 cos ω s[n−1] − s[n−2]        |X|² = s₁² + s₂² − 2 cos ω s₁ s₂        2 |X| / len
/// ```
///
/// | | |
/// |---|---|
/// | resolution | rate / len; exact where the block holds whole cycles |
/// | range | samples beyond ±10³⁰ saturate; amplitudes reach four times that |
/// | offset | the first sample of all is taken off, so that an offset does not leak in |
/// | delay | the block |
/// | state | 56 bytes |
/// | cost | in `f64`: a product and three additions a sample, a root a block |
/// | error | below 10⁻⁶ of the largest sample, up to 10⁶ samples a block |
///
/// ```
/// use core::num::NonZeroU32;
/// use iomt::signal::blocks::Goertzel;
/// use iomt::time::SampleRate;
///
/// # fn main() -> Result<(), iomt::signal::blocks::OutOfBand> {
/// let second = NonZeroU32::new(200).unwrap();
/// let mut hum = Goertzel::new(SampleRate::hz(200), 50.0, second)?;
/// let square = |n: i32| [300, 0, -300, 0][n as usize % 4];
/// let amplitudes: Vec<f32> = (0..400).filter_map(|n| hum.process(square(n))).collect();
/// assert!(amplitudes.iter().all(|amplitude| (amplitude - 300.0).abs() < 0.01));
/// assert_eq!(amplitudes.len(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Goertzel {
    doubled_cosine: f64,
    states: [f64; 2],
    len: NonZeroU32,
    count: u32,
    offset: Option<f64>,
    last: f64,
}

/// As the range of an `f32` [`Sample`](crate::signal::Sample).
const LIMIT: f64 = 1e30;

impl Goertzel {
    /// Blocks of `len` samples, watched at `hz`.
    ///
    /// # Errors
    ///
    /// [`OutOfBand`] where `hz` is not above 0 and below half the rate.
    pub fn new(rate: SampleRate, hz: f32, len: NonZeroU32) -> Result<Self, OutOfBand> {
        let angle = TAU * sinc::cycles(rate, hz)?;
        Ok(Self {
            // Twice the sine of half the angle keeps the digits that a cosine near 1 loses.
            doubled_cosine: match angle < 1.0 {
                true => 2.0 - 4.0 * sin(angle / 2.0) * sin(angle / 2.0),
                false => 2.0 * cos(angle),
            },
            states: [0.0; 2],
            len,
            count: 0,
            offset: None,
            last: 0.0,
        })
    }

    /// Takes a sample in, `i32` or `f32`; at the end of a block gives the amplitude of a sine of this frequency.
    pub fn process(&mut self, sample: impl Into<f64>) -> Option<f32> {
        let sample: f64 = sample.into();
        if !sample.is_nan() {
            self.last = sample.clamp(-LIMIT, LIMIT);
        }
        let sample = self.last - *self.offset.get_or_insert(self.last);
        let [first, second] = self.states;
        self.states = [sample + self.doubled_cosine * first - second, first];
        self.count += 1;
        if self.count < self.len.get() {
            return None;
        }
        let amplitude = self.amplitude();
        self.states = [0.0; 2];
        self.count = 0;
        Some(amplitude)
    }

    fn amplitude(&self) -> f32 {
        let [first, second] = self.states;
        // In units of the larger: the root has a range of its own.
        let larger = first.abs().max(second.abs());
        if larger == 0.0 {
            return 0.0;
        }
        let (a, b) = (first / larger, second / larger);
        let square = a * a + b * b - self.doubled_cosine * a * b;
        (2.0 * larger * sqrt(square) / f64::from(self.len.get())) as f32
    }
}
