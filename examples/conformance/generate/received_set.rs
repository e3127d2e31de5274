use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::many;

const FLAGS: &[Flag] = &[
    Flag {
        name: "Merge",
        bug: "STATE",
        says: "does not join ranges that touch",
        effect: "the set is full too early",
    },
    Flag {
        name: "Full",
        bug: "OFF_BY_ONE",
        says: "holds more or fewer ranges",
        effect: "a reading is refused for ever, or not remembered",
    },
    Flag {
        name: "FloorHasRoom",
        bug: "STATE",
        says: "refuses the floor when it is full",
        effect: "the device waits for ever",
    },
    Flag {
        name: "Floor",
        bug: "STATE",
        says: "does not raise the floor past what follows",
        effect: "a receipt names too little",
    },
    Flag {
        name: "GivenUp",
        bug: "STATE",
        says: "keeps what lies below a new floor",
        effect: "counters stand in two places",
    },
    Flag {
        name: "LastCounter",
        bug: "OFF_BY_ONE",
        says: "takes counters that are none",
        effect: "a counter wraps around",
    },
];

fn asks(ranges: u8, steps: &[Value]) -> Value {
    json!({ "ranges": ranges, "steps": steps })
}

fn counters(ranges: u8, counters: &[u32]) -> Value {
    let steps: Vec<_> = counters.iter().map(|counter| json!(counter)).collect();
    asks(ranges, &steps)
}

/// So many counters that each need a range.
fn apart(count: u32) -> Vec<u32> {
    (0..count).map(|number| 2 * number + 1).collect()
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "received_set",
        "What a server remembers of the counters of one space.",
        FLAGS,
    );
    let group = area.group(
        "receive",
        "orders",
        &["IOMT-RCPT-004", "IOMT-RCPT-005"],
        "Merge",
    );
    for (what, list) in [
        ("nothing", vec![]),
        ("in order", vec![0, 1, 2, 3, 4]),
        ("backwards", vec![4, 3, 2, 1, 0]),
        ("a hole that is filled later", vec![0, 1, 3, 4, 2]),
        ("two ranges that become one", vec![2, 4, 3]),
        ("a range that grows down", vec![9, 8, 7]),
        ("a range that grows up", vec![7, 8, 9]),
        ("three ranges that become one", vec![2, 4, 6, 3, 5, 1, 0]),
        ("a counter twice", vec![3, 0, 3, 0, 1, 1]),
        ("large steps", vec![100, 20_000, 3_000_000, 0, 101]),
        ("the middle first", vec![50, 10, 90, 30, 70, 11, 9]),
        ("inside a range", vec![5, 6, 7, 6]),
    ] {
        for ranges in [16, 4] {
            group.any(format!("{what}, {ranges} ranges"), counters(ranges, &list));
        }
    }
    full(&mut area);
    floors(&mut area);
    let group = area.group(
        "receive",
        "counters that look random",
        &["IOMT-RCPT-001", "IOMT-RCPT-002", "IOMT-RCPT-004"],
        "Floor",
    );
    for number in 0..12 {
        let list: Vec<u32> = many(&format!("counters {number}"), 40)
            .iter()
            .map(|byte| u32::from(*byte) % 40)
            .collect();
        group.any(
            format!("order {number}"),
            counters(if number % 2 == 0 { 16 } else { 4 }, &list),
        );
    }
    area
}

fn full(area: &mut Area) {
    let group = area.group(
        "receive",
        "sets that are full",
        &["IOMT-RCPT-001", "IOMT-RCPT-002"],
        "Full",
    );
    for (ranges, count) in [(16, 16), (4, 4)] {
        let then = |more: &[u32]| counters(ranges, &[&apart(count)[..], more].concat());
        group.valid(
            format!("{ranges} ranges, one less"),
            counters(ranges, &apart(count - 1)),
        );
        group.valid(format!("{ranges} ranges"), then(&[]));
        group.valid(
            format!("{ranges} ranges, and one too many"),
            then(&[2 * count + 5, 500]),
        );
        group.valid(
            format!("{ranges} ranges, then what touches one"),
            then(&[2 * count, 2 * count - 2, 4]),
        );
        group.valid(
            format!("{ranges} ranges, joined, then one more"),
            then(&[2, 90, 91]),
        );
        group.valid(
            format!("{ranges} ranges, one between that touches none"),
            counters(
                ranges,
                &[
                    &(0..count).map(|n| 3 * n + 1).collect::<Vec<_>>()[..],
                    &[3 * count + 9],
                ]
                .concat(),
            ),
        );
    }
    let group = area.group(
        "receive",
        "the floor of a full set",
        &["IOMT-RCPT-002", "IOMT-RCPT-003", "IOMT-RCPT-004"],
        "FloorHasRoom",
    );
    for (ranges, count) in [(16, 16), (4, 4)] {
        let then = |more: &[u32]| counters(ranges, &[&apart(count)[..], more].concat());
        group.valid(format!("{ranges} ranges, the floor"), then(&[0]));
        group.valid(
            format!("{ranges} ranges, the floor, then one more"),
            then(&[0, 2 * count + 9]),
        );
        group.valid(
            format!("{ranges} ranges, all holes from below"),
            then(&(0..count).map(|n| 2 * n).collect::<Vec<_>>()),
        );
        let far: Vec<u32> = (0..count).map(|n| 10 + 2 * n).collect();
        group.valid(
            format!("{ranges} ranges, the floor far below"),
            counters(ranges, &[&far[..], &[5, 0, 1, 2]].concat()),
        );
    }
    let group = area.group(
        "receive",
        "the last counters",
        &["IOMT-SEAL-005", "IOMT-RCPT-016"],
        "LastCounter",
    );
    group.valid("the last", counters(16, &[0xFF_FF_FE, 0]));
    group.valid("behind the last", counters(16, &[0xFF_FF_FF, 0]));
    group.valid("of 25 bits", counters(16, &[0x01_00_00_00, 1]));
    group.valid("of 32 bits", counters(4, &[u32::MAX, 1]));
}

fn floors(area: &mut Area) {
    let group = area.group(
        "receive",
        "floors that are raised",
        &["IOMT-OUT-034", "IOMT-OUT-037", "IOMT-RCPT-004"],
        "GivenUp",
    );
    let floor = |floor: u32| json!({ "floor": floor });
    let set = |more: &[Value]| {
        let before = [2_u32, 3, 7, 9, 10, 11].map(|counter| json!(counter));
        asks(16, &[&before[..], more].concat())
    };
    for (what, more) in [
        ("to zero", vec![floor(0)]),
        ("below the first range", vec![floor(1)]),
        ("to the first range", vec![floor(2)]),
        ("into a range", vec![floor(10)]),
        ("to the end of a range", vec![floor(12)]),
        ("beyond all", vec![floor(40), json!(39), json!(40)]),
        ("between two ranges", vec![floor(5), json!(4), json!(5)]),
        ("twice", vec![floor(5), floor(8)]),
        ("and lower again", vec![floor(8), floor(3), json!(4)]),
        ("one below a range", vec![floor(6)]),
        ("then what follows", vec![floor(7), json!(8)]),
    ] {
        group.valid(what, set(&more));
    }
    for (ranges, count) in [(16, 16), (4, 4)] {
        let before: Vec<_> = apart(count)
            .into_iter()
            .map(|counter| json!(counter))
            .collect();
        group.valid(
            format!("{ranges} ranges, a floor makes room"),
            asks(
                ranges,
                &[&before[..], &[json!(99), floor(2), json!(99)]].concat(),
            ),
        );
    }
}
