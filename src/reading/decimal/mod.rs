mod arithmetic;
mod ieee11073;

use core::cmp::Ordering;
use core::fmt::{self, Write as _};
use core::str::FromStr;

pub use ieee11073::Special;

/// A decimal number: `mantissa` × 10^`exponent`.
///
/// It keeps its precision (2.0 is written as 2.0) and compares by value
/// (2.0 equals 2). No operation goes through a float but [`Decimal::to_f64`].
///
/// ```
/// use iomt::reading::Decimal;
///
/// let body: Decimal = "36.60".parse()?;
/// assert_eq!((body.mantissa(), body.exponent()), (3_660, -2));
/// assert_eq!(body, Decimal::new(366, -1));
/// assert!(body < Decimal::from(37));
/// assert_eq!(body.to_string(), "36.60");
/// # Ok::<(), iomt::reading::ParseDecimalError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Decimal {
    mantissa: i32,
    exponent: i8,
}

impl Decimal {
    /// `mantissa` × 10^`exponent`.
    #[must_use]
    pub const fn new(mantissa: i32, exponent: i8) -> Self {
        Self { mantissa, exponent }
    }

    /// The digits, as a whole number.
    #[must_use]
    pub const fn mantissa(self) -> i32 {
        self.mantissa
    }

    /// The power of ten that the digits are multiplied by.
    #[must_use]
    pub const fn exponent(self) -> i8 {
        self.exponent
    }

    /// The same value with another exponent; `None` where that would lose digits or overflow.
    #[must_use]
    pub fn rescaled(self, exponent: i8) -> Option<Self> {
        let mut mantissa = self.mantissa;
        let steps = i16::from(self.exponent) - i16::from(exponent);
        if mantissa == 0 {
            return Some(Self::new(0, exponent));
        }
        for _ in 0..steps {
            mantissa = mantissa.checked_mul(10)?;
        }
        for _ in steps..0 {
            if mantissa % 10 != 0 {
                return None;
            }
            mantissa /= 10;
        }
        Some(Self::new(mantissa, exponent))
    }

    /// The value as the nearest binary float that the multiplication by its power of ten gives: for drawing and
    /// statistics, not for storing.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        let mut power = 1.0;
        for _ in 0..self.exponent.unsigned_abs() {
            power *= 10.0;
        }
        match self.exponent {
            0.. => f64::from(self.mantissa) * power,
            _ => f64::from(self.mantissa) / power,
        }
    }

    /// The one form that equal values share: no trailing zero in the mantissa.
    fn normalized(self) -> (i32, i16) {
        if self.mantissa == 0 {
            return (0, 0);
        }
        let (mut mantissa, mut exponent) = (self.mantissa, i16::from(self.exponent));
        while mantissa % 10 == 0 {
            mantissa /= 10;
            exponent += 1;
        }
        (mantissa, exponent)
    }
}

impl From<i32> for Decimal {
    fn from(whole: i32) -> Self {
        Self::new(whole, 0)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.normalized() == other.normalized()
    }
}

impl Eq for Decimal {}

impl core::hash::Hash for Decimal {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.normalized().hash(state);
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let ((a, a_exponent), (b, b_exponent)) = (self.normalized(), other.normalized());
        let by_sign = a.signum().cmp(&b.signum());
        if by_sign.is_ne() || a == 0 {
            return by_sign;
        }
        let leading = |mantissa: i32, exponent: i16| {
            let power = mantissa.unsigned_abs().checked_ilog10().unwrap_or(0);
            i16::try_from(power).unwrap_or(0) + exponent
        };
        let by_size = leading(a, a_exponent)
            .cmp(&leading(b, b_exponent))
            .then_with(|| {
                compare_aligned(a.unsigned_abs(), a_exponent, b.unsigned_abs(), b_exponent)
            });
        if a < 0 { by_size.reverse() } else { by_size }
    }
}

/// Compares two magnitudes of equal leading power, whose exponents are therefore at most nine apart.
fn compare_aligned(a: u32, a_exponent: i16, b: u32, b_exponent: i16) -> Ordering {
    let scaled = |mantissa: u32, steps: i16| {
        let power = 10_u64.saturating_pow(u32::try_from(steps).unwrap_or(0));
        u64::from(mantissa).saturating_mul(power)
    };
    scaled(a, a_exponent - b_exponent).cmp(&scaled(b, b_exponent - a_exponent))
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mantissa < 0 {
            f.write_char('-')?;
        }
        let digits = self.mantissa.unsigned_abs();
        match self.exponent {
            0 => write!(f, "{digits}"),
            1.. => {
                write!(f, "{digits}")?;
                let zeros = if digits == 0 { 0 } else { self.exponent };
                (0..zeros).try_for_each(|_| f.write_char('0'))
            }
            _ => write_fraction(digits, u32::from(self.exponent.unsigned_abs()), f),
        }
    }
}

fn write_fraction(digits: u32, places: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    // From ten places on there is no divisor: all of it is fraction.
    let divisor = 10_u32.checked_pow(places);
    let whole = divisor.and_then(|divisor| digits.checked_div(divisor));
    let fraction = divisor.and_then(|divisor| digits.checked_rem(divisor));
    let (whole, fraction) = (whole.unwrap_or(0), fraction.unwrap_or(digits));
    write!(f, "{whole}.")?;
    // A width that is not constant would be a panic that a linker sees.
    let written = fraction.checked_ilog10().map_or(1, |log| log + 1);
    (written..places).try_for_each(|_| f.write_char('0'))?;
    write!(f, "{fraction}")
}

/// Digits and power of ten, such as `366e-1`.
#[cfg(feature = "defmt")]
impl defmt::Format for Decimal {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=i32}e{=i8}", self.mantissa, self.exponent);
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}e{}", self.mantissa, self.exponent)
    }
}

/// The text is not a decimal number, or has more digits than 31 bits hold, or a power of ten outside of -128 to 127.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number of at most nine to ten digits")]
pub struct ParseDecimalError;

impl FromStr for Decimal {
    type Err = ParseDecimalError;

    /// Reads `[+-]digits[.digits]`; the digits behind the point become the exponent. Zeros at the end of a whole number
    /// that 31 bits have no room for become the exponent as well, so that whatever is printed is read.
    ///
    /// # Errors
    ///
    /// [`ParseDecimalError`] for any other form, for more digits than 31 bits hold, and for a power of ten outside of
    /// -128 to 127.
    fn from_str(text: &str) -> Result<Self, ParseDecimalError> {
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let ends_in_point = unsigned.ends_with('.');
        if whole.is_empty() || ends_in_point {
            return Err(ParseDecimalError);
        }
        let mut number = Self::new(0, 0);
        for digit in whole.bytes() {
            let digit = digit_value(digit)?;
            number = number.followed_by(if is_negative { -digit } else { digit })?;
        }
        for digit in fraction.bytes() {
            let digit = digit_value(digit)?;
            number = number.followed_behind_the_point(if is_negative { -digit } else { digit })?;
        }
        Ok(number)
    }
}

/// What reading adds, one digit with the number's sign at a time.
impl Decimal {
    /// With one more digit before the point.
    fn followed_by(self, digit: i32) -> Result<Self, ParseDecimalError> {
        match self.appended(digit) {
            Some(mantissa) if self.exponent == 0 => Ok(Self::new(mantissa, 0)),
            _ if digit != 0 => Err(ParseDecimalError),
            _ => self.moved(1),
        }
    }

    /// With one more digit behind the point.
    fn followed_behind_the_point(self, digit: i32) -> Result<Self, ParseDecimalError> {
        let mantissa = self.appended(digit).filter(|_| self.exponent <= 0);
        Self::new(mantissa.ok_or(ParseDecimalError)?, self.exponent).moved(-1)
    }

    fn appended(self, digit: i32) -> Option<i32> {
        self.mantissa.checked_mul(10)?.checked_add(digit)
    }

    fn moved(self, steps: i8) -> Result<Self, ParseDecimalError> {
        let exponent = self.exponent.checked_add(steps).ok_or(ParseDecimalError)?;
        Ok(Self::new(self.mantissa, exponent))
    }
}

fn digit_value(byte: u8) -> Result<i32, ParseDecimalError> {
    match byte {
        b'0'..=b'9' => Ok(i32::from(byte - b'0')),
        _ => Err(ParseDecimalError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::format;
    use std::string::ToString;

    // IOMT-DATA-011, IOMT-DATA-012
    #[test]
    fn precision_is_kept_and_ignored_in_comparison() {
        let two: Decimal = "2".parse().unwrap();
        let two_zero: Decimal = "2.0".parse().unwrap();
        assert_eq!(two, two_zero);
        assert_eq!(
            (two.to_string(), two_zero.to_string()),
            ("2".to_string(), "2.0".to_string())
        );
        // DESIGN: "98 as 0x0062 equals 98 as 0xF3D4": 0x3D4 is 980, with an exponent of -1.
        assert_eq!(Decimal::new(98, 0), Decimal::new(980, -1));
    }

    #[test]
    fn prints_every_exponent() {
        for (mantissa, exponent, text) in [
            (-5, -3, "-0.005"),
            (0, 3, "0"),
            (0, -2, "0.00"),
            (12, 2, "1200"),
            (i32::MIN, 0, "-2147483648"),
            (i32::MAX, -9, "2.147483647"),
            (7, -12, "0.000000000007"),
        ] {
            assert_eq!(Decimal::new(mantissa, exponent).to_string(), text);
        }
    }

    // IOMT-DATA-016
    #[test]
    fn refuses_what_is_not_a_number() {
        for text in [
            "",
            "-",
            ".5",
            "5.",
            "1e3",
            "1,5",
            "٣",
            "--1",
            "2147483648",
            "1.2.3",
            " 1",
            "10000000001",
            "10000000000.0",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
        assert_eq!("-2147483648".parse(), Ok(Decimal::new(i32::MIN, 0)));
    }

    // IOMT-DATA-016
    #[test]
    fn reads_what_it_prints_at_the_ends_of_the_range() {
        for exponent in i8::MIN..=i8::MAX {
            for mantissa in [i32::MIN, -1, 0, 1, 10, 2_147_483_640, i32::MAX] {
                let decimal = Decimal::new(mantissa, exponent);
                assert_eq!(decimal.to_string().parse(), Ok(decimal), "{decimal:?}");
            }
        }
        let longer = format!("{}0", Decimal::new(i32::MAX, i8::MAX));
        assert_eq!(longer.parse::<Decimal>(), Err(ParseDecimalError));
        let finer = format!("{}0", Decimal::new(1, i8::MIN));
        assert_eq!(finer.parse::<Decimal>(), Err(ParseDecimalError));
    }

    #[test]
    fn rescaling_is_exact_or_refused() {
        assert_eq!(
            Decimal::new(366, -1).rescaled(-2).map(Decimal::mantissa),
            Some(3_660)
        );
        assert!(Decimal::new(366, -1).rescaled(0).is_none());
        assert!(Decimal::new(i32::MAX, 0).rescaled(-1).is_none());
        assert_eq!(
            Decimal::new(0, 127).rescaled(-128).map(Decimal::mantissa),
            Some(0)
        );
    }

    #[test]
    fn order_holds_at_the_ends_of_the_range() {
        let tiny = Decimal::new(1, i8::MIN);
        let huge = Decimal::new(i32::MAX, i8::MAX);
        assert!(tiny < huge && Decimal::new(-1, i8::MIN) > Decimal::new(i32::MIN, i8::MAX));
        assert!(Decimal::from(0) < tiny);
    }

    proptest! {
        #[test]
        fn text_comes_back(mantissa: i32, exponent in i8::MIN..=0) {
            let decimal = Decimal::new(mantissa, exponent);
            let back: Decimal = decimal.to_string().parse().unwrap();
            prop_assert_eq!((back.mantissa(), back.exponent()), (mantissa, exponent));
        }

        #[test]
        fn text_of_a_great_number_comes_back_equal(mantissa: i32, exponent in 1..=i8::MAX) {
            let decimal = Decimal::new(mantissa, exponent);
            let back: Decimal = decimal.to_string().parse().unwrap();
            prop_assert_eq!(back, decimal);
            prop_assert_eq!(back.to_string(), decimal.to_string());
        }

        // IOMT-DATA-011
        #[test]
        fn order_is_that_of_the_numbers(a in -2_000..2_000, b in -2_000..2_000, a_exponent in -4_i8..4, b_exponent in -4_i8..4) {
            let scale = |mantissa: i32, exponent: i8| i64::from(mantissa) * 10_i64.pow(u32::try_from(exponent + 4).unwrap());
            let (left, right) = (Decimal::new(a, a_exponent), Decimal::new(b, b_exponent));
            prop_assert_eq!(left.cmp(&right), scale(a, a_exponent).cmp(&scale(b, b_exponent)), "{}", format!("{left} {right}"));
        }
    }
}
