use super::Error;
use super::cursor::{Fields, Out};
use super::reading::{Common, Reading, Stamp};
use crate::reading::{Metric, Status, Unit, Value};
use crate::time::Instant;

/// Battery Level, `0x2A19`: one octet, 0 to 100 per cent.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Battery {
    percent: u8,
}

impl Battery {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2A19;

    /// A battery with this charge, 0 to 100 %.
    ///
    /// # Errors
    ///
    /// [`Error::Reserved`] above 100.
    pub const fn new(percent: u8) -> Result<Self, Error> {
        match percent {
            0..=100 => Ok(Self { percent }),
            _ => Err(Error::Reserved {
                field: "Battery Level",
                value: percent as u32,
            }),
        }
    }

    /// The charge in percent, 0 to 100.
    #[must_use]
    pub const fn percent(self) -> u8 {
        self.percent
    }

    /// Reads a value of the characteristic.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`], [`Error::Reserved`] above 100.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let percent = fields.u8("Battery Level")?;
        fields.finish()?;
        Self::new(percent)
    }

    /// Writes the value into `out`; one octet.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`].
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let mut out = Out::new(out);
        out.u8(self.percent)?;
        Ok(out.finish())
    }

    /// What was measured, received `at` this time.
    pub fn readings(&self, at: Instant) -> impl Iterator<Item = Reading> + use<> {
        let common = Common {
            at,
            time: Stamp::None,
            status: Status::VALID,
        };
        let charge = Value::from(i32::from(self.percent));
        core::iter::once(common.one(Metric::BATTERY_CHARGE, Unit::PERCENT, charge))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-GATT-004
    #[test]
    fn battery_above_100_is_refused() {
        assert_eq!(Battery::decode(&[100]).map(Battery::percent), Ok(100));
        let field = "Battery Level";
        assert_eq!(
            Battery::decode(&[101]),
            Err(Error::Reserved { field, value: 101 })
        );
        assert_eq!(
            Battery::decode(&[100, 0]),
            Err(Error::TrailingBytes { count: 1 })
        );
        assert_eq!(Battery::decode(&[]), Err(Error::Truncated { field }));
    }
}
