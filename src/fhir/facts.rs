//! Facts of the schema that no profile knows: each an Observation whose codes are the schema's own, beside those of
//! IEEE 11073 and LOINC where there are some.

use alloc::borrow::ToOwned;
use alloc::string::ToString;

use super::observation::concept;
use super::terms::{self, absent, own_concept};
use super::{CodeableConcept, Context, Observation, ObservationComponent, Quantity};
use crate::reading::draft::{Activity, ActivityKind, Fall, Sleep, SleepStage};
use crate::reading::{Decimal, Event, EventKind, Metric, Text, Unit};

const RECORD: &str = "urn:iomt:record";
const MEMBER: &str = "urn:iomt:member";
const EVENT: &str = "urn:iomt:event";
const ACTIVITY: &str = "urn:iomt:activity";
const SLEEP_STAGE: &str = "urn:iomt:sleep-stage";

impl Observation {
    /// The Observation of something that happened: its kind, and as components the metric that it concerns, the
    /// sequence of the record that caused it, and its detail.
    #[must_use]
    pub fn of_event(event: &Event, context: &Context<'_>) -> Self {
        let mut fact = Self::fact("event", context);
        fact.value_codeable_concept = Some(own_concept(EVENT, event.kind.0, event.kind.name()));
        if event.subject != 0 {
            let metric = Metric::from_code(event.subject);
            fact.component.push(ObservationComponent {
                code: member("subject"),
                value_codeable_concept: Some(concept(metric, None, None)),
                ..ObservationComponent::default()
            });
        }
        for (name, number) in [("source", event.source), ("detail", event.detail.into())] {
            // An integer of FHIR has 31 bits.
            fact.component.push(ObservationComponent {
                code: member(name),
                value_string: Some(number.to_string()),
                ..ObservationComponent::default()
            });
        }
        fact
    }

    /// The Observation of a short text, in its language; one that is no language tag is left out.
    #[must_use]
    pub fn of_text(text: &Text<'_>, context: &Context<'_>) -> Self {
        let said = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
        let mut fact = Self::fact("text", context);
        fact.language = said(text.language).filter(|language| is_tag(language));
        fact.value_string = said(text.text);
        if fact.value_string.is_none() {
            fact.data_absent_reason = Some(absent("unknown"));
        }
        fact
    }

    /// The Observation of a stretch of activity, which ends at the time of the context.
    #[must_use]
    pub fn of_activity(activity: &Activity, context: &Context<'_>) -> Self {
        let mut fact = Self::fact("activity", context);
        let kind = own_concept(ACTIVITY, activity.kind.0, activity.kind.name());
        fact.value_codeable_concept = Some(kind);
        fact.component.extend([
            counted(member("duration"), activity.duration_s, "s"),
            counted(
                measured("steps", Metric::STEPS),
                activity.steps,
                Unit::STEP.ucum().unwrap_or_default(),
            ),
            counted(
                measured("distance", Metric::DISTANCE),
                activity.distance_m,
                "m",
            ),
            counted(
                measured("energy", Metric::ENERGY_EXPENDED),
                activity.energy_kj,
                "kJ",
            ),
        ]);
        fact
    }

    /// The Observation of a fall that a detector suspects: how sure it is in percent, the hardest impact in
    /// thousandths of standard gravity, and how long the patient has not moved since.
    #[must_use]
    pub fn of_fall(fall: &Fall, context: &Context<'_>) -> Self {
        let mut fact = Self::fact("fall", context);
        fact.value_string = Some("suspected fall".to_owned());
        fact.component.extend([
            counted(member("confidence"), fall.confidence_percent, "%"),
            counted(member("peak"), fall.peak_milli_g, "m[g]"),
            counted(member("still"), fall.still_s, "s"),
        ]);
        fact
    }

    /// The Observation of a stretch of one stage of sleep, which ends at the time of the context.
    #[must_use]
    pub fn of_sleep(sleep: &Sleep, context: &Context<'_>) -> Self {
        let mut fact = Self::fact("sleep", context);
        fact.value_codeable_concept =
            Some(own_concept(SLEEP_STAGE, sleep.stage.0, sleep.stage.name()));
        fact.component
            .push(counted(member("duration"), sleep.duration_s, "s"));
        fact
    }

    /// Reads back what [`Observation::of_event`] wrote.
    #[must_use]
    pub fn event(&self) -> Option<Event> {
        let number = |name| {
            self.member(name)?
                .value_string
                .as_deref()?
                .parse::<u64>()
                .ok()
        };
        let subject = self
            .member("subject")
            .and_then(|part| part.value_codeable_concept.as_ref());
        Some(Event {
            kind: EventKind(self.choice("event", EVENT)?),
            subject: subject
                .and_then(|metric| metric.number_of(terms::MDC))
                .unwrap_or(0),
            source: number("source")?,
            detail: number("detail")?.try_into().ok()?,
        })
    }

    /// Reads back what [`Observation::of_text`] wrote.
    #[must_use]
    pub fn text(&self) -> Option<Text<'_>> {
        self.is_fact("text").then(|| Text {
            language: self.language.as_deref().unwrap_or_default(),
            text: self.value_string.as_deref().unwrap_or_default(),
        })
    }

    /// Reads back what [`Observation::of_activity`] wrote.
    #[must_use]
    pub fn activity(&self) -> Option<Activity> {
        Some(Activity {
            kind: ActivityKind(self.choice("activity", ACTIVITY)?),
            duration_s: self.count("duration")?,
            steps: self.count("steps")?,
            distance_m: self.count("distance")?,
            energy_kj: self.count("energy")?,
        })
    }

    /// Reads back what [`Observation::of_fall`] wrote.
    #[must_use]
    pub fn fall(&self) -> Option<Fall> {
        let is_fall = self.is_fact("fall");
        Some(Fall {
            confidence_percent: self.count("confidence").filter(|_| is_fall)?,
            peak_milli_g: self.count("peak")?,
            still_s: self.count("still")?,
        })
    }

    /// Reads back what [`Observation::of_sleep`] wrote.
    #[must_use]
    pub fn sleep(&self) -> Option<Sleep> {
        Some(Sleep {
            stage: SleepStage(self.choice("sleep", SLEEP_STAGE)?),
            duration_s: self.count("duration")?,
        })
    }

    fn fact(name: &str, context: &Context<'_>) -> Self {
        Self::new(terms::own_word(RECORD, name, name), context)
    }

    fn is_fact(&self, name: &str) -> bool {
        self.code.code_of(RECORD) == Some(name)
    }

    fn choice<T: core::str::FromStr>(&self, name: &str, system: &str) -> Option<T> {
        let value = self.value_codeable_concept.as_ref();
        value.filter(|_| self.is_fact(name))?.number_of(system)
    }

    fn member(&self, name: &str) -> Option<&ObservationComponent> {
        let mut components = self.component.iter();
        components.find(|part| part.code.code_of(MEMBER) == Some(name))
    }

    fn count<T: TryFrom<i32>>(&self, name: &str) -> Option<T> {
        let number = self.member(name)?.value_quantity.as_ref()?.value?.0;
        T::try_from(number.rescaled(0)?.mantissa()).ok()
    }
}

/// Whether a text is written as language tags are: letters, digits and hyphens.
fn is_tag(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A field of a record, by its name.
pub(super) fn member(name: &str) -> CodeableConcept {
    terms::own_word(MEMBER, name, name)
}

/// A member that is a metric, too.
fn measured(name: &str, metric: Metric) -> CodeableConcept {
    let mut code = member(name);
    code.coding.extend(concept(metric, None, None).coding);
    code
}

/// A count; one above 31 bits has no place in an integer of the schema's decimals, and is absent.
pub(super) fn counted(
    code: CodeableConcept,
    count: impl Into<u32>,
    ucum: &str,
) -> ObservationComponent {
    let number = i32::try_from(count.into()).ok();
    let quantity = number.map(|number| Quantity::in_ucum(Decimal::from(number), ucum));
    ObservationComponent {
        code,
        data_absent_reason: quantity.is_none().then(|| absent("unknown")),
        value_quantity: quantity,
        ..ObservationComponent::default()
    }
}
