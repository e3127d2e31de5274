//! The machine-readable schema of all records, `src/guide/records.json`: it reads every golden body to its last byte,
//! and the byte tables, the JSON Schema and the protobuf file are made from it.
//!
//! `IOMT_WRITE_SCHEMA=1 cargo test --test schema_file` writes the three anew, for a record that was added; without
//! it, one that differs from what stands there fails.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of a test"
)]

use std::fmt::Write as _;
use std::path::Path;

use iomt::wire::{Envelope, Reader, RecordJson, Records};
use serde_json::{Value, json};

fn json(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

fn schema() -> Vec<Value> {
    json(include_str!("../src/guide/records.json"))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or("")
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(digits).collect()
}

fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(" ")
}

const fn unzigzag(code: u64) -> i64 {
    (code >> 1).cast_signed() ^ -((code & 1).cast_signed())
}

/// Takes one field off, and says what it holds.
fn field(kind: &str, reader: &mut Reader<'_>) -> String {
    match kind {
        "u8" => reader.u8().unwrap().to_string(),
        "i8" => reader.u8().unwrap().cast_signed().to_string(),
        "varint" => reader.varint().unwrap().to_string(),
        "zigzag" => unzigzag(reader.varint().unwrap()).to_string(),
        "zigzags" => {
            let mut all = Vec::new();
            while reader.left() > 0 {
                all.push(unzigzag(reader.varint().unwrap()).to_string());
            }
            all.join(", ")
        }
        "option" => match reader.u8().unwrap() {
            0 => String::from("none"),
            1 => unzigzag(reader.varint().unwrap()).to_string(),
            other => panic!("{other} is no option"),
        },
        "text" => {
            let len = reader.varint_as().unwrap();
            let text = std::str::from_utf8(reader.take(len).unwrap()).unwrap();
            format!("“{text}”")
        }
        "bytes" => {
            let len: usize = reader.varint_as().unwrap();
            reader.take(len).unwrap();
            format!("{len} bytes")
        }
        other => panic!("no type {other}"),
    }
}

/// A golden body, a line for each field of the schema.
fn worked(record: &Value, body: &[u8]) -> String {
    let mut reader = Reader::new(body);
    let mut lines = String::new();
    for entry in record["body"].as_array().unwrap() {
        let before = body.len() - reader.left();
        let value = field(text(entry, "type"), &mut reader);
        let taken = hex(&body[before..body.len() - reader.left()]);
        writeln!(lines, "{taken:<24} {}: {value}", text(entry, "field")).unwrap();
    }
    assert_eq!(reader.left(), 0, "{record}");
    lines
}

fn page() -> String {
    let vectors = json(include_str!("data/records.json"));
    let mut page = String::from(
        "Every record with its fields and one body, byte by byte, and its canonical JSON.\n\nMade from `src/guide/records.json`, \
         which describes them to machines; beside it stand a JSON Schema of the\ncanonical JSON and a protobuf file of the fields. The frame around \
         them is in the [specification](crate::guide::specification::envelope).\n\n| type | bytes |\n|---|---|\n| `u8`, `i8` | one \
         |\n| `varint` | 1 to 10 |\n| `zigzag` | a varint; `zigzags`: as many as are left |\n| `option` | 0; or 1 and a \
         zigzag |\n| `text`, `bytes` | a varint of the length, then UTF-8, or bytes |\n\n# To add one\n\n1. A new fact is a \
         new tag: the next free even one, odd where a reader that does not know it must refuse. Never a field\n   more in a \
         body that was in a numbered release.\n2. Lists are bytes of items that say their length, never a bare list; \
         codes are open numbers, never an enum that grows.\n3. A small file under `src/reading`, one under \
         `src/wire/record` where it needs a body of its own, an arm in `Record`.\n4. A line in `records.json`, a sample in \
         `tests/schema_records/samples.rs`, its bytes in `tests/data/records.json`.\n",
    );
    for record in schema() {
        let golden = vectors
            .iter()
            .find(|line| line["tag"] == record["tag"])
            .unwrap();
        let plaintext = bytes(text(golden, "plaintext"));
        let raw = Envelope::parse(&plaintext)
            .unwrap()
            .records()
            .last()
            .unwrap()
            .unwrap();
        assert_eq!(record["tag"], raw.tag.0);
        let (tag, name, stability) = (
            &record["tag"],
            text(&record, "record"),
            text(&record, "stability"),
        );
        write!(
            page,
            "\n# {tag}: {name}\n\n*{stability}*\n\n| field | type | |\n|---|---|---|\n"
        )
        .unwrap();
        for entry in record["body"].as_array().unwrap() {
            let (field, kind, unit) = (
                text(entry, "field"),
                text(entry, "type"),
                text(entry, "unit"),
            );
            writeln!(page, "| {field} | `{kind}` | {unit} |").unwrap();
        }
        let (_, sample) = Records::new(&Envelope::parse(&plaintext).unwrap())
            .last()
            .unwrap();
        let json = RecordJson::from(&sample.unwrap()).to_json();
        let worked = worked(&record, raw.body);
        write!(page, "\n```text\n{worked}```\n\n```json\n{json}\n```\n").unwrap();
    }
    page
}

/// `UTC offset` as `utc_offset`.
fn identifier(name: &str) -> String {
    name.to_lowercase().replace([' ', '-'], "_")
}

/// A member of the canonical JSON.
fn json_type(kind: &str) -> Value {
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
fn json_object(properties: serde_json::Map<String, Value>, optional: &[&str]) -> Value {
    let required: Vec<String> = properties
        .keys()
        .filter(|name| !optional.contains(&name.as_str()))
        .cloned()
        .collect();
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}

fn json_definitions() -> Value {
    let text = |pattern: &str| json!({"type": "string", "pattern": pattern});
    let members = |all: &[(&str, &str)]| -> serde_json::Map<String, Value> {
        all.iter()
            .map(|(name, kind)| ((*name).to_string(), json_type(kind)))
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
        "stamp": json_object(members(&stamp), &["utcOffset"]),
        "component": json_object(members(&component), &["status"]),
        "components": {"type": "array", "items": {"$ref": "#/$defs/component"}, "minItems": 1, "maxItems": 6}
    })
}

fn json_record(name: &str, members: &serde_json::Map<String, Value>) -> Value {
    let kind = |value: &Value| value.as_str().unwrap().to_string();
    let optional: Vec<&str> = members
        .iter()
        .filter(|(_, value)| kind(value).ends_with('?'))
        .map(|(name, _)| name.as_str())
        .collect();
    let mut properties: serde_json::Map<String, Value> = members
        .iter()
        .map(|(name, value)| (name.clone(), json_type(&kind(value))))
        .collect();
    properties.insert("record".into(), json!({"const": name}));
    let mut object = json_object(properties, &optional);
    object["title"] = name.into();
    object
}

fn json_schema() -> String {
    let described: Vec<Value> = schema();
    let forms = described
        .iter()
        .filter_map(|record| record["json"].as_object());
    let mut records: Vec<Value> = forms
        .flatten()
        .map(|(name, members)| json_record(name, members.as_object().unwrap()))
        .collect();
    let unknown = json!({"tag": "u32", "body": "hex"});
    records.push(json_record("unknown", unknown.as_object().unwrap()));
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The canonical JSON of a record of iomt",
        "$defs": json_definitions(),
        "oneOf": records
    });
    serde_json::to_string_pretty(&whole).unwrap() + "\n"
}

fn proto() -> String {
    let mut proto = String::from(
        "// The fields of the records of iomt, for programs that pass them on. Not the wire format: see records.md.\n\
         syntax = \"proto3\";\n\npackage iomt.records;\n",
    );
    let mut choices = String::new();
    for record in schema() {
        let title: String = text(&record, "record")
            .split(' ')
            .map(|word| word[..1].to_uppercase() + &word[1..])
            .collect();
        write!(proto, "\nmessage {title} {{\n").unwrap();
        for (number, entry) in (1..).zip(record["body"].as_array().unwrap()) {
            let kind = match text(entry, "type") {
                "u8" => "uint32",
                "i8" => "sint32",
                "varint" => "uint64",
                "zigzag" => "sint64",
                "zigzags" => "repeated sint64",
                "option" => "optional sint64",
                "text" => "string",
                _ => "bytes",
            };
            writeln!(
                proto,
                "  {kind} {} = {number};",
                identifier(text(entry, "field"))
            )
            .unwrap();
        }
        proto.push_str("}\n");
        writeln!(
            choices,
            "    {title} {} = {};",
            identifier(text(&record, "record")),
            record["tag"]
        )
        .unwrap();
    }
    write!(proto, "\n// A record; its field number is its tag.\nmessage Record {{\n  oneof record {{\n{choices}  }}\n}}\n").unwrap();
    proto
}

fn assert_stands(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/guide")
        .join(name);
    if std::env::var_os("IOMT_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let stands = std::fs::read_to_string(&path).unwrap();
    assert!(
        stands == made,
        "{name} is not what records.json makes; IOMT_WRITE_SCHEMA=1 writes it"
    );
}

#[test]
fn the_byte_tables_are_those_of_the_schema_and_read_every_golden_body() {
    assert_stands("records.md", &page());
}

#[test]
fn the_json_schema_is_that_of_the_schema() {
    assert_stands("records.schema.json", &json_schema());
}

#[test]
fn the_protobuf_file_is_that_of_the_schema() {
    assert_stands("records.proto", &proto());
}

#[test]
fn every_record_that_has_golden_bytes_is_in_the_schema_once() {
    let tags = |lines: Vec<Value>| -> Vec<u64> {
        lines
            .iter()
            .filter_map(|line| line["tag"].as_u64())
            .collect()
    };
    assert_eq!(
        tags(schema()),
        tags(json(include_str!("data/records.json")))
    );
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
fn the_schema_of_a_body_is_the_one_that_its_golden_bytes_were_made_with() {
    let golden = json(include_str!("data/records.json"));
    for record in schema() {
        let line = golden
            .iter()
            .find(|line| line["tag"] == record["tag"])
            .unwrap();
        assert_eq!(
            line["schema"],
            schema_hash(&record),
            "{record}: a new fact is a new tag"
        );
    }
}
