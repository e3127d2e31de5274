use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{Device, bytes};
use crate::shim::text::{Side, hex};

const FLAGS: &[Flag] = &[
    Flag {
        name: "SaltIgnored",
        bug: "KEY",
        says: "leaves the salt out of an epoch's secret",
        effect: "a restored device seals two texts under one key and nonce",
    },
    Flag {
        name: "Chain",
        bug: "KEY",
        says: "does not step the chain of epochs",
        effect: "keys of later days follow from those of earlier ones, or nothing opens",
    },
    Flag {
        name: "Hedge",
        bug: "HEDGING",
        says: "hedges the salt with something else",
        effect: "a dead generator repeats a key",
    },
    Flag {
        name: "Number",
        bug: "BYTE_ORDER",
        says: "writes the epoch's number otherwise into the hedge",
        effect: "salts differ from those of the text",
    },
];

pub(super) fn asks(device: &Device, number: u32, random: [u8; 32]) -> Value {
    json!({ "session": device.session(), "staticSecret": hex(device.secret), "random": hex(random), "number": number })
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "epoch",
        "Locator, secret, tag and keys of an epoch, with a hedged salt.",
        FLAGS,
    );
    let usual = Device::usual();
    let group = area.group(
        "epoch",
        "the first epochs of a session",
        &["IOMT-EPOCH-001", "IOMT-EPOCH-004"],
        "Chain",
    );
    for number in [0, 1, 2, 3, 7, 8, 9] {
        group.valid(
            format!("epoch {number}"),
            asks(&usual, number, Device::random(number)),
        );
    }
    let group = area.group("epoch", "later epochs", &["IOMT-EPOCH-004"], "Number");
    for number in [127, 128, 255, 256, 257, 999, 1_000] {
        group.valid(
            format!("epoch {number}"),
            asks(&usual, number, Device::random(number)),
        );
    }
    let group = area.group(
        "epoch",
        "one epoch with other random bytes",
        &["IOMT-EPOCH-010", "IOMT-EPOCH-004"],
        "SaltIgnored",
    );
    for number in 0..8 {
        group.valid(
            format!("random bytes {number}"),
            asks(&usual, 0, bytes(&format!("salt {number}"))),
        );
    }
    group.valid("random bytes of zeros", asks(&usual, 0, [0; 32]));
    group.valid("random bytes of ones", asks(&usual, 0, [0xFF; 32]));
    let group = area.group(
        "epoch",
        "equal random bytes of other devices and sessions",
        &["IOMT-EPOCH-010"],
        "Hedge",
    );
    for number in 0..6 {
        let device = Device::named(&format!("other {number}"), Side::Initiator);
        group.valid(
            format!("session {number}"),
            asks(&device, 0, Device::random(0)),
        );
    }
    for number in 0..4 {
        let device = Device {
            secret: bytes(&format!("other static {number}")),
            ..usual
        };
        group.valid(
            format!("static key {number}"),
            asks(&device, 1, Device::random(0)),
        );
    }
    for number in 0..3 {
        group.valid(
            format!("epoch {number} with equal bytes"),
            asks(&usual, number, bytes("dead")),
        );
    }
    area
}
