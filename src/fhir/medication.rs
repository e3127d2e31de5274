//! Doses as R4 has them.
//!
//! What R4 has no code for stands beside its own word under a system of this crate, and comes back exactly.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::terms::{self, own_concept};
use super::{Annotation, CodeableConcept, Context, Extension, Identifier, Quantity, Reference};
use crate::reading::draft::{Adherence, Dose, InsulinBasal, InsulinBolus, Outcome, Reporter};
use crate::reading::{Decimal, Metric, Unit};

/// A `MedicationAdministration`: a dose that was given, missed, or of which nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct MedicationAdministration {
    pub resource_type: Kind<MedicationAdministration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Extension>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<Identifier>,
    pub status: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status_reason: Vec<CodeableConcept>,
    pub medication_codeable_concept: CodeableConcept,
    pub subject: Reference,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supporting_information: Vec<Reference>,
    pub effective_date_time: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub performer: Vec<Performer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device: Vec<Reference>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub note: Vec<Annotation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dosage: Option<Dosage>,
}

/// Who gave it, or says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct Performer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<CodeableConcept>,
    pub actor: Reference,
}

/// How much of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct Dosage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_quantity: Option<Quantity>,
}

const ADHERENCE: &str = "urn:iomt:adherence";
const OUTCOME: &str = "urn:iomt:outcome";
const REPORTER: &str = "urn:iomt:reporter";
const PLANNED_BEFORE: &str = "urn:iomt:planned-before";
const DURATION: &str = "urn:iomt:duration";
const REQUESTED: &str = "urn:iomt:requested";
const BASAL: &str = "basal insulin";
const BOLUS: &str = "bolus insulin";

/// The status of R4. One that is only planned is `unknown`: R4 keeps plans in orders, which no device gives.
const fn status_of_dose(adherence: Adherence) -> &'static str {
    match adherence {
        Adherence::TAKEN | Adherence::LATE => "completed",
        Adherence::MISSED | Adherence::REFUSED => "not-done",
        _ => "unknown",
    }
}

const fn status_of_delivery(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::DELIVERED => "completed",
        Outcome::FAILED => "not-done",
        Outcome::PARTIAL => "stopped",
        Outcome::RUNNING => "in-progress",
        // Unknown is not failed: nobody may give it again.
        _ => "unknown",
    }
}

/// Whether the device knows what became of a delivery, if only so far.
const fn is_known(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::DELIVERED | Outcome::FAILED | Outcome::PARTIAL | Outcome::RUNNING
    )
}

impl MedicationAdministration {
    fn new(medicine: &str, context: &Context<'_>) -> Self {
        Self {
            id: context.upload.id(context.identity),
            identifier: context.upload.identifiers(context.identity),
            medication_codeable_concept: medicine_of(medicine),
            subject: Reference::to(context.subject),
            effective_date_time: context.effective.to_owned(),
            device: context.device.map(Reference::to).into_iter().collect(),
            ..Self::default()
        }
    }

    /// The `MedicationAdministration` of a dose: taken and late are `completed`, missed and refused `not-done`,
    /// planned and every other are `unknown`.
    ///
    /// The amount is that of the dose, whatever became of it.
    #[must_use]
    pub fn of(dose: &Dose<'_>, context: &Context<'_>) -> Self {
        let unit = Unit::from_code(dose.unit);
        let amount = thousandths(dose.amount_milli).map(|number| Quantity::of(number, unit));
        let planned = match dose.planned_before_s {
            0 => None,
            seconds => Some(Decimal::from(seconds)),
        };
        Self {
            status: status_of_dose(dose.adherence).to_owned(),
            status_reason: vec![own_concept(
                ADHERENCE,
                dose.adherence.0,
                dose.adherence.name(),
            )],
            performer: reporter(dose.reporter, context).into_iter().collect(),
            extension: extensions(PLANNED_BEFORE, planned, Unit::SECOND),
            dosage: amount.map(|dose| Dosage {
                dose: Some(dose),
                rate_quantity: None,
            }),
            ..Self::new(dose.medicine, context)
        }
    }

    /// The `MedicationAdministration` of a basal rate of insulin, which begins at the time of the context.
    #[must_use]
    pub fn of_basal(basal: &InsulinBasal, context: &Context<'_>) -> Self {
        let rate = thousandths(basal.milli_units_per_hour);
        let duration = Some(basal.duration_s).filter(|duration| *duration != 0);
        Self {
            extension: extensions(DURATION, duration.and_then(whole), Unit::SECOND),
            dosage: rate.map(|rate| Dosage {
                dose: None,
                rate_quantity: Some(Quantity::of(rate, Unit::INTERNATIONAL_UNIT_PER_HOUR)),
            }),
            ..Self::delivery(BASAL, basal.outcome, context)
        }
    }

    /// The `MedicationAdministration` of a bolus of insulin: the dose is what was delivered, as far as it is known.
    ///
    /// Nothing of an outcome that is not known is no dose of zero: there is none then.
    #[must_use]
    pub fn of_bolus(bolus: &InsulinBolus, context: &Context<'_>) -> Self {
        let requested = thousandths(bolus.requested_milli_units);
        let is_told = bolus.delivered_milli_units != 0 || is_known(bolus.outcome);
        let delivered = thousandths(bolus.delivered_milli_units).filter(|_| is_told);
        Self {
            extension: extensions(REQUESTED, requested, Unit::INTERNATIONAL_UNIT),
            dosage: delivered.map(|dose| Dosage {
                dose: Some(Quantity::of(dose, Unit::INTERNATIONAL_UNIT)),
                rate_quantity: None,
            }),
            ..Self::delivery(BOLUS, bolus.outcome, context)
        }
    }

    fn delivery(what: &str, outcome: Outcome, context: &Context<'_>) -> Self {
        Self {
            status: status_of_delivery(outcome).to_owned(),
            status_reason: vec![own_concept(OUTCOME, outcome.0, outcome.name())],
            ..Self::new(what, context)
        }
    }

    /// Reads back what [`MedicationAdministration::of`] wrote; `None` for what it does not write.
    #[must_use]
    pub fn dose(&self) -> Option<Dose<'_>> {
        let quantity = self.dosage.as_ref()?.dose.as_ref()?;
        let reporter = self.performer.first().and_then(|one| one.function.as_ref());
        let planned = match self.extension(PLANNED_BEFORE) {
            Some(seconds) => seconds.rescaled(0)?.mantissa(),
            None => 0,
        };
        Some(Dose {
            medicine: self.medicine()?,
            amount_milli: milli(quantity.value?.0)?,
            unit: quantity.unit_of(Metric::from_code(0))?.code(),
            adherence: Adherence(self.reason(ADHERENCE)?),
            planned_before_s: planned,
            reporter: Reporter(
                reporter
                    .and_then(|own| own.number_of(REPORTER))
                    .unwrap_or(0),
            ),
        })
    }

    /// Reads back what [`MedicationAdministration::of_basal`] wrote.
    #[must_use]
    pub fn basal(&self) -> Option<InsulinBasal> {
        let rate = self.dosage.as_ref()?.rate_quantity.as_ref()?;
        Some(InsulinBasal {
            milli_units_per_hour: milli(rate.value?.0)?,
            duration_s: match self.extension(DURATION) {
                Some(seconds) => u32::try_from(seconds.rescaled(0)?.mantissa()).ok()?,
                None => 0,
            },
            outcome: Outcome(self.reason(OUTCOME)?),
        })
    }

    /// Reads back what [`MedicationAdministration::of_bolus`] wrote.
    #[must_use]
    pub fn bolus(&self) -> Option<InsulinBolus> {
        let outcome = Outcome(self.reason(OUTCOME)?);
        let delivered = match &self.dosage {
            Some(dosage) => milli(dosage.dose.as_ref()?.value?.0)?,
            None if is_known(outcome) => return None,
            None => 0,
        };
        Some(InsulinBolus {
            requested_milli_units: milli(self.extension(REQUESTED)?)?,
            delivered_milli_units: delivered,
            outcome,
        })
    }

    fn medicine(&self) -> Option<&str> {
        let concept = &self.medication_codeable_concept;
        let untold = concept.code_of(terms::ABSENT).map(|_| "");
        concept.text.as_deref().or(untold)
    }

    fn reason(&self, system: &str) -> Option<u8> {
        self.status_reason
            .iter()
            .find_map(|reason| reason.number_of(system))
    }

    fn extension(&self, url: &str) -> Option<Decimal> {
        let found = self.extension.iter().find(|one| one.url == url)?;
        Some(found.value_quantity.as_ref()?.value?.0)
    }
}

/// A medicine in plain words; R4 demands one, and takes no empty text.
fn medicine_of(told: &str) -> CodeableConcept {
    match told.is_empty() {
        true => terms::absent("unknown"),
        false => CodeableConcept::text(told),
    }
}

fn reporter(reporter: Reporter, context: &Context<'_>) -> Option<Performer> {
    let actor = match (reporter, context.device) {
        (Reporter(0), _) => return None,
        (Reporter::PATIENT, _) => Reference::to(context.subject),
        (Reporter::DEVICE, Some(device)) => Reference::to(device),
        _ => Reference {
            display: Some(reporter.name().unwrap_or("not known").to_owned()),
            ..Reference::default()
        },
    };
    Some(Performer {
        function: Some(own_concept(REPORTER, reporter.0, reporter.name())),
        actor,
    })
}

fn extensions(url: &str, number: Option<Decimal>, unit: Unit) -> Vec<Extension> {
    let extension = number.map(|number| Extension {
        url: url.to_owned(),
        value_quantity: Some(Quantity::of(number, unit)),
    });
    extension.into_iter().collect()
}

fn whole(number: u32) -> Option<Decimal> {
    i32::try_from(number).ok().map(Decimal::from)
}

/// So many thousandths; `None` above two million, which no dose is.
fn thousandths(milli: u32) -> Option<Decimal> {
    let milli = i32::try_from(milli).ok()?;
    Some(Decimal::new(milli, -3).reduced())
}

fn milli(number: Decimal) -> Option<u32> {
    u32::try_from(number.rescaled(-3)?.mantissa()).ok()
}
