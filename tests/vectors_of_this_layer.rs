//! The vectors of `tests/vectors/iomt`: what the crate does today is what the files say.
//!
//! ```text
//! cargo test --test vectors_of_this_layer                        compares
//! IOMT_WRITE_VECTORS=1 cargo test --test vectors_of_this_layer   writes the files anew: they are frozen, so only for new cases
//! python3 tests/vectors/iomt/check.py                            computes every value again, from the text alone
//! ```
//!
//! Each case is made by hand from the protocol's text, with plain primitives ([`text`]), and then given to the crate.
#![cfg(feature = "server")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

#[path = "vectors_of_this_layer/carriers.rs"]
mod carriers;
#[path = "vectors_of_this_layer/control.rs"]
mod control;
#[path = "vectors_of_this_layer/frames.rs"]
mod frames;
#[path = "vectors_of_this_layer/handshakes.rs"]
mod handshakes;
#[path = "vectors_of_this_layer/keys.rs"]
mod keys;
#[path = "vectors_of_this_layer/labels.rs"]
mod labels;
#[path = "vectors_of_this_layer/receipts.rs"]
mod receipts;
#[path = "vectors_of_this_layer/rows.rs"]
mod rows;
#[path = "vectors_of_this_layer/sets.rs"]
mod sets;
#[path = "vectors_of_this_layer/text.rs"]
mod text;

use serde_json::{Value, json};

/// One file: its group of tests, and what its flags mean.
struct File {
    name: &'static str,
    about: &'static str,
    notes: Value,
    groups: Vec<Value>,
}

impl File {
    fn text(mut self) -> String {
        let mut number = 0;
        for group in &mut self.groups {
            for test in group["tests"].as_array_mut().unwrap() {
                number += 1;
                test["tcId"] = number.into();
            }
        }
        let file = json!({
            "algorithm": "iomt version 1, suite 1",
            "header": [self.about],
            "notes": self.notes,
            "numberOfTests": number,
            "testGroups": self.groups,
        });
        format!("{}\n", serde_json::to_string_pretty(&file).unwrap())
    }

    fn check(self) {
        let path = format!(
            "{}/tests/vectors/iomt/{}.json",
            env!("CARGO_MANIFEST_DIR"),
            self.name
        );
        let made = self.text();
        if std::env::var_os("IOMT_WRITE_VECTORS").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let frozen = std::fs::read_to_string(&path).unwrap();
        assert!(made == frozen, "{path} says something else");
    }
}

// IOMT-EPOCH-001, IOMT-EPOCH-002, IOMT-EPOCH-004
#[test]
fn the_key_schedule() {
    keys::file().check();
}

// IOMT-SEAL-010, IOMT-SEAL-011, IOMT-SEAL-018, IOMT-SEAL-031, IOMT-SEAL-033, IOMT-SEAL-036
#[test]
fn frames_valid_and_not() {
    frames::file().check();
}

// IOMT-RCPT-010, IOMT-RCPT-015, IOMT-RCPT-016, IOMT-RCPT-017, IOMT-RCPT-019, IOMT-RCPT-025,
// IOMT-RCPT-026
#[test]
fn receipts_valid_and_not() {
    receipts::file().check();
}

// IOMT-OUT-001, IOMT-OUT-002, IOMT-OUT-010, IOMT-OUT-022, IOMT-OUT-023, IOMT-OUT-024, IOMT-OUT-025
#[test]
fn control_plaintexts_valid_and_not() {
    control::file().check();
}

// IOMT-PAIR-001, IOMT-PAIR-002, IOMT-PAIR-003, IOMT-PAIR-031
#[test]
fn handshakes_of_three_models() {
    handshakes::file().check();
}

// IOMT-LABEL-001, IOMT-LABEL-003, IOMT-LABEL-005
#[test]
fn texts_of_labels() {
    labels::file().check();
}

// IOMT-RCPT-001, IOMT-RCPT-002, IOMT-RCPT-004
#[test]
fn received_sets_and_their_receipts() {
    sets::file().check();
}

// IOMT-CARR-020, IOMT-CARR-030, IOMT-CARR-034, IOMT-CARR-040
#[test]
fn carriers_of_datagrams() {
    carriers::file().check();
}

// IOMT-EPOCH-032, IOMT-EPOCH-034
#[test]
fn rows_of_a_server() {
    rows::file().check();
}
