//! Makes the vector files: requests by hand, answers by the crate.
//!
//! The files are frozen: a new case goes to the end of its area, so that no `tcId` changes.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a generator that can not go on has to stop"
)]

mod area;
mod command;
mod common;
mod cpace;
mod decimal;
mod epoch;
mod evolution;
mod fhir;
mod fhir_records;
mod first_zero;
mod fragment;
mod frame_open;
mod frame_seal;
mod gateway;
mod gatt;
mod gatt_bodies;
mod gatt_clocks;
mod gatt_edges;
mod gatt_later;
mod gatt_states;
mod gatt_values;
mod key_schedule;
mod label;
mod locator;
mod medication;
mod outstanding;
mod padding;
mod pairing;
mod pairing_flags;
mod pairing_lengths;
mod pairing_packets;
mod pairing_trace;
mod payloads;
mod reading_decode;
mod reading_encode;
mod reassemble;
mod receipt;
mod received_set;
mod samples;
mod serial;
mod sfloat;
mod table;
mod two_faults;
mod waveform;

use area::Area;

/// Every area, in the order in which an implementation comes to them.
fn areas() -> Vec<Area> {
    let first = [
        decimal::area(),
        sfloat::area(),
        reading_decode::area(),
        reading_encode::area(),
        evolution::area(),
        waveform::area(),
        key_schedule::area(),
        epoch::area(),
        frame_seal::area(),
        frame_open::area(),
        locator::area(),
        received_set::area(),
        receipt::area(),
        outstanding::area(),
        command::area(),
        label::area(),
    ];
    let later = [
        cpace::area(),
        fragment::area(),
        reassemble::area(),
        serial::area(),
        gateway::area(),
        gatt::area(),
        fhir::area(),
    ];
    let pairing = pairing::areas();
    first.into_iter().chain(pairing).chain(later).collect()
}

/// Every file by its name, and its text.
pub(crate) fn files() -> Vec<(String, String)> {
    let areas = areas();
    area::check();
    let table = table::table(&areas);
    let vectors = areas
        .iter()
        .map(|area| (format!("{}.json", area.name), area.text()));
    vectors
        .chain([("README.md".to_owned(), readme(&table))])
        .collect()
}

/// Where the files are.
pub(crate) fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

const BEGIN: &str = "<!-- made by `conformance --generate` -->\n";
const END: &str = "<!-- to here -->\n";

/// Writes every file, and the table in the README.
pub(crate) fn write() -> std::io::Result<()> {
    for (name, text) in files() {
        std::fs::write(folder().join(name), text)?;
    }
    Ok(())
}

/// The README with this table in it.
fn readme(table: &str) -> String {
    let text = std::fs::read_to_string(folder().join("README.md")).unwrap_or_default();
    match text
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)))
    {
        Some((before, behind)) => format!("{before}{BEGIN}{table}{END}{behind}"),
        None => format!("{text}{BEGIN}{table}{END}"),
    }
}
