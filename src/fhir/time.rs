use alloc::format;
use alloc::string::String;

use crate::time::WallClock;

/// A wall-clock time as FHIR writes it: local with its offset where the device knows it, else in UTC.
///
/// Whole seconds without a fraction; the years 0001 to 9999, beyond which FHIR has no time and the
/// nearest is written.
///
/// ```
/// use iomt::fhir::date_time;
/// use iomt::time::{ClockQuality, Duration, WallClock};
///
/// let clock = WallClock {
///     unix_millis: 1_710_509_445_678,
///     quality: ClockQuality::Synchronised,
///     uncertainty: Duration::from_millis(50),
///     utc_offset_minutes: Some(60),
/// };
/// assert_eq!(date_time(&clock), "2024-03-15T14:30:45.678+01:00");
/// ```
#[must_use]
pub fn date_time(clock: &WallClock) -> String {
    const FIRST: i64 = -62_135_510_400_000;
    const LAST: i64 = 253_402_214_399_999;
    let offset = i64::from(clock.utc_offset_minutes.unwrap_or(0)).clamp(-840, 840);
    let local = clock.unix_millis.clamp(FIRST, LAST) + offset * 60_000;
    let (day, millis) = (local.div_euclid(86_400_000), local.rem_euclid(86_400_000));
    let (year, month, day) = civil_from_days(day);
    let (hour, minute) = (millis / 3_600_000, millis / 60_000 % 60);
    let (second, fraction) = (millis / 1_000 % 60, millis % 1_000);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if fraction != 0 {
        text.push_str(&format!(".{fraction:03}"));
    }
    match clock.utc_offset_minutes {
        None | Some(0) => text.push('Z'),
        Some(_) => {
            let sign = if offset < 0 { '-' } else { '+' };
            let minutes = offset.abs();
            text.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
        }
    }
    text
}

/// Year, month and day of a day counted from 1970-01-01 (H. Hinnant, `civil_from_days`).
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{ClockQuality, Duration};

    fn text(unix_millis: i64, utc_offset_minutes: Option<i16>) -> String {
        date_time(&WallClock {
            unix_millis,
            quality: ClockQuality::DeviceSet,
            uncertainty: Duration::ZERO,
            utc_offset_minutes,
        })
    }

    #[test]
    fn tells_time_before_1970_and_over_a_leap_day() {
        assert_eq!(text(0, None), "1970-01-01T00:00:00Z");
        assert_eq!(text(-1, None), "1969-12-31T23:59:59.999Z");
        assert_eq!(text(1_709_164_800_000, None), "2024-02-29T00:00:00Z");
        assert_eq!(
            text(951_782_400_000, Some(-210)),
            "2000-02-28T20:30:00-03:30"
        );
    }

    #[test]
    fn what_is_beyond_the_calendar_is_its_end() {
        assert_eq!(text(i64::MAX, Some(840)).get(..4), Some("9999"));
        assert_eq!(text(i64::MIN, Some(-840)).get(..4), Some("0001"));
    }
}
