//! What the schema says of each field, and that its lists of codes are those of the crate.

use iomt::reading::draft::{ActivityKind, Adherence, Availability, Outcome, Reporter, SleepStage};
use iomt::reading::{DeviceWord, EventKind, GapReason, Method, Origin, SensorLocation, Status};
use serde_json::Value;

use crate::{schema, text};

/// All fields of a record, those of its items behind their list.
pub(crate) fn fields(record: &Value) -> Vec<&Value> {
    let mut all = Vec::new();
    for entry in record["body"].as_array().unwrap() {
        all.push(entry);
        all.extend(entry["item"].as_array().into_iter().flatten());
    }
    all
}

/// What a field is and what it counts: `how often a sample is taken; mHz, not zero`.
pub(crate) fn meaning(entry: &Value) -> String {
    let parts = [text(entry, "meaning"), text(entry, "unit")];
    let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    said.join("; ")
}

#[test]
fn every_field_says_what_it_means_and_a_number_what_it_counts() {
    let described = schema();
    let mut count = 0;
    for record in &described {
        for entry in fields(record) {
            count += 1;
            let place = format!("{} of {}", text(entry, "field"), text(record, "record"));
            assert!(text(entry, "meaning").len() > 6, "{place}");
            // What is no code, no number of things and no part of a decimal has a unit.
            let words = text(entry, "meaning");
            let is_measure = ["when", "how long", "how far", "how fast", "how often a"];
            let is_measure = is_measure.iter().any(|word| words.starts_with(word));
            let is_text = ["text", "u8"].contains(&text(entry, "type"));
            assert!(
                !is_measure || is_text || !text(entry, "unit").is_empty(),
                "{place}"
            );
        }
    }
    assert!(count >= 170, "{count} fields");
}

/// `1 wrist, 2 finger`, of all codes that have a name.
fn named(name: impl Fn(u8) -> Option<&'static str>) -> String {
    let all = (0..=u8::MAX).filter_map(|code| Some(format!("{code} {}", name(code)?)));
    all.collect::<Vec<_>>().join(", ")
}

/// The same of all bits that print a name.
fn bits(print: impl Fn(u32) -> String) -> String {
    let all = (0..32).map(|place| 1 << place);
    let all = all.map(|bit| (bit, print(bit)));
    let all = all.filter(|(_, name)| !name.starts_with("0x"));
    let all = all.map(|(bit, name)| format!("{bit} {name}"));
    all.collect::<Vec<_>>().join(", ")
}

#[test]
fn each_list_of_codes_is_that_of_the_crate() {
    let lists = [
        ("kind of event", named(|code| EventKind(code.into()).name())),
        ("reason of gap", named(|code| GapReason(code).name())),
        (
            "location of context",
            named(|code| SensorLocation(code).name()),
        ),
        ("method of context", named(|code| Method(code).name())),
        ("origin of context", named(|code| Origin(code).name())),
        ("adherence of dose", named(|code| Adherence(code).name())),
        ("reporter of dose", named(|code| Reporter(code).name())),
        (
            "outcome of basal insulin",
            named(|code| Outcome(code).name()),
        ),
        (
            "outcome of bolus insulin",
            named(|code| Outcome(code).name()),
        ),
        (
            "availability of asset",
            named(|code| Availability(code).name()),
        ),
        ("kind of activity", named(|code| ActivityKind(code).name())),
        ("stage of sleep", named(|code| SleepStage(code).name())),
        (
            "device of context",
            bits(|bit| DeviceWord::from_bits(bit).to_string()),
        ),
        (
            "status of observation in full",
            bits(|bit| match u16::try_from(bit) {
                Ok(bit) => Status::from_bits(bit).to_string(),
                Err(_) => String::from("0x"),
            }),
        ),
    ];
    for (place, list) in lists {
        let (field, of) = place.split_once(" of ").unwrap();
        let described = schema();
        let record = described
            .iter()
            .find(|record| record["record"] == of)
            .unwrap();
        let entry = fields(record)
            .into_iter()
            .find(|entry| entry["field"] == field);
        let words = text(entry.unwrap(), "meaning");
        assert!(
            words.ends_with(&format!(": {list}")),
            "{place}: {words}\nin the crate: {list}"
        );
    }
}
