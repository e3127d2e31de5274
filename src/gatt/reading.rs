use super::{DateTime, ElapsedTime, SessionStart};
use crate::reading::{Component, Compound, Decimal, Metric, Observation, Status, Unit, Value};
use crate::time::{ClockQuality, Instant, WallClock};
use crate::wire::Record;

/// The most values that one [`Reading`] holds; a compound observation with more is refused.
pub const MAX_PARTS: usize = 8;

/// What was measured in one act: one value, or the parts of a panel such as a blood pressure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What the parts are parts of; `None` where there is one value.
    pub panel: Option<Metric>,
    /// The values, one at least. Their time is the one the caller gave.
    pub parts: heapless::Vec<Observation, MAX_PARTS>,
    /// When it was measured, as far as the device tells.
    pub time: Stamp,
}

#[cfg(feature = "defmt")]
impl defmt::Format for Reading {
    fn format(&self, f: defmt::Formatter<'_>) {
        let (panel, parts, time) = (self.panel, self.parts.as_slice(), self.time);
        defmt::write!(f, "Reading({}, {}, {})", panel, parts, time);
    }
}

impl Reading {
    /// As records of the schema: an observation, or a compound of the panel's parts.
    ///
    /// Of a panel with more parts than [`Compound::MAX_COMPONENTS`] each is an observation of its own. What all parts
    /// have in their status is the compound's, the rest each component's. [`Reading::time`] is left to the caller.
    pub fn records(&self) -> impl Iterator<Item = Record<'static>> + '_ {
        let whole = self.panel.and_then(|panel| self.compound(panel));
        let parts = self.parts.iter().filter(move |_| whole.is_none());
        whole
            .map(Record::Compound)
            .into_iter()
            .chain(parts.copied().map(Record::Observation))
    }

    fn compound(&self, panel: Metric) -> Option<Compound> {
        let first = self.parts.first()?;
        let shared = self
            .parts
            .iter()
            .fold(u16::MAX, |all, part| all & part.status.bits());
        let mut components = [Component::new(first.metric, first.unit, first.value); MAX_PARTS];
        for (place, part) in components.iter_mut().zip(&self.parts) {
            *place = Component::new(part.metric, part.unit, part.value)
                .with_status(Status::from_bits(part.status.bits() & !shared));
        }
        let filled = components.get(..self.parts.len())?;
        let compound = Compound::new(panel, first.time, filled)?;
        Some(compound.with_status(Status::from_bits(shared)))
    }
}

/// When something was measured, as far as the characteristic tells.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stamp {
    /// It does not tell: now, where it is received as it is measured.
    None,
    /// By the device's calendar, and by so many minutes later: the Time Offset of a glucose reading.
    Local {
        /// The calendar time.
        time: DateTime,
        /// What is to be added to it.
        offset_minutes: i16,
    },
    /// By the device's elapsed-time clock.
    Elapsed(ElapsedTime),
    /// By the minutes of a session.
    Session {
        /// How many minutes after the session's start.
        minutes: u16,
        /// That start, where [`Cgm::with_start`](super::Cgm::with_start) was told it.
        start: Option<SessionStart>,
    },
}

impl Stamp {
    /// The instant, where the device tells one; its local time is taken to have this offset from UTC, in minutes, where
    /// it does not say which.
    ///
    /// `None` where it tells no time, or not all of it; where its clock counts ticks of its own or was never set; and for
    /// minutes of a session whose start, another characteristic, is not known.
    ///
    /// A device's clock may be wrong: what it calls later than now was measured at an unknown time. Ask
    /// [`WallClock::is_after`] of when it was received, before it is stored as of then.
    ///
    /// ```
    /// use iomt::gatt::{DateTime, Stamp};
    ///
    /// let time = DateTime { year: 2024, month: 3, day: 15, hours: 14, minutes: 30, seconds: 45 };
    /// let clock = Stamp::from(Some(time)).wall_clock(60).ok_or("no instant")?;
    /// assert_eq!(clock.unix_millis, 1_710_509_445_000);
    /// assert_eq!(Stamp::None.wall_clock(60), None);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn wall_clock(self, utc_offset_minutes: i16) -> Option<WallClock> {
        let told = match self {
            Self::Local {
                time,
                offset_minutes,
            } => time.at_offset(utc_offset_minutes).map(|clock| WallClock {
                unix_millis: clock.unix_millis + i64::from(offset_minutes) * 60_000,
                ..clock
            }),
            Self::Elapsed(time) => time.at_offset(utc_offset_minutes),
            Self::Session { minutes, start } => start?.after(minutes, utc_offset_minutes),
            Self::None => None,
        };
        told.filter(|clock| clock.quality != ClockQuality::Unset)
    }
}

impl From<Option<DateTime>> for Stamp {
    fn from(time: Option<DateTime>) -> Self {
        match time {
            Some(time) => Self::Local {
                time,
                offset_minutes: 0,
            },
            None => Self::None,
        }
    }
}

/// What all readings of one characteristic share.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy)]
pub(super) struct Common {
    pub(super) at: Instant,
    pub(super) time: Stamp,
    pub(super) status: Status,
}

impl Common {
    pub(super) fn one(self, metric: Metric, unit: Unit, value: Value) -> Reading {
        let observation = Observation {
            status: self.status,
            ..Observation::new(metric, unit, self.at, value)
        };
        Reading {
            panel: None,
            parts: core::iter::once(observation).collect(),
            time: self.time,
        }
    }

    /// A panel of three.
    pub(super) fn panel(self, panel: Metric, unit: Unit, parts: [(Metric, Value); 3]) -> Reading {
        let observation = |(metric, value)| Observation {
            status: self.status,
            ..Observation::new(metric, unit, self.at, value)
        };
        Reading {
            panel: Some(panel),
            parts: parts.into_iter().map(observation).collect(),
            time: self.time,
        }
    }
}

/// `value` × 10^`steps`: the same digits in a unit of another power of ten; not a number beyond the powers that there are.
pub(crate) fn shifted(value: Value, steps: i8) -> Value {
    let Value::Number(number) = value else {
        return value;
    };
    let exponent = number.exponent().checked_add(steps);
    exponent.map_or(Value::NotANumber, |exponent| {
        Value::Number(Decimal::new(number.mantissa(), exponent))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(value: i32, status: Status) -> Observation {
        Observation {
            status,
            ..Observation::new(Metric::SYSTOLIC, Unit::MMHG, Instant::ZERO, value.into())
        }
    }

    fn reading(parts: &[Observation]) -> Reading {
        Reading {
            panel: Some(Metric::BLOOD_PRESSURE),
            parts: parts.iter().copied().collect(),
            time: Stamp::None,
        }
    }

    #[test]
    fn a_panel_is_one_record_whose_components_keep_their_status() {
        let doubtful = Status::QUESTIONABLE | Status::ONGOING;
        let parts = [part(120, doubtful), part(80, Status::ONGOING)];
        let records: heapless::Vec<_, 8> = reading(&parts).records().collect();
        let [Record::Compound(compound)] = records[..] else {
            panic!("{records:?}");
        };
        assert_eq!(compound.status, Status::ONGOING);
        let statuses: heapless::Vec<_, 8> = compound.components().map(|one| one.status).collect();
        assert_eq!(statuses[..], [Status::QUESTIONABLE, Status::VALID]);
        let back: heapless::Vec<_, 8> = compound.observations().collect();
        assert_eq!(back[..], parts);
    }

    #[test]
    fn a_panel_of_more_parts_than_a_compound_has_loses_none() {
        let parts = [part(120, Status::VALID); MAX_PARTS];
        assert_eq!(reading(&parts).records().count(), MAX_PARTS);
    }
}
