//! The machine-readable schema of all records, `src/guide/records.json`: it reads every golden body to its last byte,
//! and the byte tables, the JSON Schema and the protobuf file are made from it. The table of metrics, and what the
//! documentation of each metric and unit says of its unit, range and codes, are made from the crate's own tables.
//!
//! `IOMT_WRITE_SCHEMA=1 cargo test --test schema_file` writes them all anew, for what was added; without it, one that
//! differs from what stands there fails.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of a test"
)]

mod byte_tables;
mod constants;
mod frozen;
mod json_schema;
mod metrics;
mod proto;
mod words;

use std::path::{Path, PathBuf};

use serde_json::Value;

fn json(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

fn schema() -> Vec<Value> {
    json(include_str!("../../src/guide/records.json"))
}

/// The lines of `tests/vectors/records/golden.json`.
fn golden() -> Vec<Value> {
    json(include_str!("../vectors/records/golden.json"))
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

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file)
}

fn source(file: &str) -> String {
    std::fs::read_to_string(path(file)).unwrap()
}

fn assert_stands(file: &str, made: &str) {
    if std::env::var_os("IOMT_WRITE_SCHEMA").is_some() {
        std::fs::write(path(file), made).unwrap();
    }
    assert!(
        source(file) == made,
        "{file} is not what the tables make; IOMT_WRITE_SCHEMA=1 writes it"
    );
}

#[test]
fn the_byte_tables_are_those_of_the_schema_and_read_every_golden_body() {
    assert_stands("guide/records.md", &byte_tables::page());
}

#[test]
fn the_json_schema_is_that_of_the_schema() {
    assert_stands("guide/records.schema.json", &json_schema::json_schema());
}

#[test]
fn the_protobuf_file_is_that_of_the_schema() {
    assert_stands("guide/records.proto", &proto::proto());
}

// IOMT-FHIR-004, IOMT-DATA-030
#[test]
fn the_page_of_metrics_is_that_of_the_table_and_marks_what_is_unverified() {
    assert_stands("guide/specification/metrics.md", &metrics::page());
}

#[test]
fn each_metric_says_its_unit_range_and_codes_as_the_table_has_them() {
    assert_stands("reading/metric/codes.rs", &constants::metrics());
}

#[test]
fn each_unit_says_its_code_and_dimension_as_the_table_has_them() {
    assert_stands("reading/unit/codes.rs", &constants::units());
}
