//! The 16-bit and 32-bit floats of ISO/IEEE 11073-20601, which Bluetooth calls SFLOAT and FLOAT.
//!
//! ```text
//! SFLOAT   exponent 4 bits · mantissa 12 bits      two's complement both, decimal both
//! FLOAT    exponent 8 bits · mantissa 24 bits
//! ```
//!
//! Five mantissas at the edge of the range are no numbers: +INFINITY, NaN, `NRes`, reserved and
//! -INFINITY, in the order of their codes (0x7FE to 0x802, and 0x7FFFFE to 0x800002). The standard
//! writes them with exponent zero and allows no number such a mantissa, so they are taken
//! for what they say with any exponent, and written with exponent zero only.

use core::fmt;

use super::Decimal;

/// A code of SFLOAT or FLOAT that stands for no number.
///
/// **Disputed:** the standard writes these five mantissas with exponent zero. Some decoders take them for numbers with any
/// other exponent; here they stand for what they say with each of the sixteen, and are written with exponent zero only.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Special {
    /// The measurement failed (`NaN`).
    NotANumber,
    /// The result can not be told at this resolution (`NRes`).
    NotAtThisResolution,
    /// Above all that can be told (`+INFINITY`).
    PositiveInfinity,
    /// Below all that can be told (`-INFINITY`).
    NegativeInfinity,
    /// The code that the standard keeps for later.
    Reserved,
}

impl Special {
    /// All five.
    pub const ALL: [Self; 5] = [
        Self::PositiveInfinity,
        Self::NotANumber,
        Self::NotAtThisResolution,
        Self::Reserved,
        Self::NegativeInfinity,
    ];

    /// The SFLOAT code, with exponent zero.
    #[must_use]
    pub const fn to_sfloat(self) -> u16 {
        0x07FE + self.rank() as u16
    }

    /// The FLOAT code, with exponent zero.
    #[must_use]
    pub const fn to_float(self) -> u32 {
        0x007F_FFFE + self.rank() as u32
    }

    /// How far the code lies above that of +INFINITY.
    const fn rank(self) -> u8 {
        match self {
            Self::PositiveInfinity => 0,
            Self::NotANumber => 1,
            Self::NotAtThisResolution => 2,
            Self::Reserved => 3,
            Self::NegativeInfinity => 4,
        }
    }

    const fn from_rank(rank: u32) -> Option<Self> {
        Some(match rank {
            0 => Self::PositiveInfinity,
            1 => Self::NotANumber,
            2 => Self::NotAtThisResolution,
            3 => Self::Reserved,
            4 => Self::NegativeInfinity,
            _ => return None,
        })
    }
}

impl fmt::Display for Special {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "not a number",
            Self::NotAtThisResolution => "not at this resolution",
            Self::PositiveInfinity => "+infinity",
            Self::NegativeInfinity => "-infinity",
            Self::Reserved => "reserved",
        })
    }
}

/// The largest mantissa of a number: 2^11 − 3, and its negative.
const SFLOAT_MANTISSA_MAX: i32 = 0x7FD;
/// The largest mantissa of a number: 2^23 − 3, and its negative.
const FLOAT_MANTISSA_MAX: i32 = 0x7F_FFFD;

impl Decimal {
    /// The number of an SFLOAT code, with its precision.
    ///
    /// # Errors
    ///
    /// [`Special`] where the code stands for no number.
    ///
    /// ```
    /// use iomt::reading::{Decimal, Special};
    ///
    /// assert_eq!(Decimal::from_sfloat(0xF16C), Ok("36.4".parse()?));
    /// assert_eq!(Decimal::from_sfloat(0x07FF), Err(Special::NotANumber));
    /// // The same value, once as 98 and once as 98.0.
    /// assert_eq!(Decimal::from_sfloat(0x0062), Decimal::from_sfloat(0xF3D4));
    /// # Ok::<(), iomt::reading::ParseDecimalError>(())
    /// ```
    pub const fn from_sfloat(code: u16) -> Result<Self, Special> {
        let bits = (code & 0x0FFF) as u32;
        if let Some(special) = Special::from_rank(bits.wrapping_sub(0x7FE)) {
            return Err(special);
        }
        // Up to the sign and back down: both shifts keep it.
        let mantissa = ((bits << 20) as i32) >> 20;
        let exponent = (code.cast_signed() >> 12) as i8;
        Ok(Self::new(mantissa, exponent))
    }

    /// The SFLOAT code of exactly this value, with its exponent where that is possible.
    ///
    /// `None` where the value has more than three to four digits, or an exponent out of −8 to 7: round it
    /// first, with [`Decimal::rounded`], where that is meant.
    #[must_use]
    pub fn to_sfloat(self) -> Option<u16> {
        let fitting = self.fitting(SFLOAT_MANTISSA_MAX, -8, 7)?;
        let exponent = u16::from(fitting.exponent().cast_unsigned()) << 12;
        let mantissa = u16::try_from(fitting.mantissa() & 0x0FFF).ok()?;
        Some(exponent | mantissa)
    }

    /// The number of a FLOAT code, with its precision.
    ///
    /// # Errors
    ///
    /// [`Special`] where the code stands for no number.
    pub const fn from_float(code: u32) -> Result<Self, Special> {
        let bits = code & 0x00FF_FFFF;
        if let Some(special) = Special::from_rank(bits.wrapping_sub(0x7F_FFFE)) {
            return Err(special);
        }
        let mantissa = (code << 8).cast_signed() >> 8;
        let exponent = (code.cast_signed() >> 24) as i8;
        Ok(Self::new(mantissa, exponent))
    }

    /// The FLOAT code of exactly this value, with its exponent where that is possible.
    ///
    /// `None` where the value has more than six to seven digits: round it first, with
    /// [`Decimal::rounded`], where that is meant.
    #[must_use]
    pub fn to_float(self) -> Option<u32> {
        let fitting = self.fitting(FLOAT_MANTISSA_MAX, i8::MIN, i8::MAX)?;
        let exponent = u32::from(fitting.exponent().cast_unsigned()) << 24;
        let mantissa = u32::try_from(fitting.mantissa() & 0x00FF_FFFF).ok()?;
        Some(exponent | mantissa)
    }

    /// The same value with a mantissa and an exponent within bounds, the exponent as near to its own as can be.
    fn fitting(self, mantissa_max: i32, exponent_min: i8, exponent_max: i8) -> Option<Self> {
        let mut fitting = self.rescaled(self.exponent().clamp(exponent_min, exponent_max))?;
        while fitting.mantissa().unsigned_abs() > mantissa_max.unsigned_abs() {
            let coarser = fitting.exponent().checked_add(1)?;
            if coarser > exponent_max {
                return None;
            }
            fitting = fitting.rescaled(coarser)?;
        }
        Some(fitting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::ToString;

    /// An independent reading of the standard: signed fields by division, specials by list.
    fn by_the_book(code: u16) -> Result<(i32, i8), Special> {
        let (exponent, mantissa) = (i32::from(code / 4_096), i32::from(code % 4_096));
        let special = match mantissa {
            2_046 => Special::PositiveInfinity,
            2_047 => Special::NotANumber,
            2_048 => Special::NotAtThisResolution,
            2_049 => Special::Reserved,
            2_050 => Special::NegativeInfinity,
            _ => {
                let mantissa = if mantissa > 2_047 {
                    mantissa - 4_096
                } else {
                    mantissa
                };
                let exponent = if exponent > 7 {
                    exponent - 16
                } else {
                    exponent
                };
                return Ok((mantissa, i8::try_from(exponent).unwrap()));
            }
        };
        Err(special)
    }

    // IOMT-DATA-020, IOMT-DATA-023
    #[test]
    fn all_65_536_sfloat_codes() {
        let mut numbers = 0;
        for code in 0..=u16::MAX {
            let decimal = Decimal::from_sfloat(code);
            let parts = decimal.map(|number| (number.mantissa(), number.exponent()));
            assert_eq!(parts, by_the_book(code), "{code:#06x}");
            match decimal {
                Ok(number) => {
                    assert_eq!(number.to_sfloat(), Some(code), "{code:#06x}");
                    numbers += 1;
                }
                Err(special) => assert_eq!(special.to_sfloat(), code & 0xFFF),
            }
        }
        assert_eq!(numbers, 65_536 - 16 * 5);
    }

    // IOMT-DATA-021, IOMT-DATA-022
    #[test]
    fn no_special_code_is_ever_a_number() {
        for special in Special::ALL {
            assert_eq!(Decimal::from_sfloat(special.to_sfloat()), Err(special));
            assert_eq!(Decimal::from_float(special.to_float()), Err(special));
        }
        let codes = Special::ALL.map(Special::to_float);
        assert_eq!(
            codes,
            [0x7F_FFFE, 0x7F_FFFF, 0x80_0000, 0x80_0001, 0x80_0002]
        );
    }

    // IOMT-DATA-020
    #[test]
    fn values_of_published_payloads() {
        for (code, text) in [
            (0x0078, "120"),
            (0xF16C, "36.4"),
            (0xB3E8, "0.01000"),
            (0xC3E8, "0.1000"),
            (0x8811, "-0.00002031"),
            (0x7001, "10000000"),
        ] {
            assert_eq!(Decimal::from_sfloat(code).unwrap().to_string(), text);
        }
        for (code, text) in [
            (0xFF00_016C, "36.4"),
            (0xFE00_0E3C, "36.44"),
            (0xFFFF_FFFF, "-0.1"),
            (0x0000_0025, "37"),
        ] {
            assert_eq!(Decimal::from_float(code).unwrap().to_string(), text);
        }
    }

    // IOMT-DATA-024
    #[test]
    fn what_does_not_fit_is_refused_never_rounded() {
        assert_eq!(Decimal::from(2_045).to_sfloat(), Some(0x07FD));
        assert_eq!(Decimal::from(-2_045).to_sfloat(), Some(0x0803));
        for mantissa in [2_046, -2_046, 2_047, -2_048, 12_345] {
            assert_eq!(Decimal::from(mantissa).to_sfloat(), None, "{mantissa}");
        }
        assert_eq!(Decimal::from(120_000).to_sfloat(), Some(0x24B0));
        assert_eq!(Decimal::new(5, -9).to_sfloat(), None);
        assert_eq!(Decimal::new(50, -9).to_sfloat(), Some(0x8005));
        assert_eq!(Decimal::new(2, 8).to_sfloat(), Some(0x7014));
        assert_eq!(Decimal::from(8_388_605).to_float(), Some(0x007F_FFFD));
        assert_eq!(Decimal::from(8_388_606).to_float(), None);
    }

    proptest! {
        // IOMT-DATA-023
        #[test]
        fn float_codes_come_back(code: u32) {
            match Decimal::from_float(code) {
                Ok(number) => prop_assert_eq!(number.to_float(), Some(code)),
                Err(special) => prop_assert_eq!(special.to_float(), code & 0xFF_FFFF),
            }
        }

        // IOMT-DATA-024
        #[test]
        fn encoding_keeps_the_value_or_refuses(mantissa: i32, exponent in -12_i8..12) {
            let number = Decimal::new(mantissa, exponent);
            if let Some(code) = number.to_sfloat() {
                prop_assert_eq!(Decimal::from_sfloat(code), Ok(number));
            }
            if let Some(code) = number.to_float() {
                prop_assert_eq!(Decimal::from_float(code), Ok(number));
            }
        }
    }
}
