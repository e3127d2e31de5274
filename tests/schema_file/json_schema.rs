//! The JSON Schema of the canonical JSON.

use serde_json::{Value, json};

use crate::schema;

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
    let members = |all: &[(&str, &str)]| -> serde_json::Map<String, Value> {
        all.iter()
            .map(|(name, kind)| ((*name).to_string(), member(kind)))
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

fn record(name: &str, members: &serde_json::Map<String, Value>) -> Value {
    let kind = |value: &Value| value.as_str().unwrap().to_string();
    let optional: Vec<&str> = members
        .iter()
        .filter(|(_, value)| kind(value).ends_with('?'))
        .map(|(name, _)| name.as_str())
        .collect();
    let mut properties: serde_json::Map<String, Value> = members
        .iter()
        .map(|(name, value)| (name.clone(), member(&kind(value))))
        .collect();
    properties.insert("record".into(), json!({"const": name}));
    let mut object = object(properties, &optional);
    object["title"] = name.into();
    object
}

pub(crate) fn json_schema() -> String {
    let described: Vec<Value> = schema();
    let forms = described
        .iter()
        .filter_map(|record| record["json"].as_object());
    let mut records: Vec<Value> = forms
        .flatten()
        .map(|(name, members)| record(name, members.as_object().unwrap()))
        .collect();
    let unknown = json!({"tag": "u32", "body": "hex"});
    records.push(record("unknown", unknown.as_object().unwrap()));
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The canonical JSON of a record of iomt",
        "$defs": definitions(),
        "oneOf": records
    });
    serde_json::to_string_pretty(&whole).unwrap() + "\n"
}
