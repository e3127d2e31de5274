//! As much of JSON Schema as HL7's schema of FHIR uses.

use regex::Regex;
use serde_json::{Map, Value as Json};

const SCHEMA: &str = include_str!("../data/fhir/fhir.schema.r4.reduced.json");

/// All keywords of the schema: another one is an error, not a rule that is passed over.
const KEYWORDS: [&str; 10] = [
    "$ref",
    "additionalProperties",
    "const",
    "enum",
    "items",
    "pattern",
    "properties",
    "required",
    "type",
    "oneOf",
];

pub(crate) struct Schema {
    definitions: Map<String, Json>,
}

impl Schema {
    pub(crate) fn load() -> Self {
        let schema: Json = serde_json::from_str(SCHEMA).expect("the schema is JSON");
        match schema["definitions"].clone() {
            Json::Object(definitions) => Self { definitions },
            _ => panic!("the schema has definitions"),
        }
    }

    /// The faults of a resource, each with its path.
    pub(crate) fn faults(&self, resource: &Json) -> Vec<String> {
        let mut faults = Vec::new();
        let kind = resource["resourceType"].as_str().unwrap_or_default();
        match self.definitions.get(kind) {
            Some(schema) => self.check(resource, schema, kind, &mut faults),
            None => faults.push(format!("resourceType {kind:?} is not known")),
        }
        faults
    }

    fn check(&self, value: &Json, schema: &Json, path: &str, faults: &mut Vec<String>) {
        let rules = schema.as_object().expect("a schema is an object");
        for (keyword, rule) in rules {
            assert!(KEYWORDS.contains(&keyword.as_str()), "keyword {keyword}");
            match keyword.as_str() {
                "$ref" => {
                    let name = rule.as_str().and_then(|name| name.rsplit('/').next());
                    let name = name.expect("a reference names a definition");
                    self.check(value, &self.definitions[name], path, faults);
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(item, rule, &format!("{path}[{index}]"), faults);
                    }
                }
                "properties" => self.check_properties(value, rules, path, faults),
                "required" => {
                    for name in rule.as_array().into_iter().flatten() {
                        let name = name.as_str().expect("a name");
                        if value.get(name).is_none() {
                            faults.push(format!("{path}.{name} is missing"));
                        }
                    }
                }
                _ => {
                    if !holds(keyword, rule, value) {
                        faults.push(format!("{path}: {value} breaks {keyword} {rule}"));
                    }
                }
            }
        }
    }

    fn check_properties(
        &self,
        value: &Json,
        rules: &Map<String, Json>,
        path: &str,
        faults: &mut Vec<String>,
    ) {
        let properties = &rules["properties"];
        let is_closed = rules.get("additionalProperties") == Some(&Json::Bool(false));
        let Some(fields) = value.as_object() else {
            faults.push(format!("{path}: {value} is no object"));
            return;
        };
        for (name, field) in fields {
            let path = format!("{path}.{name}");
            match properties.get(name) {
                Some(schema) => self.check(field, schema, &path, faults),
                None if is_closed => faults.push(format!("{path} is not known")),
                None => {}
            }
        }
    }
}

/// Whether a value keeps to a rule about itself alone.
fn holds(keyword: &str, rule: &Json, value: &Json) -> bool {
    match (keyword, value) {
        ("const", _) => rule == value,
        ("enum", _) => rule.as_array().is_some_and(|all| all.contains(value)),
        ("type", _) => has_type(value, rule.as_str().expect("a type")),
        // Of FHIR's numbers, too, the schema says how they are written.
        ("pattern", Json::String(text)) => matches(rule, text),
        ("pattern", Json::Number(number)) => matches(rule, &number.to_string()),
        ("pattern", Json::Bool(flag)) => matches(rule, &flag.to_string()),
        ("additionalProperties", _) => true,
        _ => false,
    }
}

fn matches(pattern: &Json, text: &str) -> bool {
    let pattern = pattern.as_str().expect("a pattern");
    Regex::new(pattern)
        .expect("a regular expression")
        .is_match(text)
}

fn has_type(value: &Json, name: &str) -> bool {
    match name {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        other => panic!("type {other}"),
    }
}
