//! Whether an answer is right.

use serde_json::{Value, json};

use super::vectors::{Group, Test};
use crate::shim;
use crate::shim::error::class_of;
use crate::shim::exact;
use crate::shim::strip_nulls;

pub(super) enum Verdict {
    Passed,
    /// With the answer, or what else went wrong.
    Failed(String),
    Unsupported(String),
}

pub(super) fn judge(group: &Group, test: &Test, answer: &Value) -> Verdict {
    if let Some(reason) = answer.get("unsupported") {
        return Verdict::unsupported(reason);
    }
    let mut answer = answer.clone();
    if let Some(members) = answer.as_object_mut() {
        members.retain(|name, _| name != "id");
    }
    strip_nulls(&mut answer);
    let mut expected = test.expected.clone();
    match group.judge.as_deref() {
        Some("any_error") => [&mut expected, &mut answer]
            .into_iter()
            .for_each(forget_classes),
        Some("or_malformed") if is_malformed(&answer) => return Verdict::Passed,
        Some("decodes") if decodes(&test.request, &answer) => return Verdict::Passed,
        _ => name_classes(&mut answer, &expected.to_string()),
    }
    match answer == expected {
        true => Verdict::Passed,
        false => Verdict::Failed(exact::write(&answer)),
    }
}

impl Verdict {
    pub(super) fn unsupported(reason: &Value) -> Self {
        reason_of(reason).map_or_else(Self::Failed, Self::Unsupported)
    }
}

/// Why something is unsupported; whoever reads the report has to learn it, so that nothing is said is a failure.
pub(super) fn reason_of(said: &Value) -> Result<String, String> {
    match said.as_str().map(str::trim) {
        None | Some("") => Err("unsupported, and no reason is given".into()),
        Some(reason) => Ok(reason.to_owned()),
    }
}

/// One class of error is as good as another.
fn forget_classes(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match name.as_str() {
                    "error" => *member = "any".into(),
                    _ => forget_classes(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(forget_classes),
        _ => {}
    }
}

/// A finer word stands for its class; and where nothing is to be written, `out_of_range` for `malformed`.
fn name_classes(value: &mut Value, expected: &str) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member.as_str()) {
                    ("error", Some("out_of_range")) if !expected.contains("\"out_of_range\"") => {
                        *member = "malformed".into();
                    }
                    ("error", Some(word)) => *member = class_of(word).to_owned().into(),
                    _ => name_classes(member, expected),
                }
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| name_classes(item, expected)),
        _ => {}
    }
}

fn is_malformed(answer: &Value) -> bool {
    answer["error"]
        .as_str()
        .is_some_and(|word| matches!(class_of(word), "malformed" | "out_of_range"))
}

/// Whether the block decodes to the values that were to be encoded.
fn decodes(request: &Value, answer: &Value) -> bool {
    let values = &request["values"];
    let asked = json!({
        "codec": request["codec"],
        "count": values.as_array().map(Vec::len),
        "samples": answer["result"]["samples"],
    });
    let decoded = shim::outcome("waveform_decode", &asked);
    decoded["result"]["values"].is_array() && decoded["result"]["values"] == *values
}
