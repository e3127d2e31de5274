use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::terms;
use super::{CodeableConcept, Context, Identifier, Number, Quantity, Reference};
use crate::reading::{Decimal, Unit};

/// A `MedicationAdministration`: a dose that was given, missed, or of which nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct MedicationAdministration {
    pub resource_type: Kind<MedicationAdministration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<Identifier>,
    pub status: String,
    pub medication_codeable_concept: CodeableConcept,
    pub subject: Reference,
    pub effective_date_time: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device: Vec<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dosage: Option<Dosage>,
}

/// How much of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct Dosage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose: Option<Quantity>,
}

/// A dose, as a dispenser, a pen or a pump tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dose {
    /// Of what.
    pub medication: CodeableConcept,
    /// How much; `None` where it is not known, or nothing was given.
    pub amount: Option<(Decimal, Unit)>,
    /// What became of it.
    pub outcome: DoseOutcome,
}

/// What became of a dose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DoseOutcome {
    /// It was given.
    Given,
    /// It was not given.
    NotGiven,
    /// It was begun and broke off.
    Stopped,
    /// It is being given.
    InProgress,
    /// Nobody knows: not the same as not given.
    Unknown,
}

const OUTCOMES: [(DoseOutcome, &str); 5] = [
    (DoseOutcome::Given, "completed"),
    (DoseOutcome::NotGiven, "not-done"),
    (DoseOutcome::Stopped, "stopped"),
    (DoseOutcome::InProgress, "in-progress"),
    (DoseOutcome::Unknown, "unknown"),
];

impl MedicationAdministration {
    /// The `MedicationAdministration` of a dose.
    #[must_use]
    pub fn of(dose: &Dose, context: &Context<'_>) -> Self {
        let status = OUTCOMES.iter().find(|(known, _)| *known == dose.outcome);
        Self {
            resource_type: Kind::default(),
            id: context.upload.id(context.identity),
            identifier: context.upload.identifiers(context.identity),
            status: status.map_or("unknown", |(_, code)| code).to_owned(),
            medication_codeable_concept: dose.medication.clone(),
            subject: Reference::to(context.subject),
            effective_date_time: context.effective.to_owned(),
            device: context.device.map(Reference::to).into_iter().collect(),
            dosage: dose.amount.map(|(number, unit)| Dosage {
                dose: Some(quantity(number, unit)),
            }),
        }
    }

    /// Reads back what [`MedicationAdministration::of`] wrote; `None` for what it does not write.
    #[must_use]
    pub fn dose(&self) -> Option<Dose> {
        let outcome = OUTCOMES.iter().find(|(_, code)| *code == self.status)?.0;
        let amount = match &self.dosage {
            Some(Dosage { dose: Some(dose) }) => Some((
                dose.value?.0,
                terms::unit(crate::reading::Metric::from_code(0), dose.code.as_deref()?)?,
            )),
            _ => None,
        };
        Some(Dose {
            medication: self.medication_codeable_concept.clone(),
            amount,
            outcome,
        })
    }
}

/// A number with its unit.
fn quantity(number: Decimal, unit: Unit) -> Quantity {
    let ucum = unit.ucum();
    Quantity {
        value: Some(Number(number)),
        comparator: None,
        unit: ucum.map(str::to_owned),
        system: ucum.map(|_| terms::UCUM.to_owned()),
        code: ucum.map(str::to_owned),
    }
}
