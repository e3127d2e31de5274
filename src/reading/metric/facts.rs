use super::Metric;
use super::table::TABLE;
use crate::reading::{Decimal, Observation, Unit};

/// What is known of a metric in one unit.
///
/// Plausible ranges are engineering judgement, of no clinical source: they tell a unit that was mixed
/// up or a broken sensor, not a sick patient.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetricFacts {
    /// The metric.
    pub metric: Metric,
    /// Its name in plain English.
    pub name: &'static str,
    /// Its name in ISO/IEEE 11073-10101, the reference id; empty where no term is known.
    pub reference_id: &'static str,
    /// How well the code is known.
    pub evidence: Evidence,
    /// The unit that the metric comes in; `None` where it has none, as an event or a bit field.
    pub unit: Option<Unit>,
    /// The least and the greatest plausible value, in that unit.
    pub plausible: Option<(Decimal, Decimal)>,
    /// The LOINC code, where one is known.
    pub loinc: Option<&'static str>,
    /// How well the LOINC code is known; `None` where there is none.
    pub loinc_evidence: Option<Evidence>,
    /// The Bluetooth characteristic that carries it, by its 16-bit number.
    pub gatt: Option<u16>,
}

/// How well a code of the table is known.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// Two or more independent published tables agree.
    Verified,
    /// *Unverified*: one published table has it.
    SingleSource,
    /// No term of the standard is known; the code is of this crate's own namespace.
    OwnTerm,
}

impl MetricFacts {
    pub(super) const fn unit(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    pub(super) const fn range(mut self, least: i32, most: i32, exponent: i8) -> Self {
        self.plausible = Some((Decimal::new(least, exponent), Decimal::new(most, exponent)));
        self
    }

    pub(super) const fn loinc(mut self, code: &'static str) -> Self {
        self.loinc = Some(code);
        self.loinc_evidence = Some(Evidence::Verified);
        self
    }

    /// A LOINC code that one published table alone pairs with the metric.
    pub(super) const fn loinc_of_one_source(mut self, code: &'static str) -> Self {
        self.loinc = Some(code);
        self.loinc_evidence = Some(Evidence::SingleSource);
        self
    }

    pub(super) const fn gatt(mut self, characteristic: u16) -> Self {
        self.gatt = Some(characteristic);
        self
    }
}

pub(super) const fn row(
    metric: Metric,
    name: &'static str,
    reference_id: &'static str,
    evidence: Evidence,
) -> MetricFacts {
    MetricFacts {
        metric,
        name,
        reference_id,
        evidence,
        unit: None,
        plausible: None,
        loinc: None,
        loinc_evidence: None,
        gatt: None,
    }
}

impl Metric {
    /// All that this version knows by name; one row for each metric and unit, two where one has two LOINC codes.
    #[must_use]
    pub fn all() -> &'static [MetricFacts] {
        &TABLE
    }

    /// The facts of this metric, in its usual unit.
    #[must_use]
    pub fn facts(self) -> Option<&'static MetricFacts> {
        TABLE.iter().find(|row| row.metric == self)
    }

    /// The facts of this metric in `unit`: mass and amount of glucose are different LOINC codes.
    #[must_use]
    pub fn facts_in(self, unit: Unit) -> Option<&'static MetricFacts> {
        TABLE
            .iter()
            .find(|row| row.metric == self && row.unit == Some(unit))
    }

    /// The way back from a LOINC code.
    ///
    /// Two codes are shared: 8867-4 is [`Metric::HEART_RATE`] and not one of the pulse rates, 9279-1
    /// [`Metric::RESPIRATION_RATE`] and not that by CO2.
    ///
    /// ```
    /// use iomt::reading::{Metric, Unit};
    ///
    /// let facts = Metric::from_loinc("15074-8").ok_or("unknown")?;
    /// assert_eq!((facts.metric, facts.unit), (Metric::GLUCOSE, Some(Unit::MILLIMOLE_PER_LITRE)));
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn from_loinc(code: &str) -> Option<&'static MetricFacts> {
        TABLE.iter().find(|row| row.loinc == Some(code))
    }
}

impl Observation {
    /// Whether the number is one that a living patient and a working sensor give; `None` where there is no
    /// number, or nothing is known of the metric in this unit.
    ///
    /// ```
    /// use iomt::reading::{Metric, Observation, Unit};
    /// use iomt::time::Instant;
    ///
    /// let mixed_up = Observation::new(Metric::GLUCOSE, Unit::MILLIMOLE_PER_LITRE, Instant::ZERO, 98.into());
    /// assert_eq!(mixed_up.is_plausible(), Some(false));
    /// ```
    #[must_use]
    pub fn is_plausible(&self) -> Option<bool> {
        let (least, most) = self.metric.facts_in(self.unit)?.plausible?;
        let number = self.value.number()?;
        Some(least <= number && number <= most)
    }
}
