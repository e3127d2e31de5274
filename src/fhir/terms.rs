//! Metrics and units in the codes of others: LOINC, UCUM, and the profiles of vital signs.
//!
//! Codes of LOINC are © Regenstrief Institute, Inc., and are used under its licence.

use alloc::borrow::ToOwned;
use alloc::string::ToString;

use super::{CodeableConcept, Coding};
use crate::reading::{Metric, Unit};

pub(super) const LOINC: &str = "http://loinc.org";
pub(super) const UCUM: &str = "http://unitsofmeasure.org";
pub(super) const MDC: &str = "urn:iso:std:iso:11073:10101";
pub(super) const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
pub(super) const ABSENT: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
pub(super) const ACT_REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
/// The measurement-status bits, by the names of the schema.
///
/// HL7's guide *Point-of-Care Device* has a system for five of them, whose address differs between its drafts.
pub(super) const STATUS: &str = "urn:iomt:measurement-status";

/// Whether a number is one that a living patient and a working sensor give.
pub(super) const PLAUSIBILITY: &str = "urn:iomt:plausibility";

pub(super) const DEVICE_WORD: &str = "urn:iomt:device-word";
pub(super) const CLOCK_QUALITY: &str = "urn:iomt:clock-quality";
pub(super) const LOCATION: &str = "urn:iomt:sensor-location";
pub(super) const METHOD: &str = "urn:iomt:method";
pub(super) const ORIGIN: &str = "urn:iomt:origin";

/// Why there is no value.
pub(super) fn absent(reason: &str) -> CodeableConcept {
    CodeableConcept::of([Coding::new(ABSENT, reason)])
}

/// A code that is a word of the schema, and what it says to a person.
pub(super) fn own_word(system: &str, code: &str, text: &str) -> CodeableConcept {
    CodeableConcept {
        text: Some(text.to_owned()),
        ..CodeableConcept::of([Coding::new(system, code)])
    }
}

/// An open code of the schema, by its number and its name.
pub(super) fn own_concept(
    system: &str,
    code: impl Into<u32>,
    name: Option<&str>,
) -> CodeableConcept {
    let code: u32 = code.into();
    CodeableConcept {
        text: name.map(str::to_owned),
        ..CodeableConcept::of([Coding::new(system, &code.to_string())])
    }
}

/// A profile of a vital sign, with the code that it demands and the units that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) name: &'static str,
    pub(super) loinc: &'static str,
    pub(super) units: &'static [&'static str],
    /// The components that it demands, each once.
    components: &'static [Metric],
}

impl Profile {
    /// Whether a panel of these metrics has all that the profile demands.
    pub(super) fn is_whole(&self, parts: impl Iterator<Item = Metric> + Clone) -> bool {
        let is_there_once =
            |demanded: &Metric| parts.clone().filter(|part| part == demanded).count() == 1;
        self.components.iter().all(is_there_once)
    }
}

const HEART_RATE: Profile = Profile {
    name: "heartrate",
    loinc: "8867-4",
    units: &["/min"],
    components: &[],
};
const RESPIRATORY_RATE: Profile = Profile {
    name: "resprate",
    loinc: "9279-1",
    units: &["/min"],
    components: &[],
};
const OXYGEN_SATURATION: Profile = Profile {
    name: "oxygensat",
    loinc: "2708-6",
    units: &["%"],
    components: &[],
};
const BODY_TEMPERATURE: Profile = Profile {
    name: "bodytemp",
    loinc: "8310-5",
    units: &["Cel", "[degF]"],
    components: &[],
};
const BODY_HEIGHT: Profile = Profile {
    name: "bodyheight",
    loinc: "8302-2",
    units: &["cm", "[in_i]"],
    components: &[],
};
const BODY_WEIGHT: Profile = Profile {
    name: "bodyweight",
    loinc: "29463-7",
    units: &["g", "kg", "[lb_av]"],
    components: &[],
};
const BODY_MASS_INDEX: Profile = Profile {
    name: "bmi",
    loinc: "39156-5",
    units: &["kg/m2"],
    components: &[],
};
const BLOOD_PRESSURE: Profile = Profile {
    name: "bp",
    loinc: "85354-9",
    units: &["mm[Hg]"],
    components: &[Metric::SYSTOLIC, Metric::DIASTOLIC],
};

/// The profile of a metric, if it is a vital sign of FHIR.
pub(super) fn profile(metric: Metric) -> Option<Profile> {
    Some(match metric {
        Metric::HEART_RATE
        | Metric::RESTING_HEART_RATE
        | Metric::PULSE_RATE_OXIMETER
        | Metric::PULSE_RATE_CUFF => HEART_RATE,
        Metric::RESPIRATION_RATE | Metric::RESPIRATION_RATE_CO2 => RESPIRATORY_RATE,
        Metric::SPO2 => OXYGEN_SATURATION,
        Metric::BODY_TEMPERATURE
        | Metric::ORAL_TEMPERATURE
        | Metric::RECTAL_TEMPERATURE
        | Metric::AXILLARY_TEMPERATURE
        | Metric::EAR_TEMPERATURE
        | Metric::TYMPANIC_TEMPERATURE
        | Metric::FINGER_TEMPERATURE
        | Metric::CORE_TEMPERATURE => BODY_TEMPERATURE,
        Metric::BODY_HEIGHT => BODY_HEIGHT,
        Metric::BODY_WEIGHT => BODY_WEIGHT,
        Metric::BODY_MASS_INDEX => BODY_MASS_INDEX,
        Metric::BLOOD_PRESSURE => BLOOD_PRESSURE,
        _ => return None,
    })
}

/// The LOINC codes of a metric: its own, and its profile's behind it.
///
/// A code whose unit is part of its meaning, as with glucose, is given for that unit alone. A code that
/// some profile demands is given with that profile alone: without it, it would be a claim.
pub(super) fn loinc(
    metric: Metric,
    unit: Option<Unit>,
    profile: Option<Profile>,
) -> impl Iterator<Item = &'static str> {
    let rows = || Metric::all().iter().filter(move |row| row.metric == metric);
    let units_differ = rows().any(|row| rows().next().is_some_and(|first| first.unit != row.unit));
    let own = rows()
        .find(|row| !units_differ || row.unit == unit)
        .and_then(|row| row.loinc)
        .filter(|own| !PROFILES.iter().any(|profile| profile.loinc == *own));
    own.into_iter().chain(profile.map(|profile| profile.loinc))
}

const PROFILES: [Profile; 8] = [
    HEART_RATE,
    RESPIRATORY_RATE,
    OXYGEN_SATURATION,
    BODY_TEMPERATURE,
    BODY_HEIGHT,
    BODY_WEIGHT,
    BODY_MASS_INDEX,
    BLOOD_PRESSURE,
];

/// The unit of a metric that UCUM writes so; `/min` is that of breaths where the metric counts breaths.
pub(super) fn unit(metric: Metric, ucum: &str) -> Option<Unit> {
    let usual = metric.facts().and_then(|facts| facts.unit);
    usual
        .filter(|unit| unit.ucum() == Some(ucum))
        .or_else(|| Unit::from_ucum(ucum))
}
