mod read;
mod refused;
mod written;

use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{Device, bytes, cuts, flipped, frame, many, unstored};
use crate::shim::text::{Epoch, hex, hmac, u24, varint};

const FLAGS: &[Flag] = &[
    Flag {
        name: "Unreadable",
        bug: "STATE",
        says: "acknowledges what it can read alone",
        effect: "a frame that nobody can read is sent for ever, and holds up those behind it",
    },
    Flag {
        name: "ForgedProof",
        bug: "AUTHENTICATION",
        says: "believes a receipt whose proof has another bit",
        effect: "anybody makes a device drop readings",
    },
    Flag {
        name: "ForgedBody",
        bug: "AUTHENTICATION",
        says: "believes a receipt whose body was changed",
        effect: "a device drops readings that nobody stored",
    },
    Flag {
        name: "EchoedTag",
        bug: "AUTHENTICATION",
        says: "proves a receipt with another epoch's tag",
        effect: "an old receipt is taken for a sign of life",
    },
    Flag {
        name: "CutReceipt",
        bug: "LENGTH",
        says: "takes a body that was cut",
        effect: "part of a receipt is believed",
    },
    Flag {
        name: "Entry",
        bug: "MISSING_CHECK",
        says: "takes an entry that is malformed",
        effect: "a device drops readings that nobody stored",
    },
    Flag {
        name: "Undated",
        bug: "MISSING_CHECK",
        says: "takes the time of a receipt that echoes nothing",
        effect: "a device sets its clock by an old receipt",
    },
    Flag {
        name: "Fields",
        bug: "EVOLUTION",
        says: "refuses a field of a later version",
        effect: "a newer server is not heard",
    },
    Flag {
        name: "OffByOne",
        bug: "OFF_BY_ONE",
        says: "names a counter too many or too few",
        effect: "a reading that was not stored is dropped, or one is sent for ever",
    },
    Flag {
        name: "Echo",
        bug: "STATE",
        says: "echoes another control frame",
        effect: "a device does not hear that it is heard",
    },
    Flag {
        name: "Unstored",
        bug: "ORDER",
        says: "acknowledges what is not stored",
        effect: "a reading is lost when the store fails",
    },
];

const NO_ECHO: u32 = 0xFF_FF_FF;

const DATED: [u64; 2] = [1_764_000_000_123, 30_000];

/// One space of one epoch: floor, and gap and length of each range.
struct Entry<'a>(&'a Epoch, u8, u64, &'a [(u64, u64)]);

fn body(echo: u32, [time, wait]: [u64; 2], entries: &[Entry<'_>]) -> Vec<u8> {
    let count = varint(entries.len() as u64);
    let mut body = [&u24(echo)[..], &varint(time), &varint(wait), &count].concat();
    for Entry(epoch, space, floor, ranges) in entries {
        body.extend_from_slice(&epoch.tag[..8]);
        body.push(*space);
        body.extend(varint(*floor));
        body.extend(varint(ranges.len() as u64));
        for (gap, len) in *ranges {
            body.extend([varint(*gap), varint(*len)].concat());
        }
    }
    body
}

/// A device in whose session receipts are read.
struct Scene {
    device: Device,
    epochs: [Epoch; 3],
}

impl Scene {
    fn receipt(&self, epoch: &Epoch, echoed: &[u8; 16], body: &[u8]) -> Vec<u8> {
        let key = self.device.keys().receipt_key;
        let proof = hmac(&key, &[&[0x41], &epoch.locator, echoed, body]);
        [&[0x41], &epoch.locator[..], body, &proof[..16]].concat()
    }

    fn undated(&self, body: &[u8]) -> Vec<u8> {
        self.receipt(&self.epochs[0], &[0; 16], body)
    }

    /// At a device that has opened epochs 0 and 1.
    fn asks(&self, packet: &[u8]) -> Value {
        let random: Vec<_> = (0..2).map(|number| hex(Device::random(number))).collect();
        json!({ "session": self.device.session(), "staticSecret": hex(self.device.secret), "random": random, "packet": hex(packet) })
    }
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "receipt",
        "Receipts: what a device believes, and what a server writes.",
        FLAGS,
    );
    let device = Device::usual();
    let scene = Scene {
        epochs: device.epochs(),
        device,
    };
    read::believed(&mut area, &scene);
    refused::forged(&mut area, &scene);
    refused::malformed(&mut area, &scene);
    written::written(&mut area, &scene);
    refused::packets_cut_short(&mut area, &scene);
    refused::ends(&mut area, &scene);
    written::unreadable(&mut area, &scene);
    written::twins(&mut area, &scene);
    refused::two_faults(&mut area, &scene);
    read::limits(&mut area, &scene);
    area
}

fn hole<'a>(scene: &'a Scene) -> [Entry<'a>; 4] {
    let [first, second, _] = &scene.epochs;
    [
        Entry(first, 0, 5, &[(1, 2), (3, 1)]),
        Entry(first, 1, 0, &[]),
        Entry(second, 0, 0, &[(1, 1)]),
        Entry(second, 1, 0xFF_FF_FF, &[]),
    ]
}
