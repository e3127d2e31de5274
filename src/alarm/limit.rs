use super::Transition;
use crate::reading::{Decimal, Metric, Observation, Unit, Value};
use crate::time::{Duration, Instant};

/// A threshold, and where the alarm that it raised ends.
///
/// The distance between the two keeps a value that hovers at the limit from raising an alarm
/// again and again.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// A value beyond this one raises the alarm.
    pub raise: Decimal,
    /// A value that has come back to this one ends it.
    pub clear: Decimal,
}

/// What is too low, what is too high, and for how long it has to be so.
///
/// ```
/// use iomt::alarm::{Limit, LimitAlarm, Limits, Side, Transition};
/// use iomt::reading::{Metric, Observation, Unit};
/// use iomt::time::{Duration, Instant};
///
/// let limits = Limits {
///     low: Some(Limit { raise: 40.into(), clear: 45.into() }),
///     high: Some(Limit { raise: 120.into(), clear: 115.into() }),
///     delay: Duration::from_secs(5),
///     max_age: Duration::from_secs(60),
/// };
/// let mut alarm = LimitAlarm::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, limits);
/// let mut at = |secs, rate: i32| {
///     let time = Instant::from_secs(secs);
///     alarm.observe(time, &Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, time, rate.into()))
/// };
/// assert_eq!(at(0, 130)?, None);
/// assert_eq!(at(5, 131)?, Some(Transition::Raised(Side::High)));
/// assert_eq!(at(6, 118)?, None);
/// assert_eq!(at(7, 115)?, Some(Transition::Cleared(Side::High)));
/// # Ok::<(), iomt::alarm::WrongMetric>(())
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Below this.
    pub low: Option<Limit>,
    /// Above this.
    pub high: Option<Limit>,
    /// How long a value has to stay beyond its limit before the alarm is raised.
    pub delay: Duration,
    /// How old a value may be when it comes. An older one tells what was, not what is: after an outage it raises
    /// nothing and ends nothing.
    pub max_age: Duration,
}

/// On which side of its limits a value is.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Below the lower limit.
    Low,
    /// Above the upper limit.
    High,
}

/// The observation is of another metric, or in another unit, than the limits.
///
/// It is refused, not converted: a glucose of 7 mmol/L is not one of 7 mg/dL.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{metric} in {unit} is not what the limits are for")]
pub struct WrongMetric {
    /// The metric of the observation.
    pub metric: Metric,
    /// The unit of the observation.
    pub unit: Unit,
}

/// Watches one metric against its limits.
///
/// A value that may not be used (invalid, warming up, a test) neither raises nor ends an
/// alarm, and neither does one that is older than what was seen already, or than [`Limits::max_age`]: an outage ends
/// with the oldest values. Of those [`Lateness`](super::Lateness) tells. A value beyond the
/// sensor's range is beyond the limit too where the range ends there: a glucose that is below
/// all that the sensor can tell is a low glucose, not a missing one.
#[derive(Debug, Clone)]
pub struct LimitAlarm {
    metric: Metric,
    unit: Unit,
    limits: Limits,
    latest: Option<Instant>,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Quiet,
    /// Beyond a limit since then, but not for long enough.
    Pending(Side, Instant),
    Active(Side),
}

impl LimitAlarm {
    /// A quiet alarm.
    #[must_use]
    pub const fn new(metric: Metric, unit: Unit, limits: Limits) -> Self {
        Self {
            metric,
            unit,
            limits,
            latest: None,
            state: State::Quiet,
        }
    }

    /// The side of the alarm that is active.
    #[must_use]
    pub const fn active(&self) -> Option<Side> {
        match self.state {
            State::Active(side) => Some(side),
            State::Quiet | State::Pending(..) => None,
        }
    }

    /// Begins a new run of the device, whose clock has begun anew; an alarm that is active stays.
    ///
    /// Times of two runs can not be compared, so no value of the new run counts as old, and a
    /// delay that had begun begins again.
    pub const fn restart(&mut self) {
        self.latest = None;
        if let State::Pending(..) = self.state {
            self.state = State::Quiet;
        }
    }

    /// Takes a value that came at `now`, on the clock that its own time is on; returns what has
    /// changed.
    ///
    /// A value that crosses from one side to the other ends the first alarm; the next value
    /// may raise the second. One that says it was made later than now counts as made now, so
    /// that a wrong clock makes no later value old.
    ///
    /// # Errors
    ///
    /// [`WrongMetric`]; nothing has changed then.
    pub fn observe(
        &mut self,
        now: Instant,
        observation: &Observation,
    ) -> Result<Option<Transition<Side>>, WrongMetric> {
        if (observation.metric, observation.unit) != (self.metric, self.unit) {
            return Err(WrongMetric {
                metric: observation.metric,
                unit: observation.unit,
            });
        }
        let time = observation.time.min(now);
        let is_old =
            self.latest.is_some_and(|latest| time < latest) || now - time > self.limits.max_age;
        let says_something = !matches!(
            observation.value,
            Value::NotANumber | Value::NotAtThisResolution
        );
        if is_old || !says_something || !observation.status.permits_use() {
            return Ok(None);
        }
        self.latest = Some(time);
        Ok(self.step(observation.value, time))
    }

    fn step(&mut self, value: Value, time: Instant) -> Option<Transition<Side>> {
        if let State::Active(side) = self.state {
            if !self.has_come_back(side, value) {
                return None;
            }
            self.state = State::Quiet;
            return Some(Transition::Cleared(side));
        }
        let Some(side) = self.side_of(value) else {
            self.state = State::Quiet;
            return None;
        };
        let since = match self.state {
            State::Pending(pending, since) if pending == side => since,
            _ => time,
        };
        if time - since < self.limits.delay {
            self.state = State::Pending(side, since);
            return None;
        }
        self.state = State::Active(side);
        Some(Transition::Raised(side))
    }

    fn side_of(&self, value: Value) -> Option<Side> {
        let (low, high) = (self.limits.low, self.limits.high);
        let is_low = low.is_some_and(|limit| is_below(value, limit.raise));
        let is_high = high.is_some_and(|limit| is_above(value, limit.raise));
        match (is_low, is_high) {
            (true, _) => Some(Side::Low),
            (_, true) => Some(Side::High),
            _ => None,
        }
    }

    fn has_come_back(&self, side: Side, value: Value) -> bool {
        let is_at = |limit: Limit| matches!(value, Value::Number(number) if number == limit.clear);
        match side {
            Side::Low => self
                .limits
                .low
                .is_none_or(|limit| is_at(limit) || is_above(value, limit.clear)),
            Side::High => self
                .limits
                .high
                .is_none_or(|limit| is_at(limit) || is_below(value, limit.clear)),
        }
    }
}

/// Whether the value is certainly below `bound`.
fn is_below(value: Value, bound: Decimal) -> bool {
    match value {
        Value::Number(number) => number < bound,
        Value::BelowRange(start) => start <= bound,
        Value::NegativeInfinity => true,
        _ => false,
    }
}

/// Whether the value is certainly above `bound`.
fn is_above(value: Value, bound: Decimal) -> bool {
    match value {
        Value::Number(number) => number > bound,
        Value::AboveRange(end) => end >= bound,
        Value::PositiveInfinity => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Status;

    fn alarm(delay_secs: u64) -> LimitAlarm {
        let limits = Limits {
            low: Some(Limit {
                raise: 40.into(),
                clear: 45.into(),
            }),
            high: Some(Limit {
                raise: 120.into(),
                clear: 115.into(),
            }),
            delay: Duration::from_secs(delay_secs),
            max_age: Duration::from_secs(60),
        };
        LimitAlarm::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, limits)
    }

    fn rate(secs: u64, value: impl Into<Value>) -> Observation {
        Observation::new(
            Metric::HEART_RATE,
            Unit::BEATS_PER_MINUTE,
            Instant::from_secs(secs),
            value.into(),
        )
    }

    /// The value comes the moment it is made.
    fn take(
        alarm: &mut LimitAlarm,
        value: &Observation,
    ) -> Result<Option<Transition<Side>>, WrongMetric> {
        alarm.observe(value.time, value)
    }

    #[test]
    fn a_value_at_its_limit_is_within_it() {
        let mut alarm = alarm(0);
        assert_eq!(take(&mut alarm, &rate(0, 120)), Ok(None));
        assert_eq!(
            take(&mut alarm, &rate(1, Decimal::new(1_201, -1))),
            Ok(Some(Transition::Raised(Side::High)))
        );
        assert_eq!(
            take(&mut alarm, &rate(2, 39)),
            Ok(Some(Transition::Cleared(Side::High)))
        );
        assert_eq!(
            take(&mut alarm, &rate(3, 39)),
            Ok(Some(Transition::Raised(Side::Low)))
        );
        assert_eq!(alarm.active(), Some(Side::Low));
    }

    #[test]
    fn a_short_excursion_raises_nothing() {
        let mut alarm = alarm(5);
        for (secs, value) in [(0, 130), (4, 130), (5, 100), (6, 130), (10, 130)] {
            assert_eq!(take(&mut alarm, &rate(secs, value)), Ok(None));
        }
        assert_eq!(
            take(&mut alarm, &rate(11, 130)),
            Ok(Some(Transition::Raised(Side::High)))
        );
    }

    #[test]
    fn a_stale_value_raises_no_alarm() {
        let mut alarm = alarm(0);
        assert_eq!(take(&mut alarm, &rate(100, 80)), Ok(None));
        assert_eq!(take(&mut alarm, &rate(40, 180)), Ok(None));
        assert_eq!(alarm.active(), None);
    }

    #[test]
    fn a_value_that_an_outage_has_held_up_neither_raises_nor_clears() {
        let mut alarm = alarm(0);
        let (held, fresh) = (rate(100, 180), rate(101, 180));
        let now = Instant::from_secs(161);
        assert_eq!(alarm.observe(now, &held), Ok(None));
        let raised = Ok(Some(Transition::Raised(Side::High)));
        assert_eq!(alarm.observe(now, &fresh), raised);
        let now = Instant::from_secs(300);
        assert_eq!(alarm.observe(now, &rate(239, 80)), Ok(None));
        assert_eq!(alarm.active(), Some(Side::High));
        let cleared = Ok(Some(Transition::Cleared(Side::High)));
        assert_eq!(alarm.observe(now, &rate(240, 80)), cleared);
    }

    #[test]
    fn a_future_dated_glucose_blinds_no_alarm() {
        let hypo = Limit {
            raise: 54.into(),
            clear: 70.into(),
        };
        let limits = Limits {
            low: Some(hypo),
            high: None,
            delay: Duration::ZERO,
            max_age: Duration::from_secs(600),
        };
        // ISO/IEEE 11073-10101: MDC_CONC_GLU_GEN in MDC_DIM_MILLI_G_PER_DL.
        let (metric, unit) = (Metric::from_code(160_184), Unit::from_code(264_274));
        let mut alarm = LimitAlarm::new(metric, unit, limits);
        let glucose = |secs, value: i32| {
            Observation::new(metric, unit, Instant::from_secs(secs), value.into())
        };
        let early = glucose(1_000_000, 100);
        assert_eq!(alarm.observe(Instant::from_secs(300), &early), Ok(None));
        let low = glucose(600, 45);
        let raised = Ok(Some(Transition::Raised(Side::Low)));
        assert_eq!(alarm.observe(Instant::from_secs(600), &low), raised);
    }

    #[test]
    fn a_reboot_of_the_device_deafens_no_alarm_and_ends_none() {
        let mut alarm = alarm(5);
        assert_eq!(take(&mut alarm, &rate(1_000, 130)), Ok(None));
        alarm.restart();
        assert_eq!(take(&mut alarm, &rate(1, 130)), Ok(None));
        let raised = Ok(Some(Transition::Raised(Side::High)));
        assert_eq!(take(&mut alarm, &rate(6, 130)), raised);
        alarm.restart();
        assert_eq!(alarm.active(), Some(Side::High));
        let cleared = Ok(Some(Transition::Cleared(Side::High)));
        assert_eq!(take(&mut alarm, &rate(0, 100)), cleared);
    }

    // IOMT-DATA-041
    #[test]
    fn a_value_that_may_not_be_used_neither_raises_nor_clears() {
        let mut alarm = alarm(0);
        let warm_up = Observation {
            status: Status::CALIBRATING,
            ..rate(0, 180)
        };
        assert_eq!(take(&mut alarm, &warm_up), Ok(None));
        assert!(take(&mut alarm, &rate(1, 180)).unwrap().is_some());
        assert_eq!(take(&mut alarm, &rate(2, Value::NotANumber)), Ok(None));
        assert_eq!(alarm.active(), Some(Side::High));
    }

    #[test]
    fn a_value_below_the_range_of_its_sensor_raises_the_low_alarm() {
        let below = |bound: i32| Value::BelowRange(bound.into());
        let mut alarm = alarm(0);
        // The sensor's range ends above the limit: the value may be on either side of it.
        assert_eq!(take(&mut alarm, &rate(0, below(41))), Ok(None));
        let raised = Ok(Some(Transition::Raised(Side::Low)));
        assert_eq!(take(&mut alarm, &rate(1, below(40))), raised);
        let above = Value::AboveRange(200.into());
        let cleared = Ok(Some(Transition::Cleared(Side::Low)));
        assert_eq!(take(&mut alarm, &rate(2, above)), cleared);
        let raised = Ok(Some(Transition::Raised(Side::High)));
        assert_eq!(take(&mut alarm, &rate(3, above)), raised);
        let cleared = Ok(Some(Transition::Cleared(Side::High)));
        assert_eq!(take(&mut alarm, &rate(4, Value::NegativeInfinity)), cleared);
    }

    #[test]
    fn another_unit_is_refused_and_not_compared() {
        let mut alarm = alarm(0);
        let percent = Observation {
            unit: Unit::PERCENT,
            ..rate(0, 180)
        };
        let refusal = WrongMetric {
            metric: Metric::HEART_RATE,
            unit: Unit::PERCENT,
        };
        assert_eq!(take(&mut alarm, &percent), Err(refusal));
    }
}
