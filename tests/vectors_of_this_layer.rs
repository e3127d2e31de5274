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

#[test]
fn the_key_schedule() {
    keys::file().check();
}

#[test]
fn frames_valid_and_not() {
    frames::file().check();
}

#[test]
fn receipts_valid_and_not() {
    receipts::file().check();
}

#[test]
fn control_plaintexts_valid_and_not() {
    control::file().check();
}

#[test]
fn handshakes_of_three_models() {
    handshakes::file().check();
}

#[test]
fn texts_of_labels() {
    labels::file().check();
}

#[test]
fn received_sets_and_their_receipts() {
    sets::file().check();
}

#[test]
fn carriers_of_datagrams() {
    carriers::file().check();
}

#[test]
fn rows_of_a_server() {
    rows::file().check();
}
