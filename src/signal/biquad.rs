use core::fmt::Debug;

use super::sample::{Arithmetic, ONE};
use super::section::Section;

/// A kind of number that signals are filtered in: `f32`, or `i32`.
///
/// | | `f32` | `i32` |
/// |---|---|---|
/// | range of samples | ±10³⁰ | ±2³⁰ |
/// | beyond it | saturates | saturates |
/// | not a number | taken as the sample before | |
/// | coefficients | 24 bits | Q30 |
/// | rounding | of each operation | shaped: kept away from where the poles are |
/// | state of a section | 8 bytes | 16 bytes |
///
/// The `i32` filter loses nothing to rounding in the long run: at a constant input there is
/// neither a limit cycle nor an offset. The trait is sealed.
pub trait Sample: Arithmetic + Debug + PartialEq {}

impl Sample for f32 {}
impl Sample for i32 {}

/// The coefficients of one second-order section, without its state.
///
/// ```text
///         b₀ + b₁ z⁻¹ + b₂ z⁻²
/// H(z) = ──────────────────────      a₀ = 1; i32: b and a in Q30
///          1 + a₁ z⁻¹ + a₂ z⁻²
/// ```
///
/// Direct form I. They come from a [`Design`](super::Design), which lets only stable ones through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Biquad<T> {
    pub(super) b: [T; 3],
    pub(super) a: [T; 2],
}

impl<T: Sample> Biquad<T> {
    /// The coefficients b₀, b₁, b₂.
    #[must_use]
    pub const fn b(&self) -> [T; 3] {
        self.b
    }

    /// The coefficients a₁, a₂.
    #[must_use]
    pub const fn a(&self) -> [T; 2] {
        self.a
    }
}

impl Biquad<f32> {
    pub(super) const UNITY: Self = Self {
        b: [1.0, 0.0, 0.0],
        a: [0.0; 2],
    };

    pub(super) const fn from_section(section: &Section) -> Self {
        let ([z1, z2], [a1, a2]) = (section.zeros, section.poles);
        let gain = section.gain as f32;
        Self {
            b: [gain, gain * z1 as f32, gain * z2 as f32],
            a: [a1 as f32, a2 as f32],
        }
    }
}

impl Biquad<i32> {
    pub(super) const UNITY: Self = Self {
        b: [ONE, 0, 0],
        a: [0; 2],
    };

    /// The zeros of high-pass, low-pass and band-pass stay exact, and with them the gain of zero.
    pub(super) const fn from_section(section: &Section) -> Self {
        let ([z1, z2], [a1, a2]) = (section.zeros, section.poles);
        let gain = q30(section.gain);
        Self {
            b: [gain, q30(fraction(gain) * z1), q30(fraction(gain) * z2)],
            a: [q30(a1), q30(a2)],
        }
    }
}

const fn fraction(q30: i32) -> f64 {
    q30 as f64 / ONE as f64
}

const fn q30(x: f64) -> i32 {
    let half = if x < 0.0 { -0.5 } else { 0.5 };
    (x * ONE as f64 + half) as i32
}
