mod ahead;
mod forged;
mod limits;
mod marks;
mod twins;

use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{Device, bytes, cuts, flipped, frame, many, orders, unstored};
use crate::shim::text::Epoch;

const FLAGS: &[Flag] = &[
    Flag {
        name: "OtherVersion",
        bug: "EVOLUTION",
        says: "takes a packet of another version for one of version 1",
        effect: "a later version is misread",
    },
    Flag {
        name: "ForgedTag",
        bug: "AUTHENTICATION",
        says: "takes a frame whose tag has another bit",
        effect: "anybody can make up readings",
    },
    Flag {
        name: "ForgedText",
        bug: "AUTHENTICATION",
        says: "takes a frame whose text or header was changed",
        effect: "anybody can change readings",
    },
    Flag {
        name: "CutFrame",
        bug: "LENGTH",
        says: "takes a frame that was cut",
        effect: "readings are lost without a word, or the program ends",
    },
    Flag {
        name: "Header",
        bug: "MISSING_CHECK",
        says: "takes a header that version 1 does not have",
        effect: "a later version is misread",
    },
    Flag {
        name: "Strangers",
        bug: "STATE",
        says: "gives up what it knows for frames that are not authentic",
        effect: "anybody can make a server forget a device",
    },
    Flag {
        name: "Length",
        bug: "OFF_BY_ONE",
        says: "draws a limit in another place",
        effect: "the longest frame, or the last counter, is never heard",
    },
    Flag {
        name: "Route",
        bug: "STATE",
        says: "asks for one route",
        effect: "a frame that a gateway has forwarded does not open",
    },
    Flag {
        name: "Duplicate",
        bug: "REPLAY",
        says: "reveals a frame a second time",
        effect: "one dose is counted twice",
    },
    Flag {
        name: "MarkedBeforeAuthentication",
        bug: "ORDER",
        says: "marks a counter before the frame is authentic",
        effect: "a forger shuts out a reading",
    },
    Flag {
        name: "MarkedBeforeStored",
        bug: "ORDER",
        says: "marks a counter before the store has taken the frame",
        effect: "a reading is lost when the store fails",
    },
    Flag {
        name: "CounterMovedByForgery",
        bug: "ORDER",
        says: "moves the control counter for a forged frame",
        effect: "a forger silences a device",
    },
    Flag {
        name: "Replayed",
        bug: "REPLAY",
        says: "takes an old control frame",
        effect: "an old clock is taken for the present",
    },
    Flag {
        name: "Ahead",
        bug: "STATE",
        says: "does not find the epochs ahead",
        effect: "a device that was restarted is not heard any more",
    },
    Flag {
        name: "ShortInOtherEpoch",
        bug: "STATE",
        says: "tries short frames in other epochs than the newest two",
        effect: "work for strangers, or frames that do not open",
    },
    Flag {
        name: "SetFull",
        bug: "STATE",
        says: "takes more than its received set holds",
        effect: "a reading is acknowledged and not remembered",
    },
    Flag {
        name: "OtherSpace",
        bug: "STATE",
        says: "shares counters between spaces",
        effect: "an alarm is taken for a reading that was stored",
    },
    Flag {
        name: "Twins",
        bug: "STATE",
        says: "lets one epoch take the place of another with its locator",
        effect: "what a restored device sends is lost, or takes the place of older readings",
    },
    Flag {
        name: "Candidate",
        bug: "ORDER",
        says: "keeps the candidate of a frame that is not authentic",
        effect: "a forger shuts out an epoch",
    },
];

pub(super) fn asks(device: &Device, frames: &[Value]) -> Value {
    json!({ "session": device.session(), "frames": frames })
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "frame_open",
        "Frames as a server takes them, one behind the other.",
        FLAGS,
    );
    let device = Device::usual();
    let epochs: [Epoch; 10] = device.epochs();
    opened(&mut area, &device, &epochs);
    forged::forged(&mut area, &device, &epochs);
    forged::malformed(&mut area, &device, &epochs);
    marks::marks(&mut area, &device, &epochs);
    marks::control(&mut area, &device, &epochs);
    ahead::ahead(&mut area, &device, &epochs);
    marks::every_order(&mut area, &device, &epochs);
    forged::other_versions(&mut area, &device, &epochs);
    limits::limits(&mut area, &device, &epochs);
    limits::strangers(&mut area, &device, &epochs);
    twins::several(&mut area, &device, &epochs);
    twins::commands(&mut area, &device, &epochs);
    area
}

const READING: &[u8] = b"\x0e\x03\x04\xc0\x96\xb1\x02\x10\x04\x01\x00\xc4\x01";

fn opened(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let first = &epochs[0];
    let group = area.group(
        "open",
        "three forms of three spaces",
        &["IOMT-SEAL-010", "IOMT-SEAL-011", "IOMT-SEAL-012"],
        "Route",
    );
    for space in 0..3 {
        let begin = frame(first.unproved(space, 0, b"begin"));
        group.valid(
            format!("space {space}, unproved"),
            asks(device, &[frame(first.unproved(space, 3, READING))]),
        );
        group.valid(
            format!("space {space}, routed"),
            asks(
                device,
                &[begin.clone(), frame(first.routed(space, 3, READING))],
            ),
        );
        group.valid(
            format!("space {space}, short"),
            asks(device, &[begin, frame(first.short(space, 3, READING))]),
        );
    }
    let group = area.group(
        "open",
        "frames of every length class",
        &["IOMT-SEAL-006", "IOMT-SEAL-001"],
        "",
    );
    for len in [
        0, 1, 15, 16, 17, 31, 32, 63, 64, 65, 127, 128, 255, 256, 1_188,
    ] {
        group.valid(
            format!("{len} bytes"),
            asks(
                device,
                &[frame(first.unproved(0, 1, &many("a plaintext", len)))],
            ),
        );
    }
    let group = area.group("open", "counters", &["IOMT-SEAL-010", "IOMT-SEAL-011"], "");
    for counter in [0, 1, 255, 256, 0x01_02_03, 0x7F_FF_FF, 0xFF_FF_FE] {
        for space in 0..3 {
            group.valid(
                format!("space {space}, {counter:#08x}"),
                asks(device, &[frame(first.unproved(space, counter, b"count"))]),
            );
        }
    }
}
