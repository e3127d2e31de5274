use super::cursor::{Fields, Out, flag_of, when};
use super::reading::{Common, Reading};
use super::{DateTime, Error};
use crate::reading::{Metric, Status, Unit, Value};
use crate::time::Instant;

const FAHRENHEIT: u16 = 0x01;
const TIME: u16 = 0x02;
const SITE: u16 = 0x04;
const RESERVED: u16 = 0xF8;

/// Temperature Measurement, `0x2A1C`.
///
/// ```text
/// flags u8 │ temperature medfloat32 │ [time 7] │ [temperature type u8]
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Temperature {
    /// The unit of the value.
    pub unit: TemperatureUnit,
    /// What was measured, with the precision that was sent.
    pub value: Value,
    /// When it was measured, by the device's clock.
    pub time: Option<DateTime>,
    /// Where on the body.
    pub site: Option<TemperatureSite>,
}

/// The unit of a temperature, which the flags name.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TemperatureUnit {
    /// Degrees Celsius.
    #[default]
    Celsius,
    /// Degrees Fahrenheit.
    Fahrenheit,
}

/// Where a temperature is taken: Temperature Type.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TemperatureSite {
    /// 1.
    Armpit,
    /// 2.
    Body,
    /// 3, the ear lobe.
    Ear,
    /// 4.
    Finger,
    /// 5.
    GastrointestinalTract,
    /// 6.
    Mouth,
    /// 7.
    Rectum,
    /// 8.
    Toe,
    /// 9, the ear drum.
    Tympanum,
}

impl Temperature {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2A1C;

    /// Reads a value of the characteristic; flags that are reserved today are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`]; [`Error::Reserved`] for a reserved number or
    /// type; [`Error::OutOfRange`] for a time that is on no calendar.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let flags = u16::from(fields.u8("Flags")?);
        let value = fields.float("Temperature Measurement Value")?;
        let time = when(flags, TIME, || fields.date_time())?;
        let site = when(flags, SITE, || {
            TemperatureSite::from_u8(fields.u8("Temperature Type")?)
        })?;
        fields.finish_unless(flags & RESERVED)?;
        let unit = match flags & FAHRENHEIT {
            0 => TemperatureUnit::Celsius,
            _ => TemperatureUnit::Fahrenheit,
        };
        Ok(Self {
            unit,
            value,
            time,
            site,
        })
    }

    /// Writes the value into `out`; 13 octets at most.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::NotRepresentable`] for a number that no FLOAT holds;
    /// [`Error::OutOfRange`] for a time that is on no calendar.
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let mut out = Out::new(out);
        let unit = match self.unit {
            TemperatureUnit::Celsius => 0,
            TemperatureUnit::Fahrenheit => FAHRENHEIT,
        };
        let flags = unit | flag_of(self.time.as_ref(), TIME) | flag_of(self.site.as_ref(), SITE);
        let [flags, _] = flags.to_le_bytes();
        out.u8(flags)?;
        out.float(self.value, "Temperature Measurement Value")?;
        if let Some(time) = self.time {
            time.write(&mut out)?;
        }
        if let Some(site) = self.site {
            out.u8(site.as_u8())?;
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
        let metric = self
            .site
            .map_or(Metric::BODY_TEMPERATURE, TemperatureSite::metric);
        let unit = match self.unit {
            TemperatureUnit::Celsius => Unit::CELSIUS,
            TemperatureUnit::Fahrenheit => Unit::FAHRENHEIT,
        };
        core::iter::once(common.one(metric, unit, self.value))
    }
}

impl TemperatureSite {
    const ALL: [Self; 9] = [
        Self::Armpit,
        Self::Body,
        Self::Ear,
        Self::Finger,
        Self::GastrointestinalTract,
        Self::Mouth,
        Self::Rectum,
        Self::Toe,
        Self::Tympanum,
    ];

    /// The site with this number, 1 to 9.
    ///
    /// # Errors
    ///
    /// [`Error::Reserved`].
    pub fn from_u8(number: u8) -> Result<Self, Error> {
        let has_number = |site: &Self| site.as_u8() == number;
        Self::ALL
            .into_iter()
            .find(has_number)
            .ok_or(Error::Reserved {
                field: "Temperature Type",
                value: number.into(),
            })
    }

    /// The number on the wire.
    #[must_use]
    pub const fn as_u8(self) -> u8 {
        match self {
            Self::Armpit => 1,
            Self::Body => 2,
            Self::Ear => 3,
            Self::Finger => 4,
            Self::GastrointestinalTract => 5,
            Self::Mouth => 6,
            Self::Rectum => 7,
            Self::Toe => 8,
            Self::Tympanum => 9,
        }
    }

    /// The metric of a temperature taken there; the general one where the table has none of its own.
    const fn metric(self) -> Metric {
        match self {
            Self::Armpit => Metric::AXILLARY_TEMPERATURE,
            Self::Ear => Metric::EAR_TEMPERATURE,
            Self::Finger => Metric::FINGER_TEMPERATURE,
            Self::Mouth => Metric::ORAL_TEMPERATURE,
            Self::Rectum => Metric::RECTAL_TEMPERATURE,
            Self::Tympanum => Metric::TYMPANIC_TEMPERATURE,
            Self::Body | Self::GastrointestinalTract | Self::Toe => Metric::BODY_TEMPERATURE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-GATT-003
    #[test]
    fn refuses_a_site_that_is_reserved() {
        let field = "Temperature Type";
        for number in [0, 10, 255] {
            let refused = Temperature::decode(&[4, 0x6C, 1, 0, 0xFF, number]);
            let value = number.into();
            assert_eq!(refused, Err(Error::Reserved { field, value }));
        }
        for number in 1..=9 {
            assert_eq!(
                TemperatureSite::from_u8(number).map(TemperatureSite::as_u8),
                Ok(number)
            );
        }
    }

    // IOMT-GATT-005
    #[test]
    fn units_mixed_up_are_told_apart() {
        let celsius = Temperature::decode(&[0, 0xDA, 3, 0, 0xFF]).unwrap();
        let fahrenheit = Temperature::decode(&[1, 0xDA, 3, 0, 0xFF]).unwrap();
        let unit = |t: Temperature| t.readings(Instant::ZERO).next().unwrap().parts[0].unit;
        assert_ne!(unit(celsius), unit(fahrenheit));
    }
}
