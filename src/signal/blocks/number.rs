//! What the blocks ask of a number, beside what a section does.

use core::fmt::Debug;
use core::ops::{Add, Sub};

use crate::signal::Sample;
use crate::signal::sample::{FRACTION_BITS, LIMIT_F32, ONE};

/// A [`Sample`] that can be summed, ordered and divided; `f32`, or `i32`. Sealed, as that is.
///
/// Sums are of twice the width: exact for `i32`, to 53 bits for `f32`.
pub trait Number: Sample + PartialOrd {
    /// What sums are kept in.
    type Wide: Copy
        + Debug
        + PartialEq
        + PartialOrd
        + Default
        + Add<Output = Self::Wide>
        + Sub<Output = Self::Wide>;
    /// A coefficient of 1.
    const UNITY: Self;
    /// The largest sample: 10³⁰, or 2³⁰.
    const LARGEST: Self;

    /// The same value.
    #[must_use]
    fn widen(self) -> Self::Wide;

    /// The coefficient `self` times a sample: exact for `i32`, rounded once for `f32`.
    #[must_use]
    fn times(self, sample: Self) -> Self::Wide;

    /// What a sum of [`times`](Self::times) comes to, to the nearest, saturated.
    #[must_use]
    fn of_products(sum: Self::Wide) -> Self;

    /// A sum over `divisor`, to the nearest, halves up, saturated; the sum itself for a divisor of zero.
    #[must_use]
    fn quotient(sum: Self::Wide, divisor: u32) -> Self;

    /// A sum over 2 to the power of `times`, at most 62.
    #[must_use]
    fn halved(sum: Self::Wide, times: u32) -> Self::Wide;

    /// The nearest coefficient, saturated.
    #[must_use]
    fn coefficient(value: f64) -> Self;
}

impl Number for f32 {
    type Wide = f64;
    const UNITY: Self = 1.0;
    const LARGEST: Self = LIMIT_F32;

    fn widen(self) -> f64 {
        f64::from(self)
    }

    fn times(self, sample: Self) -> f64 {
        f64::from(self) * f64::from(sample)
    }

    fn of_products(sum: f64) -> Self {
        sum as Self
    }

    fn quotient(sum: f64, divisor: u32) -> Self {
        (sum / f64::from(divisor.max(1))) as Self
    }

    fn halved(sum: f64, times: u32) -> f64 {
        sum / (1_u64 << times.min(62)) as f64
    }

    fn coefficient(value: f64) -> Self {
        value as Self
    }
}

impl Number for i32 {
    type Wide = i64;
    const UNITY: Self = ONE;
    const LARGEST: Self = ONE;

    fn widen(self) -> i64 {
        i64::from(self)
    }

    fn times(self, sample: Self) -> i64 {
        i64::from(self) * i64::from(sample)
    }

    fn of_products(sum: i64) -> Self {
        saturated(sum.saturating_add(1 << (FRACTION_BITS - 1)) >> FRACTION_BITS)
    }

    fn quotient(sum: i64, divisor: u32) -> Self {
        let divisor = i64::from(divisor.max(1));
        let above = sum.saturating_add(divisor >> 1);
        saturated(above.checked_div_euclid(divisor).unwrap_or(sum))
    }

    fn halved(sum: i64, times: u32) -> i64 {
        sum >> times.min(62)
    }

    fn coefficient(value: f64) -> Self {
        let scaled = value * f64::from(ONE);
        (scaled + if scaled < 0.0 { -0.5 } else { 0.5 }) as Self
    }
}

/// Within ±2³⁰.
fn saturated(value: i64) -> i32 {
    let limit = i64::from(ONE);
    i32::try_from(value.clamp(-limit, limit)).unwrap_or(0)
}
