use std::time::SystemTime;

use iomt::fhir::parse_date_time;
use iomt::time::{ClockQuality, Duration, WallClock};

/// What the caller says beside the lines.
pub(crate) struct Options {
    /// Of whom: the address of a patient.
    pub(crate) subject: String,
    /// When, for values that do not tell; its offset from UTC is that of devices that tell local time.
    pub(crate) time: WallClock,
}

impl Options {
    pub(crate) const HELP: &str = "\
usage: gatt_to_fhir [--subject Patient/ID] [--time TIME] < LINES

  --subject  the patient's address; Patient/unknown if not given
  --time     when, for values without a time, such as 2024-03-15T14:30:45+01:00; now, in UTC, if not
             given. Devices tell local time without an offset: they are taken to have that of TIME.

Each line is CHARACTERISTIC HEX, such as: 2a37 0654";

    /// Reads the arguments; `None` where help is asked for.
    pub(crate) fn from_arguments(
        mut arguments: impl Iterator<Item = String>,
    ) -> Result<Option<Self>, String> {
        let mut options = Self {
            subject: "Patient/unknown".into(),
            time: now(),
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
                "--subject" => options.subject = reference(&value()?)?,
                "--time" => {
                    let text = value()?;
                    options.time = parse_date_time(&text).ok_or_else(|| {
                        format!(
                            "{text} is no instant: it takes date, time and offset from UTC, such as 2024-03-15T14:30:45+01:00"
                        )
                    })?;
                }
                "--help" | "-h" => return Ok(None),
                other => return Err(format!("{other} is not known")),
            }
        }
        Ok(Some(options))
    }
}

/// The system's time, in UTC.
fn now() -> WallClock {
    let error = Duration::from_secs(1);
    WallClock::from_system(SystemTime::now(), ClockQuality::DeviceSet, error)
}

/// A patient's address; an id alone is one, too.
fn reference(subject: &str) -> Result<String, String> {
    if subject.is_empty() || subject.contains(char::is_whitespace) {
        return Err("the subject is no address".into());
    }
    match subject.contains(['/', ':', '#']) {
        true => Ok(subject.to_owned()),
        false => Ok(format!("Patient/{subject}")),
    }
}
