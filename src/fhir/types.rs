//! Data types of FHIR, with the fields that this crate writes. Other fields are skipped when they are read.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Number, terms};
use crate::reading::{Decimal, Metric, Unit};

/// A code of a system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Coding {
    /// The system's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the system calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

/// A concept: the same thing in the codes of several systems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct CodeableConcept {
    /// Its codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coding: Vec<Coding>,
    /// In plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A number with its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Quantity {
    /// The number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Number>,
    /// `<` or `>` where the number is only a bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparator: Option<String>,
    /// The unit, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The unit's system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The unit's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// A name that a system gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Identifier {
    /// The system's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// Another resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Reference {
    /// Its address, such as `Patient/7`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Of what kind it is, where there is no address.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its name, where there is no address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Identifier>,
    /// In plain words, where there is no address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

/// What R4 has no place for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct Extension {
    /// What it is.
    pub url: String,
    /// How much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_quantity: Option<Quantity>,
}

/// What is said of a resource as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Meta {
    /// The profiles that it keeps to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<String>,
    /// How it may be used: test data are marked here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security: Vec<Coding>,
}

/// A remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Annotation {
    /// The remark.
    pub text: String,
}

/// A sampled signal: a sample stands for sample × factor + origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampledData {
    /// What a zero stands for, and the unit.
    pub origin: Quantity,
    /// Milliseconds from one sample to the next.
    pub period: Number,
    /// What a count stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<Number>,
    /// Samples of each period.
    pub dimensions: u32,
    /// The samples, with blanks between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}

impl Quantity {
    /// A number in a unit: by UCUM or, where UCUM does not write it here, by its code of IEEE 11073.
    #[must_use]
    pub fn of(number: Decimal, unit: Unit) -> Self {
        match unit.ucum() {
            Some(ucum) => Self::in_ucum(number, ucum),
            None => Self {
                value: Some(Number(number)),
                comparator: None,
                unit: Some(unit.to_string()),
                system: Some(terms::MDC.to_owned()),
                code: Some(unit.code().to_string()),
            },
        }
    }

    /// A number in a unit that UCUM writes so.
    #[must_use]
    pub fn in_ucum(number: Decimal, ucum: &str) -> Self {
        Self {
            value: Some(Number(number)),
            comparator: None,
            unit: Some(ucum.to_owned()),
            system: Some(terms::UCUM.to_owned()),
            code: Some(ucum.to_owned()),
        }
    }

    /// The unit of what [`Quantity::of`] wrote: breaths are told from beats by the metric, for UCUM writes both `/min`.
    #[must_use]
    pub fn unit_of(&self, metric: Metric) -> Option<Unit> {
        let code = self.code.as_deref()?;
        match self.system.as_deref() {
            Some(terms::MDC) => code.parse().ok().map(Unit::from_code),
            _ => terms::unit(metric, code),
        }
    }
}

impl Coding {
    /// A code of a system, without a name.
    #[must_use]
    pub fn new(system: &str, code: &str) -> Self {
        Self {
            system: Some(system.to_owned()),
            code: Some(code.to_owned()),
            display: None,
        }
    }

    /// Whether it is this code of this system.
    #[must_use]
    pub fn is(&self, system: &str, code: &str) -> bool {
        self.code_of(system) == Some(code)
    }

    /// The code, if it is one of this system.
    #[must_use]
    pub fn code_of(&self, system: &str) -> Option<&str> {
        match self.system.as_deref() {
            Some(own) if own == system => self.code.as_deref(),
            _ => None,
        }
    }
}

impl CodeableConcept {
    /// A concept with these codes.
    #[must_use]
    pub fn of(coding: impl IntoIterator<Item = Coding>) -> Self {
        Self {
            coding: coding.into_iter().collect(),
            text: None,
        }
    }

    /// A concept in plain words.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self {
            coding: Vec::new(),
            text: Some(text.to_owned()),
        }
    }

    /// The first code of this system, where it is a number.
    pub(super) fn number_of<T: core::str::FromStr>(&self, system: &str) -> Option<T> {
        self.code_of(system)?.parse().ok()
    }

    /// The first code of this system.
    #[must_use]
    pub fn code_of(&self, system: &str) -> Option<&str> {
        self.coding.iter().find_map(|coding| coding.code_of(system))
    }
}

impl Reference {
    /// The resource at this address.
    #[must_use]
    pub fn to(address: &str) -> Self {
        Self {
            reference: Some(address.to_owned()),
            ..Self::default()
        }
    }

    /// The resource of this kind that bears this name, wherever it is.
    #[must_use]
    pub fn named(kind: &str, identifier: Identifier) -> Self {
        Self {
            kind: Some(kind.to_owned()),
            identifier: Some(identifier),
            ..Self::default()
        }
    }
}
