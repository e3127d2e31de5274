use serde_json::Value;

use super::area::{Area, Flag};
use super::common::{Device, many};
use super::epoch;
use crate::shim::text::{Side, hex};

const FLAGS: &[Flag] = &[
    Flag {
        name: "Length",
        bug: "LENGTH",
        says: "does not seal every length",
        effect: "some readings never arrive",
    },
    Flag {
        name: "Nonce",
        bug: "BYTE_ORDER",
        says: "makes another nonce of the counter",
        effect: "nothing opens, or a nonce is used twice",
    },
    Flag {
        name: "Space",
        bug: "KEY",
        says: "seals a space under another one's key",
        effect: "an alarm is taken for data",
    },
    Flag {
        name: "Route",
        bug: "ENCODING",
        says: "writes locator and salt elsewhere",
        effect: "nobody finds the epoch",
    },
    Flag {
        name: "RouteInAssociatedData",
        bug: "KEY",
        says: "authenticates the route",
        effect: "a gateway that adds a locator breaks the frame",
    },
    Flag {
        name: "LastCounter",
        bug: "OFF_BY_ONE",
        says: "seals above the last counter",
        effect: "a nonce is used twice, or a frame is never acknowledged",
    },
    Flag {
        name: "TooLong",
        bug: "LENGTH",
        says: "seals more than a datagram holds",
        effect: "the frame never arrives",
    },
    Flag {
        name: "Command",
        bug: "MISSING_CHECK",
        says: "seals in a space that nobody uses",
        effect: "frames that no one takes",
    },
];

/// What a request says beside its epoch.
struct Frame<'a> {
    form: &'a str,
    space: u8,
    counter: u32,
    plaintext: Vec<u8>,
}

fn asks(device: &Device, number: u32, frame: &Frame<'_>) -> Value {
    let mut request = epoch::asks(device, number, Device::random(number));
    request["form"] = frame.form.into();
    request["space"] = frame.space.into();
    request["counter"] = frame.counter.into();
    request["plaintext"] = hex(&frame.plaintext).into();
    request
}

const FORMS: [&str; 3] = ["short", "routed", "unproved"];

pub(super) fn area() -> Area {
    let mut area = Area::new("frame_seal", "Frames as a device seals them.", FLAGS);
    let usual = Device::usual();
    let reading = || many("reading", 19);
    let group = area.group(
        "seal",
        "three forms of three spaces",
        &["IOMT-SEAL-010", "IOMT-SEAL-011", "IOMT-SEAL-012"],
        "Space",
    );
    for space in 0..3 {
        for (number, form) in [(0, FORMS[0]), (1, FORMS[1]), (2, FORMS[2])] {
            let frame = Frame {
                form,
                space,
                counter: 5,
                plaintext: reading(),
            };
            group.valid(
                format!("space {space}, {form}"),
                asks(&usual, number, &frame),
            );
        }
    }
    let group = area.group(
        "seal",
        "one frame by three routes",
        &["IOMT-SEAL-011", "IOMT-SEAL-015"],
        "RouteInAssociatedData",
    );
    for form in FORMS {
        group.valid(
            form,
            asks(
                &usual,
                0,
                &Frame {
                    form,
                    space: 0,
                    counter: 9,
                    plaintext: reading(),
                },
            ),
        );
    }
    let group = area.group(
        "seal",
        "locator and salt of other epochs",
        &["IOMT-SEAL-012", "IOMT-EPOCH-004"],
        "Route",
    );
    for number in [0, 1, 7, 40] {
        for form in &FORMS[1..] {
            group.valid(
                format!("epoch {number}, {form}"),
                asks(
                    &usual,
                    number,
                    &Frame {
                        form,
                        space: 1,
                        counter: 2,
                        plaintext: reading(),
                    },
                ),
            );
        }
    }
    let asking = Device::named("asking", Side::Initiator);
    group.valid(
        "a device that asked",
        asks(
            &asking,
            0,
            &Frame {
                form: "unproved",
                space: 0,
                counter: 0,
                plaintext: reading(),
            },
        ),
    );
    lengths(&mut area);
    counters(&mut area);
    area
}

fn lengths(area: &mut Area) {
    let usual = Device::usual();
    let group = area.group(
        "seal",
        "plaintexts of every length class",
        &["IOMT-SEAL-006", "IOMT-SEAL-001"],
        "Length",
    );
    for len in [
        0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 65, 100, 127, 128, 129, 191, 192,
        255, 256, 257, 320,
    ] {
        let frame = Frame {
            form: "short",
            space: 0,
            counter: 3,
            plaintext: many("plaintext", len),
        };
        group.valid(format!("{len} bytes"), asks(&usual, 0, &frame));
    }
    group.valid(
        "zeros",
        asks(
            &usual,
            0,
            &Frame {
                form: "short",
                space: 0,
                counter: 3,
                plaintext: vec![0; 40],
            },
        ),
    );
    let group = area.group(
        "seal",
        "the longest frames",
        &["IOMT-SEAL-001", "IOMT-LIM-001"],
        "TooLong",
    );
    for (form, overhead) in [("short", 20), ("routed", 28), ("unproved", 44)] {
        let frame = |len| Frame {
            form,
            space: 0,
            counter: 3,
            plaintext: many("a plaintext", len),
        };
        group.valid(
            format!("{form}, 1,232 bytes"),
            asks(&usual, 0, &frame(1_232 - overhead)),
        );
        group.invalid(
            format!("{form}, a byte more"),
            "no_room",
            asks(&usual, 0, &frame(1_233 - overhead)),
        );
    }
}

fn counters(area: &mut Area) {
    let usual = Device::usual();
    let group = area.group(
        "seal",
        "counters",
        &["IOMT-SEAL-010", "IOMT-SEAL-011"],
        "Nonce",
    );
    for space in 0..2 {
        for counter in [
            0, 1, 127, 128, 255, 256, 65_535, 65_536, 0x01_02_03, 0x7F_FF_FF, 0xFE_FF_FF,
            0xFF_FF_FD,
        ] {
            let frame = Frame {
                form: "short",
                space,
                counter,
                plaintext: many("reading", 9),
            };
            group.valid(
                format!("space {space}, {counter:#08x}"),
                asks(&usual, 0, &frame),
            );
        }
    }
    for counter in [0, 1, 258, 1_000] {
        let frame = Frame {
            form: "short",
            space: 2,
            counter,
            plaintext: many("status", 18),
        };
        group.valid(format!("control, {counter}"), asks(&usual, 0, &frame));
    }
    let group = area.group(
        "seal",
        "the last counter",
        &["IOMT-SEAL-013", "IOMT-SEAL-017"],
        "LastCounter",
    );
    for space in 0..2 {
        let frame = |counter| Frame {
            form: "routed",
            space,
            counter,
            plaintext: many("reading", 9),
        };
        group.valid(
            format!("space {space}, the last"),
            asks(&usual, 0, &frame(0xFF_FF_FE)),
        );
        group.invalid(
            format!("space {space}, one more"),
            "epoch_full",
            asks(&usual, 0, &frame(0xFF_FF_FF)),
        );
        group.invalid(
            format!("space {space}, more than 24 bits"),
            "epoch_full",
            asks(&usual, 0, &frame(0x01_00_00_00)),
        );
    }
    let group = area.group(
        "seal",
        "spaces that devices do not use",
        &["IOMT-SEAL-018"],
        "Command",
    );
    for form in FORMS {
        group.invalid(
            form,
            "unexpected_packet",
            asks(
                &usual,
                0,
                &Frame {
                    form,
                    space: 3,
                    counter: 0,
                    plaintext: vec![1],
                },
            ),
        );
    }
}
