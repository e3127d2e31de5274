use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::many;
use crate::shim::text::hex;

const FLAGS: &[Flag] = &[
    Flag {
        name: "LastBit",
        bug: "ENCODING",
        says: "marks the last fragment otherwise",
        effect: "a datagram never ends",
    },
    Flag {
        name: "Size",
        bug: "OFF_BY_ONE",
        says: "fills a value with more or fewer bytes",
        effect: "a radio cuts the value, or needs more of them",
    },
    Flag {
        name: "Mtu",
        bug: "OFF_BY_ONE",
        says: "takes another payload from the MTU",
        effect: "a radio cuts the value",
    },
    Flag {
        name: "MessageNumber",
        bug: "ENCODING",
        says: "counts messages otherwise",
        effect: "fragments of two datagrams are mixed",
    },
    Flag {
        name: "Length",
        bug: "LENGTH",
        says: "sends what is no datagram",
        effect: "the other side drops it",
    },
];

fn asks(len: usize, mtu: u16, message: u8) -> Value {
    json!({ "datagram": hex(many("datagram", len)), "mtu": mtu, "message": message })
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "fragment",
        "A datagram cut to the values of a Bluetooth LE characteristic.",
        FLAGS,
    );
    let group = area.group(
        "fragment",
        "lengths at the smallest MTU",
        &["IOMT-CARR-020"],
        "Size",
    );
    for len in [1, 2, 17, 18, 19, 35, 36, 37, 40, 54, 90, 96] {
        group.valid(format!("{len} bytes"), asks(len, 23, 7));
    }
    let group = area.group(
        "fragment",
        "lengths around a whole value",
        &["IOMT-CARR-020"],
        "LastBit",
    );
    for (mtu, room) in [(50, 45), (100, 95), (185, 180)] {
        for len in [room - 1, room, room + 1, 2 * room, 2 * room + 1] {
            group.valid(format!("{len} bytes at an MTU of {mtu}"), asks(len, mtu, 9));
        }
    }
    let group = area.group("fragment", "MTUs", &["IOMT-CARR-020"], "Mtu");
    for mtu in [0, 1, 22, 23, 24, 158, 247, 514, 515, 516, 517, 65_535] {
        group.valid(
            format!("an MTU of {mtu}"),
            asks(if mtu < 100 { 60 } else { 300 }, mtu, 3),
        );
    }
    let group = area.group(
        "fragment",
        "message numbers",
        &["IOMT-CARR-020"],
        "MessageNumber",
    );
    for message in [0, 1, 127, 128, 254, 255] {
        group.valid(format!("message {message}"), asks(40, 23, message));
    }
    let group = area.group(
        "fragment",
        "the longest datagram, and longer",
        &["IOMT-CARR-020", "IOMT-CARR-027"],
        "Length",
    );
    group.valid("1,232 bytes at the largest MTU", asks(1_232, 515, 1));
    group.valid("1,232 bytes at the smallest", asks(1_232, 23, 1));
    group.invalid("1,233 bytes", "datagram_too_long", asks(1_233, 515, 1));
    group.invalid("nothing", "empty_datagram", asks(0, 100, 1));
    let group = area.group(
        "fragment",
        "the longest datagram where a value might be longer than 512 bytes",
        &["IOMT-CARR-020", "IOMT-CARR-022", "IOMT-LIM-001"],
        "Mtu",
    );
    for mtu in [516, 517, 518, 1_235, 65_535] {
        group.valid(format!("an MTU of {mtu}"), asks(1_232, mtu, 1));
    }
    area
}
