//! What the crate writes as FHIR, checked against HL7's schema and the rules of its profiles.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of a test"
)]

#[expect(dead_code, reason = "the example's own entry is not called")]
#[path = "../../examples/gatt_to_fhir.rs"]
mod example;
#[path = "../schema_records/samples.rs"]
mod samples;

mod gatt_to_fhir;
mod generated;
mod payloads;
mod rules;
mod schema;

use std::collections::HashSet;

use iomt::fhir::Resource;
use schema::Schema;
use serde_json::{Value as Json, json};

/// The faults of a resource, and of all that it holds.
fn faults(schema: &Schema, resource: &Json) -> Vec<String> {
    let mut all = schema.faults(resource);
    all.extend(rules::faults(resource));
    for entry in resource["entry"].as_array().into_iter().flatten() {
        all.extend(faults(schema, &entry["resource"]));
    }
    all
}

fn parsed(resource: &Resource) -> Json {
    serde_json::from_str(&resource.to_json()).expect("JSON")
}

// IOMT-FHIR-010
#[test]
fn all_that_is_written_is_valid() {
    let schema = Schema::load();
    let mut distinct = HashSet::new();
    for resource in generated::all() {
        let json = resource.to_json();
        let found = faults(&schema, &parsed(&resource));
        assert!(found.is_empty(), "{json}: {found:#?}");
        assert!(!json.contains('\n'), "one line");
        let back = Resource::from_json(&json).expect("what was written is read");
        assert_eq!(back, resource);
        distinct.insert(json);
    }
    println!("{} distinct resources are valid", distinct.len());
    assert!(distinct.len() >= 40);
}

/// The first generated resource with this profile.
fn with_profile(name: &str) -> Json {
    let address = format!("http://hl7.org/fhir/StructureDefinition/{name}");
    let mut all = generated::all()
        .into_iter()
        .map(|resource| parsed(&resource));
    let has = |resource: &Json| resource["meta"]["profile"][0] == address;
    let flat = all.find(|resource| has(resource) && resource.get("dataAbsentReason").is_none());
    flat.unwrap_or_else(|| panic!("an Observation of profile {name}"))
}

fn of_kind(kind: &str) -> Json {
    let mut all = generated::all()
        .into_iter()
        .map(|resource| parsed(&resource));
    let found = all.find(|resource| resource["resourceType"] == kind);
    found.unwrap_or_else(|| panic!("a {kind}"))
}

fn without(mut resource: Json, name: &str) -> Json {
    let fields = resource.as_object_mut().expect("an object");
    fields.remove(name).expect("the field is there");
    resource
}

fn with(mut resource: Json, pointer: &str, value: Json) -> Json {
    *resource.pointer_mut(pointer).expect("the field is there") = value;
    resource
}

fn with_new(mut resource: Json, name: &str, value: Json) -> Json {
    let fields = resource.as_object_mut().expect("an object");
    assert!(fields.insert(name.into(), value).is_none());
    resource
}

fn with_profile_named(resource: Json, name: &str) -> Json {
    let address = format!("http://hl7.org/fhir/StructureDefinition/{name}");
    with(resource, "/meta/profile/0", json!(address))
}

/// A head circumference of 35: the crate has no metric for it, the validator has its profile.
fn head(loinc: &str, unit: &str) -> Json {
    let head = with_profile_named(with_profile("heartrate"), "headcircum");
    let head = with(head, "/code/coding/1/code", json!(loinc));
    let head = with(head, "/valueQuantity/code", json!(unit));
    with(head, "/valueQuantity/value", json!(35))
}

#[test]
fn profiles_that_the_crate_does_not_write_are_known() {
    let schema = Schema::load();
    let base = with_profile_named(with_profile("heartrate"), "vitalsigns");
    for resource in [head("9843-4", "cm"), base] {
        let found = faults(&schema, &resource);
        assert!(found.is_empty(), "{resource}: {found:#?}");
    }
}

#[test]
fn all_that_was_spoilt_is_refused() {
    let schema = Schema::load();
    let pulse = || with_profile("heartrate");
    let pressure = || parsed(&generated::all()[8]);
    let spoilt = [
        (without(pulse(), "subject"), "subject is missing"),
        (
            without(pulse(), "effectiveDateTime"),
            "effectiveDateTime is missing",
        ),
        (without(pulse(), "category"), "no category vital-signs"),
        (without(pulse(), "status"), "status is missing"),
        (without(pulse(), "code"), "code is missing"),
        (without(pulse(), "valueQuantity"), "vs-2"),
        (with(pulse(), "/valueQuantity/code", json!("1/s")), "unit"),
        (with(pulse(), "/valueQuantity/value", json!("85")), "type"),
        (
            with(pulse(), "/code/coding/1/code", json!("8889-8")),
            "without LOINC",
        ),
        (
            with(pulse(), "/effectiveDateTime", json!("2024-03-15T14:30:45")),
            "pattern",
        ),
        (with(pulse(), "/status", json!("ready")), "enum"),
        (with(pulse(), "/id", json!("no id")), "pattern"),
        (with_new(pulse(), "colour", json!("red")), "is not known"),
        (
            with_new(pulse(), "dataAbsentReason", json!({"text": "lost"})),
            "obs-6",
        ),
        (
            without(without(pulse(), "meta"), "category"),
            "without its profile",
        ),
        (
            with_new(pressure(), "valueString", json!("118/76")),
            "bp: a value",
        ),
        (
            with(
                pressure(),
                "/component/1/code/coding/1/code",
                json!("8480-6"),
            ),
            "8480-6 2 times",
        ),
        (
            with(pressure(), "/component/0/valueQuantity/code", json!("kPa")),
            "unit",
        ),
        (
            without(of_kind("MedicationAdministration"), "subject"),
            "subject is missing",
        ),
        (without(of_kind("Bundle"), "type"), "type is missing"),
        (with(of_kind("Device"), "/serialNumber", json!(12)), "type"),
        (head("9843-4", "kg"), "unit"),
        (head("9843-3", "cm"), "without LOINC 9843-4"),
        (
            without(with_profile_named(pulse(), "vitalsigns"), "category"),
            "no category vital-signs",
        ),
        (
            with_new(
                pulse(),
                "component",
                json!([{"code": pulse()["code"], "valueString": "84"}]),
            ),
            "obs-7",
        ),
        (
            with_new(pulse(), "focus", json!([{"type": "Observation"}])),
            "ref-1",
        ),
        (json!({"resourceType": "Patient"}), "is not known"),
    ];
    for (resource, word) in &spoilt {
        let found = faults(&schema, resource);
        let is_named = found.iter().any(|fault| fault.contains(word));
        assert!(is_named, "{word}: {found:?} of {resource}");
    }
    println!("{} spoilt resources are refused", spoilt.len());
    assert!(spoilt.len() >= 10);
}
