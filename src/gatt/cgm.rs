use crc::{CRC_16_MCRF4XX, Crc, NoTable};

use super::Error;
use super::SessionStart;
use super::cursor::{Fields, Out, flag_of, when};
use super::reading::{Common, Reading, Stamp};
use crate::reading::{Metric, Status, Unit, Value};
use crate::time::Instant;

const TREND: u16 = 0x01;
const QUALITY: u16 = 0x02;
const WARNING: u16 = 0x20;
const CALIBRATION: u16 = 0x40;
const STATUS: u16 = 0x80;

/// The length of the checksum, which the record's size tells to be there.
pub(super) const CHECKSUM_LEN: usize = 2;

/// CGM Measurement, `0x2AA7`: one or more records, oldest first.
///
/// ```text
/// size u8 │ flags u8 │ concentration mg/dL │ offset u16, min │ [status] [calibration] [warning]
///   │ [trend mg/dL/min] │ [quality %] │ [E2E-CRC u16]            u8       u8            u8
///      └─── medfloat16 each ────────┘
/// ```
///
/// **Disputed:** the three octets of the Sensor Status Annunciation stand in the order that the
/// specification lists them: status (flag bit 7), calibration and temperature (bit 6), warning
/// (bit 5). Some widespread decoders read them the other way round.
///
/// Whether a record has a checksum is told by the CGM Feature characteristic, and by its size;
/// where there is one, it is checked.
///
/// A record says how many minutes after the start of its session it was measured, and nothing of that start, which is
/// another characteristic: [`Cgm::with_start`] takes it. Without it no record is placed on the wall clock
/// ([`Stamp::wall_clock`] is `None`), and whoever falls back on the receipt gives all records of a value one time, also
/// those that were stored for days; their minutes still tell them apart.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cgm<'a> {
    bytes: &'a [u8],
    start: Option<SessionStart>,
}

/// One record of a [`Cgm`].
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CgmRecord {
    /// Glucose in interstitial fluid, mg/dL: this characteristic has no other unit.
    pub concentration: Value,
    /// Minutes since the session's start.
    pub offset_minutes: u16,
    /// Status octet: session stopped, battery low, sensor of the wrong type, malfunction, alert, fault.
    pub status: Option<u8>,
    /// Calibration and temperature octet.
    pub calibration: Option<u8>,
    /// Warning octet: limits of the patient, rates of change, limits of the device.
    pub warning: Option<u8>,
    /// How fast it changes, mg/dL a minute.
    pub trend: Option<Value>,
    /// How good the signal is, per cent.
    pub quality: Option<Value>,
    /// Whether the record bears a checksum.
    pub has_checksum: bool,
}

impl<'a> Cgm<'a> {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2AA7;

    /// Checks every record of a value of the characteristic.
    ///
    /// # Errors
    ///
    /// Those of the first bad record, and then none is read: [`Error::Truncated`], [`Error::Length`]
    /// where the size is not that of the fields, [`Error::Checksum`], [`Error::Reserved`] for a
    /// reserved number; [`Error::Empty`] where there is no record.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        if bytes.is_empty() {
            return Err(Error::Empty {
                field: "CGM Measurement Record",
            });
        }
        while fields.left() > 0 {
            CgmRecord::read(&mut fields)?;
        }
        Ok(Self { bytes, start: None })
    }

    /// The same records, of a session that started then.
    ///
    /// It has to be that of their own session: those of an earlier one that are sent late count from its start.
    ///
    /// ```
    /// use iomt::gatt::{Payload, SessionStart};
    /// use iomt::time::Instant;
    ///
    /// // 2024-03-15T14:30:00 at UTC+1, and 120 mg/dL ten minutes later.
    /// let start = SessionStart::decode(&[0xE8, 0x07, 3, 15, 14, 30, 0, 4, 0])?;
    /// let Payload::Cgm(cgm) = Payload::decode(0x2AA7, &[6, 0, 120, 0, 10, 0])? else { return Ok(()) };
    /// let reading = cgm.with_start(start).readings(Instant::ZERO).next().ok_or("no record")?;
    /// let measured = reading.time.wall_clock(0).ok_or("no instant")?;
    /// assert_eq!(measured.unix_millis, 1_710_510_000_000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn with_start(self, start: SessionStart) -> Self {
        Self {
            start: Some(start),
            ..self
        }
    }

    /// When the session started, where [`Cgm::with_start`] has said so.
    #[must_use]
    pub const fn start(&self) -> Option<SessionStart> {
        self.start
    }

    /// The octets that were decoded.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Writes the octets that were decoded into `out`; [`CgmRecord::encode`] makes them.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`].
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let mut out = Out::new(out);
        out.put(self.bytes)?;
        Ok(out.finish())
    }

    /// The records, oldest first.
    pub fn records(&self) -> impl Iterator<Item = CgmRecord> + use<'a> {
        let mut fields = Fields::new(self.bytes);
        core::iter::from_fn(move || CgmRecord::read(&mut fields).ok())
    }

    /// What was measured, received `at` this time: the concentration and its trend.
    pub fn readings(&self, at: Instant) -> impl Iterator<Item = Reading> + use<'a> {
        let start = self.start;
        self.records()
            .flat_map(move |record| record.readings(at, start))
    }
}

impl CgmRecord {
    /// The most octets of a record.
    pub const MAX_LEN: usize = 15;

    /// Warning octet: below what the device can process.
    pub const RESULT_TOO_LOW: u8 = 0x40;
    /// Warning octet: above what the device can process.
    pub const RESULT_TOO_HIGH: u8 = 0x80;

    /// Status octet: session stopped; wrong sensor, malfunction, fault.
    const STATUS_STATES: [(u32, Status); 2] =
        [(0x01, Status::NOT_AVAILABLE), (0x2C, Status::INVALID)];
    /// Calibration octet: calibration required; sensor too hot, too cold for a valid result.
    const CALIBRATION_STATES: [(u32, Status); 2] =
        [(0x08, Status::QUESTIONABLE), (0x30, Status::INVALID)];

    fn read(fields: &mut Fields<'_>) -> Result<Self, Error> {
        const SIZE: &str = "Size";
        let mut ahead = fields.clone();
        let size = usize::from(ahead.u8(SIZE)?);
        let whole = fields.bytes(size, "CGM Measurement Record")?;
        let mut record = Fields::new(whole);
        record.u8(SIZE).map_err(|_| Error::Length { field: SIZE })?;
        let flags = u16::from(record.u8("Flags")?);
        let mut read = Self {
            concentration: record.sfloat("CGM Glucose Concentration")?,
            offset_minutes: record.u16("Time Offset")?,
            status: when(flags, STATUS, || record.u8("Sensor Status Annunciation"))?,
            calibration: when(flags, CALIBRATION, || {
                record.u8("Sensor Status Annunciation")
            })?,
            warning: when(flags, WARNING, || record.u8("Sensor Status Annunciation"))?,
            trend: when(flags, TREND, || record.sfloat("CGM Trend Information"))?,
            quality: when(flags, QUALITY, || record.sfloat("CGM Quality"))?,
            has_checksum: false,
        };
        match record.left() {
            0 => {}
            CHECKSUM_LEN => {
                check(whole, record.u16("E2E-CRC")?)?;
                read.has_checksum = true;
            }
            _ => return Err(Error::Length { field: SIZE }),
        }
        Ok(read)
    }

    /// Writes the record into `out`; [`CgmRecord::MAX_LEN`] octets at most.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::NotRepresentable`] for a number that no SFLOAT holds.
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let mut written = Out::new(out);
        let annunciation = [self.status, self.calibration, self.warning];
        let floats = [
            (self.trend, "CGM Trend Information"),
            (self.quality, "CGM Quality"),
        ];
        let octets = annunciation.iter().flatten().count()
            + 2 * floats.iter().filter(|(value, _)| value.is_some()).count()
            + if self.has_checksum { CHECKSUM_LEN } else { 0 };
        let flags = flag_of(self.trend.as_ref(), TREND)
            | flag_of(self.quality.as_ref(), QUALITY)
            | flag_of(self.warning.as_ref(), WARNING)
            | flag_of(self.calibration.as_ref(), CALIBRATION)
            | flag_of(self.status.as_ref(), STATUS);
        let [flags, _] = flags.to_le_bytes();
        written.u8(u8::try_from(6 + octets).unwrap_or(u8::MAX))?;
        written.u8(flags)?;
        written.sfloat(self.concentration, "CGM Glucose Concentration")?;
        written.u16(self.offset_minutes)?;
        for octet in annunciation.into_iter().flatten() {
            written.u8(octet)?;
        }
        for (value, field) in floats {
            if let Some(value) = value {
                written.sfloat(value, field)?;
            }
        }
        if self.has_checksum {
            let checksum = checksum(written.so_far());
            written.u16(checksum)?;
        }
        Ok(written.finish())
    }

    /// What was measured, received `at` this time in the session that began at `start`, where that is known: the
    /// concentration and its trend.
    pub fn readings(
        &self,
        at: Instant,
        start: Option<SessionStart>,
    ) -> impl Iterator<Item = Reading> + use<> {
        let common = Common {
            at,
            time: Stamp::Session {
                minutes: self.offset_minutes,
                start,
            },
            status: self.measurement_status(),
        };
        let glucose = common.one(
            Metric::GLUCOSE_INTERSTITIAL,
            Unit::MILLIGRAM_PER_DECILITRE,
            self.bounded(),
        );
        let trend = self.trend.map(|trend| {
            let unit = Unit::MILLIGRAM_PER_DECILITRE_PER_MINUTE;
            common.one(Metric::GLUCOSE_TREND, unit, trend)
        });
        core::iter::once(glucose).chain(trend)
    }

    fn measurement_status(&self) -> Status {
        let of = |octet: Option<u8>, states| Status::of_bits(octet.unwrap_or(0).into(), states);
        of(self.status, &Self::STATUS_STATES) | of(self.calibration, &Self::CALIBRATION_STATES)
    }

    /// A number that the device calls out of its range is the bound of the range.
    fn bounded(&self) -> Value {
        let warning = self.warning.unwrap_or(0);
        match self.concentration {
            Value::Number(bound) if warning & Self::RESULT_TOO_LOW != 0 => Value::BelowRange(bound),
            Value::Number(bound) if warning & Self::RESULT_TOO_HIGH != 0 => {
                Value::AboveRange(bound)
            }
            other => other,
        }
    }
}

pub(super) fn check(whole: &[u8], found: u16) -> Result<(), Error> {
    let covered = whole.len().saturating_sub(CHECKSUM_LEN);
    let computed = checksum(whole.get(..covered).unwrap_or_default());
    match found == computed {
        true => Ok(()),
        false => Err(Error::Checksum { found, computed }),
    }
}

/// E2E-CRC: polynomial 0x1021, reflected, from 0xFFFF, low octet first.
pub(super) fn checksum(bytes: &[u8]) -> u16 {
    const E2E: Crc<u16, NoTable> = Crc::<u16, NoTable>::new(&CRC_16_MCRF4XX);
    E2E.checksum(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Decimal;

    fn one(bytes: &[u8]) -> CgmRecord {
        Cgm::decode(bytes).unwrap().records().next().unwrap()
    }

    // IOMT-GATT-006
    #[test]
    fn annunciation_octets_swapped_by_others_are_in_the_specified_order() {
        let all = [
            0x0F, 0xE3, 0xD2, 0xE4, 5, 0, 2, 0x14, 0xFF, 2, 0xF0, 0xE5, 0xF3, 0x8E, 0x3F,
        ];
        let record = one(&all);
        assert_eq!(record.status, Some(0x02));
        assert_eq!(record.calibration, Some(0x14));
        assert_eq!(record.warning, Some(0xFF));
        // An octet alone is the one that its flag names.
        let warning = one(&[7, 0x20, 0, 0x0C, 6, 0, 0x40]);
        assert_eq!((warning.status, warning.warning), (None, Some(0x40)));
        let status = one(&[7, 0x80, 0, 0x0C, 6, 0, 0x40]);
        assert_eq!((status.status, status.warning), (Some(0x40), None));
    }

    // IOMT-GATT-011
    #[test]
    fn a_record_is_written_as_it_was_read() {
        let all = [
            0x0F, 0xE3, 0xD2, 0xE4, 5, 0, 2, 0x14, 0xFF, 2, 0xF0, 0xE5, 0xF3, 0x8E, 0x3F,
        ];
        let plain = [6, 0, 0, 0x0C, 6, 0];
        for bytes in [&all[..], &plain] {
            assert_eq!(one(bytes).encode(&mut [0; 15]).unwrap(), bytes);
        }
    }

    // IOMT-GATT-007
    #[test]
    fn checksums_of_the_algorithm() {
        assert_eq!(checksum(b"123456789"), 0x6F91);
        assert_eq!(checksum(&[0x41]), 0x5C0A);
        assert_eq!(checksum(&[0x58, 0x25, 0x1F, 0x98]), 0x07F1);
        assert_eq!(checksum(&[0x3E, 1, 2, 3, 4, 5, 6, 7, 8, 9]), 0x2F01);
    }

    // IOMT-GATT-007
    #[test]
    fn a_damaged_record_refuses_the_whole_value() {
        let damaged = Cgm::decode(&[8, 0, 0, 0x0C, 0x10, 6, 0x58, 0x6F]);
        assert!(matches!(
            damaged,
            Err(Error::Checksum { found: 0x6F58, .. })
        ));
        let field = "Size";
        let sizes = [&[0][..], &[7, 0, 0x78, 0, 6, 0, 1]];
        for bytes in sizes {
            assert_eq!(Cgm::decode(bytes), Err(Error::Length { field }));
        }
    }

    // IOMT-GATT-010
    #[test]
    fn a_sensor_that_stopped_or_failed_gives_no_usable_value() {
        let status = |flag, octet| one(&[7, flag, 120, 0, 6, 0, octet]).measurement_status();
        assert_eq!(status(0x80, 0x01), Status::NOT_AVAILABLE, "session stopped");
        for fault in [0x04, 0x08, 0x20] {
            assert_eq!(status(0x80, fault), Status::INVALID, "{fault:#04x}");
        }
        for notice in [0x02, 0x10, 0x40, 0x80] {
            assert_eq!(status(0x80, notice), Status::VALID, "{notice:#04x}");
        }
        assert_eq!(status(0x40, 0x08), Status::QUESTIONABLE, "uncalibrated");
        for temperature in [0x10, 0x20] {
            assert_eq!(status(0x40, temperature), Status::INVALID);
        }
        for advice in [0x01, 0x02, 0x04, 0x40, 0x80] {
            assert_eq!(status(0x40, advice), Status::VALID, "{advice:#04x}");
        }
    }

    // IOMT-GATT-010
    #[test]
    fn a_value_below_what_the_device_can_process_is_never_shown_as_a_number() {
        let record = one(&[7, 0x20, 39, 0, 6, 0, 0x40]);
        assert_eq!(record.bounded(), Value::BelowRange(Decimal::from(39)));
    }
}
