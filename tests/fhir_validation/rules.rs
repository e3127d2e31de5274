//! Rules of FHIR R4 that no JSON schema holds: invariants, and the profiles of vital signs.

use serde_json::Value as Json;

const LOINC: &str = "http://loinc.org";
const UCUM: &str = "http://unitsofmeasure.org";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const PROFILES: &str = "http://hl7.org/fhir/StructureDefinition/";

/// Profile, the LOINC that it demands, and the units that it takes.
const VITAL_SIGNS: [(&str, &str, &[&str]); 9] = [
    ("heartrate", "8867-4", &["/min"]),
    ("resprate", "9279-1", &["/min"]),
    ("oxygensat", "2708-6", &["%"]),
    ("bodytemp", "8310-5", &["Cel", "[degF]"]),
    ("bodyheight", "8302-2", &["cm", "[in_i]"]),
    ("headcircum", "9843-4", &["cm", "[in_i]"]),
    ("bodyweight", "29463-7", &["g", "kg", "[lb_av]"]),
    ("bmi", "39156-5", &["kg/m2"]),
    ("bp", "85354-9", &["mm[Hg]"]),
];

/// The faults of a resource.
pub(crate) fn faults(resource: &Json) -> Vec<String> {
    let mut faults = Vec::new();
    match resource["resourceType"].as_str() {
        Some("Observation") => observation(resource, &mut faults),
        Some("MedicationAdministration") => administration(resource, &mut faults),
        Some("Bundle") => bundle(resource, &mut faults),
        _ => {}
    }
    quantities(resource, &mut faults);
    faults
}

fn require(object: &Json, names: &[&str], faults: &mut Vec<String>) {
    for name in names {
        if object.get(name).is_none() {
            faults.push(format!("{name} is missing"));
        }
    }
}

/// One of these at least.
fn require_one(object: &Json, names: &[&str], faults: &mut Vec<String>) {
    if names.iter().all(|name| object.get(name).is_none()) {
        faults.push(format!("ref-1: none of {names:?}"));
    }
}

fn values(object: &Json) -> Vec<&String> {
    let fields = object.as_object().into_iter().flatten();
    fields
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("value"))
        .collect()
}

fn list<'a>(object: &'a Json, name: &str) -> impl Iterator<Item = &'a Json> {
    object
        .get(name)
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
}

fn has_code(concept: &Json, system: &str, code: &str) -> bool {
    list(concept, "coding").any(|coding| coding["system"] == system && coding["code"] == code)
}

fn observation(observation: &Json, faults: &mut Vec<String>) {
    require(observation, &["status", "code"], faults);
    for part in std::iter::once(observation).chain(list(observation, "component")) {
        if !values(part).is_empty() && part.get("dataAbsentReason").is_some() {
            faults.push("obs-6: a value, and a reason why there is none".into());
        }
        if values(part).len() > 1 {
            faults.push("value[x] more than once".into());
        }
    }
    if !values(observation).is_empty() {
        let codes = |concept: &Json| -> Vec<(String, String)> {
            let pair = |code: &Json| (code["system"].to_string(), code["code"].to_string());
            list(concept, "coding").map(pair).collect()
        };
        let own = codes(&observation["code"]);
        let parts = list(observation, "component").flat_map(|part| codes(&part["code"]));
        if parts.into_iter().any(|code| own.contains(&code)) {
            faults.push("obs-7: a value beside a component of the same code".into());
        }
    }
    for reference in ["focus", "derivedFrom"] {
        for target in list(observation, reference) {
            require_one(target, &["reference", "identifier", "display"], faults);
        }
    }
    for component in list(observation, "component") {
        if values(component).is_empty() && component.get("dataAbsentReason").is_none() {
            faults.push("vs-3: a component without value and reason".into());
        }
    }
    let profiles = list(&observation["meta"], "profile").filter_map(Json::as_str);
    for profile in profiles.filter_map(|profile| profile.strip_prefix(PROFILES)) {
        vital_sign(observation, profile, faults);
    }
    let claimed = list(&observation["meta"], "profile").count();
    for (name, loinc, _) in VITAL_SIGNS {
        if claimed == 0 && has_code(&observation["code"], LOINC, loinc) {
            faults.push(format!("LOINC {loinc} without its profile {name}"));
        }
    }
}

fn vital_sign(observation: &Json, profile: &str, faults: &mut Vec<String>) {
    require(
        observation,
        &["subject", "category", "effectiveDateTime"],
        faults,
    );
    if !list(observation, "category").any(|category| has_code(category, CATEGORY, "vital-signs")) {
        faults.push("no category vital-signs".into());
    }
    if observation["effectiveDateTime"]
        .as_str()
        .is_some_and(|time| time.len() < 10)
    {
        faults.push("vs-1: the time is not told to the day".into());
    }
    let has_value = !values(observation).is_empty();
    let has_parts = list(observation, "component").count() + list(observation, "hasMember").count();
    if !has_value && has_parts == 0 && observation.get("dataAbsentReason").is_none() {
        faults.push("vs-2: neither value nor reason nor parts".into());
    }
    if profile == "vitalsigns" {
        // The base of all others, which demands no code of its own.
        return;
    }
    let Some((_, loinc, units)) = VITAL_SIGNS.iter().find(|(name, ..)| *name == profile) else {
        faults.push(format!("profile {profile} is not known"));
        return;
    };
    if !has_code(&observation["code"], LOINC, loinc) {
        faults.push(format!("profile {profile} without LOINC {loinc}"));
    }
    if profile != "bp" {
        quantity(observation, units, faults);
        return;
    }
    if has_value {
        faults.push("bp: a value of the whole".into());
    }
    for part in ["8480-6", "8462-4"] {
        let is_part = |component: &&Json| has_code(&component["code"], LOINC, part);
        let parts: Vec<_> = list(observation, "component").filter(is_part).collect();
        match parts[..] {
            [part] => quantity(part, units, faults),
            _ => faults.push(format!("bp: component {part} {} times", parts.len())),
        }
    }
}

/// The value of a vital sign, if there is one, is whole and in a unit that the profile takes.
fn quantity(owner: &Json, units: &[&str], faults: &mut Vec<String>) {
    let Some(quantity) = owner.get("valueQuantity") else {
        return;
    };
    require(quantity, &["value", "unit", "system", "code"], faults);
    let code = quantity["code"].as_str().unwrap_or_default();
    if quantity["system"] != UCUM || !units.contains(&code) {
        faults.push(format!("unit {code:?} is none of {units:?}"));
    }
}

fn administration(administration: &Json, faults: &mut Vec<String>) {
    let required = [
        "status",
        "medicationCodeableConcept",
        "subject",
        "effectiveDateTime",
    ];
    require(administration, &required, faults);
    if let Some(dosage) = administration.get("dosage")
        && dosage.get("dose").is_none()
        && dosage.get("rateQuantity").is_none()
    {
        faults.push("mad-1: a dosage without dose and rate".into());
    }
}

fn bundle(bundle: &Json, faults: &mut Vec<String>) {
    require(bundle, &["type"], faults);
    let mut addresses = std::collections::HashSet::new();
    for entry in list(bundle, "entry") {
        if bundle["type"] == "transaction" && entry.get("request").is_none() {
            faults.push("bdl-3: an entry of a transaction without request".into());
        }
        if !addresses.insert(entry["fullUrl"].to_string()) {
            faults.push("bdl-7: two entries with one address".into());
        }
    }
}

/// Quantities everywhere: a code has a system, a simple quantity in sampled data no comparator.
fn quantities(node: &Json, faults: &mut Vec<String>) {
    match node {
        Json::Object(fields) => {
            let is_quantity = fields.contains_key("value") && fields.contains_key("code");
            if is_quantity && !fields.contains_key("system") {
                faults.push("qty-3: a code of a unit without its system".into());
            }
            fields.values().for_each(|field| quantities(field, faults));
        }
        Json::Array(items) => items.iter().for_each(|item| quantities(item, faults)),
        _ => {}
    }
}
