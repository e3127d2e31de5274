//! Observations of a generic health sensor: numbers, and what is none.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::details::Details;
use super::{Maker, absent, mdc};
use crate::fhir::observation::concept;
use crate::fhir::value::absent_status;
use crate::fhir::{
    CodeableConcept, Number, Observation, ObservationComponent, Quantity, SampledData,
};
use crate::gatt::{Codes, Component, HealthObservation, HealthValue, SampleArray, Stamp, shifted};
use crate::reading::{self, Metric, Status, Value};
use crate::time::Instant;

impl Maker<'_> {
    /// Each member, with what it says beside its value, and what the bundle says of all.
    pub(super) fn health(&mut self, whole: &HealthObservation<'_>) {
        let received = self.received;
        for member in whole.members() {
            let details = Details::of_health(&member, received);
            self.described(&details, |maker| maker.member(&member));
        }
        if matches!(whole.value, HealthValue::Bundle(_)) {
            self.describe(0, &Details::of_bundle(whole, received));
        }
    }

    fn member(&mut self, member: &HealthObservation<'_>) {
        match (member.metric, member.value) {
            (Some(metric), HealthValue::Compound(components)) => {
                let parts: Vec<_> = components.iter().collect();
                self.compound(metric, &parts, member);
            }
            (_, value) => match member.reading(Instant::ZERO) {
                Some(reading) => self.reading(&reading),
                None => self.observation(code(member.metric), stamp(member), |o| {
                    o.set_status(member.status());
                    Said::of(&value, member.status()).fill(o);
                }),
            },
        }
    }

    /// A panel of the numbers, and behind them what is none.
    fn compound(&mut self, panel: Metric, parts: &[Component<'_>], member: &HealthObservation<'_>) {
        let status = member.status();
        let number = |part: &Component<'_>| match part.value {
            HealthValue::Numeric { unit, value } => Some(reading::Observation {
                status,
                ..reading::Observation::new(part.metric, unit, Instant::ZERO, value)
            }),
            _ => None,
        };
        let numbers: Vec<_> = parts.iter().filter_map(number).collect();
        let others = parts.iter().filter(|part| number(part).is_none());
        self.with_context(stamp(member), |context| {
            let mut whole = Observation::panel(panel, &numbers, context);
            if numbers.is_empty() {
                whole.set_status(status);
            }
            whole
                .component
                .extend(others.map(|part| Said::of(&part.value, status).component(part.metric)));
            if whole.component.is_empty() {
                whole.data_absent_reason = Some(absent("unknown"));
            }
            whole.into()
        });
    }
}

fn stamp(member: &HealthObservation<'_>) -> Stamp {
    member.time.map_or(Stamp::None, Stamp::Elapsed)
}

fn code(metric: Option<Metric>) -> CodeableConcept {
    let unnamed = || CodeableConcept::text("health observation");
    metric.map_or_else(unnamed, |metric| concept(metric, None, None))
}

/// A value that is no number, in FHIR's words.
enum Said {
    Concept(CodeableConcept),
    Text(String),
    Samples(SampledData),
    Absent(CodeableConcept),
}

impl Said {
    fn of(value: &HealthValue<'_>, status: Status) -> Self {
        if let Some(reason) = absent_status(status) {
            return Self::Absent(absent(reason));
        }
        match value {
            HealthValue::Discrete(code) => Self::Concept(CodeableConcept::of([mdc(*code)])),
            HealthValue::Events(codes) => Self::events(codes),
            HealthValue::Text(text) if text.trim().is_empty() => Self::Absent(absent("unknown")),
            HealthValue::Text(text) => Self::Text((*text).to_owned()),
            HealthValue::Samples(samples) => match SampledData::of_samples(samples) {
                Some(data) => Self::Samples(data),
                None => Self::Absent(absent("unsupported")),
            },
            HealthValue::States(states) => Self::bits(states.bits),
            _ => Self::Absent(absent("unsupported")),
        }
    }

    fn events(codes: &Codes<'_>) -> Self {
        match codes.is_empty() {
            true => Self::Absent(absent("unknown")),
            false => Self::Concept(CodeableConcept::of(codes.iter().map(mdc))),
        }
    }

    fn bits(octets: &[u8]) -> Self {
        let mut text = String::from("bits");
        for octet in octets {
            text.push_str(&format!(" {octet:02x}"));
        }
        Self::Text(text)
    }

    fn fill(self, o: &mut Observation) {
        match self {
            Self::Concept(concept) => o.value_codeable_concept = Some(concept),
            Self::Text(text) => o.value_string = Some(text),
            Self::Samples(data) => o.value_sampled_data = Some(data),
            Self::Absent(reason) => o.data_absent_reason = Some(reason),
        }
    }

    fn component(self, metric: Metric) -> ObservationComponent {
        let mut part = ObservationComponent {
            code: concept(metric, None, None),
            ..ObservationComponent::default()
        };
        match self {
            Self::Concept(concept) => part.value_codeable_concept = Some(concept),
            Self::Text(text) => part.value_string = Some(text),
            Self::Samples(data) => part.value_sampled_data = Some(data),
            Self::Absent(reason) => part.data_absent_reason = Some(reason),
        }
        part
    }
}

impl SampledData {
    /// The samples of a generic health sensor.
    ///
    /// A sample there stands for (sample − offset) × factor, and FHIR adds its origin behind the factor: the offset is
    /// taken off each sample. `None` where factor, offset or period is no number, where the offset is no whole one,
    /// and where samples are wider than four octets.
    #[must_use]
    pub fn of_samples(samples: &SampleArray<'_>) -> Option<Self> {
        let (Value::Number(factor), Value::Number(offset)) = (samples.scale_factor, samples.offset)
        else {
            return None;
        };
        let offset = i64::from(offset.rescaled(0)?.mantissa());
        let counts: Vec<_> = samples
            .samples()
            .map(|count| (i64::from(count) - offset).to_string())
            .collect();
        if counts.is_empty() && !samples.data.is_empty() {
            return None;
        }
        Some(Self {
            origin: Quantity::of(reading::Decimal::from(0), samples.unit),
            period: Number(shifted(samples.period, 3).number()?),
            factor: Some(Number(factor)),
            dimensions: samples.samples_per_period.max(1).into(),
            data: Some(counts.join(" ")).filter(|data| !data.is_empty()),
        })
    }
}
