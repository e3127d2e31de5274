//! What a list says, and each rule that it can break.

use super::*;

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

pub(super) fn lists(area: &mut Area) {
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

/// At every byte at which [`lists`] has none.
pub(super) fn other_cuts(area: &mut Area) {
    let group = area.group(
        "outstanding",
        "lists that were cut elsewhere, and a status behind",
        &["IOMT-OUT-002"],
        "CutRecord",
    );
    for cut in cuts(&usual().body()).filter(|cut| !cut.len().is_multiple_of(3)) {
        group.refused(
            format!("{} bytes", cut.len()),
            asks(&[record(4, &cut), record(2, &[5, 6, 7, 8])].concat()),
        );
    }
}

pub(super) fn rules(area: &mut Area) {
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
