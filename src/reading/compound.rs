use core::fmt;

use super::{Metric, Observation, Status, Unit, Value};
use crate::time::Instant;

/// Several values of one measurement: the systolic, diastolic and mean pressure of one cuff.
///
/// ```
/// use iomt::reading::{Component, Compound, Metric, Unit};
/// use iomt::time::Instant;
///
/// let pressure = |metric, value: i32| Component::new(metric, Unit::MMHG, value.into());
/// let cuff = Compound::new(
///     Metric::BLOOD_PRESSURE,
///     Instant::ZERO,
///     &[pressure(Metric::SYSTOLIC, 120), pressure(Metric::DIASTOLIC, 80)],
/// )
/// .ok_or("too many components")?;
/// assert_eq!(cuff.component(Metric::DIASTOLIC).and_then(|value| value.number()), Some(80.into()));
/// # Ok::<(), &str>(())
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compound {
    /// What is measured, as a whole.
    pub metric: Metric,
    /// When it was measured, on the device's clock; carried to the millisecond, the rest is cut.
    pub time: Instant,
    /// What has to be known of all its values before they are used.
    pub status: Status,
    components: [Option<Component>; Compound::MAX_COMPONENTS],
}

/// One value of a [`Compound`].
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// What is measured.
    pub metric: Metric,
    /// The unit of the value.
    pub unit: Unit,
    /// What was measured.
    pub value: Value,
    /// What has to be known of this value alone, beside the status of the whole.
    pub status: Status,
}

impl Component {
    /// One valid value.
    #[must_use]
    pub const fn new(metric: Metric, unit: Unit, value: Value) -> Self {
        Self {
            metric,
            unit,
            value,
            status: Status::VALID,
        }
    }

    /// The same value with another status.
    #[must_use]
    pub const fn with_status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }
}

impl Compound {
    /// How many components one measurement has at most.
    pub const MAX_COMPONENTS: usize = 6;

    /// A valid measurement; `None` without a component, or with more than [`Compound::MAX_COMPONENTS`].
    #[must_use]
    pub fn new(metric: Metric, time: Instant, components: &[Component]) -> Option<Self> {
        let mut kept = [None; Self::MAX_COMPONENTS];
        kept.get_mut(..components.len())?
            .iter_mut()
            .zip(components)
            .for_each(|(place, component)| *place = Some(*component));
        let compound = Self {
            metric,
            time,
            status: Status::VALID,
            components: kept,
        };
        (!components.is_empty()).then_some(compound)
    }

    /// The same measurement with another status.
    #[must_use]
    pub const fn with_status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// The components, in their order.
    pub fn components(&self) -> impl Iterator<Item = Component> + '_ {
        self.components.iter().flatten().copied()
    }

    /// The value of one component, if it is there and may be acted on.
    #[must_use]
    pub fn component(&self, metric: Metric) -> Option<Value> {
        self.components()
            .find(|component| component.metric == metric)
            .filter(|component| (self.status | component.status).permits_use())
            .map(|component| component.value)
    }

    /// Each component as an observation of its own: at the time of the whole, with both statuses.
    pub fn observations(&self) -> impl Iterator<Item = Observation> + '_ {
        self.components().map(|component| Observation {
            status: self.status | component.status,
            ..Observation::new(component.metric, component.unit, self.time, component.value)
        })
    }
}

impl fmt::Display for Compound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.metric)?;
        for (index, component) in self.components().enumerate() {
            let separator = if index == 0 { ":" } else { "," };
            write!(f, "{separator} {component}")?;
        }
        write_status(self.status, f)
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.metric, self.value, self.unit)?;
        write_status(self.status, f)
    }
}

fn write_status(status: Status, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match status {
        Status::VALID => Ok(()),
        status => write!(f, " ({status})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_component_that_is_not_valid_hides_no_other() {
        let part = |metric, value: i32| Component::new(metric, Unit::MMHG, value.into());
        let cuff = Compound::new(
            Metric::BLOOD_PRESSURE,
            Instant::ZERO,
            &[
                part(Metric::SYSTOLIC, 120),
                part(Metric::DIASTOLIC, 20).with_status(Status::INVALID),
            ],
        )
        .unwrap();
        assert_eq!(cuff.component(Metric::SYSTOLIC), Some(120.into()));
        assert_eq!(cuff.component(Metric::DIASTOLIC), None);
        let usable = |cuff: Compound| cuff.observations().filter_map(|one| one.usable()).count();
        assert_eq!(usable(cuff), 1);
        assert_eq!(usable(cuff.with_status(Status::TEST)), 0);
        assert!(cuff.to_string().ends_with("(invalid)"), "{cuff}");
    }
}
