use super::cursor::{Fields, Out, flag_of, when};
use super::reading::{Common, Reading, Stamp};
use super::{DateTime, Error};
use crate::reading::{Metric, Status, Unit, Value};
use crate::time::Instant;

const SPOT_TIME: u16 = 0x01;
const SPOT_STATUS: u16 = 0x02;
const SPOT_SENSOR: u16 = 0x04;
const SPOT_PERFUSION: u16 = 0x08;
const SPOT_CLOCK_NOT_SET: u16 = 0x10;
const FAST: u16 = 0x01;
const SLOW: u16 = 0x02;
const STATUS: u16 = 0x04;
const SENSOR: u16 = 0x08;
const PERFUSION: u16 = 0x10;
const RESERVED: u16 = 0xE0;

/// PLX Spot-Check Measurement, `0x2A5E`.
///
/// ```text
/// flags u8 │ SpO2 │ pulse rate │ [time 7] │ [status u16] │ [sensor u24] │ [perfusion]
///            └ medfloat16 each ┘                                         medfloat16
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpotOximetry {
    /// Saturation and pulse.
    pub values: Oximetry,
    /// When it was measured, by the device's clock; check `is_clock_set` before use.
    pub time: Option<DateTime>,
    /// Whether somebody has set the device's clock.
    pub is_clock_set: bool,
    /// What both pulse-oximeter characteristics share.
    pub details: OximetryDetails,
}

/// PLX Continuous Measurement, `0x2A5F`.
///
/// ```text
/// flags u8 │ SpO2 │ pulse rate │ [SpO2, rate fast] │ [SpO2, rate slow] │ [status u16] │ [sensor u24] │ [perfusion]
///            └─────────────── medfloat16 each ─────────────────────┘                                  medfloat16
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContinuousOximetry {
    /// Saturation and pulse with the normal averaging.
    pub normal: Oximetry,
    /// The same with a fast one.
    pub fast: Option<Oximetry>,
    /// The same with a slow one.
    pub slow: Option<Oximetry>,
    /// What both pulse-oximeter characteristics share.
    pub details: OximetryDetails,
}

/// A saturation and a pulse rate, measured together.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oximetry {
    /// Oxygen saturation, per cent.
    pub spo2: Value,
    /// Beats a minute.
    pub pulse_rate: Value,
}

/// What may follow the values.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OximetryDetails {
    /// Measurement Status; bits 0 to 4 are reserved.
    pub status: Option<u16>,
    /// Device and Sensor Status, 24 bits; bits 16 to 23 are reserved.
    pub sensor: Option<u32>,
    /// Pulse Amplitude Index, per cent.
    pub perfusion: Option<Value>,
}

impl SpotOximetry {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2A5E;

    /// Reads a value of the characteristic; flags that are reserved today are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`]; [`Error::Reserved`] for a reserved number;
    /// [`Error::OutOfRange`] for a time that is on no calendar.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let flags = u16::from(fields.u8("Flags")?);
        let values = Oximetry::read(&mut fields)?;
        let time = when(flags, SPOT_TIME, || fields.date_time())?;
        // Behind the time come the flags of a continuous measurement, one bit lower.
        let details = OximetryDetails::read(flags << 1, &mut fields)?;
        fields.finish_unless(flags & RESERVED)?;
        Ok(Self {
            values,
            time,
            is_clock_set: flags & SPOT_CLOCK_NOT_SET == 0,
            details,
        })
    }

    /// Writes the value into `out`; 19 octets at most.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::NotRepresentable`] for a number that no SFLOAT holds;
    /// [`Error::OutOfRange`] for a time that is on no calendar, or a sensor status above 24 bits.
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let mut out = Out::new(out);
        let clock = if self.is_clock_set {
            0
        } else {
            SPOT_CLOCK_NOT_SET
        };
        let flags = flag_of(self.time.as_ref(), SPOT_TIME)
            | flag_of(self.details.status.as_ref(), SPOT_STATUS)
            | flag_of(self.details.sensor.as_ref(), SPOT_SENSOR)
            | flag_of(self.details.perfusion.as_ref(), SPOT_PERFUSION)
            | clock;
        let [flags, _] = flags.to_le_bytes();
        out.u8(flags)?;
        self.values.write(&mut out)?;
        if let Some(time) = self.time {
            time.write(&mut out)?;
        }
        self.details.write(&mut out)?;
        Ok(out.finish())
    }

    /// What was measured, received `at` this time; without the device's time where its clock is not set.
    pub fn readings(&self, at: Instant) -> impl Iterator<Item = Reading> + use<> {
        let time = self.time.filter(|_| self.is_clock_set);
        self.details.readings(self.values, time.into(), at)
    }
}

impl ContinuousOximetry {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2A5F;

    /// Reads a value of the characteristic; flags that are reserved today are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`]; [`Error::Reserved`] for a reserved number.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let flags = u16::from(fields.u8("Flags")?);
        let normal = Oximetry::read(&mut fields)?;
        let fast = when(flags, FAST, || Oximetry::read(&mut fields))?;
        let slow = when(flags, SLOW, || Oximetry::read(&mut fields))?;
        let details = OximetryDetails::read(flags, &mut fields)?;
        fields.finish_unless(flags & RESERVED)?;
        Ok(Self {
            normal,
            fast,
            slow,
            details,
        })
    }

    /// Writes the value into `out`; 20 octets at most.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::NotRepresentable`] for a number that no SFLOAT holds;
    /// [`Error::OutOfRange`] for a sensor status above 24 bits.
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let mut out = Out::new(out);
        let flags = flag_of(self.fast.as_ref(), FAST)
            | flag_of(self.slow.as_ref(), SLOW)
            | flag_of(self.details.status.as_ref(), STATUS)
            | flag_of(self.details.sensor.as_ref(), SENSOR)
            | flag_of(self.details.perfusion.as_ref(), PERFUSION);
        let [flags, _] = flags.to_le_bytes();
        out.u8(flags)?;
        self.normal.write(&mut out)?;
        for averaged in [self.fast, self.slow].into_iter().flatten() {
            averaged.write(&mut out)?;
        }
        self.details.write(&mut out)?;
        Ok(out.finish())
    }

    /// What was measured with the normal averaging, received `at` this time.
    ///
    /// The fast and the slow average are of the same signal: they are in the fields, not among the readings.
    pub fn readings(&self, at: Instant) -> impl Iterator<Item = Reading> + use<> {
        self.details.readings(self.normal, Stamp::None, at)
    }
}

impl Oximetry {
    fn read(fields: &mut Fields<'_>) -> Result<Self, Error> {
        Ok(Self {
            spo2: fields.sfloat("SpO2")?,
            pulse_rate: fields.sfloat("PR")?,
        })
    }

    fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        out.sfloat(self.spo2, "SpO2")?;
        out.sfloat(self.pulse_rate, "PR")
    }
}

impl OximetryDetails {
    /// The bits of Measurement Status that are at the place where [`Status`] has them.
    const STATUS_BITS: u16 = Status::INVALID.bits()
        | Status::QUESTIONABLE.bits()
        | Status::NOT_AVAILABLE.bits()
        | Status::CALIBRATING.bits()
        | Status::TEST.bits()
        | Status::DEMO.bits()
        | Status::VALIDATED.bits()
        | Status::EARLY.bits()
        | Status::ONGOING.bits();

    /// What each bit of Device and Sensor Status says of the values: nothing, the others.
    ///
    /// | bits | the specification's words |
    /// |---|---|
    /// | `8800` | sensor unconnected to user, sensor disconnected |
    /// | `7002` | unknown sensor, sensor displaced, sensor malfunctioning, equipment malfunction |
    /// | `05FC` | signal processing irregularity; inadequate, poor, erratic, non-pulsatile signal; low perfusion; questionable pulse; interference |
    const SENSOR_STATES: [(u32, Status); 3] = [
        (0x8800, Status::NOT_AVAILABLE),
        (0x7002, Status::INVALID),
        (0x05FC, Status::QUESTIONABLE),
    ];

    fn read(flags: u16, fields: &mut Fields<'_>) -> Result<Self, Error> {
        Ok(Self {
            status: when(flags, STATUS, || fields.u16("Measurement Status"))?,
            sensor: when(flags, SENSOR, || fields.u24("Device and Sensor Status"))?,
            perfusion: when(flags, PERFUSION, || fields.sfloat("Pulse Amplitude Index"))?,
        })
    }

    fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        if let Some(status) = self.status {
            out.u16(status)?;
        }
        if let Some(sensor) = self.sensor {
            out.u24(sensor, "Device and Sensor Status")?;
        }
        if let Some(perfusion) = self.perfusion {
            out.sfloat(perfusion, "Pulse Amplitude Index")?;
        }
        Ok(())
    }

    /// The measurement's own bits, and what the sensor's say: without a sensor at the patient there is no value.
    fn measurement_status(&self) -> Status {
        let own = Status::from_bits(self.status.unwrap_or(0) & Self::STATUS_BITS);
        own | Status::of_bits(self.sensor.unwrap_or(0), &Self::SENSOR_STATES)
    }

    fn readings(
        &self,
        values: Oximetry,
        time: Stamp,
        at: Instant,
    ) -> impl Iterator<Item = Reading> + use<> {
        let common = Common {
            at,
            time,
            status: self.measurement_status(),
        };
        let rate = Metric::PULSE_RATE_OXIMETER;
        let perfusion = self
            .perfusion
            .map(|value| common.one(Metric::PERFUSION_INDEX, Unit::PERCENT, value));
        core::iter::once(common.one(Metric::SPO2, Unit::PERCENT, values.spo2))
            .chain(core::iter::once(common.one(
                rate,
                Unit::BEATS_PER_MINUTE,
                values.pulse_rate,
            )))
            .chain(perfusion)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_nobody_set_tells_no_time() {
        let bytes = [0x11, 98, 0, 72, 0, 0xEA, 7, 3, 14, 9, 26, 53];
        let spot = SpotOximetry::decode(&bytes).unwrap();
        assert!(!spot.is_clock_set && spot.time.is_some());
        assert!(spot.readings(Instant::ZERO).all(|r| r.time == Stamp::None));
    }

    // IOMT-GATT-010
    #[test]
    fn calibration_makes_the_value_unusable_and_low_perfusion_questionable() {
        let mut details = OximetryDetails {
            status: Some(0x1000),
            ..OximetryDetails::default()
        };
        assert_eq!(details.measurement_status(), Status::CALIBRATING);
        details.status = None;
        details.sensor = Some(0x20);
        assert_eq!(details.measurement_status(), Status::QUESTIONABLE);
        details.sensor = Some(0x200);
        assert_eq!(details.measurement_status(), Status::VALID);
    }

    // IOMT-GATT-010
    #[test]
    fn a_sensor_that_is_off_or_broken_gives_no_usable_value() {
        let status = |sensor| {
            let details = OximetryDetails {
                sensor: Some(sensor),
                ..OximetryDetails::default()
            };
            details.measurement_status()
        };
        for absent in [0x0800, 0x8000] {
            assert_eq!(status(absent), Status::NOT_AVAILABLE, "{absent:#06x}");
        }
        for broken in [0x0002, 0x1000, 0x2000, 0x4000] {
            assert_eq!(status(broken), Status::INVALID, "{broken:#06x}");
        }
        for doubtful in [4, 8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x400] {
            assert_eq!(status(doubtful), Status::QUESTIONABLE, "{doubtful:#06x}");
        }
        for other in [0x0001, 0x0200, 0x01_0000, 0x80_0000] {
            assert_eq!(status(other), Status::VALID, "{other:#08x}");
        }
        assert_eq!(status(0x8020), Status::NOT_AVAILABLE | Status::QUESTIONABLE);
    }

    #[test]
    fn a_sensor_status_has_24_bits() {
        let spot = SpotOximetry {
            values: Oximetry {
                spo2: 98.into(),
                pulse_rate: 60.into(),
            },
            time: None,
            is_clock_set: true,
            details: OximetryDetails {
                sensor: Some(0x0100_0000),
                ..OximetryDetails::default()
            },
        };
        let field = "Device and Sensor Status";
        assert_eq!(spot.encode(&mut [0; 20]), Err(Error::OutOfRange { field }));
    }
}
