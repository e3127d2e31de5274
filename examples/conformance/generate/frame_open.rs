use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{Device, cuts, flipped, frame, many, unstored};
use crate::shim::text::Epoch;

const FLAGS: &[Flag] = &[
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
    forged(&mut area, &device, &epochs);
    malformed(&mut area, &device, &epochs);
    marks(&mut area, &device, &epochs);
    control(&mut area, &device, &epochs);
    ahead(&mut area, &device, &epochs);
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
            asks(device, &[frame(first.unproved(0, 1, &vec![0x3C; len]))]),
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

fn forged(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let first = &epochs[0];
    let begin = || frame(first.unproved(0, 0, b"begin"));
    let short = first.short(0, 9, b"reading");
    let tag = 8 * (short.len() - 16);
    let group = area.group(
        "open",
        "every bit of the tag",
        &["IOMT-SEAL-031", "IOMT-SEAL-030"],
        "ForgedTag",
    );
    for bit in 0..128 {
        group.invalid(
            format!("bit {bit}"),
            "not_authentic",
            asks(device, &[begin(), frame(flipped(&short, tag + bit))]),
        );
    }
    let group = area.group(
        "open",
        "every bit of counter and text",
        &["IOMT-SEAL-031", "IOMT-SEAL-011"],
        "ForgedText",
    );
    for bit in 8..tag {
        group.invalid(
            format!("bit {bit}"),
            "not_authentic",
            asks(device, &[begin(), frame(flipped(&short, bit))]),
        );
    }
    for (what, packet) in [
        ("a tag of zeros", [&short[..11], &[0; 16]].concat()),
        (
            "the tag turned round",
            [
                &short[..11],
                &short[11..].iter().rev().copied().collect::<Vec<_>>()[..],
            ]
            .concat(),
        ),
        (
            "the tag of another frame",
            [&short[..11], &first.short(0, 8, b"reading")[11..]].concat(),
        ),
        (
            "the text of another frame",
            [&first.short(0, 9, b"READING")[..11], &short[11..]].concat(),
        ),
        ("of another space", {
            let mut packet = short.clone();
            packet[0] ^= 0x10;
            packet
        }),
        ("of another epoch", epochs[1].short(0, 9, b"reading")),
        (
            "of another session",
            Device::named("stranger", device.side)
                .epoch(0)
                .short(0, 9, b"reading"),
        ),
        (
            "bytes that look random",
            many("random frame", 40)
                .iter()
                .enumerate()
                .map(|(place, byte)| if place == 0 { 1 } else { *byte })
                .collect(),
        ),
    ] {
        group.invalid(
            what,
            "not_authentic",
            asks(device, &[begin(), frame(packet)]),
        );
    }
    let group = area.group(
        "open",
        "salts that were changed",
        &["IOMT-SEAL-034", "IOMT-EPOCH-004"],
        "Candidate",
    );
    let unproved = epochs[1].unproved(0, 4, b"reading");
    for bit in (72..200).step_by(9) {
        let forged = flipped(&unproved, bit);
        group.invalid(
            format!("bit {bit}, then the frame as it was"),
            "not_authentic",
            asks(device, &[begin(), frame(forged), frame(&unproved)]),
        );
    }
}

fn malformed(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let first = &epochs[0];
    let begin = || frame(first.unproved(0, 0, b"begin"));
    let group = area.group(
        "open",
        "frames cut short",
        &["IOMT-SEAL-006", "IOMT-SEAL-001", "IOMT-DATA-005"],
        "CutFrame",
    );
    for (what, packet) in [
        ("short", first.short(0, 9, b"seven b")),
        ("routed", first.routed(0, 9, b"seven b")),
        ("unproved", first.unproved(0, 9, b"seven b")),
    ] {
        for cut in cuts(&packet) {
            group.refused(
                format!("{what}, {} of {} bytes", cut.len(), packet.len()),
                asks(device, &[begin(), frame(cut)]),
            );
        }
    }
    let group = area.group(
        "open",
        "headers that version 1 does not have",
        &[
            "IOMT-SEAL-001",
            "IOMT-SEAL-002",
            "IOMT-SEAL-003",
            "IOMT-SEAL-004",
            "IOMT-SEAL-005",
            "IOMT-SEAL-018",
        ],
        "Header",
    );
    let with = |byte0: u8| {
        let mut packet = first.routed(0, 9, b"seven b");
        packet[0] = byte0;
        packet
    };
    for byte0 in 0..=255 {
        let is_none =
            byte0 & 0b1100_0011 != 1 || byte0 & 0b0011_0000 == 0x30 || byte0 & 0b1100 == 0b0100;
        let is_asked = byte0 % 4 == 1 || byte0 < 4 || byte0 % 23 == 0;
        if is_none && is_asked {
            group.refused(
                format!("byte 0 is {byte0:#04x}"),
                asks(device, &[begin(), frame(with(byte0))]),
            );
        }
    }
    let mut last = first.short(0, 9, b"reading");
    last[1..4].copy_from_slice(&[0xFF; 3]);
    group.invalid(
        "counter 0xFFFFFF",
        "out_of_range",
        asks(device, &[begin(), frame(last)]),
    );
    group.invalid(
        "1,233 bytes",
        "trailing_bytes",
        asks(device, &[begin(), frame(first.short(0, 9, &[7; 1_213]))]),
    );
    group.invalid(
        "a receipt",
        "unexpected_packet",
        asks(device, &[begin(), frame([&[0x41][..], &[7; 40]].concat())]),
    );
    group.invalid(
        "a refusal",
        "unexpected_packet",
        asks(device, &[begin(), frame([&[0xC1][..], &[7; 8]].concat())]),
    );
}

fn marks(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let first = &epochs[0];
    let begin = || frame(first.unproved(0, 0, b"begin"));
    let data = |counter: u32| first.routed(0, counter, b"reading");
    let forged = |counter: u32| flipped(&data(counter), 100);
    let group = area.group(
        "open",
        "frames that come twice",
        &["IOMT-SEAL-035", "IOMT-SEAL-041", "IOMT-RCPT-005"],
        "Duplicate",
    );
    for counter in [1, 2, 9, 300] {
        group.valid(
            format!("counter {counter} twice"),
            asks(
                device,
                &[begin(), frame(data(counter)), frame(data(counter))],
            ),
        );
        group.valid(
            format!("counter {counter} again by another route"),
            asks(
                device,
                &[
                    begin(),
                    frame(data(counter)),
                    frame(first.short(0, counter, b"reading")),
                    frame(first.unproved(0, counter, b"reading")),
                ],
            ),
        );
    }
    group.valid("the first frame again", asks(device, &[begin(), begin()]));
    group.invalid(
        "a forged copy of one that is stored",
        "not_authentic",
        asks(device, &[begin(), frame(data(1)), frame(forged(1))]),
    );
    let group = area.group(
        "open",
        "a forged frame, then the authentic one",
        &["IOMT-SEAL-030", "IOMT-DATA-008"],
        "MarkedBeforeAuthentication",
    );
    for counter in [1, 2, 5, 17, 255, 256, 70_000] {
        group.invalid(
            format!("counter {counter}"),
            "not_authentic",
            asks(
                device,
                &[begin(), frame(forged(counter)), frame(data(counter))],
            ),
        );
    }
    group.invalid(
        "ten forged ones",
        "not_authentic",
        asks(
            device,
            &[
                vec![begin()],
                (1..11).map(|counter| frame(forged(counter))).collect(),
                (1..11).map(|counter| frame(data(counter))).collect(),
            ]
            .concat(),
        ),
    );
    let group = area.group(
        "open",
        "a store that fails, then the frame again",
        &["IOMT-SEAL-040"],
        "MarkedBeforeStored",
    );
    for counter in [1, 2, 5, 17, 255, 256, 70_000] {
        group.valid(
            format!("counter {counter}"),
            asks(
                device,
                &[
                    begin(),
                    unstored(data(counter)),
                    frame(data(counter)),
                    frame(data(counter)),
                ],
            ),
        );
    }
    group.valid(
        "it fails twice",
        asks(
            device,
            &[
                begin(),
                unstored(data(1)),
                unstored(data(1)),
                frame(data(1)),
            ],
        ),
    );
    group.valid(
        "the first frame of an epoch",
        asks(
            device,
            &[unstored(first.unproved(0, 0, b"begin")), begin(), begin()],
        ),
    );
    let group = area.group(
        "open",
        "one counter in two spaces",
        &["IOMT-SEAL-012", "IOMT-SEAL-013"],
        "OtherSpace",
    );
    for counter in [0, 3, 77] {
        let of = |space| frame(first.unproved(space, counter, b"reading"));
        group.valid(
            format!("counter {counter}"),
            asks(device, &[of(0), of(1), of(2), of(1), of(0)]),
        );
    }
    let group = area.group(
        "open",
        "received sets that are full",
        &["IOMT-SEAL-039", "IOMT-RCPT-001", "IOMT-RCPT-002"],
        "SetFull",
    );
    let odd = |space: u8, count: u32| (0..count).map(move |n| (space, 2 * n + 2));
    for (what, space, count, last) in [("data", 0, 16, 90), ("alarm", 1, 4, 40)] {
        let frames = |counters: Vec<(u8, u32)>| -> Vec<Value> {
            counters
                .into_iter()
                .map(|(space, counter)| frame(first.unproved(space, counter, b"s")))
                .collect()
        };
        let full: Vec<_> = odd(space, count).collect();
        let then = |more: &[u32]| {
            [
                full.clone(),
                more.iter().map(|counter| (space, *counter)).collect(),
            ]
            .concat()
        };
        group.valid(
            format!("{what}, as many ranges as there may be"),
            asks(device, &frames(full.clone())),
        );
        group.invalid(
            format!("{what}, one range more"),
            "set_full",
            asks(device, &frames(then(&[last]))),
        );
        group.invalid(
            format!("{what}, one more, then the floor, then it again"),
            "set_full",
            asks(device, &frames(then(&[last, 0, 1, last]))),
        );
        group.valid(
            format!("{what}, one that touches a range"),
            asks(device, &frames(then(&[3, 5]))),
        );
    }
}

fn control(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let (first, second) = (&epochs[0], &epochs[1]);
    let clock = |counter: u32| frame(first.unproved(2, counter, b"clock"));
    let group = area.group(
        "open",
        "control frames that are not newer",
        &["IOMT-SEAL-036"],
        "Replayed",
    );
    for (what, counters) in [
        ("again", [4, 4]),
        ("before it", [4, 3]),
        ("the first", [4, 0]),
        ("after a long time", [70_000, 69_999]),
    ] {
        group.invalid(what, "replayed", asks(device, &counters.map(clock)));
    }
    group.valid("each newer", asks(device, &[0, 1, 5, 300].map(clock)));
    group.valid(
        "of the next epoch, lower",
        asks(device, &[clock(9), frame(second.unproved(2, 0, b"clock"))]),
    );
    group.invalid(
        "again, behind one of the next epoch",
        "replayed",
        asks(
            device,
            &[clock(9), frame(second.unproved(2, 0, b"clock")), clock(9)],
        ),
    );
    let group = area.group(
        "open",
        "forged control frames",
        &["IOMT-SEAL-030", "IOMT-SEAL-036"],
        "CounterMovedByForgery",
    );
    for high in [5, 6, 255, 256, 0xFF_FF_FE] {
        let forged = flipped(&first.routed(2, high, b"clock"), 130);
        group.invalid(
            format!("counter {high}, then 5"),
            "not_authentic",
            asks(device, &[clock(4), frame(forged), clock(5)]),
        );
    }
    group.invalid(
        "of an epoch that has not opened",
        "not_authentic",
        asks(
            device,
            &[
                frame(flipped(&first.unproved(2, 8, b"clock"), 230)),
                clock(3),
            ],
        ),
    );
}

fn ahead(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let data = |number: usize, counter: u32| frame(epochs[number].unproved(0, counter, b"reading"));
    let group = area.group(
        "open",
        "epochs ahead",
        &["IOMT-EPOCH-031", "IOMT-LOC-001", "IOMT-LOC-006"],
        "Ahead",
    );
    for number in 0..8 {
        group.valid(
            format!("epoch {number} first"),
            asks(device, &[data(number, 0)]),
        );
    }
    for number in 8..10 {
        group.invalid(
            format!("epoch {number} first"),
            "unknown_epoch",
            asks(device, &[data(number, 0)]),
        );
    }
    group.valid(
        "epoch 9 behind epoch 2",
        asks(device, &[data(2, 0), data(9, 0)]),
    );
    group.valid(
        "the ones between come later",
        asks(device, &[data(5, 0), data(3, 0), data(0, 0), data(4, 0)]),
    );
    group.valid(
        "from the last to the first",
        asks(
            device,
            &(0..8)
                .rev()
                .map(|number| data(number, 1))
                .collect::<Vec<_>>(),
        ),
    );
    group.valid(
        "two open epochs in turn",
        asks(
            device,
            &[data(0, 0), data(1, 0), data(0, 1), data(1, 1), data(0, 1)],
        ),
    );
    group.invalid(
        "the next epoch, without its salt",
        "unknown_epoch",
        asks(
            device,
            &[data(0, 0), frame(epochs[1].routed(0, 0, b"reading"))],
        ),
    );
    group.invalid(
        "one that was passed over, without its salt",
        "unknown_epoch",
        asks(
            device,
            &[data(3, 0), frame(epochs[1].routed(0, 0, b"reading"))],
        ),
    );
    group.invalid(
        "a locator of nobody",
        "unknown_epoch",
        asks(
            device,
            &[
                data(0, 0),
                frame(flipped(&epochs[0].routed(0, 1, b"reading"), 20)),
            ],
        ),
    );
    let group = area.group(
        "open",
        "short frames",
        &["IOMT-SEAL-033", "IOMT-SEAL-032"],
        "ShortInOtherEpoch",
    );
    let short = |number: usize, counter: u32| frame(epochs[number].short(0, counter, b"reading"));
    group.valid(
        "of the newest",
        asks(device, &[data(0, 0), data(1, 0), short(1, 1)]),
    );
    group.valid(
        "of the one before",
        asks(device, &[data(0, 0), data(1, 0), short(0, 1)]),
    );
    group.invalid(
        "of the one before that",
        "not_authentic",
        asks(device, &[data(0, 0), data(1, 0), data(2, 0), short(0, 1)]),
    );
    group.invalid(
        "of one that has not opened",
        "not_authentic",
        asks(device, &[data(0, 0), short(1, 0)]),
    );
    group.invalid(
        "before anything has opened",
        "unknown_epoch",
        asks(device, &[short(0, 0)]),
    );
    group.valid(
        "an older epoch opens later, the newest stays",
        asks(device, &[data(2, 0), data(0, 0), short(2, 1)]),
    );
}
