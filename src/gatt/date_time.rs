use core::fmt;

use super::Error;
use super::cursor::{Fields, Out};
use crate::time::civil::days_from_civil;
use crate::time::{Duration, WallClock};

/// A calendar time of the device's own clock: local, and without an offset from UTC.
///
/// ```text
/// year u16 │ month │ day │ hours │ minutes │ seconds      7 octets; 0 in the first three: not known
/// ```
///
/// It names no instant: the same reading is an hour off across a daylight-saving change and
/// more on a journey. [`DateTime::at_offset`] asks for the missing offset.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// 1582 to 9999; 0 where the device does not know it.
    pub year: u16,
    /// 1 to 12; 0 where the device does not know it.
    pub month: u8,
    /// 1 to the month's last; 0 where the device does not know it.
    pub day: u8,
    /// 0 to 23.
    pub hours: u8,
    /// 0 to 59.
    pub minutes: u8,
    /// 0 to 59.
    pub seconds: u8,
}

impl DateTime {
    /// The octets of a date and time.
    pub const LEN: usize = 7;

    pub(super) fn read(fields: &mut Fields<'_>) -> Result<Self, Error> {
        let time = Self {
            year: fields.u16("Year")?,
            month: fields.u8("Month")?,
            day: fields.u8("Day")?,
            hours: fields.u8("Hours")?,
            minutes: fields.u8("Minutes")?,
            seconds: fields.u8("Seconds")?,
        };
        time.check()?;
        Ok(time)
    }

    pub(super) fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        self.check()?;
        out.u16(self.year)?;
        out.put(&[self.month, self.day, self.hours, self.minutes, self.seconds])
    }

    /// Whether the time is on the calendar, where its parts are known.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfRange`] with the first part that is not.
    pub fn check(&self) -> Result<(), Error> {
        let checks = [
            ("Year", matches!(self.year, 0 | 1582..=9999)),
            ("Month", self.month <= 12),
            ("Day", self.day <= self.last_day()),
            ("Hours", self.hours <= 23),
            ("Minutes", self.minutes <= 59),
            ("Seconds", self.seconds <= 59),
        ];
        match checks.iter().find(|(_, holds)| !holds) {
            Some(&(field, _)) => Err(Error::OutOfRange { field }),
            None => Ok(()),
        }
    }

    /// The last day of the month; of an unknown month or year, the last that it could have.
    const fn last_day(&self) -> u8 {
        let is_leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// Whether year, month and day are all known.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.year != 0 && self.month != 0 && self.day != 0
    }

    /// Milliseconds from 1970-01-01T00:00:00 of the same local time; `None` where a part is not known.
    #[must_use]
    pub fn local_millis(&self) -> Option<i64> {
        if !self.is_complete() {
            return None;
        }
        let secs = days_from_civil(self.year, self.month, self.day) * 86_400
            + i64::from(self.hours) * 3_600
            + i64::from(self.minutes) * 60
            + i64::from(self.seconds);
        Some(secs * 1_000)
    }

    /// The instant, for who knows the offset of the device's local time from UTC; `None` where a part is not known.
    ///
    /// The clock is taken as set by hand, within the second that it tells.
    #[must_use]
    pub fn at_offset(&self, utc_offset_minutes: i16) -> Option<WallClock> {
        let within = Duration::from_secs(1);
        let local = self.local_millis()?;
        Some(WallClock::from_local(
            local,
            Some(utc_offset_minutes),
            within,
        ))
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            self.year, self.month, self.day, self.hours, self.minutes, self.seconds
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<DateTime, Error> {
        DateTime::read(&mut Fields::new(bytes))
    }

    // IOMT-GATT-009
    #[test]
    fn local_time_without_offset_across_a_daylight_saving_change_is_no_instant() {
        // 2024-10-27T02:30 happened twice in Berlin: the caller says which.
        let time = read(&[0xE8, 0x07, 10, 27, 2, 30, 0]).unwrap();
        let summer = time.at_offset(120).unwrap();
        let winter = time.at_offset(60).unwrap();
        assert_eq!(winter.unix_millis - summer.unix_millis, 3_600_000);
        assert_eq!(summer.unix_millis, 1_729_989_000_000);
    }

    // IOMT-GATT-008
    #[test]
    fn an_unknown_year_is_kept_and_is_no_instant() {
        let time = read(&[0, 0, 4, 17, 20, 41, 59]).unwrap();
        assert!(!time.is_complete());
        assert_eq!(time.at_offset(0), None);
    }

    // IOMT-GATT-008
    #[test]
    fn refuses_what_is_on_no_calendar() {
        let refused = |field| Err(Error::OutOfRange { field });
        assert_eq!(read(&[0xE7, 0x07, 2, 29, 0, 0, 0]), refused("Day"));
        assert!(read(&[0xE8, 0x07, 2, 29, 0, 0, 0]).is_ok());
        assert_eq!(read(&[0xE8, 0x07, 13, 1, 0, 0, 0]), refused("Month"));
        assert_eq!(read(&[0xE8, 0x07, 1, 1, 24, 0, 0]), refused("Hours"));
        assert_eq!(read(&[0xE8, 0x07, 1, 1, 0, 60, 0]), refused("Minutes"));
        assert_eq!(read(&[0xE8, 0x07, 1, 1, 0, 0, 60]), refused("Seconds"));
        assert_eq!(read(&[0x2D, 0x06, 1, 1, 0, 0, 0]), refused("Year"));
        assert_eq!(
            read(&[0xE8, 0x07, 1, 1, 0, 0]),
            Err(Error::Truncated { field: "Seconds" })
        );
    }

    #[test]
    fn tells_time_before_1970() {
        let time = read(&[0x2E, 0x06, 10, 15, 0, 0, 0]).unwrap();
        assert_eq!(time.local_millis(), Some(-12_219_292_800_000));
    }
}
