//! Whether a value is valid by `src/guide/records.schema.json`.

use regex::Regex;
use serde_json::Value;

/// The JSON Schema of the canonical JSON of records.
pub(crate) fn schema() -> Value {
    serde_json::from_str(include_str!("../../src/guide/records.schema.json")).unwrap()
}

/// As much of JSON Schema as that file uses; another keyword is an error.
pub(crate) fn is_valid(value: &Value, rules: &Value, whole: &Value) -> bool {
    rules
        .as_object()
        .unwrap()
        .iter()
        .all(|(keyword, rule)| match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "required" | "additionalProperties" => {
                true
            }
            "$ref" => is_valid(
                value,
                whole.pointer(&rule.as_str().unwrap()[1..]).unwrap(),
                whole,
            ),
            "oneOf" => {
                rule.as_array()
                    .unwrap()
                    .iter()
                    .filter(|one| is_valid(value, one, whole))
                    .count()
                    == 1
            }
            "const" => value == rule,
            "type" => match rule.as_str().unwrap() {
                "integer" => value.is_i64() || value.is_u64(),
                "string" => value.is_string(),
                "array" => value.is_array(),
                "object" => value.is_object(),
                other => panic!("type {other}"),
            },
            "minimum" => value
                .as_i64()
                .is_none_or(|value| value >= rule.as_i64().unwrap()),
            "maximum" => value
                .as_u64()
                .is_none_or(|value| value <= rule.as_u64().unwrap()),
            "pattern" => value
                .as_str()
                .is_some_and(|text| Regex::new(rule.as_str().unwrap()).unwrap().is_match(text)),
            "items" => items(value).iter().all(|item| is_valid(item, rule, whole)),
            "minItems" => items(value).len() as u64 >= rule.as_u64().unwrap(),
            "maxItems" => items(value).len() as u64 <= rule.as_u64().unwrap(),
            "properties" => has_members(value, rules, whole),
            other => panic!("keyword {other}"),
        })
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// All members that are required, and none that are not known.
fn has_members(value: &Value, rules: &Value, whole: &Value) -> bool {
    assert_eq!(rules["additionalProperties"], false);
    let known = rules["properties"].as_object().unwrap();
    let Some(members) = value.as_object() else {
        return false;
    };
    let required = rules["required"].as_array().unwrap();
    required
        .iter()
        .all(|name| members.contains_key(name.as_str().unwrap()))
        && members.iter().all(|(name, member)| {
            known
                .get(name)
                .is_some_and(|rules| is_valid(member, rules, whole))
        })
}
