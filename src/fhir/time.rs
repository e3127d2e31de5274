use alloc::format;
use alloc::string::String;

use crate::time::civil::{civil_from_days, days_from_civil};
use crate::time::{ClockQuality, Duration, WallClock};

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

/// Reads a time as FHIR writes it: `2024-03-15T14:30:45.678+01:00`.
///
/// The fraction may be missing, its digits behind the third are cut; a blank may stand for the `T`. The text tells no
/// quality: the clock is taken as set by hand, within a second.
///
/// `None` for everything else. A time without its offset from UTC is refused, as R4 refuses it: on the night that the
/// clocks change, it names two instants or none. So is a date alone, which names a day and no instant.
///
/// ```
/// use iomt::fhir::{date_time, parse_date_time};
///
/// let text = "2024-03-15T14:30:45.678+01:00";
/// let clock = parse_date_time(text).ok_or("no time")?;
/// assert_eq!((clock.unix_millis, clock.utc_offset_minutes), (1_710_509_445_678, Some(60)));
/// assert_eq!(date_time(&clock), text);
/// assert_eq!(parse_date_time("2024-03-15T14:30:45"), None);
/// assert_eq!(parse_date_time("2024-03-15"), None);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn parse_date_time(text: &str) -> Option<WallClock> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', ' '])?;
    let (time, zone) = rest.split_at_checked(rest.find(['Z', '+', '-'])?)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let offset = offset_minutes(zone)?;
    let local = (midnight(date)? * 86_400 + second_of_day(time)?) * 1_000 + millis(fraction)?;
    Some(WallClock {
        unix_millis: local - i64::from(offset) * 60_000,
        quality: ClockQuality::DeviceSet,
        uncertainty: Duration::from_secs(1),
        utc_offset_minutes: Some(offset),
    })
}

/// Days from 1970-01-01.
fn midnight(date: &str) -> Option<i64> {
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let narrow = |number: u16| u8::try_from(number).ok();
    let days = days_from_civil(year, narrow(month)?, narrow(day)?);
    // A day that the calendar lacks is another one of it.
    let is_of_calendar = civil_from_days(days) == (year.into(), month.into(), day.into());
    (year > 0 && is_of_calendar).then_some(days)
}

fn second_of_day(time: &str) -> Option<i64> {
    let [hours, minutes, seconds] = numbers(time, ':', [2, 2, 2])?;
    let is_of_day = hours < 24 && minutes < 60 && seconds < 60;
    let seconds = i64::from(hours) * 3_600 + i64::from(minutes) * 60 + i64::from(seconds);
    is_of_day.then_some(seconds)
}

/// Three numbers of so many digits.
fn numbers(text: &str, separator: char, lengths: [usize; 3]) -> Option<[u16; 3]> {
    let mut parts = text.split(separator);
    let mut read = [0; 3];
    for (place, len) in read.iter_mut().zip(lengths) {
        let part = parts.next().filter(|part| part.len() == len)?;
        *place = Some(part).filter(|part| is_digits(part))?.parse().ok()?;
    }
    parts.next().is_none().then_some(read)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn millis(fraction: &str) -> Option<i64> {
    let padded = format!("{fraction}000");
    let digits = padded.get(..3).filter(|_| is_digits(fraction))?;
    digits.parse().ok()
}

/// Minutes of `Z` or `+01:00`.
fn offset_minutes(zone: &str) -> Option<i16> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':')?;
    let is_written =
        hours.len() == 2 && minutes.len() == 2 && is_digits(hours) && is_digits(minutes);
    let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let total = hours.checked_mul(60)?.checked_add(minutes)?;
    (is_written && minutes < 60 && total <= 840).then_some(sign * total)
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
    fn reads_what_it_writes_and_refuses_what_no_calendar_has() {
        for (millis, offset) in [(0, Some(0)), (-1, Some(60)), (951_782_400_001, Some(-210))] {
            let clock = parse_date_time(&text(millis, offset)).unwrap();
            assert_eq!(
                (clock.unix_millis, clock.utc_offset_minutes),
                (millis, offset)
            );
        }
        for bad in [
            "",
            "2024",
            "2024-03",
            "2023-02-29",
            "2024-13-01",
            "2024-3-15",
            "2024-03-15T24:00:00Z",
            "2024-03-15T14:30",
            "2024-03-15T14:30:45+1:00",
            "2024-03-15T14:30:45+14:01",
            "2024-03-15T14:30:45.Z",
            "2024-03-15T14:30:45Zx",
            "+024-03-15",
        ] {
            assert!(parse_date_time(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn local_time_without_offset_across_a_daylight_saving_change_is_no_instant() {
        // Half past two came twice in Paris on 2026-10-25, and never on 2026-03-29.
        for text in [
            "2026-10-25T02:30:00",
            "2026-03-29T02:30:00",
            "2026-10-25 02:30:00.5",
        ] {
            assert_eq!(parse_date_time(text), None, "{text}");
        }
        let told = |text| parse_date_time(text).unwrap().unix_millis;
        let (summer, winter) = ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00");
        assert_eq!(told(winter) - told(summer), 3_600_000);
    }

    #[test]
    fn a_date_alone_is_no_instant() {
        assert_eq!(parse_date_time("1970-01-02"), None);
        assert!(parse_date_time("1970-01-02T00:00:00Z").is_some());
    }

    #[test]
    fn what_is_beyond_the_calendar_is_its_end() {
        assert_eq!(text(i64::MAX, Some(840)).get(..4), Some("9999"));
        assert_eq!(text(i64::MIN, Some(-840)).get(..4), Some("0001"));
    }
}
