use super::cursor::{Fields, Out};
use super::{DateTime, Error};

/// Current Time, `0x2A2B`: what a device's calendar says, and why it was last adjusted.
///
/// ```text
/// time 7 │ day of week u8 │ fractions u8, 1/256 s │ adjust reason u8      10 octets
/// ```
///
/// Local time without an offset, as every [`DateTime`]; the offset is another characteristic,
/// Local Time Information.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CurrentTime {
    /// Date and time.
    pub time: DateTime,
    /// The day by its number, 1 Monday to 7 Sunday; 0 where it is not known.
    pub day_of_week: u8,
    /// 1/256 s beyond the time.
    pub fractions_256: u8,
    /// Why the clock was adjusted.
    pub reason: AdjustReason,
}

/// Why a clock was adjusted: none, one or several reasons.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AdjustReason {
    bits: u8,
}

impl AdjustReason {
    /// By hand.
    pub const MANUAL: Self = Self { bits: 0x01 };
    /// From an outside reference.
    pub const REFERENCE: Self = Self { bits: 0x02 };
    /// The time zone changed.
    pub const TIME_ZONE: Self = Self { bits: 0x04 };
    /// Daylight-saving time began or ended.
    pub const DAYLIGHT_SAVING: Self = Self { bits: 0x08 };

    /// The reasons with these bits; bits without a name are kept.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self { bits }
    }

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.bits
    }

    /// Whether every bit of `other` is set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.bits & other.bits == other.bits
    }
}

impl CurrentTime {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2A2B;

    /// Reads a value of the characteristic.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`]; [`Error::OutOfRange`] for a time that is on
    /// no calendar; [`Error::Reserved`] for a day of the week above 7.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let read = Self {
            time: fields.date_time()?,
            day_of_week: fields.u8("Day of Week")?,
            fractions_256: fields.u8("Fractions256")?,
            reason: AdjustReason::from_bits(fields.u8("Adjust Reason")?),
        };
        fields.finish()?;
        read.check()?;
        Ok(read)
    }

    /// Writes the value into `out`; 10 octets.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::OutOfRange`] and [`Error::Reserved`] as [`CurrentTime::decode`].
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        self.check()?;
        let mut out = Out::new(out);
        self.time.write(&mut out)?;
        out.put(&[self.day_of_week, self.fractions_256, self.reason.bits])?;
        Ok(out.finish())
    }

    const fn check(&self) -> Result<(), Error> {
        match self.day_of_week {
            0..=7 => Ok(()),
            day => Err(Error::Reserved {
                field: "Day of Week",
                value: day as u32,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_at_its_place() {
        // Friday 2024-03-15T14:30:45.5, by hand and for daylight-saving time.
        let bytes = [0xE8, 0x07, 3, 15, 14, 30, 45, 5, 128, 0x09];
        let read = CurrentTime::decode(&bytes).unwrap();
        assert_eq!(read.time.year, 2024);
        assert_eq!((read.day_of_week, read.fractions_256), (5, 128));
        assert!(read.reason.contains(AdjustReason::MANUAL));
        assert!(read.reason.contains(AdjustReason::DAYLIGHT_SAVING));
        assert!(!read.reason.contains(AdjustReason::TIME_ZONE));
        assert_eq!(read.encode(&mut [0; 10]).unwrap(), bytes);
    }

    #[test]
    fn refuses_an_eighth_day_of_the_week() {
        let bytes = [0xE8, 0x07, 3, 15, 14, 30, 45, 8, 0, 0];
        let field = "Day of Week";
        assert_eq!(
            CurrentTime::decode(&bytes),
            Err(Error::Reserved { field, value: 8 })
        );
    }
}
