use std::time::SystemTime;

use iomt::fhir::{date_time, parse_date_time};
use iomt::gatt::{DateTime, SessionStart};
use iomt::time::{ClockQuality, Duration, WallClock};

/// What the caller says beside the lines.
pub(crate) struct Options {
    /// Of whom: the address of a patient.
    pub(crate) subject: String,
    /// When, for values that do not tell; its offset from UTC, where it has one, is that of devices that tell local time.
    pub(crate) time: WallClock,
    /// By what: the address of a device.
    pub(crate) device: Option<String>,
    /// When the session of a continuous glucose monitor started.
    pub(crate) session_start: Option<SessionStart>,
}

impl Options {
    pub(crate) const HELP: &str = "\
usage: gatt_to_fhir [--subject Patient/ID] [--device Device/ID] [--time TIME] [--session-start START] < LINES

  --subject        the patient's address; Patient/unknown if not given
  --device         the device's address; without it, what the device counts has no identifier
  --time           when, for values without a time, such as 2024-03-15T14:30:45+01:00; now if not given.
                   Devices tell local time without an offset: they are taken to have that of TIME. Without
                   --time nobody knows it: what they tell stands as a component, beside the time of receipt.
  --session-start  when the session of 2aa7 started: a value of 2aaa in hexadecimal, or a time

Each line is CHARACTERISTIC HEX, such as: 2a37 0654";

    /// Reads the arguments; `None` where help is asked for.
    pub(crate) fn from_arguments(
        mut arguments: impl Iterator<Item = String>,
    ) -> Result<Option<Self>, String> {
        let mut options = Self {
            subject: "Patient/unknown".into(),
            time: now(),
            device: None,
            session_start: None,
        };
        while let Some(argument) = arguments.next() {
            let (name, joined) = match argument.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            let mut value = || {
                let next = joined.clone().or_else(|| arguments.next());
                next.ok_or_else(|| format!("{name} needs a value"))
            };
            match name.as_str() {
                "--subject" => options.subject = reference("Patient", &value()?)?,
                "--device" => options.device = Some(reference("Device", &value()?)?),
                "--time" => options.time = instant(&value()?)?,
                "--session-start" => options.session_start = Some(session_start(&value()?)?),
                "--help" | "-h" => return Ok(None),
                other => return Err(format!("{other} is not known")),
            }
        }
        Ok(Some(options))
    }
}

fn instant(text: &str) -> Result<WallClock, String> {
    parse_date_time(text).ok_or_else(|| {
        format!(
            "{text} is no instant: it takes date, time and offset from UTC, such as 2024-03-15T14:30:45+01:00"
        )
    })
}

/// A value of the characteristic, or a time.
fn session_start(text: &str) -> Result<SessionStart, String> {
    if text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return SessionStart::decode(&super::bytes(text)?).map_err(|error| error.to_string());
    }
    let utc = date_time(&WallClock {
        utc_offset_minutes: None,
        ..instant(text)?
    });
    let digits = |place: std::ops::Range<usize>| utc.get(place).and_then(|two| two.parse().ok());
    let time = || {
        Some(DateTime {
            year: utc.get(..4)?.parse().ok()?,
            month: digits(5..7)?,
            day: digits(8..10)?,
            hours: digits(11..13)?,
            minutes: digits(14..16)?,
            seconds: digits(17..19)?,
        })
    };
    Ok(SessionStart {
        time: time().ok_or_else(|| format!("{text} is no time of a device"))?,
        zone_quarters: Some(0),
        daylight_quarters: Some(0),
        has_checksum: false,
    })
}

/// The system's time; of its offset from UTC the system does not tell.
fn now() -> WallClock {
    let error = Duration::from_secs(1);
    WallClock::from_system(SystemTime::now(), ClockQuality::DeviceSet, error)
}

/// An address of something of this kind; an id alone is one, too.
fn reference(kind: &str, address: &str) -> Result<String, String> {
    if address.is_empty() || address.contains(char::is_whitespace) {
        return Err(format!("{address:?} is no address of a {kind}"));
    }
    match address.contains(['/', ':', '#']) {
        true => Ok(address.to_owned()),
        false => Ok(format!("{kind}/{address}")),
    }
}
