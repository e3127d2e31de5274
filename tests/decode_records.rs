//! The example `decode_records`: what it prints of plaintexts, for people and for programs.
#![cfg(feature = "fhir")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of a test"
)]

#[expect(dead_code, reason = "the example's own entry is not called")]
#[path = "../examples/decode_records/main.rs"]
mod example;
#[path = "support/json_schema.rs"]
mod json_schema;

use example::{Format, lines, list};
use iomt::wire::RecordJson;
use serde_json::Value as Json;

/// What is printed, what is told as an error, and whether all was good.
fn run(input: &str, format: Format) -> (String, String, bool) {
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let lines = input.lines().map(|line| Ok(line.to_string()));
    let is_good = list(lines, format, &mut out, &mut errors).unwrap();
    let [out, errors] = [out, errors].map(|text| String::from_utf8(text).unwrap());
    (out, errors, is_good)
}

/// The golden bytes of every record, a plaintext a line.
fn golden() -> String {
    let lines: Vec<Json> =
        serde_json::from_str(include_str!("vectors/records/golden.json")).unwrap();
    let plaintexts = lines.iter().map(|line| line["plaintext"].as_str().unwrap());
    plaintexts.collect::<Vec<_>>().join("\n")
}

fn listed(input: &str) -> Vec<String> {
    let (out, errors, is_good) = run(input, Format::Listing(None));
    assert!(is_good, "{errors}");
    let records = out.lines().filter(|line| !line.starts_with("frame"));
    records.map(|line| line.trim().to_string()).collect()
}

#[test]
fn every_record_is_listed_in_words_of_people() {
    let listed = listed(&golden());
    let expected = include_str!("data/records.txt");
    assert_eq!(listed.join("\n"), expected.trim_end());
}

#[test]
fn a_terminal_of_80_columns_holds_every_line() {
    let (out, _, _) = run(&golden(), Format::Listing(Some(80)));
    assert!(out.lines().count() > listed(&golden()).len());
    for line in out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let words = |text: &str| {
        text.split_whitespace()
            .map(String::from)
            .collect::<Vec<_>>()
    };
    let (whole, _, _) = run(&golden(), Format::Listing(None));
    assert_eq!(words(&out), words(&whole), "nothing is cut");
}

#[test]
fn json_is_the_canonical_one_and_valid_by_its_schema_beside_what_the_frame_says() {
    let schema = json_schema::schema();
    let (out, _, is_good) = run(&golden(), Format::Json);
    assert!(is_good);
    for line in out.lines() {
        let members: Json = serde_json::from_str(line).unwrap();
        assert_eq!(members["sequence"], "7");
        assert!(members.get("run").is_none(), "the frame does not say it");
        let is_valid = json_schema::is_valid(&members["record"], &schema, &schema);
        assert!(is_valid, "{line}");
        let record = members["record"].to_string();
        let read: RecordJson<'_> = record.parse().unwrap();
        assert_eq!(read.to_json(), record, "canonical");
    }
    assert_eq!(out.lines().count(), golden().lines().count());
    // A frame that names its run, with two records.
    let (out, _, _) = run(
        "0f0101010101010101 0304c096b102 100401009001 100401009001",
        Format::Json,
    );
    let lines: Vec<Json> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&lines[0]["sequence"], &lines[1]["sequence"]),
        (&"7".into(), &"8".into())
    );
    assert_eq!(lines[1]["run"], "0101010101010101");
}

#[test]
fn a_line_that_is_no_text_hides_no_other() {
    let input = b"\xFF\r\n0e 0304c096b102 100401009001\r\n";
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let is_good = list(lines(&input[..]), Format::Json, &mut out, &mut errors).unwrap();
    assert!(!is_good);
    assert_eq!(errors, b"line 1: not hexadecimal\n");
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1);
}

#[test]
fn what_can_not_be_read_is_told_with_its_line_and_hides_nothing() {
    // A remark; no digits; no frame; a critical record that is not known, between two good ones.
    let input = "# a remark\nzz\nff\n0e 0304c096b102 100401009001 e9070101 100401009001\n";
    let (out, errors, is_good) = run(input, Format::Listing(None));
    assert!(!is_good);
    let told: Vec<&str> = errors.lines().collect();
    assert_eq!(told.len(), 3, "{errors}");
    assert_eq!(told[0], "line 2: not hexadecimal");
    assert!(told[1].starts_with("line 3: "));
    assert!(told[2].starts_with("line 4: record 8: "), "{}", told[2]);
    assert_eq!(out.matches("heart rate 72 beats/min").count(), 2);
}
