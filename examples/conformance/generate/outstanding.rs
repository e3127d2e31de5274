use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{Device, bytes, cuts, frame};
use crate::shim;
use crate::shim::text::{Epoch, hex, unhex, varint};

const FLAGS: &[Flag] = &[
    Flag {
        name: "CutRecord",
        bug: "LENGTH",
        says: "takes a record that was cut",
        effect: "readings are taken for lost",
    },
    Flag {
        name: "Trailing",
        bug: "LENGTH",
        says: "takes a record that goes on",
        effect: "two programs read one record differently",
    },
    Flag {
        name: "LongVarint",
        bug: "ENCODING",
        says: "takes an over-long varint",
        effect: "one list has several encodings",
    },
    Flag {
        name: "UnknownCritical",
        bug: "EVOLUTION",
        says: "passes over a critical record",
        effect: "a device says what must not be missed, and it is missed",
    },
    Flag {
        name: "Unknown",
        bug: "EVOLUTION",
        says: "refuses a record that it may pass over",
        effect: "a newer device is not heard",
    },
    Flag {
        name: "Rule",
        bug: "MISSING_CHECK",
        says: "takes a list that breaks a rule",
        effect: "readings are taken for lost, or are waited for",
    },
    Flag {
        name: "Losses",
        bug: "OFF_BY_ONE",
        says: "places losses wrongly",
        effect: "the wrong readings are taken for lost",
    },
    Flag {
        name: "Closed",
        bug: "STATE",
        says: "keeps an epoch that a list leaves out",
        effect: "a server waits for what never comes",
    },
    Flag {
        name: "Imported",
        bug: "STATE",
        says: "does not open an epoch by the secret in a list",
        effect: "the backlog of an earlier session is lost",
    },
    Flag {
        name: "NotNewest",
        bug: "ORDER",
        says: "takes a list of an older epoch",
        effect: "an old list closes what has opened since",
    },
    Flag {
        name: "Cut",
        bug: "STATE",
        says: "takes an epoch in which the power failed for a whole one",
        effect: "nobody learns that readings are missing",
    },
    Flag {
        name: "Absent",
        bug: "ENCODING",
        says: "takes zero for a value",
        effect: "a device that promises nothing is waited for",
    },
];

fn asks(plaintext: &[u8]) -> Value {
    json!({ "plaintext": hex(plaintext) })
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "outstanding",
        "Control frames: status and lists, and what a server does with a list.",
        FLAGS,
    );
    status(&mut area);
    lists(&mut area);
    rules(&mut area);
    written(&mut area);
    settled(&mut area);
    epochs_of_lists(&mut area);
    area
}

fn record(tag: u64, body: &[u8]) -> Vec<u8> {
    [varint(tag), varint(body.len() as u64), body.to_vec()].concat()
}

fn status(area: &mut Area) {
    let body = |fields: [u64; 4]| fields.map(varint).concat();
    let usual = body([5_000_000, 30_000, 1_764_000_000_123, 250_000]);
    let group = area.group(
        "outstanding",
        "status",
        &["IOMT-OUT-010", "IOMT-OUT-012"],
        "Absent",
    );
    for fields in [
        [5_000_000, 30_000, 1_764_000_000_123, 250_000],
        [0, 0, 0, 0],
        [1, 0, 1_764_000_000_123, 0],
        [7, 1, 0, 0],
        [9, 30_000, 0, 77],
        [u64::MAX, u32::MAX.into(), u64::MAX, u64::MAX],
        [127, 128, 16_383, 16_384],
    ] {
        group.valid(format!("{fields:?}"), asks(&record(2, &body(fields))));
    }
    group.valid("nothing", asks(&[]));
    group.valid(
        "two",
        asks(&[record(2, &usual), record(2, &body([6, 7, 8, 9]))].concat()),
    );
    let group = area.group(
        "outstanding",
        "a status that was cut, and another behind it",
        &["IOMT-OUT-002"],
        "CutRecord",
    );
    for cut in cuts(&usual) {
        group.refused(
            format!("{} bytes", cut.len()),
            asks(&[record(2, &cut), record(2, &body([6, 7, 8, 9]))].concat()),
        );
    }
    for len in [1, 2, 3, 9] {
        group.invalid(
            format!("the frame ends behind {len} bytes"),
            "truncated",
            asks(&record(2, &usual)[..len]),
        );
    }
    let group = area.group(
        "outstanding",
        "a status that goes on",
        &["IOMT-OUT-002", "IOMT-DATA-006"],
        "Trailing",
    );
    group.invalid(
        "a byte more",
        "trailing_bytes",
        asks(&record(2, &[&usual[..], &[0]].concat())),
    );
    group.invalid(
        "a status more",
        "trailing_bytes",
        asks(&record(2, &[&usual[..], &usual[..]].concat())),
    );
    let group = area.group(
        "outstanding",
        "a status with varints that are none",
        &["IOMT-DATA-003", "IOMT-DATA-004"],
        "LongVarint",
    );
    for place in 0..4 {
        let long: Vec<u8> = (0..4)
            .flat_map(|at| if at == place { vec![0x85, 0] } else { vec![5] })
            .collect();
        group.invalid(
            format!("field {place} over-long"),
            "malformed_varint",
            asks(&record(2, &long)),
        );
    }
    group.invalid(
        "due of 33 bits",
        "malformed_varint",
        asks(&record(2, &body([5, 1 << 32, 6, 7]))),
    );
    group.invalid(
        "ticks of 65 bits",
        "malformed_varint",
        asks(&record(2, &[&[0xFF; 9][..], &[2, 5, 6, 7]].concat())),
    );
    let group = area.group(
        "outstanding",
        "records that nobody knows",
        &["IOMT-OUT-001"],
        "Unknown",
    );
    for tag in [0, 6, 8, 16, 126, 128, 4_000] {
        group.valid(
            format!("tag {tag}"),
            asks(&[record(tag, &[7, 0xA9]), record(2, &usual)].concat()),
        );
    }
    for tag in [1, 3, 5, 7, 17, 127, 129, 4_001] {
        group
            .invalid(
                format!("tag {tag}"),
                "unknown_critical",
                asks(&[record(tag, &[7]), record(2, &usual)].concat()),
            )
            .flagged("UnknownCritical");
    }
}

/// The bytes of a list, by hand.
struct List(Vec<Vec<u8>>);

/// A space: code, floor, span, and gap, length and why of each loss.
type Space<'a> = (u8, u64, u64, &'a [(u64, u64, u8)]);

fn entry(number: u8, flags: u8, spaces: &[Space<'_>]) -> Vec<u8> {
    let mut epoch = bytes::<8>(&format!("listed locator {number}")).to_vec();
    epoch.push(flags);
    if flags & 1 == 1 {
        epoch.extend(bytes::<32>(&format!("listed secret {number}")));
    }
    epoch.extend(bytes::<8>(&format!("listed run {number}")));
    epoch.push(u8::try_from(spaces.len()).unwrap());
    for (code, floor, span, losses) in spaces {
        epoch.push(*code);
        epoch.extend([varint(*floor), varint(*span), varint(losses.len() as u64)].concat());
        for (gap, len, why) in *losses {
            epoch.extend([varint(*gap), varint(*len), vec![*why]].concat());
        }
    }
    epoch
}

impl List {
    fn body(&self) -> Vec<u8> {
        [varint(self.0.len() as u64), self.0.concat()].concat()
    }

    fn asks(&self) -> Value {
        asks(&record(4, &self.body()))
    }
}

fn usual() -> List {
    List(vec![
        entry(1, 1, &[(0, 7, 3, &[(8, 1, 1)]), (1, 1, 0, &[])]),
        entry(2, 0, &[(0, 0, 5, &[]), (1, 0, 0, &[])]),
    ])
}

fn lists(area: &mut Area) {
    let group = area.group(
        "outstanding",
        "lists",
        &[
            "IOMT-OUT-021",
            "IOMT-OUT-022",
            "IOMT-OUT-023",
            "IOMT-OUT-024",
        ],
        "Losses",
    );
    group.valid("two epochs", usual().asks());
    for (what, list) in [
        ("one epoch, no space", vec![entry(2, 0, &[])]),
        ("one epoch, data", vec![entry(2, 0, &[(0, 3, 4, &[])])]),
        ("one epoch, alarm", vec![entry(2, 0, &[(1, 3, 4, &[])])]),
        (
            "the sealing one first",
            vec![entry(2, 0, &[]), entry(1, 1, &[(0, 3, 4, &[])])],
        ),
        (
            "three epochs",
            vec![entry(1, 1, &[]), entry(3, 1, &[]), entry(2, 0, &[])],
        ),
        (
            "ten epochs",
            (1..=10)
                .map(|number| entry(number, u8::from(number < 10), &[(0, number.into(), 1, &[])]))
                .collect(),
        ),
        (
            "every reason",
            vec![entry(
                2,
                0,
                &[(
                    0,
                    9,
                    1,
                    &[(0, 1, 1), (1, 1, 2), (0, 1, 3), (1, 1, 4), (0, 1, 5)],
                )],
            )],
        ),
        (
            "losses that touch",
            vec![entry(2, 0, &[(0, 9, 1, &[(2, 3, 1), (0, 3, 2)])])],
        ),
        (
            "a loss to the end",
            vec![entry(2, 0, &[(0, 5, 5, &[(8, 2, 1)])])],
        ),
        (
            "a loss of everything",
            vec![entry(2, 0, &[(1, 300, 0, &[(0, 300, 3)])])],
        ),
        (
            "the last counters",
            vec![entry(2, 0, &[(0, 0xFF_FF_FE, 1, &[(0xFF_FF_FE, 1, 2)])])],
        ),
    ] {
        group.valid(what, List(list).asks());
    }
    group
        .valid(
            "an epoch in which the power failed",
            List(vec![entry(1, 3, &[(0, 3, 4, &[])]), entry(2, 0, &[])]).asks(),
        )
        .flagged("Cut");
    group
        .valid(
            "the sealing one is cut",
            List(vec![entry(2, 2, &[(0, 3, 4, &[])])]).asks(),
        )
        .flagged("Cut");
    let group = area.group(
        "outstanding",
        "lists that were cut, and a status behind",
        &["IOMT-OUT-002"],
        "CutRecord",
    );
    for cut in cuts(&usual().body()).step_by(3) {
        group.refused(
            format!("{} bytes", cut.len()),
            asks(&[record(4, &cut), record(2, &[5, 6, 7, 8])].concat()),
        );
    }
}

fn rules(area: &mut Area) {
    let group = area.group(
        "outstanding",
        "lists that break a rule",
        &[
            "IOMT-OUT-022",
            "IOMT-OUT-023",
            "IOMT-OUT-024",
            "IOMT-OUT-025",
        ],
        "Rule",
    );
    let data = |losses| vec![entry(2, 0, &[(0, 5, 5, losses)])];
    for (what, list) in [
        ("no epoch", vec![]),
        (
            "every epoch with its secret",
            vec![entry(1, 1, &[]), entry(2, 1, &[])],
        ),
        (
            "two epochs without a secret",
            vec![entry(1, 0, &[]), entry(2, 0, &[])],
        ),
        ("a loss of no length", data(&[(3, 0, 1)])),
        ("a loss beyond the end", data(&[(8, 3, 1)])),
        ("a loss behind the end", data(&[(11, 1, 1)])),
        ("reason 0", data(&[(3, 1, 0)])),
        ("reason 6", data(&[(3, 1, 6)])),
        ("reason 255", data(&[(3, 1, 0xFF)])),
        (
            "alarm in front of data",
            vec![entry(2, 0, &[(1, 0, 0, &[]), (0, 0, 0, &[])])],
        ),
        (
            "data twice",
            vec![entry(2, 0, &[(0, 0, 0, &[]), (0, 0, 0, &[])])],
        ),
        (
            "alarm twice",
            vec![entry(2, 0, &[(1, 0, 0, &[]), (1, 0, 0, &[])])],
        ),
        ("control", vec![entry(2, 0, &[(2, 0, 0, &[])])]),
        ("space 255", vec![entry(2, 0, &[(0xFF, 0, 0, &[])])]),
        (
            "an end of 25 bits",
            vec![entry(2, 0, &[(0, 0xFF_FF_FF, 1, &[])])],
        ),
        (
            "a floor of 25 bits",
            vec![entry(2, 0, &[(0, 0x01_00_00_00, 0, &[])])],
        ),
        (
            "a span of 64 bits",
            vec![entry(2, 0, &[(0, 1, u64::MAX, &[])])],
        ),
        ("a gap of 64 bits", data(&[(u64::MAX, 1, 1)])),
    ] {
        group.refused(what, List(list).asks());
    }
    for bit in 2..8 {
        group.invalid(
            format!("flag bit {bit}"),
            "reserved",
            List(vec![entry(1, 1, &[]), entry(2, 1 << bit, &[])]).asks(),
        );
    }
    let three = {
        let mut epoch = entry(2, 0, &[(0, 1, 0, &[]), (1, 1, 0, &[])]);
        epoch[17] = 3;
        epoch
    };
    group.refused("three spaces", List(vec![three]).asks());
    let group = area.group(
        "outstanding",
        "lists that go on, and counts that lie",
        &["IOMT-OUT-002"],
        "Trailing",
    );
    group.refused(
        "a byte more",
        asks(&record(4, &[&usual().body()[..], &[0]].concat())),
    );
    group.refused(
        "a count one less",
        asks(&record(4, &[vec![1], usual().0.concat()].concat())),
    );
    group.refused(
        "a count one more",
        asks(&record(4, &[vec![3], usual().0.concat()].concat())),
    );
    group
        .refused(
            "an over-long count",
            asks(&record(4, &[vec![0x82, 0], usual().0.concat()].concat())),
        )
        .flagged("LongVarint");
    group
        .refused(
            "a count of 64 bits",
            asks(&record(
                4,
                &[
                    vec![0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
                    usual().0.concat(),
                ]
                .concat(),
            )),
        )
        .flagged("LongVarint");
}

fn written(area: &mut Area) {
    let group = area.group(
        "outstanding",
        "control frames that a device writes",
        &["IOMT-OUT-010", "IOMT-OUT-022", "IOMT-OUT-024"],
        "Losses",
    );
    let asks = |records: &[Value]| json!({ "records": records });
    let space = |floor: u32, end: u32, losses: &[(u32, u32, u8)]| {
        let losses: Vec<_> = losses
            .iter()
            .map(|(start, end, why)| json!({ "range": [start, end], "why": why }))
            .collect();
        json!({ "floor": floor, "end": end, "losses": losses })
    };
    let epoch = |number: u8, secret: bool, cut: bool, data: Value, alarm: Value| {
        let secret = secret.then(|| hex(bytes::<32>(&format!("listed secret {number}"))));
        json!({ "locator": hex(bytes::<8>(&format!("listed locator {number}"))), "secret": secret, "cut": cut, "run": hex(bytes::<8>(&format!("listed run {number}"))), "data": data, "alarm": alarm })
    };
    let list = |epochs: &[Value]| json!({ "outstanding": { "epochs": epochs } });
    let status = |due: Option<u32>, time: Option<&str>| json!({ "status": { "ticks": "5000000", "due": due, "serverTime": time, "age": "250000" } });
    group.valid(
        "a status",
        asks(&[status(Some(30_000), Some("1764000000123"))]),
    );
    group.valid(
        "a status that promises nothing",
        asks(&[status(None, None)]),
    );
    let sealing = |data| epoch(2, false, false, data, Value::Null);
    for (what, epochs) in [
        ("one epoch", vec![sealing(space(0, 5, &[]))]),
        (
            "losses",
            vec![sealing(space(7, 12, &[(1, 3, 1), (3, 4, 2), (8, 12, 5)]))],
        ),
        (
            "two epochs",
            vec![
                epoch(1, true, true, space(3, 9, &[]), space(0, 0, &[])),
                sealing(Value::Null),
            ],
        ),
        (
            "an alarm alone",
            vec![epoch(
                2,
                false,
                false,
                Value::Null,
                space(2, 2, &[(0, 1, 3)]),
            )],
        ),
    ] {
        group.valid(
            format!("a list, {what}"),
            asks(&[list(&epochs), status(Some(9), None)]),
        );
    }
    for (what, epochs) in [
        (
            "without an epoch that seals",
            vec![epoch(1, true, false, Value::Null, Value::Null)],
        ),
        (
            "of two that seal",
            vec![
                sealing(Value::Null),
                epoch(3, false, false, Value::Null, Value::Null),
            ],
        ),
        ("of an end below the floor", vec![sealing(space(7, 6, &[]))]),
        (
            "of a loss beyond the end",
            vec![sealing(space(2, 6, &[(5, 7, 1)]))],
        ),
        (
            "of losses that overlap",
            vec![sealing(space(2, 9, &[(3, 5, 1), (4, 6, 1)]))],
        ),
        ("of an empty loss", vec![sealing(space(2, 9, &[(3, 3, 1)]))]),
        (
            "of an end of 25 bits",
            vec![sealing(space(2, 0x01_00_00_00, &[]))],
        ),
    ] {
        group
            .invalid(
                format!("a list {what}"),
                "out_of_range",
                asks(&[list(&epochs)]),
            )
            .flagged("Rule");
    }
}

/// A list as its device writes it, sealed by an epoch.
fn sealed(epoch: &Epoch, counter: u32, epochs: &[Value]) -> Value {
    let answer = shim::outcome(
        "outstanding",
        &json!({ "records": [{ "outstanding": { "epochs": epochs } }] }),
    );
    let plaintext = unhex(
        answer["result"]["plaintext"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}")),
    )
    .unwrap();
    frame(epoch.unproved(2, counter, &plaintext))
}

fn own(epoch: &Epoch, secret: bool, data: Value) -> Value {
    json!({ "locator": hex(epoch.locator), "secret": secret.then(|| hex(epoch.secret)), "cut": false, "run": hex(bytes::<8>("run")), "data": data })
}

fn span(floor: u32, end: u32, losses: &[(u32, u32, u8)]) -> Value {
    let losses: Vec<_> = losses
        .iter()
        .map(|(start, end, why)| json!({ "range": [start, end], "why": why }))
        .collect();
    json!({ "floor": floor, "end": end, "losses": losses })
}

fn settled(area: &mut Area) {
    let device = Device::usual();
    let [first, second, third] = &device.epochs();
    let asks = |frames: &[Value]| json!({ "session": device.session(), "frames": frames });
    let data = |epoch: &Epoch, counter: u32| frame(epoch.unproved(0, counter, b"s"));
    let group = area.group(
        "outstanding",
        "losses that a list names",
        &[
            "IOMT-OUT-034",
            "IOMT-OUT-035",
            "IOMT-OUT-037",
            "IOMT-OUT-038",
        ],
        "Losses",
    );
    for (what, before, list) in [
        ("nothing is missing", vec![0, 1, 2], span(3, 3, &[])),
        (
            "one below the floor, with a reason",
            vec![0, 2],
            span(3, 3, &[(1, 2, 1)]),
        ),
        (
            "one below the floor, without a reason",
            vec![0, 2],
            span(3, 3, &[]),
        ),
        ("two reasons", vec![0], span(5, 5, &[(1, 3, 1), (3, 5, 2)])),
        ("part of it has come", vec![0, 2], span(4, 9, &[(1, 4, 3)])),
        ("above the floor", vec![0], span(1, 9, &[(4, 5, 1)])),
        (
            "reason for some, none for others",
            vec![],
            span(6, 6, &[(1, 2, 4), (4, 5, 5)]),
        ),
    ] {
        let mut frames: Vec<_> = before
            .into_iter()
            .map(|counter| data(first, counter))
            .collect();
        frames.push(sealed(first, 0, &[own(first, false, list)]));
        group.valid(what, asks(&frames));
    }
    let list = |counter| {
        sealed(
            first,
            counter,
            &[own(first, false, span(3, 3, &[(1, 2, 1)]))],
        )
    };
    group.valid("a list again", asks(&[data(first, 0), list(0), list(1)]));
    group.valid(
        "what was lost comes",
        asks(&[data(first, 0), list(0), data(first, 1), list(1)]),
    );
    group.valid(
        "a control frame without a list",
        asks(&[frame(first.unproved(2, 0, &[2, 4, 5, 6, 7, 8]))]),
    );
    let group = area.group(
        "outstanding",
        "epochs that a list leaves out",
        &["IOMT-OUT-031"],
        "Closed",
    );
    let only = |epoch: &Epoch| sealed(epoch, 0, &[own(epoch, false, span(0, 0, &[]))]);
    group.valid("the one before", asks(&[data(first, 0), only(second)]));
    group.valid(
        "the one before, with a hole",
        asks(&[data(first, 0), data(first, 3), only(second)]),
    );
    group.valid(
        "two before",
        asks(&[data(first, 0), data(second, 1), only(third)]),
    );
    group.invalid(
        "then a frame of it",
        "unknown_epoch",
        asks(&[
            data(first, 0),
            only(second),
            frame(first.routed(0, 1, b"s")),
        ]),
    );
    let group = area.group(
        "outstanding",
        "lists of an epoch that is not the newest",
        &["IOMT-OUT-030"],
        "NotNewest",
    );
    group.invalid(
        "one newer has opened",
        "not_newest",
        asks(&[data(first, 0), data(second, 0), only(first)]),
    );
    group.invalid(
        "two newer have opened",
        "not_newest",
        asks(&[
            data(first, 0),
            data(second, 0),
            data(third, 0),
            only(second),
        ]),
    );
    group.valid(
        "the newest behind it",
        asks(&[data(first, 0), data(second, 0), only(second)]),
    );
    let other = sealed(
        second,
        0,
        &[
            own(first, false, span(0, 0, &[])),
            own(second, true, span(0, 0, &[])),
        ],
    );
    group
        .invalid(
            "another epoch stands without its secret",
            "out_of_range",
            asks(&[data(first, 0), other]),
        )
        .flagged("Rule");
}

fn epochs_of_lists(area: &mut Area) {
    let device = Device::usual();
    let [first, second, _] = &device.epochs();
    let asks = |frames: &[Value]| json!({ "session": device.session(), "frames": frames });
    let old = Device::named("before", device.side);
    let [before, earlier, _] = &old.epochs();
    let sealing = || own(second, false, span(0, 0, &[]));
    let group = area.group(
        "outstanding",
        "epochs that a list hands over",
        &["IOMT-OUT-032", "IOMT-OUT-033", "IOMT-EPOCH-033"],
        "Imported",
    );
    let list = |epochs: &[Value]| sealed(second, 0, &[epochs, &[sealing()]].concat());
    let came = |epoch: &Epoch, counter: u32| frame(epoch.routed(0, counter, b"s"));
    group.valid(
        "one of a session before",
        asks(&[
            list(&[own(before, true, span(2, 5, &[]))]),
            came(before, 2),
            came(before, 4),
        ]),
    );
    group.valid(
        "two of a session before",
        asks(&[
            list(&[
                own(before, true, span(0, 5, &[])),
                own(earlier, true, span(1, 3, &[(0, 1, 2)])),
            ]),
            came(earlier, 2),
            came(before, 0),
        ]),
    );
    group.invalid(
        "a counter at its end",
        "beyond_end",
        asks(&[list(&[own(before, true, span(2, 5, &[]))]), came(before, 5)]),
    );
    group.invalid(
        "a control frame of it",
        "beyond_end",
        asks(&[
            list(&[own(before, true, span(2, 5, &[]))]),
            frame(before.routed(2, 9, b"c")),
        ]),
    );
    group.valid(
        "one that was passed over",
        asks(&[list(&[own(first, true, span(0, 4, &[]))]), came(first, 3)]),
    );
    group.valid(
        "one that the server has",
        asks(&[
            frame(first.unproved(0, 0, b"s")),
            list(&[own(first, true, span(0, 4, &[]))]),
            came(first, 3),
        ]),
    );
    group.invalid(
        "one that the server has, at its end",
        "beyond_end",
        asks(&[
            frame(first.unproved(0, 0, b"s")),
            list(&[own(first, true, span(0, 4, &[]))]),
            came(first, 4),
        ]),
    );
    group.valid(
        "below its floor",
        asks(&[
            list(&[own(before, true, span(3, 5, &[(0, 2, 4)]))]),
            came(before, 1),
        ]),
    );
    let group = area.group(
        "outstanding",
        "epochs in which the power failed",
        &["IOMT-OUT-036"],
        "Cut",
    );
    let cut = |mut epoch: Value| {
        epoch["cut"] = true.into();
        epoch
    };
    group.valid(
        "one of a session before",
        asks(&[
            list(&[cut(own(before, true, span(2, 5, &[])))]),
            came(before, 7),
        ]),
    );
    group.valid(
        "one that the server has",
        asks(&[
            frame(first.unproved(0, 0, b"s")),
            list(&[cut(own(first, true, span(1, 1, &[])))]),
            came(first, 1),
        ]),
    );
    group.valid(
        "with losses below its floor",
        asks(&[list(&[cut(own(before, true, span(4, 6, &[(1, 2, 1)])))])]),
    );
}
