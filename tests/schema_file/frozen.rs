//! What a release must not change. A list here is added to, and nothing in it is ever edited.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use iomt::reading::Value as Number;
use iomt::wire::{Envelope, EnvelopeWriter, Record, RecordWriter, Records, Tag};
use serde_json::Value;

use crate::{bytes, golden, hex, is_of_the_frame, schema, text};

/// Code, metric, unit, exponent.
const SHORT_CODES: [(u8, u32, u32, i8); 28] = [
    (1, 147_842, 264_864, 0),
    (2, 67_996, 262_688, 0),
    (3, 150_456, 262_688, 0),
    (4, 150_456, 262_688, -1),
    (5, 151_562, 264_928, 0),
    (6, 150_364, 268_192, -1),
    (7, 150_364, 268_192, -2),
    (8, 131_330, 266_418, -3),
    (9, 131_328, 266_418, -3),
    (10, 149_530, 264_864, 0),
    (11, 149_546, 264_864, 0),
    (12, 150_448, 262_688, -1),
    (13, 150_448, 262_688, -2),
    (14, 160_184, 264_274, 0),
    (15, 160_212, 264_274, 0),
    (16, 160_020, 266_866, -1),
    (17, 188_736, 263_875, -2),
    (18, 188_736, 263_875, -3),
    (19, 147_240, 264_338, 0),
    (20, 131_329, 266_418, -3),
    (21, 150_452, 262_656, 0),
    (22, 150_021, 266_016, 0),
    (23, 150_022, 266_016, 0),
    (24, 150_023, 266_016, 0),
    (25, 4_294_934_531, 268_800, 0),
    (26, 188_508, 268_192, -2),
    (27, 188_804, 262_688, -2),
    (28, 152_584, 265_216, 0),
];

/// Code, panel, unit, exponent, components.
const COMPOUND_SETS: [(u8, u32, u32, i8, &[u32]); 3] = [
    (1, 150_020, 266_016, 0, &[150_021, 150_022, 150_023]),
    (2, 150_020, 266_016, 0, &[150_021, 150_022]),
    (3, 150_020, 265_987, -1, &[150_021, 150_022, 150_023]),
];

/// The only record of a body behind a time base of zero.
fn read(tag: Tag, body: &[u8], check: impl FnOnce(Option<Record<'_>>)) {
    let mut buffer = [0; 64];
    let mut writer = EnvelopeWriter::new(&mut buffer, 0, None).unwrap();
    writer.record(Tag::TIME_BASE, &[0]).unwrap();
    writer.record(tag, body).unwrap();
    let plaintext = writer.finish();
    let (_, record) = Records::new(&Envelope::parse(plaintext).unwrap())
        .next()
        .unwrap();
    check(record.ok());
}

// IOMT-REC-010
#[test]
fn short_codes_are_frozen_and_append_only() {
    let mut known = Vec::new();
    for code in 0..=u8::MAX {
        read(Tag::OBSERVATION, &[code, 0, 2], |record| {
            let Some(Record::Observation(read)) = record else {
                return;
            };
            let Number::Number(number) = read.value else {
                panic!("{read:?}")
            };
            assert_eq!(number.mantissa(), 1);
            let (metric, unit) = (read.metric.code(), read.unit.code());
            known.push((code, metric, unit, number.exponent()));
        });
    }
    assert_eq!(
        known, SHORT_CODES,
        "a code that is on the wire means what it meant; a new one is the last of the list"
    );
}

// IOMT-REC-022
#[test]
fn compound_sets_are_frozen_and_append_only() {
    let mut known = 0;
    for code in 0..=u8::MAX {
        for count in 1..=6 {
            let body = [&[code, 0][..], &vec![2; count]].concat();
            read(Tag::COMPOUND, &body, |record| {
                let Some(Record::Compound(read)) = record else {
                    return;
                };
                let (_, panel, unit, exponent, metrics) = COMPOUND_SETS[known];
                known += 1;
                assert_eq!(COMPOUND_SETS[known - 1].0, code);
                let parts: Vec<_> = read.components().collect();
                let found: Vec<_> = parts.iter().map(|part| part.metric.code()).collect();
                assert_eq!((read.metric.code(), &found[..]), (panel, metrics));
                for part in parts {
                    let number = part.value.number().unwrap();
                    assert_eq!((part.unit.code(), number.exponent()), (unit, exponent));
                }
            });
        }
    }
    assert_eq!(known, COMPOUND_SETS.len());
}

#[test]
fn every_record_that_has_golden_bytes_is_in_the_schema_once() {
    let tags = |lines: &[Value]| -> Vec<u64> {
        lines
            .iter()
            .filter_map(|line| line["tag"].as_u64())
            .collect()
    };
    let mut described = schema();
    described.retain(|record| !is_of_the_frame(record));
    assert_eq!(tags(&described), tags(&golden()));
}

#[test]
fn the_records_of_the_frame_are_written_and_read_as_the_schema_says() {
    let mut buffer = [0; 16];
    let mut writer = RecordWriter::new(&mut buffer, 7, None).unwrap();
    writer.pad(3).unwrap();
    let padded = hex(writer.finish()).replace(' ', "");
    let mut writer = EnvelopeWriter::new(&mut buffer, 7, None).unwrap();
    writer.skip(3).unwrap();
    assert_eq!(writer.next_sequence(), 10);
    let skipped = hex(writer.finish()).replace(' ', "");
    // The base stands before the first record that needs one.
    let observation = golden().swap_remove(0);
    let described = schema();
    let of = |tag: Tag| {
        let entry = described.iter().find(|record| record["tag"] == tag.0);
        text(entry.unwrap(), "plaintext").to_owned()
    };
    assert_eq!(padded, of(Tag::PADDING));
    assert_eq!(skipped, of(Tag::SKIP));
    assert!(text(&observation, "plaintext").starts_with(&of(Tag::TIME_BASE)));
    for tag in [Tag::PADDING, Tag::SKIP, Tag::TIME_BASE] {
        let plaintext = bytes(&of(tag));
        let envelope = Envelope::parse(&plaintext).unwrap();
        assert_eq!(Records::new(&envelope).count(), 0, "{tag:?} is no reading");
    }
    assert_eq!(described.iter().filter(|r| is_of_the_frame(r)).count(), 3);
}

/// Tag, name and fields of a body, hashed: what a released record must not change.
fn schema_hash(record: &Value) -> String {
    let mut fields = format!("{} {}\n", record["tag"], text(record, "record"));
    for entry in record["body"].as_array().unwrap() {
        let (field, kind, unit) = (
            text(entry, "field"),
            text(entry, "type"),
            text(entry, "unit"),
        );
        writeln!(fields, "{field} {kind} {unit}").unwrap();
    }
    let digest = ring::digest::digest(&ring::digest::SHA256, fields.as_bytes());
    hex(&digest.as_ref()[..16]).replace(' ', "")
}

// IOMT-REC-003
#[test]
fn a_released_body_can_not_change_without_failing_here() {
    let golden = golden();
    let described = schema();
    let of_readings = described.iter().filter(|record| !is_of_the_frame(record));
    for record in of_readings {
        let line = golden
            .iter()
            .find(|line| line["tag"] == record["tag"])
            .unwrap();
        assert_eq!(
            line["schema"],
            schema_hash(record),
            "{record}: a new fact is a new tag"
        );
    }
}

/// The tags of a plaintext, and of a value that holds such.
fn tags_of(vectors: &Value) -> BTreeSet<u64> {
    let mut tags = BTreeSet::new();
    let tests = vectors["testGroups"].as_array().unwrap().iter();
    for test in tests.flat_map(|group| group["tests"].as_array().unwrap()) {
        let whole = [&test["expected"]["result"], &test["request"]];
        for plaintext in whole.iter().filter_map(|place| place["plaintext"].as_str()) {
            let plaintext = bytes(plaintext);
            let envelope = Envelope::parse(&plaintext);
            if test["result"] == "valid"
                && let Ok(envelope) = envelope
            {
                let records = envelope.records().flatten();
                tags.extend(records.map(|record| u64::from(record.tag.0)));
            }
        }
    }
    tags
}

// IOMT-REC-003
#[test]
fn every_record_has_golden_bytes_in_the_test_vectors_in_both_directions() {
    // Who writes readings never needs a skip; who reads them may meet one.
    let written: Vec<_> = schema()
        .into_iter()
        .filter(|record| !is_of_the_frame(record))
        .collect();
    let files = [
        (include_str!("../vectors/reading_encode.json"), written),
        (include_str!("../vectors/reading_decode.json"), schema()),
    ];
    for (file, records) in files {
        let vectors: Value = serde_json::from_str(file).unwrap();
        let there = tags_of(&vectors);
        let missing: Vec<_> = records
            .iter()
            .filter_map(|record| record["tag"].as_u64())
            .filter(|tag| !there.contains(tag))
            .collect();
        assert_eq!(missing, [0_u64; 0], "in {}", vectors["area"]);
    }
}
