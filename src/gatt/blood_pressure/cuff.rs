//! What both characteristics of a cuff have behind their pressures.

use super::{KILOPASCAL, PULSE_RATE, PressureUnit, STATUS, TIME, USER};
use crate::gatt::cursor::{Fields, Out, flag_of, when};
use crate::gatt::reading::{Common, Reading};
use crate::gatt::{DateTime, Error};
use crate::reading::{Metric, Status, Unit, Value};
use crate::time::Instant;

/// What may follow the pressures.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CuffDetails {
    /// When it was measured, by the device's clock.
    pub time: Option<DateTime>,
    /// Beats a minute.
    pub pulse_rate: Option<Value>,
    /// The user of the device, by its own count; 255 is an unknown one.
    pub user: Option<u8>,
    /// What disturbed the measurement.
    pub status: Option<CuffStatus>,
}

/// Measurement Status of a cuff.
///
/// **Disputed:** of the pulse rate the specification says "exceeds upper limit" and "less than lower limit", and not of
/// what: the limit may be the end of what the device can measure, at which the number then stands, or one that was set,
/// beyond which it measured that number. It is read as the end of the range: a value above or below the number. So a rate
/// that the device could not measure is never shown as measured; one beyond a limit that was set keeps its number and its
/// direction.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CuffStatus {
    bits: u16,
}

impl CuffDetails {
    pub(super) fn read(flags: u16, fields: &mut Fields<'_>) -> Result<Self, Error> {
        let time = when(flags, TIME, || fields.date_time())?;
        let pulse_rate = when(flags, PULSE_RATE, || fields.sfloat("Pulse Rate"))?;
        let user = when(flags, USER, || fields.u8("User ID"))?;
        let status = when(flags, STATUS, || {
            CuffStatus::from_bits(fields.u16("Measurement Status")?)
        })?;
        Ok(Self {
            time,
            pulse_rate,
            user,
            status,
        })
    }

    pub(super) fn flags(&self, unit: PressureUnit) -> u8 {
        let unit = match unit {
            PressureUnit::MillimetreOfMercury => 0,
            PressureUnit::Kilopascal => KILOPASCAL,
        };
        let flags = unit
            | flag_of(self.time.as_ref(), TIME)
            | flag_of(self.pulse_rate.as_ref(), PULSE_RATE)
            | flag_of(self.user.as_ref(), USER)
            | flag_of(self.status.as_ref(), STATUS);
        let [low, _] = flags.to_le_bytes();
        low
    }

    pub(super) fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        if let Some(time) = self.time {
            time.write(out)?;
        }
        if let Some(rate) = self.pulse_rate {
            out.sfloat(rate, "Pulse Rate")?;
        }
        if let Some(user) = self.user {
            out.u8(user)?;
        }
        if let Some(status) = self.status {
            out.u16(status.bits)?;
        }
        Ok(())
    }

    pub(super) fn common(&self, at: Instant) -> Common {
        Common {
            at,
            time: self.time.into(),
            status: self.status.map_or(Status::VALID, CuffStatus::status),
        }
    }

    pub(super) fn pulse(&self, common: Common) -> Option<Reading> {
        let rate = self.pulse_rate?;
        let rate = self.status.map_or(rate, |status| status.bounded(rate));
        Some(common.one(Metric::PULSE_RATE_CUFF, Unit::BEATS_PER_MINUTE, rate))
    }
}

impl CuffStatus {
    /// The body moved.
    pub const BODY_MOVEMENT: Self = Self { bits: 0x01 };
    /// The cuff is too loose.
    pub const CUFF_LOOSE: Self = Self { bits: 0x02 };
    /// The pulse is irregular.
    pub const IRREGULAR_PULSE: Self = Self { bits: 0x04 };
    /// The pulse rate exceeds the upper limit: above the device's range, as it is read here.
    pub const PULSE_RATE_HIGH: Self = Self { bits: 0x08 };
    /// The pulse rate is less than the lower limit: below the device's range, as it is read here.
    pub const PULSE_RATE_LOW: Self = Self { bits: 0x10 };
    /// The cuff is at the wrong place.
    pub const IMPROPER_POSITION: Self = Self { bits: 0x20 };

    const PULSE_RATE_RANGE: u16 = 0x18;

    /// The status with these bits; bits without a name are kept.
    ///
    /// # Errors
    ///
    /// [`Error::Reserved`]: "pulse rate range" 3, above and below the range at once.
    pub const fn from_bits(bits: u16) -> Result<Self, Error> {
        if bits & Self::PULSE_RATE_RANGE == Self::PULSE_RATE_RANGE {
            return Err(Error::Reserved {
                field: "Pulse Rate Range Detection",
                value: 3,
            });
        }
        Ok(Self { bits })
    }

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.bits
    }

    /// Whether every bit of `other` is set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.bits & other.bits == other.bits
    }

    /// The pulse rate is a bound where the status says that it exceeds a limit.
    fn bounded(self, rate: Value) -> Value {
        match rate {
            Value::Number(bound) if self.contains(Self::PULSE_RATE_HIGH) => {
                Value::AboveRange(bound)
            }
            Value::Number(bound) if self.contains(Self::PULSE_RATE_LOW) => Value::BelowRange(bound),
            other => other,
        }
    }

    /// What disturbs the measurement makes it questionable; an irregular pulse is a finding, not a fault.
    fn status(self) -> Status {
        let disturbs =
            Self::BODY_MOVEMENT.bits | Self::CUFF_LOOSE.bits | Self::IMPROPER_POSITION.bits;
        match self.bits & disturbs {
            0 => Status::VALID,
            _ => Status::QUESTIONABLE,
        }
    }
}
