//! Values of characteristics whose meaning others have published; more of them where `IOMT_SHARED` names a folder of such.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of a test"
)]

#[path = "gatt/facts.rs"]
mod facts;
#[path = "gatt/metrics.rs"]
mod metrics;
#[path = "gatt/outside.rs"]
mod outside;

use iomt::gatt::{Error, Payload};
use iomt::reading::{Observation, Value};
use iomt::time::Instant;

/// The bytes that a text of hexadecimal digits stands for.
fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
    (0..hex.len()).step_by(2).map(digit).collect()
}

/// A number as text, with its precision; the specials by their name.
fn text(value: Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::NotANumber => "NaN".into(),
        other => other.to_string(),
    }
}

/// All observations of a payload, panels taken apart.
fn observations(payload: &Payload<'_>) -> Vec<Observation> {
    let mut all = Vec::new();
    payload.for_each_reading(Instant::ZERO, |reading| all.extend(reading.parts));
    all
}

/// What was decoded is encoded to a value that decodes to the same.
fn assert_comes_back(uuid: u16, payload: &Payload<'_>) {
    let mut out = [0; 512];
    let encoded = payload
        .encode(&mut out)
        .expect("what was read can be written");
    assert_eq!(Payload::decode(uuid, encoded).as_ref(), Ok(payload));
}

fn refusal(uuid: u16, hex: &str) -> Error {
    let bytes = bytes(hex);
    Payload::decode(uuid, &bytes).expect_err(hex)
}
