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

mod byte_tables;
mod frozen;
mod json_schema;
mod proto;

use std::path::Path;

use serde_json::Value;

fn json(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

fn schema() -> Vec<Value> {
    json(include_str!("../../src/guide/records.json"))
}

/// The lines of `tests/data/records.json`.
fn golden() -> Vec<Value> {
    json(include_str!("../data/records.json"))
}

/// Padding, time base and skip: their bytes stand in the schema, for they are no records of a reading.
fn is_of_the_frame(record: &Value) -> bool {
    record["plaintext"].is_string()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or("")
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(digits).collect()
}

/// Octets with blanks between them.
fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(" ")
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
    assert_stands("records.md", &byte_tables::page());
}

#[test]
fn the_json_schema_is_that_of_the_schema() {
    assert_stands("records.schema.json", &json_schema::json_schema());
}

#[test]
fn the_protobuf_file_is_that_of_the_schema() {
    assert_stands("records.proto", &proto::proto());
}
