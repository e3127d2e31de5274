//! The JSON Schema of the canonical JSON.

use serde_json::{Value, json};

use crate::words::{fields, meaning};
use crate::{schema, text};

/// What members mean that no field of a body has by the same name, or that count otherwise than the field.
const MEANINGS: [(&str, &str); 19] = [
    (
        "time",
        "when it was measured or happened; µs of device time",
    ),
    (
        "start",
        "when the first sample or value was measured; µs of device time",
    ),
    (
        "value",
        "the value: a decimal, < or > before the end of the range where it is beyond it, or none: nan, nres (not at this resolution), +inf, -inf",
    ),
    ("stamp", "what the wall clock said then"),
    ("components", "the parts of the panel"),
    ("scale", "the step of one count, in the unit"),
    ("samples", "the samples or values, compressed by the codec"),
    (
        "interval",
        "from each value to the next; ms; absent in an irregular series",
    ),
    (
        "intervals",
        "from each value to the next; ms, compressed by the codec; absent in a regular series",
    ),
    ("reference", "what the reference said; in the unit"),
    (
        "slope",
        "the factor: what counts is value * slope + intercept",
    ),
    ("intercept", "what is added; in the unit"),
    (
        "udiDevice",
        "device identifier of its UDI; empty: none; at most 64 bytes",
    ),
    (
        "udiProduction",
        "production identifier of its UDI: lot, serial, dates; empty: none; at most 64 bytes",
    ),
    ("record", "which record this is"),
    ("tag", "the tag of a record that the writer did not know"),
    ("body", "its body, as it came"),
    (
        "utcOffset",
        "local time less UTC; minutes; absent: not known",
    ),
    (
        "status",
        "bits of ISO/IEEE 11073-20601, absent or 0: valid; the list is that of an observation in full in records.md",
    ),
];

/// `first index` as `firstIndex`.
fn camel_case(field: &str) -> String {
    let mut words = field.split(' ');
    let first = words.next().unwrap_or_default().to_string();
    words.fold(first, |name, word| {
        name + &word[..1].to_uppercase() + &word[1..]
    })
}

/// What a member of a record's JSON means: as the field of the first of these records that has its name, where no
/// words of its own stand between that record and the others. Times of JSON are of another unit than those of bodies.
fn described(name: &str, kind: &str, records: &[Value]) -> String {
    let of = |records: &[Value]| {
        let mut all = records.iter().flat_map(fields);
        let field = all.find(|entry| camel_case(text(entry, "field")) == name);
        field.map(meaning)
    };
    let words = MEANINGS.iter().find(|(member, _)| *member == name);
    let words = words.map(|(_, words)| (*words).to_string());
    let (own, others) = records.split_at(1);
    let own = of(own).filter(|_| kind != "micros");
    let found = own.or(words).or_else(|| of(others));
    found.unwrap_or_else(|| panic!("{name} means nothing"))
}

/// A member of the canonical JSON.
fn member(kind: &str) -> Value {
    let integer =
        |least: i64, most: u64| json!({"type": "integer", "minimum": least, "maximum": most});
    match kind.trim_end_matches('?') {
        "u8" => integer(0, u8::MAX.into()),
        "u16" => integer(0, u16::MAX.into()),
        "u32" => integer(0, u32::MAX.into()),
        "u64 number" => json!({"type": "integer", "minimum": 0}),
        "i8" => integer(i8::MIN.into(), 127),
        "i16" => integer(i16::MIN.into(), 32_767),
        "i32" => integer(i32::MIN.into(), 2_147_483_647),
        "text" => json!({"type": "string"}),
        other => json!({"$ref": format!("#/$defs/{other}")}),
    }
}

/// A member with what it means.
fn explained(name: &str, kind: &str, records: &[Value]) -> Value {
    let mut member = member(kind);
    member["description"] = described(name, kind, records).into();
    member
}

/// An object of these members and no others.
fn object(properties: serde_json::Map<String, Value>, optional: &[&str]) -> Value {
    let required: Vec<String> = properties
        .keys()
        .filter(|name| !optional.contains(&name.as_str()))
        .cloned()
        .collect();
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}

fn definitions() -> Value {
    let text = |pattern: &str| json!({"type": "string", "pattern": pattern});
    let records = schema();
    let members = |all: &[(&str, &str)]| -> serde_json::Map<String, Value> {
        let all = all.iter();
        all.map(|(name, kind)| ((*name).to_string(), explained(name, kind, &records)))
            .collect()
    };
    let stamp = [
        ("epoch", "u32"),
        ("quality", "u8"),
        ("uncertainty", "u64 number"),
        ("unix", "i64"),
        ("utcOffset", "i16"),
    ];
    let component = [
        ("metric", "u32"),
        ("status", "u16"),
        ("unit", "u32"),
        ("value", "value"),
    ];
    json!({
        "hex": text("^([0-9a-f]{2})*$"),
        "u64": text("^(0|[1-9][0-9]{0,19})$"),
        "i64": text("^(0|-?[1-9][0-9]{0,18})$"),
        "micros": text("^(0|[1-9][0-9]{0,19})$"),
        "decimal": text("^(0|-?[1-9][0-9]{0,9})e(0|-?[1-9][0-9]{0,2})$"),
        "value": text("^(nan|nres|[+-]inf|[<>]?(0|-?[1-9][0-9]{0,9})e(0|-?[1-9][0-9]{0,2}))$"),
        "stamp": object(members(&stamp), &["utcOffset"]),
        "component": object(members(&component), &["status"]),
        "components": {"type": "array", "items": {"$ref": "#/$defs/component"}, "minItems": 1, "maxItems": 6}
    })
}

/// The object of a record, of whose members its own body is asked first what they mean.
fn record(name: &str, members: &serde_json::Map<String, Value>, own: &[Value]) -> Value {
    let kind = |value: &Value| value.as_str().unwrap().to_string();
    let optional: Vec<&str> = members
        .iter()
        .filter(|(_, value)| kind(value).ends_with('?'))
        .map(|(name, _)| name.as_str())
        .collect();
    let mut properties: serde_json::Map<String, Value> = members
        .iter()
        .map(|(name, value)| (name.clone(), explained(name, &kind(value), own)))
        .collect();
    properties.insert(
        "record".into(),
        json!({"const": name, "description": described("record", "", own)}),
    );
    let mut object = object(properties, &optional);
    object["title"] = name.into();
    object
}

pub(crate) fn json_schema() -> String {
    let records = schema();
    let mut forms = Vec::new();
    for (place, entry) in records.iter().enumerate() {
        let mut own = records.clone();
        own.rotate_left(place);
        for (name, members) in entry["json"].as_object().into_iter().flatten() {
            forms.push(record(name, members.as_object().unwrap(), &own));
        }
    }
    let unknown = json!({"tag": "u32", "body": "hex"});
    forms.push(record("unknown", unknown.as_object().unwrap(), &records));
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The canonical JSON of a record of iomt",
        "$defs": definitions(),
        "oneOf": forms
    });
    serde_json::to_string_pretty(&whole).unwrap() + "\n"
}
