use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{Device, cuts, flipped, frame, unstored};
use crate::shim::text::{Epoch, hex, hmac, u24, varint};

const FLAGS: &[Flag] = &[
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
    believed(&mut area, &scene);
    forged(&mut area, &scene);
    malformed(&mut area, &scene);
    written(&mut area, &scene);
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

fn believed(area: &mut Area, scene: &Scene) {
    let [first, second, third] = &scene.epochs;
    let group = area.group(
        "receipt",
        "authentic receipts",
        &["IOMT-RCPT-010", "IOMT-RCPT-018", "IOMT-RCPT-020"],
        "OffByOne",
    );
    group.valid(
        "nothing is stored",
        scene.asks(&scene.undated(&body(NO_ECHO, [0, 0], &[]))),
    );
    group.valid(
        "two epochs, with holes",
        scene.asks(&scene.undated(&body(NO_ECHO, [0, 0], &hole(scene)))),
    );
    for echo in [0, 1, 255, 256, 0xFF_FF_FE] {
        group.valid(
            format!("echo {echo} of epoch 0"),
            scene.asks(&scene.receipt(first, &first.tag, &body(echo, DATED, &hole(scene)))),
        );
        group.valid(
            format!("echo {echo} of epoch 1"),
            scene.asks(&scene.receipt(second, &second.tag, &body(echo, [0, 0], &[]))),
        );
    }
    group.valid(
        "an entry of an epoch of nobody",
        scene.asks(&scene.undated(&body(NO_ECHO, [0, 0], &[Entry(third, 0, 3, &[])]))),
    );
    for (what, ranges) in [
        ("one range", vec![(1, 1)]),
        ("sixteen ranges", vec![(2, 3); 16]),
        ("a long range", vec![(1, 0xFF_FF_00)]),
        ("a wide gap", vec![(0xFF_00_00, 7)]),
    ] {
        group.valid(
            what,
            scene.asks(&scene.undated(&body(NO_ECHO, [0, 0], &[Entry(first, 0, 0, &ranges)]))),
        );
    }
    for floor in [0, 1, 127, 128, 65_536, 0xFF_FF_FF] {
        group.valid(
            format!("floor {floor}"),
            scene.asks(&scene.undated(&body(NO_ECHO, [0, 0], &[Entry(first, 1, floor, &[])]))),
        );
    }
    let group = area.group(
        "receipt",
        "time and wait",
        &["IOMT-RCPT-019", "IOMT-RCPT-022"],
        "Undated",
    );
    group.valid(
        "without an echo",
        scene.asks(&scene.undated(&body(NO_ECHO, DATED, &[]))),
    );
    for dated in [
        DATED,
        [1, 0],
        [0, 1],
        [u64::MAX, 7],
        [1_764_000_000_000, u64::MAX],
    ] {
        group.valid(
            format!("{dated:?} with an echo"),
            scene.asks(&scene.receipt(first, &first.tag, &body(3, dated, &[]))),
        );
        group.valid(
            format!("{dated:?} without one"),
            scene.asks(&scene.undated(&body(NO_ECHO, dated, &[]))),
        );
    }
    let group = area.group(
        "receipt",
        "fields of later versions",
        &["IOMT-RCPT-017"],
        "Fields",
    );
    for (what, fields) in [
        ("one", &[9, 2, 0xAA, 0xBB][..]),
        ("two", &[1, 0, 0x81, 1, 1, 7]),
        ("an empty one", &[3, 0]),
        ("odd and even", &[5, 1, 9, 6, 1, 8]),
        ("the same twice", &[2, 1, 4, 2, 1, 5]),
    ] {
        let whole = [&body(NO_ECHO, [0, 0], &[])[..], fields].concat();
        group.valid(what, scene.asks(&scene.undated(&whole)));
    }
    for (what, fields) in [
        ("a field that is cut", &[9, 3, 0xAA][..]),
        ("half a tag", &[0x89]),
        ("a tag without a length", &[9]),
        ("an over-long length", &[9, 0x81, 0, 7]),
    ] {
        let whole = [&body(NO_ECHO, [0, 0], &[])[..], fields].concat();
        group.refused(what, scene.asks(&scene.undated(&whole)));
    }
}

fn forged(area: &mut Area, scene: &Scene) {
    let [first, second, third] = &scene.epochs;
    let whole = scene.receipt(first, &first.tag, &body(3, DATED, &hole(scene)));
    let group = area.group(
        "receipt",
        "every bit of the proof",
        &["IOMT-RCPT-010", "IOMT-RCPT-011"],
        "ForgedProof",
    );
    for bit in 0..128 {
        group.invalid(
            format!("bit {bit}"),
            "not_authentic",
            scene.asks(&flipped(&whole, 8 * (whole.len() - 16) + bit)),
        );
    }
    let group = area
        .group(
            "receipt",
            "bodies that were changed",
            &["IOMT-RCPT-010", "IOMT-RCPT-011"],
            "ForgedBody",
        )
        .judged("any_error");
    for bit in (72..8 * (whole.len() - 16)).step_by(13) {
        group.refused(format!("bit {bit}"), scene.asks(&flipped(&whole, bit)));
    }
    let group = area.group(
        "receipt",
        "proofs with another tag",
        &["IOMT-RCPT-010", "IOMT-RCPT-022", "IOMT-RCPT-025"],
        "EchoedTag",
    );
    let dated = body(3, DATED, &hole(scene));
    let none = body(NO_ECHO, [0, 0], &hole(scene));
    let stranger = scene.receipt(third, &third.tag, &dated);
    let mut moved = whole.clone();
    moved[1..9].copy_from_slice(&second.locator);
    let other = Device::named("stranger", scene.device.side);
    let of_other = Scene {
        epochs: other.epochs(),
        device: other,
    };
    for (what, class, packet) in [
        (
            "the tag of another epoch",
            "not_authentic",
            scene.receipt(first, &second.tag, &dated),
        ),
        (
            "an echo without its tag",
            "not_authentic",
            scene.receipt(first, &[0; 16], &dated),
        ),
        (
            "no echo, and a tag",
            "not_authentic",
            scene.receipt(first, &first.tag, &none),
        ),
        ("moved to another epoch", "not_authentic", moved),
        (
            "an echo of an epoch that has not opened in this boot",
            "unknown_epoch",
            stranger,
        ),
        (
            "of another session",
            "not_authentic",
            of_other.undated(&none),
        ),
    ] {
        group.invalid(what, class, scene.asks(&packet));
    }
}

fn malformed(area: &mut Area, scene: &Scene) {
    let [first, ..] = &scene.epochs;
    let group = area.group(
        "receipt",
        "bodies cut short",
        &["IOMT-RCPT-026", "IOMT-DATA-005"],
        "CutReceipt",
    );
    for cut in cuts(&body(NO_ECHO, [0, 0], &hole(scene))) {
        group.refused(
            format!("{} bytes", cut.len()),
            scene.asks(&scene.undated(&cut)),
        );
    }
    for len in [0, 1, 8, 9, 10, 24] {
        let whole = scene.undated(&body(NO_ECHO, [0, 0], &[]));
        group.refused(
            format!("{len} bytes of the packet"),
            scene.asks(&whole[..len]),
        );
    }
    let group = area.group(
        "receipt",
        "malformed entries",
        &["IOMT-RCPT-015", "IOMT-RCPT-016", "IOMT-RCPT-026"],
        "Entry",
    );
    let entry = |space, floor, ranges: &[(u64, u64)]| {
        scene.undated(&body(
            NO_ECHO,
            [0, 0],
            &[Entry(first, space, floor, ranges)],
        ))
    };
    for (what, packet) in [
        ("a gap of zero", entry(0, 5, &[(0, 1)])),
        ("a length of zero", entry(0, 5, &[(1, 0)])),
        ("a second gap of zero", entry(0, 5, &[(1, 1), (0, 1)])),
        (
            "a range behind the last counter",
            entry(0, 0xFF_FF_FE, &[(1, 1)]),
        ),
        ("a floor of 25 bits", entry(0, 0x01_00_00_00, &[])),
        ("a gap of 32 bits", entry(0, 5, &[(0xFFFF_FFFF, 1)])),
        ("a length of 64 bits", entry(0, 5, &[(1, u64::MAX)])),
        ("space 2", entry(2, 5, &[])),
        ("space 3", entry(3, 5, &[])),
        ("space 0x80", entry(0x80, 5, &[])),
    ] {
        group.refused(what, scene.asks(&packet));
    }
    for (what, tail) in [
        ("an over-long time", &[0x80, 0, 0, 0][..]),
        ("an over-long wait", &[0, 0x80, 0, 0]),
        ("an over-long count", &[0, 0, 0x80, 0]),
        ("more entries than are there", &[0, 0, 5]),
        (
            "a count of 64 bits",
            &[
                0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1,
            ],
        ),
    ] {
        group.refused(
            what,
            scene.asks(&scene.undated(&[&u24(NO_ECHO)[..], tail].concat())),
        );
    }
    let mut version = scene.undated(&body(NO_ECHO, [0, 0], &[]));
    for byte0 in [0x40, 0x42, 0x43, 0x45, 0x49, 0x51, 0x61, 0x01, 0x81, 0xC1] {
        version[0] = byte0;
        group.refused(format!("byte 0 is {byte0:#04x}"), scene.asks(&version));
    }
}

fn written(area: &mut Area, scene: &Scene) {
    let [first, second, third] = &scene.epochs;
    let asks = |frames: &[Value], dated: Option<[u64; 2]>| json!({ "session": scene.device.session(), "frames": frames, "time": dated.map(|[time, _]| time.to_string()), "wait": dated.map(|[_, wait]| wait.to_string()) });
    let data = |counter: u32| frame(first.unproved(0, counter, b"s"));
    let alarm = |counter: u32| frame(first.unproved(1, counter, b"s"));
    let clock = |epoch: &Epoch, counter: u32| frame(epoch.unproved(2, counter, b"c"));
    let group = area.group(
        "receipt",
        "receipts that a server writes",
        &["IOMT-RCPT-010", "IOMT-RCPT-012", "IOMT-RCPT-013"],
        "OffByOne",
    );
    group.valid("nothing has come", asks(&[], None));
    group.valid("nothing has come, and a time", asks(&[], Some(DATED)));
    for (what, counters) in [
        ("counter 0", vec![0]),
        ("counters 0 to 2", vec![0, 1, 2]),
        ("counter 1", vec![1]),
        ("a hole", vec![0, 2]),
        ("two holes", vec![0, 2, 4]),
        ("a range of two", vec![0, 2, 3]),
        ("backwards", vec![3, 2, 1, 0]),
        ("a wide gap", vec![70_000]),
        ("the last counter", vec![0xFF_FF_FE]),
        ("sixteen ranges", (0..16).map(|n| 2 * n + 1).collect()),
    ] {
        group.valid(
            format!("data, {what}"),
            asks(
                &counters
                    .iter()
                    .map(|counter| data(*counter))
                    .collect::<Vec<_>>(),
                None,
            ),
        );
    }
    for (what, counters) in [
        ("counter 0", vec![0]),
        ("a hole", vec![0, 2]),
        ("four ranges", vec![1, 3, 5, 7]),
    ] {
        group.valid(
            format!("alarm, {what}"),
            asks(
                &counters
                    .iter()
                    .map(|counter| alarm(*counter))
                    .collect::<Vec<_>>(),
                None,
            ),
        );
    }
    group.valid(
        "two epochs",
        asks(
            &[data(0), frame(second.unproved(0, 0, b"s")), alarm(1)],
            None,
        ),
    );
    group.valid(
        "two epochs, the later first",
        asks(&[frame(second.unproved(1, 0, b"s")), data(3)], None),
    );
    group.valid(
        "an epoch that was passed over",
        asks(&[frame(third.unproved(0, 0, b"s"))], None),
    );
    let group = area.group(
        "receipt",
        "echoes that a server writes",
        &["IOMT-RCPT-014", "IOMT-RCPT-019"],
        "Echo",
    );
    for counter in [0, 1, 300, 0xFF_FF_FE] {
        group.valid(
            format!("counter {counter}"),
            asks(&[clock(first, counter)], Some(DATED)),
        );
    }
    group.valid("without a time", asks(&[clock(first, 7)], None));
    group.valid(
        "of the newest epoch that has one",
        asks(
            &[clock(first, 7), frame(second.unproved(0, 0, b"s"))],
            Some(DATED),
        ),
    );
    group.valid(
        "of the newer epoch",
        asks(&[clock(first, 7), clock(second, 0)], Some(DATED)),
    );
    group.valid(
        "the older one comes later",
        asks(&[clock(second, 0), clock(first, 7)], Some(DATED)),
    );
    group.valid("a time without an echo", asks(&[data(0)], Some(DATED)));
    let group = area.group(
        "receipt",
        "what a server has not stored",
        &["IOMT-RCPT-013", "IOMT-RCPT-032", "IOMT-SEAL-040"],
        "Unstored",
    );
    group.valid(
        "one that failed",
        asks(
            &[data(0), unstored(first.unproved(0, 1, b"s")), data(2)],
            None,
        ),
    );
    group.valid(
        "the first that failed",
        asks(&[unstored(first.unproved(0, 0, b"s"))], None),
    );
    group.valid(
        "one that failed and came again",
        asks(&[unstored(first.unproved(0, 0, b"s")), data(0)], None),
    );
    group.valid("one that came twice", asks(&[data(0), data(0)], None));
}
