//! Metrics and units in the codes of others: LOINC, UCUM, and the profiles of vital signs.
//!
//! Codes of LOINC are © Regenstrief Institute, Inc., and are used under its licence.

use crate::reading::{Metric, Unit};

pub(super) const LOINC: &str = "http://loinc.org";
pub(super) const UCUM: &str = "http://unitsofmeasure.org";
pub(super) const MDC: &str = "urn:iso:std:iso:11073:10101";
pub(super) const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
pub(super) const ABSENT: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
pub(super) const ACT_REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
/// The measurement-status bits, by the names of the schema: no published system has them.
pub(super) const STATUS: &str = "urn:iomt:measurement-status";

/// A profile of a vital sign, with the code that it demands and the units that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) name: &'static str,
    pub(super) loinc: &'static str,
    pub(super) units: &'static [&'static str],
}

/// What is known of a metric.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    metric: u32,
    pub(super) name: &'static str,
    /// Codes more special than the profile's.
    pub(super) loinc: &'static [&'static str],
    pub(super) profile: Option<Profile>,
}

const HEART_RATE: Option<Profile> = Some(Profile {
    name: "heartrate",
    loinc: "8867-4",
    units: &["/min"],
});
const RESPIRATORY_RATE: Option<Profile> = Some(Profile {
    name: "resprate",
    loinc: "9279-1",
    units: &["/min"],
});
const OXYGEN_SATURATION: Option<Profile> = Some(Profile {
    name: "oxygensat",
    loinc: "2708-6",
    units: &["%"],
});
const BODY_TEMPERATURE: Option<Profile> = Some(Profile {
    name: "bodytemp",
    loinc: "8310-5",
    units: &["Cel", "[degF]"],
});
const BODY_HEIGHT: Option<Profile> = Some(Profile {
    name: "bodyheight",
    loinc: "8302-2",
    units: &["cm", "[in_i]"],
});
const BODY_WEIGHT: Option<Profile> = Some(Profile {
    name: "bodyweight",
    loinc: "29463-7",
    units: &["g", "kg", "[lb_av]"],
});
const BODY_MASS_INDEX: Option<Profile> = Some(Profile {
    name: "bmi",
    loinc: "39156-5",
    units: &["kg/m2"],
});
const BLOOD_PRESSURE: Option<Profile> = Some(Profile {
    name: "bp",
    loinc: "85354-9",
    units: &["mm[Hg]"],
});

const fn term(
    metric: u32,
    name: &'static str,
    loinc: &'static [&'static str],
    profile: Option<Profile>,
) -> Term {
    Term {
        metric,
        name,
        loinc,
        profile,
    }
}

const TERMS: &[Term] = &[
    term(147_842, "heart rate", &[], HEART_RATE),
    term(149_530, "pulse rate", &[], HEART_RATE),
    term(149_546, "pulse rate", &[], HEART_RATE),
    term(151_562, "respiration rate", &[], RESPIRATORY_RATE),
    term(151_594, "respiration rate", &[], RESPIRATORY_RATE),
    term(
        150_456,
        "oxygen saturation",
        &["59408-5"],
        OXYGEN_SATURATION,
    ),
    term(150_448, "perfusion index", &["61006-3"], None),
    term(150_364, "body temperature", &[], BODY_TEMPERATURE),
    term(188_424, "oral temperature", &["8331-1"], BODY_TEMPERATURE),
    term(188_420, "rectal temperature", &["8332-9"], BODY_TEMPERATURE),
    term(
        188_452,
        "axillary temperature",
        &["8328-7"],
        BODY_TEMPERATURE,
    ),
    term(
        150_392,
        "tympanic temperature",
        &["8333-7"],
        BODY_TEMPERATURE,
    ),
    term(188_428, "ear temperature", &[], BODY_TEMPERATURE),
    term(188_432, "finger temperature", &[], BODY_TEMPERATURE),
    term(188_736, "body weight", &[], BODY_WEIGHT),
    term(188_740, "body height", &[], BODY_HEIGHT),
    term(188_752, "body mass index", &[], BODY_MASS_INDEX),
    term(188_748, "body fat", &["41982-0"], None),
    term(188_756, "fat-free mass", &[], None),
    term(188_764, "body water", &[], None),
    term(188_772, "muscle", &[], None),
    term(150_020, "blood pressure", &[], BLOOD_PRESSURE),
    term(150_021, "systolic blood pressure", &["8480-6"], None),
    term(150_022, "diastolic blood pressure", &["8462-4"], None),
    term(150_023, "mean blood pressure", &["8478-0"], None),
    term(150_300, "cuff pressure", &[], None),
    term(147_240, "R-R interval", &[], None),
    term(8_454_263, "energy expended", &["41981-2"], None),
    term(160_184, "glucose in capillary blood", &["41653-7"], None),
    term(160_368, "glucose in plasma", &["2345-7"], None),
    term(160_212, "glucose in interstitial fluid", &["99504-3"], None),
    term(160_220, "haemoglobin A1c", &[], None),
    term(131_328, "ECG", &[], None),
    term(131_329, "ECG lead I", &[], None),
    term(131_330, "ECG lead II", &[], None),
    term(67_996, "battery charge", &[], None),
];

/// Glucose whose sample is not told has a code for each of its units.
const GLUCOSE: u32 = 160_020;
const GLUCOSE_MASS: Term = term(GLUCOSE, "glucose", &["2339-0"], None);
const GLUCOSE_MOLAR: Term = term(GLUCOSE, "glucose", &["15074-8"], None);

/// What is known of a metric in this unit.
pub(super) fn of(metric: Metric, ucum: Option<&str>) -> Option<Term> {
    match (metric.code(), ucum) {
        (GLUCOSE, Some("mmol/L")) => Some(GLUCOSE_MOLAR),
        (GLUCOSE, _) => Some(GLUCOSE_MASS),
        (code, _) => TERMS.iter().find(|term| term.metric == code).copied(),
    }
}

/// Units that this version writes, by their code and in UCUM; of equal ones the first is read back.
const UNITS: &[(u32, &str)] = &[
    (264_864, "/min"),
    (264_928, "/min"),
    (262_688, "%"),
    (262_656, "1"),
    (266_418, "mV"),
    (268_192, "Cel"),
    (266_560, "[degF]"),
    (266_016, "mm[Hg]"),
    (265_987, "kPa"),
    (266_048, "cm[H2O]"),
    (264_274, "mg/dL"),
    (266_866, "mmol/L"),
    (264_338, "ms"),
    (264_320, "s"),
    (264_352, "min"),
    (264_384, "h"),
    (263_875, "kg"),
    (263_872, "g"),
    (263_904, "[lb_av]"),
    (263_424, "m"),
    (263_441, "cm"),
    (263_520, "[in_i]"),
    (264_096, "kg/m2"),
    (266_112, "J"),
    (266_115, "kJ"),
    (263_762, "mL"),
    (263_744, "L"),
    (265_216, "L/min"),
    (265_266, "mL/h"),
    (267_616, "[iU]"),
    (267_840, "[iU]/h"),
];

const RESPIRATION: [u32; 2] = [151_562, 151_594];
const BREATHS_PER_MINUTE: Unit = Unit::BREATHS_PER_MINUTE;

/// The unit in UCUM.
pub(super) fn ucum(unit: Unit) -> Option<&'static str> {
    let known = UNITS.iter().find(|(code, _)| *code == unit.code());
    known.map(|(_, ucum)| *ucum).or_else(|| unit.ucum())
}

/// The unit of a metric that UCUM writes so.
pub(super) fn unit(metric: Metric, ucum: &str) -> Option<Unit> {
    if ucum == "/min" && RESPIRATION.contains(&metric.code()) {
        return Some(BREATHS_PER_MINUTE);
    }
    let known = UNITS.iter().find(|(_, known)| *known == ucum);
    known.map(|(code, _)| Unit::from_code(*code))
}
