mod source;

pub use source::SyncSource;

use super::Error;
use super::cursor::{Fields, Out};
use crate::time::{ClockQuality, Duration, WallClock};

const TICKS: u8 = 0x01;
const UTC: u8 = 0x02;
const RESOLUTION: u8 = 0x0C;
const OFFSET_USED: u8 = 0x10;
const CURRENT: u8 = 0x20;

/// 2000-01-01T00:00:00 on the scale of 1970, in milliseconds.
const EPOCH_UNIX_MILLIS: i64 = 946_684_800_000;

/// A time of the Elapsed Time Service, as it stamps the observations of a generic health sensor.
///
/// ```text
/// flags u8 │ value u48 │ sync source u8 │ offset i8, 15 min      9 octets
///   bit 0 ticks, not a time of day · 1 UTC · 2-3 resolution · 4 offset used · 5 current timeline
/// ```
///
/// The value counts from 2000-01-01T00:00:00, in UTC or in local time; or it counts ticks from a
/// start of the device's own.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ElapsedTime {
    /// What is counted.
    pub scale: TimeScale,
    /// The unit of the count.
    pub resolution: Resolution,
    /// The count, below 2^48.
    pub count: u64,
    /// Where the clock has its time from.
    pub source: SyncSource,
    /// Local time less UTC, in quarters of an hour, where it is told.
    pub offset_quarters: Option<i8>,
    /// Whether the clock still counts on the timeline of this value; it starts a new one when it is set.
    pub is_current: bool,
}

/// What an elapsed time counts.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeScale {
    /// Ticks since a start of the device's own.
    Ticks,
    /// UTC since 2000.
    Utc,
    /// Local time since 2000.
    Local,
}

/// The unit of an elapsed time.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// 1 s.
    Second,
    /// 100 ms.
    Decisecond,
    /// 1 ms.
    Millisecond,
    /// 100 µs.
    HundredMicroseconds,
}

impl ElapsedTime {
    /// The octets of an elapsed time.
    pub const LEN: usize = 9;

    const MAX_COUNT: u64 = (1 << 48) - 1;

    pub(super) fn read(fields: &mut Fields<'_>) -> Result<Self, Error> {
        let flags = fields.u8("Elapsed Time Flags")?;
        let count = fields.u48("Time Value")?;
        let source = SyncSource::from_u8(fields.u8("Time Sync Source Type")?)?;
        let offset = fields.i8("TZ/DST Offset")?;
        Ok(Self {
            scale: match (flags & TICKS, flags & UTC) {
                (0, 0) => TimeScale::Local,
                (0, _) => TimeScale::Utc,
                _ => TimeScale::Ticks,
            },
            resolution: Resolution::from_flags(flags),
            count,
            source,
            offset_quarters: (flags & OFFSET_USED != 0).then_some(offset),
            is_current: flags & CURRENT != 0,
        })
    }

    pub(super) fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let scale = match self.scale {
            TimeScale::Ticks => TICKS,
            TimeScale::Utc => UTC,
            TimeScale::Local => 0,
        };
        let offset = self.offset_quarters.map_or(0, |_| OFFSET_USED);
        let current = if self.is_current { CURRENT } else { 0 };
        out.u8(scale | self.resolution.flags() | offset | current)?;
        out.u48(self.count, "Time Value")?;
        out.u8(self.source.as_u8())?;
        let [offset] = self.offset_quarters.unwrap_or(0).to_le_bytes();
        out.u8(offset)
    }

    /// The instant, where the value names one: neither ticks nor local time without an offset do.
    ///
    /// Its quality is [`ClockQuality::Unset`] where the clock was never set, and where it has been set anew since, unless
    /// its time came from a source outside of the device: what it said before may have been any time.
    #[must_use]
    pub fn wall_clock(&self) -> Option<WallClock> {
        self.instant(self.offset_minutes())
    }

    /// The instant, for who knows the offset of the device's local time from UTC, in minutes, where the value does not
    /// tell it; `None` for ticks.
    #[must_use]
    pub fn at_offset(&self, utc_offset_minutes: i16) -> Option<WallClock> {
        let asked = (self.scale == TimeScale::Local).then_some(utc_offset_minutes);
        self.instant(self.offset_minutes().or(asked))
    }

    /// How far the time can be trusted: one of an earlier timeline only where it was synchronised.
    const fn quality(&self) -> ClockQuality {
        match (self.is_current, self.source.quality()) {
            (false, ClockQuality::DeviceSet) => ClockQuality::Unset,
            (_, quality) => quality,
        }
    }

    fn offset_minutes(&self) -> Option<i16> {
        self.offset_quarters
            .map(|quarters| i16::from(quarters) * 15)
    }

    fn instant(&self, minutes: Option<i16>) -> Option<WallClock> {
        let to_utc = match self.scale {
            TimeScale::Utc => 0,
            TimeScale::Local => i64::from(minutes?) * 60_000,
            TimeScale::Ticks => return None,
        };
        let count = i64::try_from(self.count.min(Self::MAX_COUNT)).ok()?;
        let (multiply, divide) = self.resolution.millis();
        Some(WallClock {
            unix_millis: EPOCH_UNIX_MILLIS + count * multiply / divide - to_utc,
            quality: self.quality(),
            uncertainty: Duration::from_millis(multiply.unsigned_abs()),
            utc_offset_minutes: minutes,
        })
    }
}

impl Resolution {
    const fn from_flags(flags: u8) -> Self {
        match flags & RESOLUTION {
            0x00 => Self::Second,
            0x04 => Self::Decisecond,
            0x08 => Self::Millisecond,
            _ => Self::HundredMicroseconds,
        }
    }

    const fn flags(self) -> u8 {
        match self {
            Self::Second => 0x00,
            Self::Decisecond => 0x04,
            Self::Millisecond => 0x08,
            Self::HundredMicroseconds => 0x0C,
        }
    }

    /// The unit as a person writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Second => "1 s",
            Self::Decisecond => "100 ms",
            Self::Millisecond => "1 ms",
            Self::HundredMicroseconds => "100 µs",
        }
    }

    /// Milliseconds in one unit, as a fraction.
    const fn millis(self) -> (i64, i64) {
        match self {
            Self::Second => (1_000, 1),
            Self::Decisecond => (100, 1),
            Self::Millisecond => (1, 1),
            Self::HundredMicroseconds => (1, 10),
        }
    }
}

/// Current Elapsed Time, `0x2BF2`.
///
/// ```text
/// elapsed time 9 │ [clock status u8 │ clock capabilities u8]      9 octets written, 11 read
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CurrentElapsedTime {
    /// The clock's time.
    pub time: ElapsedTime,
    /// Clock status (bit 0: needs to be set) and capabilities (bit 0: applies daylight-saving
    /// rules, bit 1: manages time zones), which a device tells and a client leaves out.
    pub clock: Option<(u8, u8)>,
}

impl CurrentElapsedTime {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2BF2;

    /// Reads a value of the characteristic.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`]; [`Error::Reserved`] for a reserved source.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let time = ElapsedTime::read(&mut fields)?;
        let clock = match fields.left() {
            0 => None,
            _ => Some((fields.u8("Clock Status")?, fields.u8("Clock Capabilities")?)),
        };
        fields.finish()?;
        Ok(Self { time, clock })
    }

    /// Writes the value into `out`; 9 or 11 octets.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::OutOfRange`] for a count that 48 bits do not hold.
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let mut out = Out::new(out);
        self.time.write(&mut out)?;
        if let Some((status, capabilities)) = self.clock {
            out.put(&[status, capabilities])?;
        }
        Ok(out.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gatt::Stamp;

    #[test]
    fn every_field_is_at_its_place() {
        // Local time 2024-03-15T14:30:45.678 at +01:00 by NTP: 763,828,245,678 ms since 2000.
        let millis: u64 = 763_828_245_678;
        let mut bytes = [0; 11];
        bytes[0] = 0x38;
        bytes[1..7].copy_from_slice(&millis.to_le_bytes()[..6]);
        bytes[7..].copy_from_slice(&[1, 4, 1, 3]);
        let read = CurrentElapsedTime::decode(&bytes).unwrap();
        let clock = read.time.wall_clock().unwrap();
        assert_eq!(clock.unix_millis, 1_710_509_445_678);
        assert_eq!(clock.utc_offset_minutes, Some(60));
        assert_eq!(clock.quality, ClockQuality::Synchronised);
        assert_eq!(read.clock, Some((1, 3)));
        assert_eq!(read.encode(&mut [0; 11]).unwrap(), bytes);
        let written = CurrentElapsedTime::decode(&bytes[..9]).unwrap();
        assert_eq!(written.clock, None);
        assert!(CurrentElapsedTime::decode(&bytes[..10]).is_err());
    }

    // IOMT-GATT-009
    #[test]
    fn ticks_and_local_time_without_offset_are_no_instant() {
        let time = |flags| {
            let bytes = [flags, 1, 0, 0, 0, 0, 0, 6, 4];
            CurrentElapsedTime::decode(&bytes)
                .unwrap()
                .time
                .wall_clock()
        };
        assert_eq!(time(0x00), None, "local time without offset");
        assert_eq!(time(0x01), None, "ticks");
        assert_eq!(time(0x13), None, "ticks, whatever else is said");
        let millis = |flags| time(flags).unwrap().unix_millis - EPOCH_UNIX_MILLIS;
        assert_eq!(millis(0x02), 1_000);
        assert_eq!(millis(0x06), 100);
        assert_eq!(millis(0x0A), 1);
        assert_eq!(millis(0x0E), 0);
        assert_eq!(millis(0x10), 1_000 - 3_600_000);
        let asked = |flags| {
            let bytes = [flags, 1, 0, 0, 0, 0, 0, 6, 4];
            let time = CurrentElapsedTime::decode(&bytes).unwrap().time;
            time.at_offset(120).map(|clock| {
                (
                    clock.unix_millis - EPOCH_UNIX_MILLIS,
                    clock.utc_offset_minutes,
                )
            })
        };
        assert_eq!(asked(0x00), Some((1_000 - 7_200_000, Some(120))));
        assert_eq!(asked(0x10), Some((1_000 - 3_600_000, Some(60))), "told");
        assert_eq!(asked(0x02), Some((1_000, None)), "UTC");
        assert_eq!(asked(0x01), None, "ticks");
    }

    // IOMT-GATT-014
    #[test]
    fn a_time_of_an_earlier_timeline_is_an_instant_only_where_it_was_synchronised() {
        for number in 0..=7 {
            for (flags, is_current) in [(UTC, false), (UTC | CURRENT, true)] {
                let bytes = [flags, 1, 0, 0, 0, 0, 0, number, 0];
                let time = CurrentElapsedTime::decode(&bytes).unwrap().time;
                let expected = match number {
                    7 => ClockQuality::Unset,
                    0 | 4 if is_current => ClockQuality::DeviceSet,
                    0 | 4 => ClockQuality::Unset,
                    _ => ClockQuality::Synchronised,
                };
                let told = time.wall_clock().unwrap();
                assert_eq!(told.quality, expected, "{number}, current: {is_current}");
                let placed = Stamp::Elapsed(time).wall_clock(0);
                assert_eq!(placed.is_some(), expected != ClockQuality::Unset);
            }
        }
    }

    #[test]
    fn refuses_a_source_that_is_reserved() {
        let field = "Time Sync Source Type";
        let refused = CurrentElapsedTime::decode(&[2, 1, 0, 0, 0, 0, 0, 8, 0]);
        assert_eq!(refused, Err(Error::Reserved { field, value: 8 }));
    }
}
