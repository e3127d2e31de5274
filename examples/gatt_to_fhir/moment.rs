use iomt::fhir::date_time;
use iomt::gatt::{DateTime, Stamp};
use iomt::time::{ClockQuality, Duration, WallClock};
use std::time::SystemTime;

/// An instant with the offset of local time from UTC.
pub(crate) struct Moment {
    clock: WallClock,
    text: String,
}

impl Moment {
    /// The system's time, in UTC.
    pub(crate) fn now() -> Self {
        let clock = WallClock::from_system(
            SystemTime::now(),
            ClockQuality::DeviceSet,
            Duration::from_secs(1),
        );
        let text = date_time(&clock);
        Self { clock, text }
    }

    /// Reads `2024-03-15T14:30:45.678+01:00`; the fraction may be missing, and `Z` may be the offset,
    /// or nothing. A date alone is its midnight.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let (time, zone) = match rest.strip_prefix(['T', ' ']) {
            None => ("00:00:00", Some(rest).filter(|rest| rest.is_empty())?),
            Some(rest) => rest.split_at(rest.find(['Z', '+', '-']).unwrap_or(rest.len())),
        };
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let [year, month, day] = numbers(date, '-')?;
        let [hours, minutes, seconds] = numbers(time, ':')?;
        let narrow = |number: u16| u8::try_from(number).ok();
        let local = DateTime {
            year,
            month: narrow(month)?,
            day: narrow(day)?,
            hours: narrow(hours)?,
            minutes: narrow(minutes)?,
            seconds: narrow(seconds)?,
        };
        local.check().ok()?;
        let mut clock = local.at_offset(offset(zone)?)?;
        clock.unix_millis += millis(fraction)?;
        let text = date_time(&clock);
        Some(Self { clock, text })
    }

    /// As FHIR writes it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// When something was measured: what the device tells, at this moment's offset, else this moment.
    pub(crate) fn of(&self, stamp: Stamp) -> String {
        let offset = self.clock.utc_offset_minutes.unwrap_or(0);
        let told = match stamp {
            Stamp::Local {
                time,
                offset_minutes,
            } => time.at_offset(offset).map(|clock| WallClock {
                unix_millis: clock.unix_millis + i64::from(offset_minutes) * 60_000,
                ..clock
            }),
            Stamp::Elapsed(time) => time.wall_clock(),
            // The session's start is another characteristic: these minutes alone are no time.
            Stamp::SessionMinutes(_) | Stamp::None => None,
        };
        told.map_or_else(|| self.text.clone(), |clock| date_time(&clock))
    }
}

fn numbers(text: &str, separator: char) -> Option<[u16; 3]> {
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Option<Vec<u16>> = text
        .split(separator)
        .map(|part| Some(part).filter(is_number)?.parse().ok())
        .collect();
    parts?.try_into().ok()
}

fn millis(fraction: &str) -> Option<i64> {
    let is_number = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    let padded = format!("{fraction}000");
    let digits = padded.get(..3).filter(|_| is_number)?;
    digits.parse().ok()
}

/// Minutes of `Z`, `+01:00` or nothing.
fn offset(zone: &str) -> Option<i16> {
    if zone.is_empty() || zone == "Z" {
        return Some(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':')?;
    let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let is_offset = (0..=14).contains(&hours) && (0..=59).contains(&minutes);
    let total = hours.checked_mul(60)?.checked_add(minutes)?;
    (is_offset && total <= 840).then_some(sign * total)
}
