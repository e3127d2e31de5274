//! Sums, products and quotients: exact, or refused.

use super::Decimal;

impl Decimal {
    /// The sum, with the finer of the two exponents where it fits; `None` where it has more digits than 31 bits hold.
    ///
    /// ```
    /// use iomt::reading::Decimal;
    ///
    /// let tenth = Decimal::new(1, -1);
    /// assert_eq!(tenth.checked_add(Decimal::new(2, -1)), Some(Decimal::new(3, -1)));
    /// assert_eq!(tenth.checked_add(Decimal::new(1, 9)), None);
    /// ```
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        sum(self.wide(), other.wide())
    }

    /// The difference; as [`Decimal::checked_add`].
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let other = other.wide();
        // Wide enough for the negative of every mantissa.
        sum(
            self.wide(),
            Wide {
                mantissa: -other.mantissa,
                ..other
            },
        )
    }

    const fn wide(self) -> Wide {
        Wide {
            mantissa: self.mantissa as i64,
            exponent: self.exponent as i16,
        }
    }

    /// The product, with the sum of the exponents where it fits; `None` where it has more digits than 31 bits hold.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let product = i64::from(self.mantissa) * i64::from(other.mantissa);
        fitted(
            product,
            i16::from(self.exponent) + i16::from(other.exponent),
        )
    }

    /// The quotient; `None` where it has no end (1 / 3), more digits than 31 bits hold, or the divisor is zero.
    ///
    /// ```
    /// use iomt::reading::Decimal;
    ///
    /// assert_eq!(Decimal::from(1).checked_div(Decimal::from(8)), Some(Decimal::new(125, -3)));
    /// assert_eq!(Decimal::from(1).checked_div(Decimal::from(3)), None);
    /// ```
    #[must_use]
    pub fn checked_div(self, other: Self) -> Option<Self> {
        let (mut dividend, divisor) = (i64::from(self.mantissa), i64::from(other.mantissa));
        let mut exponent = i16::from(self.exponent) - i16::from(other.exponent);
        // A quotient of 31 bits by a divisor of 32 ends within so many places, or does not fit.
        for _ in 0..=MAX_PLACES {
            if dividend.checked_rem(divisor)? == 0 {
                return fitted(dividend / divisor, exponent);
            }
            dividend = dividend.checked_mul(10)?;
            exponent -= 1;
        }
        None
    }

    /// The nearest value with this exponent, halves away from zero; itself, where its exponent is not finer.
    ///
    /// The only operation that loses digits, and only those that the caller names.
    ///
    /// ```
    /// use iomt::reading::Decimal;
    ///
    /// assert_eq!(Decimal::new(3_665, -2).rounded(-1), Decimal::new(367, -1));
    /// assert_eq!(Decimal::new(366, -1).rounded(-2).exponent(), -1);
    /// ```
    #[must_use]
    pub fn rounded(self, exponent: i8) -> Self {
        let places = i16::from(exponent) - i16::from(self.exponent);
        if places <= 0 {
            return self;
        }
        let power = u32::try_from(places)
            .ok()
            .and_then(|places| 10_i64.checked_pow(places));
        let half_up = |power: i64| {
            let mantissa = i64::from(self.mantissa);
            (mantissa + mantissa.signum() * (power / 2)) / power
        };
        // Above 10^10 nothing is left of 31 bits.
        let mantissa = power
            .filter(|power| *power <= 10_000_000_000)
            .map_or(0, half_up);
        Self::new(i32::try_from(mantissa).unwrap_or(0), exponent)
    }

    /// The same value without zeros at its end.
    #[must_use]
    pub fn reduced(self) -> Self {
        let (mut mantissa, mut exponent) = (self.mantissa, self.exponent);
        while mantissa != 0 && mantissa % 10 == 0 && exponent < i8::MAX {
            mantissa /= 10;
            exponent += 1;
        }
        Self::new(mantissa, if mantissa == 0 { 0 } else { exponent })
    }
}

/// How often a dividend is multiplied by ten at most: 2^31 in the divisor takes 31 places.
const MAX_PLACES: u8 = 31;

/// A mantissa of 33 bits and its exponent.
#[derive(Clone, Copy)]
struct Wide {
    mantissa: i64,
    exponent: i16,
}

impl Wide {
    /// The same value without zeros at its end: they only show precision, and may be what does not fit.
    fn reduced(mut self) -> Self {
        while self.mantissa != 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.exponent += 1;
        }
        self
    }
}

fn sum(a: Wide, b: Wide) -> Option<Decimal> {
    aligned_sum(a, b)
        .or_else(|| aligned_sum(a.reduced(), b.reduced()))
        .or_else(|| past_zero(a, b))
}

/// A zero that is too fine for the other term to be written as finely adds nothing but the precision.
fn past_zero(a: Wide, b: Wide) -> Option<Decimal> {
    match (a.mantissa, b.mantissa) {
        (_, 0) => fitted(a.mantissa, a.exponent),
        (0, _) => fitted(b.mantissa, b.exponent),
        _ => None,
    }
}

/// Both at the finer exponent, in 64 bits: ten places apart, nothing that is not zero fits any more.
fn aligned_sum(a: Wide, b: Wide) -> Option<Decimal> {
    let (coarse, fine) = if a.exponent >= b.exponent {
        (a, b)
    } else {
        (b, a)
    };
    if coarse.mantissa == 0 {
        return fitted(fine.mantissa, fine.exponent);
    }
    let places = u32::try_from(coarse.exponent - fine.exponent).ok()?;
    let scaled = coarse.mantissa.checked_mul(10_i64.checked_pow(places)?)?;
    fitted(scaled.checked_add(fine.mantissa)?, fine.exponent)
}

/// The value as a decimal, zeros at its end taken off as far as its digits or its exponent need it.
fn fitted(mut mantissa: i64, mut exponent: i16) -> Option<Decimal> {
    if mantissa == 0 {
        let exponent = exponent.clamp(i8::MIN.into(), i8::MAX.into());
        return Some(Decimal::new(0, i8::try_from(exponent).ok()?));
    }
    while exponent > i8::MAX.into() {
        mantissa = mantissa.checked_mul(10)?;
        exponent -= 1;
    }
    while i32::try_from(mantissa).is_err() || exponent < i8::MIN.into() {
        if mantissa % 10 != 0 {
            return None;
        }
        mantissa /= 10;
        exponent += 1;
    }
    Some(Decimal::new(
        i32::try_from(mantissa).ok()?,
        i8::try_from(exponent).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // IOMT-DATA-010
    #[test]
    fn a_tenth_and_two_tenths_are_three_tenths() {
        let sum = Decimal::new(1, -1)
            .checked_add(Decimal::new(2, -1))
            .unwrap();
        assert_eq!((sum.mantissa(), sum.exponent()), (3, -1));
    }

    #[test]
    fn the_ends_of_the_range_are_refused_not_wrapped() {
        let (least, most) = (Decimal::from(i32::MIN), Decimal::from(i32::MAX));
        assert_eq!(most.checked_add(Decimal::from(1)), None);
        assert_eq!(Decimal::from(-1).checked_sub(least), Some(most));
        assert_eq!(most.checked_mul(most), None);
        assert_eq!(least.checked_div(Decimal::from(-1)), None);
        assert_eq!(most.checked_div(Decimal::from(0)), None);
        assert_eq!(
            Decimal::new(1, i8::MIN).checked_mul(Decimal::new(1, -1)),
            None
        );
        assert_eq!(least.checked_add(Decimal::new(0, 127)), Some(least));
    }

    #[test]
    fn a_zero_of_any_exponent_adds_nothing() {
        let five = Decimal::from(5);
        for exponent in [i8::MIN, -20, -11, 11, 20, i8::MAX] {
            let zero = Decimal::new(0, exponent);
            assert_eq!(five.checked_add(zero), Some(five), "{exponent}");
            assert_eq!(zero.checked_add(five), Some(five), "{exponent}");
            assert_eq!(five.checked_sub(zero), Some(five), "{exponent}");
            assert_eq!(zero.checked_sub(five), Some(Decimal::from(-5)));
        }
    }

    #[test]
    fn rounds_halves_away_from_zero() {
        for (mantissa, rounded) in [(25, 3), (-25, -3), (24, 2), (-24, -2), (0, 0)] {
            assert_eq!(
                Decimal::new(mantissa, -1).rounded(0),
                Decimal::from(rounded)
            );
        }
        assert_eq!(Decimal::new(i32::MAX, -100).rounded(0), Decimal::from(0));
        assert_eq!(
            Decimal::new(i32::MIN, i8::MIN).rounded(i8::MAX),
            Decimal::from(0)
        );
        assert_eq!(
            Decimal::new(2_000_000_000, -10).rounded(0),
            Decimal::from(0)
        );
        assert_eq!(Decimal::new(i32::MAX, -9).rounded(0), Decimal::from(2));
    }

    proptest! {
        #[test]
        fn what_comes_out_is_exact(a: i32, b: i32, a_exponent in -9_i8..=0, b_exponent in -9_i8..=0) {
            let (left, right) = (Decimal::new(a, a_exponent), Decimal::new(b, b_exponent));
            // Everything in units of 10^-18.
            let scale = |number: Decimal, to: i8| i128::from(number.mantissa()) * 10_i128.pow(u32::try_from(i16::from(number.exponent()) + i16::from(to)).unwrap());
            if let Some(sum) = left.checked_add(right) {
                prop_assert_eq!(scale(sum, 9), scale(left, 9) + scale(right, 9));
            }
            if let Some(product) = left.checked_mul(right) {
                prop_assert_eq!(scale(product, 18), scale(left, 9) * scale(right, 9));
            }
            if let Some(difference) = left.checked_sub(right) {
                prop_assert_eq!(difference.checked_add(right), Some(left));
            }
            if let Some(quotient) = left.checked_div(right) {
                prop_assert_eq!(quotient.checked_mul(right), Some(left));
            }
        }

        #[test]
        fn small_numbers_always_have_a_sum_and_a_product(a in -9_999..=9_999, b in -9_999..=9_999, a_exponent in -2_i8..=2, b_exponent in -2_i8..=2) {
            let (left, right) = (Decimal::new(a, a_exponent), Decimal::new(b, b_exponent));
            prop_assert!(left.checked_add(right).is_some());
            prop_assert!(left.checked_mul(right).is_some());
        }

        #[test]
        fn nothing_panics(a: i32, b: i32, a_exponent: i8, b_exponent: i8, to: i8) {
            let (left, right) = (Decimal::new(a, a_exponent), Decimal::new(b, b_exponent));
            prop_assert_eq!(left.checked_add(right), right.checked_add(left));
            prop_assert_eq!(left.checked_mul(right), right.checked_mul(left));
            let _ = (left.checked_sub(right), left.checked_div(right), left.rounded(to));
            prop_assert_eq!(left.reduced(), left);
        }
    }
}
