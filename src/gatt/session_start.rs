use super::cgm::{CHECKSUM_LEN, check, checksum};
use super::cursor::{Fields, Out};
use super::{DateTime, Error};
use crate::time::{Duration, WallClock};

/// CGM Session Start, `0x2AAA`: what the minutes of a [`Cgm`](super::Cgm) count from.
///
/// ```text
/// time 7 │ time zone i8, 15 min │ daylight saving u8, 15 min │ [E2E-CRC u16]      9 or 11 octets
/// ```
///
/// It measures nothing, and so is no [`Payload`](super::Payload): whoever has read it gives it to
/// [`Cgm::with_start`](super::Cgm::with_start).
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionStart {
    /// When the session started, in local time.
    pub time: DateTime,
    /// Local standard time less UTC, in quarters of an hour, -48 to 56; `None` where the device does not know it.
    pub zone_quarters: Option<i8>,
    /// What daylight saving adds, in quarters of an hour: 0, 2, 4 or 8; `None` where the device does not know it.
    pub daylight_quarters: Option<u8>,
    /// Whether the value bears a checksum.
    pub has_checksum: bool,
}

impl SessionStart {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2AAA;
    /// The most octets of a value.
    pub const MAX_LEN: usize = 11;

    const UNKNOWN_ZONE: i8 = -128;
    const UNKNOWN_DAYLIGHT: u8 = 255;

    /// Reads a value of the characteristic.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`], [`Error::Checksum`]; [`Error::OutOfRange`] for a time that is
    /// on no calendar; [`Error::Reserved`] for a reserved zone or daylight saving.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let time = fields.date_time()?;
        let zone = fields.i8("Time Zone")?;
        let daylight = fields.u8("DST Offset")?;
        let has_checksum = fields.left() == CHECKSUM_LEN;
        if has_checksum {
            check(bytes, fields.u16("E2E-CRC")?)?;
        }
        fields.finish()?;
        let read = Self {
            time,
            zone_quarters: (zone != Self::UNKNOWN_ZONE).then_some(zone),
            daylight_quarters: (daylight != Self::UNKNOWN_DAYLIGHT).then_some(daylight),
            has_checksum,
        };
        read.check()?;
        Ok(read)
    }

    /// Writes the value into `out`; [`SessionStart::MAX_LEN`] octets at most.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::OutOfRange`] and [`Error::Reserved`] as [`SessionStart::decode`].
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        self.check()?;
        let mut out = Out::new(out);
        self.time.write(&mut out)?;
        let [zone] = self
            .zone_quarters
            .unwrap_or(Self::UNKNOWN_ZONE)
            .to_le_bytes();
        let daylight = self.daylight_quarters.unwrap_or(Self::UNKNOWN_DAYLIGHT);
        out.put(&[zone, daylight])?;
        if self.has_checksum {
            let checksum = checksum(out.so_far());
            out.u16(checksum)?;
        }
        Ok(out.finish())
    }

    /// The offset of the session's local time from UTC, in minutes, where the device knows zone and daylight saving.
    #[must_use]
    pub fn utc_offset_minutes(&self) -> Option<i16> {
        let quarters = i16::from(self.zone_quarters?) + i16::from(self.daylight_quarters?);
        Some(quarters * 15)
    }

    /// The instant so many minutes after the start; its local time is taken to have this offset from UTC, in minutes,
    /// where it does not say which. `None` where the device does not know the date.
    ///
    /// The minute of a record is cut, so that it lies within a minute.
    #[must_use]
    pub fn after(&self, minutes: u16, utc_offset_minutes: i16) -> Option<WallClock> {
        let offset = self.utc_offset_minutes().unwrap_or(utc_offset_minutes);
        let start = self.time.at_offset(offset)?;
        Some(WallClock {
            unix_millis: start.unix_millis + i64::from(minutes) * 60_000,
            uncertainty: start.uncertainty + Duration::from_secs(60),
            ..start
        })
    }

    fn check(&self) -> Result<(), Error> {
        if let Some(zone) = self.zone_quarters
            && !(-48..=56).contains(&zone)
        {
            let [value] = zone.to_le_bytes();
            let (field, value) = ("Time Zone", value.into());
            return Err(Error::Reserved { field, value });
        }
        match self.daylight_quarters {
            None | Some(0 | 2 | 4 | 8) => Ok(()),
            Some(value) => Err(Error::Reserved {
                field: "DST Offset",
                value: value.into(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gatt::{Payload, Stamp};
    use crate::time::Instant;

    /// 2024-03-31T23:30:00 at UTC+1 and daylight saving of an hour.
    const BERLIN: [u8; 9] = [0xE8, 0x07, 3, 31, 23, 30, 0, 4, 4];

    #[test]
    fn the_start_is_local_time_with_its_zone_and_daylight_saving() {
        let start = SessionStart::decode(&BERLIN).unwrap();
        assert_eq!(start.utc_offset_minutes(), Some(120));
        // 21:30 UTC; the caller's offset does not count where the device knows its own.
        let first = start.after(0, -300).unwrap();
        assert_eq!(first.unix_millis, 1_711_920_600_000);
        let last = start.after(u16::MAX, 0).unwrap();
        assert_eq!(last.unix_millis - first.unix_millis, 65_535 * 60_000);
        assert_eq!(start.encode(&mut [0; 9]).unwrap(), BERLIN);
    }

    #[test]
    fn what_the_device_does_not_know_is_asked_of_the_caller_or_not_placed() {
        let [year, century, ..] = BERLIN;
        let bare = [year, century, 3, 31, 23, 30, 0, 0x80, 0xFF];
        let start = SessionStart::decode(&bare).unwrap();
        assert_eq!(start.utc_offset_minutes(), None);
        let placed = start.after(0, 120).unwrap();
        assert_eq!(placed.unix_millis, 1_711_920_600_000);
        assert_eq!(start.encode(&mut [0; 9]).unwrap(), bare);
        let no_date = SessionStart::decode(&[0, 0, 0, 0, 23, 30, 0, 4, 4]).unwrap();
        assert_eq!(no_date.after(0, 0), None);
    }

    // IOMT-GATT-007
    #[test]
    fn a_checksum_is_told_by_the_size_and_checked() {
        let start = SessionStart {
            has_checksum: true,
            ..SessionStart::decode(&BERLIN).unwrap()
        };
        let mut room = [0; SessionStart::MAX_LEN];
        let bytes = start.encode(&mut room).unwrap();
        assert_eq!(SessionStart::decode(bytes), Ok(start));
        bytes[0] ^= 1;
        assert!(matches!(
            SessionStart::decode(bytes),
            Err(Error::Checksum { .. })
        ));
    }

    // IOMT-GATT-002
    #[test]
    fn refuses_reserved_zones_other_sizes_and_what_is_on_no_calendar() {
        let with = |place: usize, value: u8| {
            let mut bytes = BERLIN;
            bytes[place] = value;
            SessionStart::decode(&bytes)
        };
        let (field, value) = ("Time Zone", 57);
        assert_eq!(with(7, 57), Err(Error::Reserved { field, value }));
        let (field, value) = ("DST Offset", 3);
        assert_eq!(with(8, 3), Err(Error::Reserved { field, value }));
        assert_eq!(with(3, 32), Err(Error::OutOfRange { field: "Day" }));
        let field = "DST Offset";
        let short = SessionStart::decode(&BERLIN[..8]);
        assert_eq!(short, Err(Error::Truncated { field }));
        let long = SessionStart::decode(&[&BERLIN[..], &[0]].concat());
        assert_eq!(long, Err(Error::TrailingBytes { count: 1 }));
    }

    #[test]
    fn records_of_one_value_keep_their_own_time() {
        let bytes = [6, 0, 120, 0, 10, 0, 6, 0, 121, 0, 15, 0];
        let Ok(Payload::Cgm(cgm)) = Payload::decode(0x2AA7, &bytes) else {
            panic!("two records");
        };
        let times = |cgm: &crate::gatt::Cgm<'_>| -> heapless::Vec<_, 2> {
            let stamps = cgm.readings(Instant::ZERO).map(|reading| reading.time);
            stamps.map(|time| time.wall_clock(0)).collect()
        };
        assert_eq!(times(&cgm)[..], [None, None]);
        let start = SessionStart::decode(&BERLIN).unwrap();
        let placed = times(&cgm.with_start(start));
        let unix = placed.iter().flatten().map(|wall| wall.unix_millis);
        let start = 1_711_920_600_000;
        assert!(unix.eq([start + 600_000, start + 900_000]));
        let stamp = Stamp::Session {
            minutes: 10,
            start: None,
        };
        assert_eq!(cgm.readings(Instant::ZERO).next().unwrap().time, stamp);
    }
}
