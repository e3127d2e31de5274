use super::cursor::{Fields, Out, flag_of, when};
use super::mass::{Scale, UNSUCCESSFUL, Units, value};
use super::reading::{Common, Reading};
use super::{DateTime, Error};
use crate::reading::{Decimal, Metric, Status, Unit, Value};
use crate::time::Instant;

const TIME: u16 = 0x02;
const USER: u16 = 0x04;
const BODY: u16 = 0x08;
const RESERVED: u16 = 0xF0;

/// Weight Measurement, `0x2A9D`.
///
/// ```text
/// flags u8 │ weight u16, 0.005 kg or 0.01 lb │ [time 7] │ [user u8] │ [BMI u16, 0.1 │ height u16, 0.001 m or 0.1 in]
/// ```
///
/// **Disputed:** some decoders multiply by the resolution that the Weight Scale Feature names. The
/// specification fixes the resolution of the field; the feature only tells how good the scale is.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// The system of measurement.
    pub units: Units,
    /// The weight; `None` where the measurement was unsuccessful.
    pub weight: Option<Decimal>,
    /// When it was measured, by the device's clock.
    pub time: Option<DateTime>,
    /// The user of the device, by its own count; 255 is an unknown one.
    pub user: Option<u8>,
    /// Body mass index and height.
    pub body: Option<BodySize>,
}

/// Body mass index and height.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodySize {
    /// Body mass index, kg/m².
    pub index: Decimal,
    /// Height, in metres or inches.
    pub height: Decimal,
}

impl Weight {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2A9D;

    /// Reads a value of the characteristic; flags that are reserved today are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`]; [`Error::OutOfRange`] for a time that is on
    /// no calendar.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let flags = u16::from(fields.u8("Flags")?);
        let units = Units::from_flags(flags);
        let scale = units.mass_scale("Weight");
        let weight = match fields.u16("Weight")? {
            UNSUCCESSFUL => None,
            count => Some(scale.number(count)),
        };
        let time = when(flags, TIME, || fields.date_time())?;
        let user = when(flags, USER, || fields.u8("User ID"))?;
        let body = when(flags, BODY, || BodySize::read(units, &mut fields))?;
        fields.finish_unless(flags & RESERVED)?;
        Ok(Self {
            units,
            weight,
            time,
            user,
            body,
        })
    }

    /// Writes the value into `out`; 15 octets at most.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::NotRepresentable`] for a number that is no multiple of the
    /// field's resolution; [`Error::OutOfRange`] for a time that is on no calendar.
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let mut out = Out::new(out);
        let flags = self.units.flag()
            | flag_of(self.time.as_ref(), TIME)
            | flag_of(self.user.as_ref(), USER)
            | flag_of(self.body.as_ref(), BODY);
        let [flags, _] = flags.to_le_bytes();
        out.u8(flags)?;
        let scale = self.units.mass_scale("Weight");
        out.u16(match self.weight {
            Some(weight) => successful(scale, weight)?,
            None => UNSUCCESSFUL,
        })?;
        if let Some(time) = self.time {
            time.write(&mut out)?;
        }
        if let Some(user) = self.user {
            out.u8(user)?;
        }
        if let Some(body) = self.body {
            body.write(self.units, &mut out)?;
        }
        Ok(out.finish())
    }

    /// What was measured, received `at` this time.
    pub fn readings(&self, at: Instant) -> impl Iterator<Item = Reading> + use<> {
        let common = Common {
            at,
            time: self.time.into(),
            status: Status::VALID,
        };
        let units = self.units;
        let weight = common.one(Metric::BODY_WEIGHT, units.mass(), value(self.weight));
        let index = self.body.map(|body| {
            let unit = Unit::KILOGRAM_PER_SQUARE_METRE;
            common.one(Metric::BODY_MASS_INDEX, unit, Value::Number(body.index))
        });
        let height = self.body.map(|body| {
            common.one(
                Metric::BODY_HEIGHT,
                units.length(),
                Value::Number(body.height),
            )
        });
        core::iter::once(weight).chain(index).chain(height)
    }
}

impl BodySize {
    fn read(units: Units, fields: &mut Fields<'_>) -> Result<Self, Error> {
        Ok(Self {
            index: Scale::tenths("BMI").read(fields)?,
            height: units.length_scale("Height").read(fields)?,
        })
    }

    fn write(&self, units: Units, out: &mut Out<'_>) -> Result<(), Error> {
        out.u16(Scale::tenths("BMI").count(self.index)?)?;
        out.u16(units.length_scale("Height").count(self.height)?)
    }
}

/// The count of a measurement that did not fail: all ones are not among them.
pub(super) fn successful(scale: Scale, number: Decimal) -> Result<u16, Error> {
    match scale.count(number)? {
        UNSUCCESSFUL => Err(Error::NotRepresentable { field: scale.field }),
        count => Ok(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn an_unsuccessful_measurement_is_no_weight() {
        let failed = Weight::decode(&[0, 0xFF, 0xFF]).unwrap();
        assert_eq!(failed.weight, None);
        let reading = failed.readings(Instant::ZERO).next().unwrap();
        assert_eq!(reading.parts[0].value, Value::NotANumber);
    }

    #[test]
    fn the_resolution_is_the_field_s_own() {
        let metric = Weight::decode(&[0, 0x80, 0x3E]).unwrap();
        assert_eq!(metric.weight.unwrap().to_string(), "80.000");
        let imperial = Weight::decode(&[1, 0x54, 0x3D]).unwrap();
        assert_eq!(imperial.weight.unwrap().to_string(), "157.00");
    }

    #[test]
    fn a_weight_between_two_counts_is_refused() {
        let mut weight = Weight::decode(&[0, 0x80, 0x3E]).unwrap();
        for bad in [
            Decimal::new(80_001, -3),
            Decimal::from(-5),
            Decimal::from(328),
        ] {
            weight.weight = Some(bad);
            let field = "Weight";
            let mut out = [0; 15];
            assert_eq!(
                weight.encode(&mut out),
                Err(Error::NotRepresentable { field })
            );
        }
    }
}
