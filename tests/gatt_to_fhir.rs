//! The example `gatt_to_fhir`: what it makes of lines, and of its command line.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of a test"
)]

#[expect(dead_code, reason = "the example's own entry is not called")]
#[path = "../examples/gatt_to_fhir.rs"]
mod example;

use example::convert;
use example::options::Options;
use iomt::fhir::{Identity, Received, Resource, Upload, date_time, parse_date_time};
use iomt::gatt::{Payload, Stamp};
use proptest::prelude::*;
use serde_json::Value as Json;

fn options(arguments: &[&str]) -> Result<Option<Options>, String> {
    Options::from_arguments(arguments.iter().map(ToString::to_string))
}

fn run(input: &str, arguments: &[&str]) -> (Vec<Json>, usize) {
    let options = options(arguments)
        .expect("good arguments")
        .expect("no help");
    let mut output = Vec::new();
    let bad = convert(input.as_bytes(), &mut output, &options).expect("memory can be written");
    let text = String::from_utf8(output).expect("UTF-8");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    (lines.collect(), bad)
}

const CALLER: [&str; 4] = [
    "--subject",
    "Patient/7",
    "--time",
    "2024-03-15T14:30:45+01:00",
];

#[test]
fn each_good_line_gives_one_line_and_each_bad_one_is_counted() {
    let input = "2a37 0654\n\n# a remark\n2A5F 0064005a00\r\n2a37 17\nnonsense\n2a37 065\n2a37 zz\n0x2a19 64";
    let (lines, bad) = run(input, &CALLER);
    let kinds: Vec<_> = lines
        .iter()
        .map(|line| line["resourceType"].as_str())
        .collect();
    assert_eq!(
        kinds,
        [Some("Observation"), Some("Bundle"), Some("Observation")]
    );
    assert_eq!(bad, 4);
    assert_eq!(lines[0]["valueQuantity"]["value"], 84);
    assert_eq!(lines[0]["subject"]["reference"], "Patient/7");
    assert_eq!(lines[0]["effectiveDateTime"], "2024-03-15T14:30:45+01:00");
}

#[test]
fn every_line_is_an_observation_or_a_bundle() {
    // A meal alone, a dose of two millilitres alone, and a bundle of a health sensor that holds nothing.
    let input = "\u{FEFF}2a34 022a0002\n2a34 302a000102d0\n2b8b 03ff0300000000";
    let (lines, bad) = run(input, &CALLER);
    let kinds: Vec<_> = lines
        .iter()
        .map(|line| line["resourceType"].as_str())
        .collect();
    assert_eq!(kinds, [Some("Observation"), Some("Bundle"), Some("Bundle")]);
    let dose = &lines[1]["entry"][0]["resource"];
    assert_eq!(dose["resourceType"], "MedicationAdministration");
    assert_eq!(dose["dosage"]["dose"]["value"], 2);
    assert_eq!(bad, 0);
}

#[test]
fn local_time_without_offset_has_that_of_the_caller() {
    let (lines, _) = run("2a1c 06b00e00fedc070c050b321b04", &CALLER);
    assert_eq!(lines[0]["effectiveDateTime"], "2012-12-05T11:50:27+01:00");
}

#[test]
fn a_time_that_the_device_does_not_know_is_the_caller_s() {
    let year_0 = "2a35 1e8a00580078000000041114293b3c00012700";
    let (lines, bad) = run(year_0, &CALLER);
    let time = &lines[0]["entry"][0]["resource"]["effectiveDateTime"];
    assert_eq!((time.as_str(), bad), (Some("2024-03-15T14:30:45+01:00"), 0));
}

#[test]
fn same_reading_uploaded_twice_is_one_and_two_equal_ones_are_two() {
    let input = "2a37 0654\n2a37 0654\n";
    let (once, _) = run(input, &CALLER);
    let (again, _) = run(input, &CALLER);
    assert_eq!(once, again);
    assert_ne!(once[0]["id"], once[1]["id"]);
}

const A_WEEK_LATER: [&str; 4] = [
    "--subject",
    "Patient/7",
    "--time",
    "2024-03-22T09:00:00+01:00",
];

/// Resources of all lines, those of bundles for themselves.
fn ids(lines: &[Json]) -> Vec<String> {
    let entries = |line: &Json| match line["entry"].as_array() {
        Some(entries) => entries.iter().map(|one| one["resource"].clone()).collect(),
        None => vec![line.clone()],
    };
    let resources = lines.iter().flat_map(entries);
    resources
        .map(|one| one["id"].as_str().expect("an id").to_owned())
        .collect()
}

// IOMT-FHIR-003
#[test]
fn a_stored_reading_converted_at_two_receipt_times_is_one() {
    let stored = "2a1c 06b00e00fedc070c050b321b04\n2a35 067c0054006000e807030f0e1e2d4800";
    let (today, bad) = run(stored, &CALLER);
    assert_eq!((bad, ids(&today).len()), (0, 3));
    let (later, _) = run(stored, &A_WEEK_LATER);
    assert_eq!(ids(&today), ids(&later));
    // A device that sends its memory twice has not measured twice.
    let (twice, _) = run(&format!("{stored}\n{stored}"), &CALLER);
    assert_eq!(ids(&twice[..2]), ids(&twice[2..]));
}

// IOMT-FHIR-003
#[test]
fn a_reading_without_a_time_converted_at_two_receipt_times_is_two() {
    let (today, _) = run("2a37 0654", &CALLER);
    let (later, _) = run("2a37 0654", &A_WEEK_LATER);
    assert_ne!(ids(&today), ids(&later));
}

#[test]
fn a_special_loinc_stands_beside_that_of_the_profile() {
    let (lines, _) = run("2a5f 0064005a00\n2a1c 05da0300ff06", &CALLER);
    let codes = |resource: &Json| -> Vec<String> {
        let coding = resource["code"]["coding"].as_array().expect("codes");
        coding
            .iter()
            .filter_map(|c| c["code"].as_str())
            .map(String::from)
            .collect()
    };
    let saturation = &lines[0]["entry"][0]["resource"];
    assert_eq!(codes(saturation), ["150456", "59408-5", "2708-6"]);
    assert_eq!(codes(&lines[1]), ["188424", "8331-1", "8310-5"]);
}

#[test]
fn the_command_line_has_defaults_and_refuses_what_it_does_not_know() {
    let defaults = options(&[]).expect("good").expect("no help");
    assert_eq!(defaults.subject, "Patient/unknown");
    assert!(options(&["--help"]).expect("good").is_none());
    let joined = options(&["--subject=9", "--time=2024-02-29T00:00:00Z"])
        .expect("good")
        .expect("no help");
    assert_eq!(joined.subject, "Patient/9");
    assert_eq!(date_time(&joined.time), "2024-02-29T00:00:00Z");
    let day = options(&["--time", "2024-03-15"]).err().expect("refused");
    assert!(
        day.contains("no instant") && day.contains("offset from UTC"),
        "{day}"
    );
    for bad in [
        &["--colour"][..],
        &["--time"],
        &["--time", "2024-02-29"],
        &["--time", "2023-02-29T00:00:00Z"],
        &["--time", "2024-03-15T14:30:45"],
        &["--time", "2024-03-15T25:00:00Z"],
        &["--time", "2024-03-15T14:30:45+15:00"],
        &["--time", "yesterday"],
        &["--subject", ""],
        &["--subject", "Patient 7"],
    ] {
        assert!(options(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn local_time_without_any_offset_stands_beside_the_time_of_receipt() {
    let (lines, _) = run("2a1c 06b00e00fedc070c050b321b04", &[]);
    let year = lines[0]["effectiveDateTime"].as_str().expect("a time");
    assert!(!year.starts_with("2012"), "{year}");
    assert_eq!(
        lines[0]["component"][0]["valueString"],
        "2012-12-05T11:50:27"
    );
}

#[test]
fn a_context_has_the_time_of_the_measurement_before_it_and_one_name() {
    let lines = "2a18 002a00e807030e081e00\n2a34 022a0002";
    let (today, _) = run(lines, &CALLER);
    assert_eq!(today[1]["effectiveDateTime"], "2024-03-14T08:30:00+01:00");
    let (later, _) = run(lines, &A_WEEK_LATER);
    assert_eq!(ids(&today), ids(&later));
    let (alone, _) = run("2a34 022a0002", &CALLER);
    assert_eq!(alone[0]["effectiveDateTime"], "2024-03-15T14:30:45+01:00");
}

#[test]
fn a_device_and_the_start_of_a_session_are_told_by_the_caller() {
    let glucose = "2a18 002a00e807030e081e00";
    let (bare, _) = run(glucose, &CALLER);
    assert_eq!(bare[0].get("identifier"), None);
    let device = [&CALLER[..], &["--device", "9"]].concat();
    let (named, _) = run(glucose, &device);
    assert_eq!(named[0]["identifier"][0]["value"], "Device/9#42");
    assert_ne!(named[0]["id"], bare[0]["id"]);
    for start in ["e807030e081e000400", "2024-03-14T08:30:00+01:00"] {
        let told = [&CALLER[..], &["--session-start", start]].concat();
        let (lines, bad) = run("2aa7 060064000500", &told);
        let time = lines[0]["effectiveDateTime"].as_str().expect("a time");
        let told = parse_date_time(time).expect("an instant");
        let expected = parse_date_time("2024-03-14T08:35:00+01:00").expect("an instant");
        assert_eq!((told.unix_millis, bad), (expected.unix_millis, 0), "{time}");
    }
    for bad in ["", "e807", "e8070", "yesterday", "2024-03-14"] {
        assert!(options(&["--session-start", bad]).is_err(), "{bad}");
    }
}

const CHARACTERISTICS: [u16; 15] = [
    0x2A18, 0x2A19, 0x2A1C, 0x2A2B, 0x2A34, 0x2A35, 0x2A36, 0x2A37, 0x2A5E, 0x2A5F, 0x2A9C, 0x2A9D,
    0x2AA7, 0x2B8B, 0x2BF2,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn what_any_value_gives_is_read_back(uuid in prop::sample::select(&CHARACTERISTICS[..]), bytes in prop::collection::vec(prop_oneof![0_u8..16, any::<u8>()], 0..40)) {
        let Ok(payload) = Payload::decode(uuid, &bytes) else { return Ok(()) };
        let received = Received {
            subject: "Patient/7",
            at: parse_date_time("2024-03-15T14:30:45+01:00").expect("a time"),
            measured: Stamp::None,
            device: None,
            identity: Identity::of_parts(&[&bytes]),
            upload: Upload::Conditional,
        };
        let whole = Resource::collected(Resource::of_payload(&payload, &received));
        prop_assert_eq!(Resource::from_json(&whole.to_json()), Ok(whole));
    }
}
