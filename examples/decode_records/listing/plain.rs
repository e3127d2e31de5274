//! Numbers, units and times as people write them.

use core::fmt::{self, Display, Formatter};

use iomt::reading::{Decimal, Unit};
use iomt::time::Duration;

/// A unit behind its number, with the blank between; UCUM where people write the same or nothing else is known.
pub(super) struct UnitWord(pub(super) Unit);

impl Display for UnitWord {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let word = match self.0 {
            Unit::ONE | Unit::INR => return Ok(()),
            Unit::BEATS_PER_MINUTE => "beats/min",
            Unit::BREATHS_PER_MINUTE => "breaths/min",
            Unit::EVENT_PER_HOUR => "events/h",
            Unit::STEP => "steps",
            Unit::MMHG => "mmHg",
            Unit::CENTIMETRE_OF_WATER => "cmH2O",
            Unit::CELSIUS => "°C",
            Unit::FAHRENHEIT => "°F",
            Unit::MICROVOLT => "µV",
            Unit::MICROMOLE_PER_LITRE => "µmol/L",
            Unit::INTERNATIONAL_UNIT => "IU",
            Unit::INTERNATIONAL_UNIT_PER_HOUR => "IU/h",
            Unit::POUND => "lb",
            Unit::INCH => "in",
            Unit::KILOGRAM_PER_SQUARE_METRE => "kg/m²",
            Unit::METRE_PER_SECOND_SQUARED => "m/s²",
            other => return write!(f, " {other}"),
        };
        write!(f, " {word}")
    }
}

/// How long: `0.25 s`, `1:30:00`, `2 d 3:00:00`.
pub(crate) struct Span(pub(crate) Duration);

impl Span {
    pub(super) const fn seconds(count: u32) -> Self {
        Self(Duration::from_secs(count as u64))
    }
}

impl Display for Span {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
        if seconds < 60 {
            return write!(f, "{seconds}{} s", Fraction(rest));
        }
        let (minutes, hours) = (seconds / 60 % 60, seconds / 3_600 % 24);
        match seconds / 86_400 {
            0 => {}
            days => write!(f, "{days} d ")?,
        }
        write!(
            f,
            "{hours}:{minutes:02}:{:02}{}",
            seconds % 60,
            Fraction(rest)
        )
    }
}

/// Millionths behind the point, as many digits as there are.
struct Fraction(u64);

impl Display for Fraction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (mut digits, mut width) = (self.0, 6);
        while width > 0 && digits.is_multiple_of(10) {
            (digits, width) = (digits / 10, width - 1);
        }
        match width {
            0 => Ok(()),
            width => write!(f, ".{digits:0width$}"),
        }
    }
}

/// An instant of the wall clock, milliseconds since 1970 in UTC, and local time less UTC in minutes.
pub(super) struct Moment(pub(super) i64, pub(super) Option<i16>);

impl Display for Moment {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(unix_millis, offset) = *self;
        let minutes = offset.unwrap_or(0);
        let local = unix_millis.saturating_add(i64::from(minutes) * 60_000);
        let (days, millis) = (local.div_euclid(86_400_000), local.rem_euclid(86_400_000));
        let (hour, minute, second) = (
            millis / 3_600_000,
            millis / 60_000 % 60,
            millis / 1_000 % 60,
        );
        write!(f, "{} {hour:02}:{minute:02}:{second:02}", Day(days))?;
        match millis % 1_000 {
            0 => {}
            millis => write!(f, ".{millis:03}")?,
        }
        let Some(minutes) = offset else {
            return f.write_str(" UTC");
        };
        let sign = if minutes < 0 { '-' } else { '+' };
        let minutes = minutes.unsigned_abs();
        write!(f, " UTC{sign}{}:{:02}", minutes / 60, minutes % 60)
    }
}

/// A date by its number of days since 1970-01-01.
pub(super) struct Day(pub(super) i64);

impl Display for Day {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // From 0000-03-01 on every leap day is the last of a year, and all 400 years are alike.
        let days = self.0.saturating_add(719_468);
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let date = day - (153 * month + 2) / 5 + 1;
        let (year, month) = match month {
            0..10 => (year, month + 3),
            _ => (year + 1, month - 9),
        };
        write!(f, "{:04}-{month:02}-{date:02}", era * 400 + year)
    }
}

/// A number by its thousandths.
pub(super) struct Thousandths(pub(super) u32);

impl Display for Thousandths {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match i32::try_from(self.0) {
            Ok(count) => write!(f, "{}", Decimal::new(count, -3).reduced()),
            Err(_) => write!(f, "{}/1000", self.0),
        }
    }
}

/// The name of an open code, or its number.
pub(super) fn named(name: Option<&'static str>, code: impl Into<u32>) -> Named {
    Named(name, code.into())
}

pub(super) struct Named(Option<&'static str>, u32);

impl Display for Named {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => f.write_str(name),
            None => write!(f, "code {}", self.1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_as_short_as_they_can_be() {
        let span = |micros| Span(Duration::from_micros(micros)).to_string();
        assert_eq!(span(0), "0 s");
        assert_eq!(span(50_000), "0.05 s");
        assert_eq!(span(61_000_000), "0:01:01");
        assert_eq!(span(97_445_000_001), "1 d 3:04:05.000001");
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (day, date) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (-25_508, "1900-03-01"),
            (-25_509, "1900-02-28"),
            (21_000, "2027-07-01"),
        ] {
            assert_eq!(Day(day).to_string(), date);
        }
        let moment = Moment(-1, Some(-210)).to_string();
        assert_eq!(moment, "1969-12-31 20:29:59.999 UTC-3:30");
        assert_eq!(Moment(0, None).to_string(), "1970-01-01 00:00:00 UTC");
        let _ = (
            Moment(i64::MAX, Some(1)).to_string(),
            Moment(i64::MIN, Some(-1)).to_string(),
        );
    }
}
