mod cuff;

pub use cuff::{CuffDetails, CuffStatus};

use super::Error;
use super::cursor::{Fields, Out};
use super::reading::Reading;
use crate::reading::{Metric, Unit, Value};
use crate::time::Instant;

const KILOPASCAL: u16 = 0x01;
const TIME: u16 = 0x02;
const PULSE_RATE: u16 = 0x04;
const USER: u16 = 0x08;
const STATUS: u16 = 0x10;
const RESERVED: u16 = 0xE0;

/// Blood Pressure Measurement, `0x2A35`.
///
/// ```text
/// flags u8 │ systolic │ diastolic │ mean │ [time 7] │ [pulse rate] │ [user u8] │ [status u16]
///            └─── medfloat16 each ─────┘              medfloat16
/// ```
///
/// A mean that is not determined is [`Value::NotANumber`].
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BloodPressure {
    /// The unit of the three pressures.
    pub unit: PressureUnit,
    /// Systolic.
    pub systolic: Value,
    /// Diastolic.
    pub diastolic: Value,
    /// Mean arterial.
    pub mean: Value,
    /// What both cuff characteristics share.
    pub details: CuffDetails,
}

/// Intermediate Cuff Pressure, `0x2A36`: the pressure in the cuff while it measures.
///
/// As [`BloodPressure`], with the cuff's pressure in place of the systolic and two unused fields,
/// which are written as NaN and read past, since devices put zeros there.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CuffPressure {
    /// The unit of the pressure.
    pub unit: PressureUnit,
    /// The pressure in the cuff.
    pub pressure: Value,
    /// What both cuff characteristics share.
    pub details: CuffDetails,
}

/// The unit of a pressure, which the flags name.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PressureUnit {
    /// Millimetres of mercury.
    #[default]
    MillimetreOfMercury,
    /// Kilopascals.
    Kilopascal,
}

impl BloodPressure {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2A35;

    /// Reads a value of the characteristic; flags that are reserved today are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`]; [`Error::Reserved`] for a reserved number or
    /// pulse-rate range; [`Error::OutOfRange`] for a time that is on no calendar.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let flags = u16::from(fields.u8("Flags")?);
        let systolic = fields.sfloat("Systolic")?;
        let diastolic = fields.sfloat("Diastolic")?;
        let mean = fields.sfloat("Mean Arterial Pressure")?;
        let details = CuffDetails::read(flags, &mut fields)?;
        fields.finish_unless(flags & RESERVED)?;
        Ok(Self {
            unit: PressureUnit::from_flags(flags),
            systolic,
            diastolic,
            mean,
            details,
        })
    }

    /// Writes the value into `out`; 19 octets at most.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::NotRepresentable`] for a number that no SFLOAT holds;
    /// [`Error::OutOfRange`] for a time that is on no calendar.
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let mut out = Out::new(out);
        out.u8(self.details.flags(self.unit))?;
        out.sfloat(self.systolic, "Systolic")?;
        out.sfloat(self.diastolic, "Diastolic")?;
        out.sfloat(self.mean, "Mean Arterial Pressure")?;
        self.details.write(&mut out)?;
        Ok(out.finish())
    }

    /// What was measured, received `at` this time: a panel of three, and the pulse rate.
    pub fn readings(&self, at: Instant) -> impl Iterator<Item = Reading> + use<> {
        let common = self.details.common(at);
        let pressure = common.panel(
            Metric::BLOOD_PRESSURE,
            self.unit.unit(),
            [
                (Metric::SYSTOLIC, self.systolic),
                (Metric::DIASTOLIC, self.diastolic),
                (Metric::MEAN_PRESSURE, self.mean),
            ],
        );
        core::iter::once(pressure).chain(self.details.pulse(common))
    }
}

impl CuffPressure {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2A36;

    /// Reads a value of the characteristic.
    ///
    /// # Errors
    ///
    /// As [`BloodPressure::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let flags = u16::from(fields.u8("Flags")?);
        let pressure = fields.sfloat("Current Cuff Pressure")?;
        fields.bytes(4, "Diastolic, Mean Arterial Pressure (unused)")?;
        let details = CuffDetails::read(flags, &mut fields)?;
        fields.finish_unless(flags & RESERVED)?;
        Ok(Self {
            unit: PressureUnit::from_flags(flags),
            pressure,
            details,
        })
    }

    /// Writes the value into `out`; 19 octets at most.
    ///
    /// # Errors
    ///
    /// As [`BloodPressure::encode`].
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let mut out = Out::new(out);
        out.u8(self.details.flags(self.unit))?;
        out.sfloat(self.pressure, "Current Cuff Pressure")?;
        out.sfloat(Value::NotANumber, "Diastolic (unused)")?;
        out.sfloat(Value::NotANumber, "Mean Arterial Pressure (unused)")?;
        self.details.write(&mut out)?;
        Ok(out.finish())
    }

    /// What was measured, received `at` this time.
    pub fn readings(&self, at: Instant) -> impl Iterator<Item = Reading> + use<> {
        let common = self.details.common(at);
        let pressure = common.one(Metric::CUFF_PRESSURE, self.unit.unit(), self.pressure);
        core::iter::once(pressure).chain(self.details.pulse(common))
    }
}

impl PressureUnit {
    const fn from_flags(flags: u16) -> Self {
        match flags & KILOPASCAL {
            0 => Self::MillimetreOfMercury,
            _ => Self::Kilopascal,
        }
    }

    /// The unit's code.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::MillimetreOfMercury => Unit::MMHG,
            Self::Kilopascal => Unit::KILOPASCAL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Decimal;

    #[test]
    fn a_mean_that_was_not_determined_is_no_number() {
        let pressure = BloodPressure::decode(&[0, 0x76, 0, 0x4C, 0, 0xFF, 0x07]).unwrap();
        assert_eq!(pressure.mean, Value::NotANumber);
        let panel = pressure.readings(Instant::ZERO).next().unwrap();
        assert_eq!(panel.panel, Some(Metric::BLOOD_PRESSURE));
        assert_eq!(panel.parts.len(), 3);
    }

    // IOMT-DATA-022, IOMT-GATT-003
    #[test]
    fn reserved_sfloat_is_refused_and_never_a_number() {
        let refused = BloodPressure::decode(&[0, 0x76, 0, 0x4C, 0, 0x01, 0x08]);
        let field = "Mean Arterial Pressure";
        assert_eq!(
            refused,
            Err(Error::Reserved {
                field,
                value: 0x0801
            })
        );
    }

    // IOMT-GATT-010
    #[test]
    fn a_pulse_rate_out_of_its_range_is_a_bound() {
        let pulse = |status: u8| {
            let bytes = [0x14, 0x78, 0, 0x4C, 0, 0x5A, 0, 0x1E, 0, status, 0];
            let pressure = BloodPressure::decode(&bytes).unwrap();
            let pulse = pressure.readings(Instant::ZERO).nth(1).unwrap();
            pulse.parts[0].value
        };
        let thirty = Decimal::from(30);
        assert_eq!(pulse(0x00), Value::Number(thirty));
        assert_eq!(pulse(0x08), Value::AboveRange(thirty));
        assert_eq!(pulse(0x10), Value::BelowRange(thirty));
    }

    #[test]
    fn a_pulse_rate_can_not_be_above_and_below_its_range() {
        assert!(CuffStatus::from_bits(0x10).is_ok());
        let field = "Pulse Rate Range Detection";
        assert_eq!(
            CuffStatus::from_bits(0x18),
            Err(Error::Reserved { field, value: 3 })
        );
    }

    #[test]
    fn unused_fields_of_a_cuff_pressure_may_hold_anything() {
        let cuff = CuffPressure::decode(&[0, 0xD7, 0xF0, 0x01, 0x08, 0, 0]).unwrap();
        let mut out = [0; CUFF_MIN];
        assert_eq!(
            cuff.encode(&mut out).unwrap(),
            [0, 0xD7, 0xF0, 0xFF, 0x07, 0xFF, 0x07]
        );
    }

    const CUFF_MIN: usize = 7;
}
