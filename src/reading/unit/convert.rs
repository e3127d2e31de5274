//! From one unit to another of the same dimension: exact, rounded where the caller says, or refused.

use super::table::Row;
use super::{Dimension, Unit};
use crate::reading::Decimal;

/// Why a value could not be converted.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// The units measure different things, or nothing is known of one of them. Mass and amount of a
    /// substance are different things: see [`Substance`](super::Substance).
    #[error("the units have different dimensions")]
    DifferentDimension,
    /// The result has no end, or more digits than 31 bits hold; it can be rounded.
    #[error("the result is not exact")]
    NotExact,
}

/// A factor, as a fraction of no common divisor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fraction {
    numerator: u128,
    denominator: u128,
}

impl Fraction {
    pub(super) fn new(numerator: u128, denominator: u128) -> Self {
        let divisor = greatest_common_divisor(numerator, denominator).max(1);
        Self {
            numerator: numerator.checked_div(divisor).unwrap_or(0),
            denominator: denominator.checked_div(divisor).unwrap_or(1),
        }
    }

    pub(super) fn between(from: &Row, to: &Row) -> Self {
        let product = |a: u64, b: u64| u128::from(a) * u128::from(b);
        Self::new(
            product(from.numerator, to.denominator),
            product(from.denominator, to.numerator),
        )
    }

    /// The product with another factor, numerator and denominator; of units and molar masses, far below 2^128.
    pub(super) fn and(self, (numerator, denominator): (u128, u128)) -> Self {
        Self::new(
            self.numerator.saturating_mul(numerator),
            self.denominator.saturating_mul(denominator),
        )
    }

    /// The exact product, with no more digits than it needs, and at least as many as `value` has.
    pub(super) fn times(self, value: Decimal) -> Option<Decimal> {
        let mut dividend =
            i128::from(value.mantissa()).checked_mul(i128::try_from(self.numerator).ok()?)?;
        let divisor = i128::try_from(self.denominator).ok()?;
        let mut exponent = value.exponent();
        while dividend.checked_rem(divisor)? != 0 {
            dividend = dividend.checked_mul(10)?;
            exponent = exponent.checked_sub(1)?;
        }
        let mut quotient = dividend.checked_div(divisor)?;
        while i32::try_from(quotient).is_err() {
            if quotient % 10 != 0 {
                return None;
            }
            quotient /= 10;
            exponent = exponent.checked_add(1)?;
        }
        Some(Decimal::new(i32::try_from(quotient).ok()?, exponent))
    }

    /// The product at `exponent`, halves away from zero.
    pub(super) fn times_rounded(self, value: Decimal, exponent: i8) -> Option<Decimal> {
        Conversion::by(self).rounded(value, exponent)
    }
}

/// From one unit to another: (v + `before`) × `factor` − `after`.
struct Conversion {
    before: Decimal,
    factor: Fraction,
    after: Decimal,
}

impl Conversion {
    const fn by(factor: Fraction) -> Self {
        Self {
            before: Decimal::new(0, 0),
            factor,
            after: Decimal::new(0, 0),
        }
    }

    fn between(from: &Row, to: &Row) -> Self {
        let offset = |(mantissa, exponent)| Decimal::new(mantissa, exponent);
        Self {
            before: offset(from.offset),
            factor: Fraction::between(from, to),
            after: offset(to.offset),
        }
    }

    fn exact(&self, value: Decimal) -> Option<Decimal> {
        let shifted =
            |value, offset: Decimal, by: fn(Decimal, Decimal) -> Option<Decimal>| match offset
                .mantissa()
            {
                0 => Some(value),
                _ => by(value, offset),
            };
        shifted(value, self.before, Decimal::checked_add)
            .and_then(|base| self.factor.times(base))
            .and_then(|scaled| shifted(scaled, self.after, Decimal::checked_sub))
    }

    /// One fraction of all three, so that nothing is rounded twice.
    fn rounded(&self, value: Decimal, exponent: i8) -> Option<Decimal> {
        let finest = [value, self.before, self.after]
            .into_iter()
            .filter(|term| term.mantissa() != 0)
            .map(Decimal::exponent)
            .min()
            .unwrap_or(0);
        let numerator = i128::try_from(self.factor.numerator).ok()?;
        let denominator = i128::try_from(self.factor.denominator).ok()?;
        let dividend = in_units_of(finest, value)?
            .checked_add(in_units_of(finest, self.before)?)?
            .checked_mul(numerator)?
            .checked_sub(in_units_of(finest, self.after)?.checked_mul(denominator)?)?;
        let places = i16::from(finest) - i16::from(exponent);
        let mantissa = rounded_quotient(dividend, denominator, places)?;
        Some(Decimal::new(mantissa, exponent))
    }
}

/// How many times 10^`finest` a value is that has no digit behind it.
fn in_units_of(finest: i8, value: Decimal) -> Option<i128> {
    if value.mantissa() == 0 {
        return Some(0);
    }
    let places = i16::from(value.exponent()) - i16::from(finest);
    let power = 10_i128.checked_pow(u32::try_from(places).ok()?)?;
    i128::from(value.mantissa()).checked_mul(power)
}

/// `dividend` × 10^`places` / `divisor`, halves away from zero.
fn rounded_quotient(dividend: i128, divisor: i128, places: i16) -> Option<i32> {
    if dividend == 0 {
        return Some(0);
    }
    let power = 10_i128.checked_pow(places.unsigned_abs().into());
    let (dividend, divisor) = if places >= 0 {
        (dividend.checked_mul(power?)?, divisor)
    } else {
        match power.and_then(|power| divisor.checked_mul(power)) {
            Some(divisor) => (dividend, divisor),
            // The divisor is above 2^127: what is below 2^126 is less than half of it.
            None => return (dividend.unsigned_abs() < 1 << 126).then_some(0),
        }
    };
    let half = dividend.signum().checked_mul(divisor.checked_div(2)?)?;
    let quotient = dividend.checked_add(half)?.checked_div(divisor)?;
    i32::try_from(quotient).ok()
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a
}

impl Unit {
    /// What the unit measures, where this version knows it.
    #[must_use]
    pub fn dimension(self) -> Option<Dimension> {
        self.row().map(|row| row.dimension)
    }

    /// The same quantity in another unit, exactly.
    ///
    /// # Errors
    ///
    /// [`ConvertError`]; in particular where the result is not exact.
    ///
    /// ```
    /// use iomt::reading::{ConvertError, Decimal, Unit};
    ///
    /// let fever = Unit::FAHRENHEIT.convert("98.6".parse()?, Unit::CELSIUS)?;
    /// assert_eq!(fever, Decimal::from(37));
    /// let glucose = Unit::MILLIGRAM_PER_DECILITRE.convert(98.into(), Unit::MILLIMOLE_PER_LITRE);
    /// assert_eq!(glucose, Err(ConvertError::DifferentDimension));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn convert(self, value: Decimal, to: Self) -> Result<Decimal, ConvertError> {
        self.conversion(to)?
            .exact(value)
            .ok_or(ConvertError::NotExact)
    }

    /// The same quantity in another unit, to the power of ten that the caller names, halves away from zero.
    ///
    /// # Errors
    ///
    /// [`ConvertError`]; not exact is then only what has more digits than 31 bits hold, or a temperature that
    /// is given to more than thirty places on either side of the point.
    ///
    /// ```
    /// use iomt::reading::{Decimal, Unit};
    ///
    /// let systolic = Unit::MMHG.convert_rounded(120.into(), Unit::KILOPASCAL, -1)?;
    /// assert_eq!(systolic.to_string(), "16.0");
    /// # Ok::<(), iomt::reading::ConvertError>(())
    /// ```
    pub fn convert_rounded(
        self,
        value: Decimal,
        to: Self,
        exponent: i8,
    ) -> Result<Decimal, ConvertError> {
        self.conversion(to)?
            .rounded(value, exponent)
            .ok_or(ConvertError::NotExact)
    }

    fn conversion(self, to: Self) -> Result<Conversion, ConvertError> {
        if self == to {
            return Ok(Conversion::by(Fraction::new(1, 1)));
        }
        let (Some(from), Some(to)) = (self.row(), to.row()) else {
            return Err(ConvertError::DifferentDimension);
        };
        if from.dimension != to.dimension {
            return Err(ConvertError::DifferentDimension);
        }
        Ok(Conversion::between(from, to))
    }
}
