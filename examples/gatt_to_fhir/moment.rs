use iomt::fhir::{date_time, parse_date_time};
use iomt::gatt::Stamp;
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

    /// Reads a time as FHIR writes it, or a date alone.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let clock = parse_date_time(text)?;
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
