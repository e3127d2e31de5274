use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{Device, bytes};
use crate::shim::text::{Side, hex};

const FLAGS: &[Flag] = &[
    Flag {
        name: "Direction",
        bug: "KEY",
        says: "takes the keys of the two directions for each other",
        effect: "nothing opens, or both sides seal under one key",
    },
    Flag {
        name: "Roots",
        bug: "KEY",
        says: "extracts the roots otherwise",
        effect: "the two sides have no key in common",
    },
    Flag {
        name: "Run",
        bug: "HEDGING",
        says: "draws the run otherwise",
        effect: "runs of two boots may be equal, and readings are taken for older ones",
    },
    Flag {
        name: "Zeros",
        bug: "KEY",
        says: "treats zeros as if nothing were there",
        effect: "the two sides have no key in common",
    },
];

fn asks(device: &Device) -> Value {
    json!({ "session": device.session() })
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "key_schedule",
        "From the hash and keys of a handshake to the secrets of a session.",
        FLAGS,
    );
    let group = area.group(
        "key_schedule",
        "the device answers",
        &["IOMT-EPOCH-001", "IOMT-EPOCH-002"],
        "Roots",
    );
    for number in 0..8 {
        let device = Device::named(&format!("answers {number}"), Side::Responder);
        group.valid(format!("session {number}"), asks(&device));
    }
    let group = area.group(
        "key_schedule",
        "the device asks",
        &["IOMT-EPOCH-001", "IOMT-EPOCH-002"],
        "Direction",
    );
    for number in 0..8 {
        let device = Device::named(&format!("asks {number}"), Side::Initiator);
        group.valid(format!("session {number}"), asks(&device));
    }
    let usual = Device::usual();
    let turned = Device {
        side: Side::Initiator,
        ..usual
    };
    group.valid("one handshake, the device answers", asks(&usual));
    group.valid("the same, the device asks", asks(&turned));
    group.valid(
        "the keys changed places",
        asks(&Device {
            k_ir: usual.k_ri,
            k_ri: usual.k_ir,
            ..usual
        }),
    );
    let group = area.group(
        "key_schedule",
        "unusual bytes",
        &["IOMT-EPOCH-002"],
        "Zeros",
    );
    for (what, device) in [
        (
            "a hash of zeros",
            Device {
                hash: [0; 32],
                ..usual
            },
        ),
        (
            "a key of zeros",
            Device {
                k_ir: [0; 32],
                ..usual
            },
        ),
        (
            "the other key of zeros",
            Device {
                k_ri: [0; 32],
                ..usual
            },
        ),
        (
            "a key of ones",
            Device {
                k_ir: [0xFF; 32],
                ..usual
            },
        ),
        (
            "the last byte another",
            Device {
                hash: last(usual.hash),
                ..usual
            },
        ),
        (
            "the first byte of a key zero",
            Device {
                k_ri: first(usual.k_ri),
                ..usual
            },
        ),
    ] {
        group.valid(what, asks(&device));
    }
    let group = area.group(
        "key_schedule",
        "runs",
        &["IOMT-EPOCH-010", "IOMT-ENV-002"],
        "Run",
    );
    for (name, number) in [
        ("a", 0),
        ("b", 0),
        ("a", 1),
        ("a", 2),
        ("c", 7),
        ("d", 255),
        ("e", 256),
        ("f", 1_000),
    ] {
        let mut request = asks(&usual);
        request["staticSecret"] = hex(usual.secret).into();
        request["random"] = hex(bytes::<32>(&format!("run {name}"))).into();
        request["number"] = number.into();
        group.valid(format!("random bytes {name}, number {number}"), request);
    }
    let mut request = asks(&turned);
    request["staticSecret"] = hex(bytes::<32>("another static")).into();
    request["random"] = hex([0; 32]).into();
    request["number"] = 3.into();
    group.valid("random bytes of zeros", request);
    area
}

const fn last(mut bytes: [u8; 32]) -> [u8; 32] {
    bytes[31] ^= 1;
    bytes
}

const fn first(mut bytes: [u8; 32]) -> [u8; 32] {
    bytes[0] = 0;
    bytes
}
