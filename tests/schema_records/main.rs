//! Every record: the bytes that do not change, in both directions, and any content of it.
//!
//! `tests/vectors/records/golden.json` has one line for each record. A body that was in a numbered release never
//! changes: a new fact is a new tag, and a new line.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of a test"
)]

#[cfg(feature = "fhir")]
mod json;
#[cfg(feature = "fhir")]
#[path = "../support/json_schema.rs"]
mod json_schema;
mod kinds;
mod properties;
mod samples;

use iomt::wire::{Envelope, Record, RecordWriter, Records};
use samples::samples;

fn written(record: &Record<'_>) -> Vec<u8> {
    let mut buffer = [0; 1_200];
    let mut writer = RecordWriter::new(&mut buffer, 7, None).unwrap();
    writer.push(record).unwrap();
    writer.finish().to_vec()
}

/// By the wire and, where there is one, by JSON; digit by digit, for decimals are equal by value.
fn assert_comes_back(record: &Record<'_>) {
    let bytes = written(record);
    let back: Vec<_> = Records::new(&Envelope::parse(&bytes).unwrap()).collect();
    assert_eq!(back, [(7, Ok(*record))]);
    assert_eq!(
        format!("{:?}", back[0].1),
        format!("{:?}", Ok::<_, ()>(record))
    );
    assert_eq!(kinds::written(record), bytes, "by its kind alone");
    #[cfg(feature = "fhir")]
    json::assert_comes_back(record);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(digits).collect()
}

// IOMT-REC-003, IOMT-VER-003
#[test]
fn the_bytes_of_every_record_do_not_change_in_either_direction() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../vectors/records/golden.json")).unwrap();
    let lines = vectors.as_array().unwrap();
    let samples = samples();
    for (name, record) in &samples {
        let line = lines.iter().find(|line| line["record"] == *name);
        let golden = line.unwrap_or_else(|| panic!("{name}: {}", hex(&written(record))));
        let golden = golden["plaintext"].as_str().unwrap();
        assert_eq!(hex(&written(record)), golden, "{name}");
        let plaintext = bytes(golden);
        let envelope = Envelope::parse(&plaintext).unwrap();
        let back: Vec<_> = Records::new(&envelope).collect();
        assert_eq!(back, [(7, Ok(*record))], "{name}");
        let last = envelope.records().last().unwrap().unwrap();
        assert_eq!(
            lines
                .iter()
                .filter(|line| line["tag"] == last.tag.0)
                .count(),
            1,
            "{name}"
        );
    }
    assert_eq!(lines.len(), samples.len());
}

// IOMT-REC-001, IOMT-ENV-015
#[test]
fn every_cut_and_every_longer_body_is_refused_alone() {
    for (name, record) in samples() {
        let whole = written(&record);
        let envelope = Envelope::parse(&whole).unwrap();
        let raw = envelope.records().last().unwrap().unwrap();
        let mut longer = raw.body.to_vec();
        longer.push(0);
        let cuts = (0..raw.body.len()).map(|len| raw.body[..len].to_vec());
        for body in cuts.chain([longer]) {
            let mut buffer = [0; 512];
            let mut writer = iomt::wire::EnvelopeWriter::new(&mut buffer, 7, None).unwrap();
            writer.record(iomt::wire::Tag::TIME_BASE, &[0]).unwrap();
            writer.record(raw.tag, &body).unwrap();
            let plaintext = writer.finish();
            let mut records = Records::new(&Envelope::parse(plaintext).unwrap());
            assert!(records.next().unwrap().1.is_err(), "{name} {body:?}");
        }
    }
}
