use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{many, orders};
use crate::shim::text::hex;

const FLAGS: &[Flag] = &[
    Flag {
        name: "Repeated",
        bug: "REPLAY",
        says: "counts a repeated fragment twice",
        effect: "a datagram is damaged or comes twice",
    },
    Flag {
        name: "Gap",
        bug: "MISSING_CHECK",
        says: "does not see that a fragment is missing",
        effect: "a damaged datagram is delivered",
    },
    Flag {
        name: "Orphan",
        bug: "MISSING_CHECK",
        says: "takes a fragment without its beginning",
        effect: "half a datagram is delivered",
    },
    Flag {
        name: "Overtaking",
        bug: "STATE",
        says: "loses a long datagram when a short one overtakes it",
        effect: "every alarm costs a reading",
    },
    Flag {
        name: "GivesWay",
        bug: "STATE",
        says: "keeps a datagram whose successor has begun",
        effect: "the connection hangs",
    },
    Flag {
        name: "Stale",
        bug: "STATE",
        says: "waits for ever",
        effect: "fragments of two datagrams with one number are mixed",
    },
    Flag {
        name: "NotAFragment",
        bug: "MISSING_CHECK",
        says: "takes a value that is no fragment",
        effect: "a reader goes beyond its buffer",
    },
    Flag {
        name: "TooLong",
        bug: "LENGTH",
        says: "takes more than a datagram holds",
        effect: "a stranger fills the memory",
    },
];

/// When, message, index, whether it is the last, and how many bytes.
type Step = (u64, u8, u8, bool, usize);

fn value((_, message, index, is_last, len): Step) -> Vec<u8> {
    let data = many(&format!("fragment {message} {index}"), len);
    [
        &[message, index | if is_last { 0x80 } else { 0 }][..],
        &data,
    ]
    .concat()
}

fn asks(steps: &[Step]) -> Value {
    let fragments: Vec<_> = steps
        .iter()
        .map(|step| json!([step.0.to_string(), hex(value(*step))]))
        .collect();
    json!({ "fragments": fragments })
}

fn raw(values: &[&[u8]]) -> Value {
    let fragments: Vec<_> = values
        .iter()
        .map(|value| json!(["5", hex(value)]))
        .collect();
    json!({ "fragments": fragments })
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "reassemble",
        "Fragments of a Bluetooth LE characteristic put together.",
        FLAGS,
    );
    whole(&mut area);
    lost(&mut area);
    limits(&mut area);
    again(&mut area);
    every_order(&mut area);
    patience(&mut area);
    area
}

fn whole(area: &mut Area) {
    let group = area.group(
        "reassemble",
        "datagrams",
        &["IOMT-CARR-020", "IOMT-CARR-028"],
        "",
    );
    group.valid("one fragment", asks(&[(5, 7, 0, true, 18)]));
    group.valid(
        "two fragments",
        asks(&[(5, 7, 0, false, 18), (6, 7, 1, true, 4)]),
    );
    group.valid(
        "three fragments of different sizes",
        asks(&[
            (5, 7, 0, false, 18),
            (6, 7, 1, false, 40),
            (9, 7, 2, true, 1),
        ]),
    );
    group.valid(
        "two datagrams",
        asks(&[(5, 7, 0, false, 18), (6, 7, 1, true, 4), (7, 8, 0, true, 9)]),
    );
    group.valid(
        "number 255, then 0",
        asks(&[
            (5, 255, 0, false, 3),
            (6, 255, 1, true, 4),
            (7, 0, 0, false, 9),
            (8, 0, 1, true, 2),
        ]),
    );
    group.valid("a number of any beginning", asks(&[(5, 200, 0, true, 18)]));
    let group = area.group(
        "reassemble",
        "a datagram of one fragment between those of another",
        &["IOMT-CARR-021"],
        "Overtaking",
    );
    group.valid(
        "one",
        asks(&[(5, 7, 0, false, 18), (6, 8, 0, true, 9), (7, 7, 1, true, 4)]),
    );
    group.valid(
        "three",
        asks(&[
            (5, 7, 0, false, 18),
            (6, 8, 0, true, 9),
            (7, 9, 0, true, 8),
            (8, 7, 1, false, 18),
            (9, 10, 0, true, 5),
            (9, 7, 2, true, 4),
        ]),
    );
    let group = area.group(
        "reassemble",
        "fragments that come twice",
        &["IOMT-CARR-024"],
        "Repeated",
    );
    group.valid(
        "the first",
        asks(&[
            (5, 7, 0, false, 18),
            (5, 7, 0, false, 18),
            (6, 7, 1, true, 4),
        ]),
    );
    group.valid(
        "the second",
        asks(&[
            (5, 7, 0, false, 18),
            (6, 7, 1, false, 9),
            (6, 7, 1, false, 9),
            (7, 7, 2, true, 4),
        ]),
    );
    group.valid(
        "an earlier one",
        asks(&[
            (5, 7, 0, false, 18),
            (6, 7, 1, false, 9),
            (7, 7, 2, false, 9),
            (8, 7, 1, false, 9),
            (9, 7, 3, true, 4),
        ]),
    );
    group.any(
        "all",
        asks(&[
            (5, 7, 0, false, 18),
            (6, 7, 1, true, 4),
            (7, 7, 0, false, 18),
            (8, 7, 1, true, 4),
        ]),
    );
}

fn lost(area: &mut Area) {
    let group = area.group(
        "reassemble",
        "fragments that are missing",
        &["IOMT-CARR-023"],
        "Gap",
    );
    group.invalid(
        "the second of three",
        "missing_fragments",
        asks(&[(5, 7, 0, false, 18), (7, 7, 2, true, 4)]),
    );
    group.invalid(
        "two of four",
        "missing_fragments",
        asks(&[(5, 7, 0, false, 18), (7, 7, 3, true, 4)]),
    );
    group.invalid(
        "then the missing one",
        "missing_fragments",
        asks(&[
            (5, 7, 0, false, 18),
            (7, 7, 2, true, 4),
            (8, 7, 1, false, 9),
        ]),
    );
    group.invalid(
        "then the next datagram",
        "missing_fragments",
        asks(&[
            (5, 7, 0, false, 18),
            (7, 7, 2, false, 4),
            (8, 8, 0, false, 9),
            (9, 8, 1, true, 9),
        ]),
    );
    group.invalid(
        "then all of it again",
        "missing_fragments",
        asks(&[
            (5, 7, 0, false, 18),
            (7, 7, 2, true, 4),
            (8, 7, 0, false, 18),
            (9, 7, 1, false, 5),
            (9, 7, 2, true, 4),
        ]),
    );
    let group = area.group(
        "reassemble",
        "fragments without a beginning",
        &["IOMT-CARR-023"],
        "Orphan",
    );
    group.invalid(
        "nothing before",
        "orphan_fragment",
        asks(&[(5, 7, 1, false, 18), (6, 7, 2, true, 4)]),
    );
    group.invalid(
        "of another number",
        "orphan_fragment",
        asks(&[(5, 7, 0, false, 18), (6, 8, 1, true, 4), (7, 7, 1, true, 4)]),
    );
    group.invalid(
        "the last alone",
        "orphan_fragment",
        asks(&[(5, 7, 1, true, 18)]),
    );
    group.invalid(
        "behind a datagram that was delivered",
        "orphan_fragment",
        asks(&[(5, 7, 0, false, 18), (6, 7, 1, true, 4), (7, 7, 2, true, 4)]),
    );
    let group = area.group(
        "reassemble",
        "a beginning while another datagram waits",
        &["IOMT-CARR-025"],
        "GivesWay",
    );
    group.invalid(
        "the first is given up",
        "orphan_fragment",
        asks(&[
            (5, 7, 0, false, 18),
            (6, 8, 0, false, 9),
            (7, 7, 1, true, 4),
            (8, 8, 1, true, 5),
        ]),
    );
    group.valid(
        "three beginnings",
        asks(&[
            (5, 7, 0, false, 18),
            (6, 8, 0, false, 9),
            (7, 9, 0, false, 4),
            (8, 9, 1, true, 5),
        ]),
    );
    let group = area.group(
        "reassemble",
        "datagrams that wait",
        &["IOMT-CARR-026"],
        "Stale",
    );
    group.valid(
        "9.999 s",
        asks(&[(5, 7, 0, false, 18), (10_004, 7, 1, true, 4)]),
    );
    group.invalid(
        "10.001 s",
        "orphan_fragment",
        asks(&[(5, 7, 0, false, 18), (10_006, 7, 1, true, 4)]),
    );
    group.valid(
        "9.999 s after the newest fragment",
        asks(&[
            (5, 7, 0, false, 18),
            (9_000, 7, 1, false, 4),
            (18_999, 7, 2, true, 4),
        ]),
    );
    group.invalid(
        "an hour",
        "orphan_fragment",
        asks(&[(5, 7, 0, false, 18), (3_600_000, 7, 1, true, 4)]),
    );
}

fn limits(area: &mut Area) {
    let group = area.group(
        "reassemble",
        "values that are no fragments",
        &["IOMT-CARR-022"],
        "NotAFragment",
    );
    group.invalid("nothing", "not_a_fragment", raw(&[&[]]));
    group.invalid("one byte", "not_a_fragment", raw(&[&[7]]));
    group.invalid(
        "a header without data",
        "not_a_fragment",
        raw(&[&[7, 0x80]]),
    );
    group.invalid(
        "513 bytes",
        "not_a_fragment",
        raw(&[&many("too long", 513)]),
    );
    group.invalid(
        "index 127 that is not the last",
        "not_a_fragment",
        raw(&[&[7, 0x7F, 1]]),
    );
    group.invalid(
        "between two fragments",
        "not_a_fragment",
        raw(&[&[7, 0, 1, 2], &[7], &[7, 0x81, 3]]),
    );
    group.valid("3 bytes", raw(&[&[7, 0x80, 0xA5]]));
    group.valid(
        "512 bytes",
        raw(&[&[&[7, 0x80][..], &many("a fragment", 510)].concat()]),
    );
    let long = |count: u8, len: usize| -> Vec<Step> {
        (0..count)
            .map(|index| (5, 7, index, index + 1 == count, len))
            .collect()
    };
    group.valid("128 fragments", asks(&long(128, 2)));
    let group = area.group(
        "reassemble",
        "datagrams that are too long",
        &["IOMT-CARR-027"],
        "TooLong",
    );
    group.valid("1,232 bytes", asks(&long(4, 308)));
    group.invalid(
        "1,233 bytes",
        "datagram_too_long",
        asks(&[&long(4, 308)[..3], &[(5, 7, 3, true, 309)]].concat()),
    );
    group.invalid(
        "then the next one",
        "datagram_too_long",
        asks(&[&long(5, 300)[..], &[(6, 8, 0, true, 9)]].concat()),
    );
    group.invalid(
        "then a fragment more of it",
        "datagram_too_long",
        asks(&[&long(5, 300)[..], &[(6, 7, 5, true, 9)]].concat()),
    );
}

/// What can not be told from something new, and is taken for it.
fn again(area: &mut Area) {
    let group = area.group(
        "reassemble",
        "single and first fragments that come again",
        &["IOMT-CARR-024", "IOMT-CARR-025"],
        "Repeated",
    );
    let (zero, one, two) = (
        (5, 7, 0, false, 18),
        (6, 7, 1, false, 9),
        (9, 7, 2, true, 4),
    );
    let single = |at, message| (at, message, 0, true, 6);
    group.valid("a single one, twice", asks(&[single(5, 7), single(6, 7)]));
    group.valid(
        "a single one, twice, between those of another",
        asks(&[zero, single(6, 8), single(6, 8), one, two]),
    );
    group.invalid(
        "a single one of the number of what is not whole",
        "orphan_fragment",
        asks(&[zero, one, single(7, 7), two]),
    );
    group.valid(
        "the first behind the second, then all of them",
        asks(&[zero, one, zero, one, two]),
    );
    group.invalid(
        "the first behind the second, then the third",
        "missing_fragments",
        asks(&[zero, one, zero, two]),
    );
    group.valid(
        "another first of the same number",
        asks(&[zero, one, (7, 7, 0, false, 30), (8, 7, 1, true, 5)]),
    );
    group.valid(
        "a first of another number",
        asks(&[zero, one, (7, 8, 0, false, 30), (8, 8, 1, true, 5)]),
    );
    group.invalid(
        "the last, behind its datagram",
        "orphan_fragment",
        asks(&[zero, one, two, two]),
    );
}

/// Four fragments in each order, and the next datagram behind them.
fn every_order(area: &mut Area) {
    let group = area.group(
        "reassemble",
        "four fragments in every order, and the next datagram",
        &["IOMT-CARR-021", "IOMT-CARR-023"],
        "Gap",
    );
    for order in orders(4) {
        let fragment = |(at, index): (u64, &usize)| {
            let index = u8::try_from(*index).unwrap();
            (5 + at, 7, index, index == 3, 18 - usize::from(index))
        };
        let mut steps: Vec<Step> = (0..).zip(&order).map(fragment).collect();
        steps.push((20, 8, 0, true, 6));
        group.any(format!("{order:?}"), asks(&steps));
    }
}

/// Ten seconds count from the newest fragment that was new.
fn patience(area: &mut Area) {
    let group = area.group(
        "reassemble",
        "ten seconds, and fragments that come again",
        &["IOMT-CARR-026", "IOMT-CARR-024"],
        "Stale",
    );
    let zero = |at| (at, 7, 0, false, 18);
    let one = |at| (at, 7, 1, false, 18);
    let two = |at| (at, 7, 2, true, 9);
    group.valid("at ten seconds", asks(&[zero(0), one(10_000), two(20_000)]));
    group.invalid(
        "a millisecond later",
        "orphan_fragment",
        asks(&[zero(0), one(10_000), two(20_001)]),
    );
    group.invalid(
        "a repeated one holds nothing",
        "orphan_fragment",
        asks(&[zero(0), one(5_000), one(14_000), two(16_000)]),
    );
    group.valid(
        "a repeated one spoils nothing",
        asks(&[zero(0), one(5_000), one(14_000), two(15_000)]),
    );
    group.valid(
        "the first begins anew",
        asks(&[zero(0), one(5_000), zero(14_000), one(16_000), two(17_000)]),
    );
    group.valid(
        "a single one of another number holds nothing, and spoils nothing",
        asks(&[zero(0), (9_000, 8, 0, true, 6), one(10_000), two(10_000)]),
    );
}
