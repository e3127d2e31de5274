use super::area::{Area, Flag};
use super::common::many;
use super::samples::{all, asks, last_body, plaintext, written};
use crate::shim::text::varint;

const FLAGS: &[Flag] = &[
    Flag {
        name: "UnknownCriticalSkipped",
        bug: "EVOLUTION",
        says: "passes over a critical record that it does not know",
        effect: "a reading is shown without what changes its meaning",
    },
    Flag {
        name: "UnknownRefused",
        bug: "EVOLUTION",
        says: "refuses a record that it may pass over",
        effect: "an older server loses what a newer device sends",
    },
    Flag {
        name: "UnknownDropped",
        bug: "EVOLUTION",
        says: "does not count an unknown record",
        effect: "every later reading has another's identity",
    },
    Flag {
        name: "OpenCode",
        bug: "EVOLUTION",
        says: "refuses a code that it does not know",
        effect: "a new metric or reason takes the whole record with it",
    },
    Flag {
        name: "RefusedTogether",
        bug: "STATE",
        says: "loses the records behind one that it refuses",
        effect: "an alarm is lost behind a record that is not understood",
    },
    Flag {
        name: "LongerBody",
        bug: "EVOLUTION",
        says: "takes a known record with a field more",
        effect: "two releases read one record differently",
    },
    Flag {
        name: "Quality",
        bug: "EVOLUTION",
        says: "trusts a clock quality that it does not know",
        effect: "an unset clock is taken for a good one",
    },
];

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "evolution",
        "What an implementation of version 1 does with records of later releases.",
        FLAGS,
    );
    let pulse: (u32, &[u8]) = (16, &[1, 0, 0x90, 1]);
    let group = area.group(
        "decode",
        "unknown critical records",
        &["IOMT-ENV-010", "IOMT-ENV-012", "IOMT-VER-004"],
        "UnknownCriticalSkipped",
    );
    for tag in [
        17,
        19,
        51,
        63,
        65,
        83,
        127,
        129,
        16_385,
        2_097_153,
        u32::MAX,
    ] {
        group.invalid(
            format!("tag {tag}"),
            "unknown_critical",
            asks(&plaintext(true, &[pulse, (tag, &[7, 0xA9]), pulse])),
        );
    }
    for tag in [1, 7, 9, 11, 13, 15] {
        group.invalid(
            format!("tag {tag}, without a sequence"),
            "unknown_critical",
            asks(&plaintext(true, &[pulse, (tag, &[7]), pulse])),
        );
    }
    let group = area.group(
        "decode",
        "unknown records that may be passed over",
        &["IOMT-ENV-011", "IOMT-ENV-012", "IOMT-VER-004"],
        "UnknownRefused",
    );
    for tag in [
        52,
        54,
        62,
        84,
        100,
        126,
        128,
        4_000,
        2_097_152,
        u32::MAX - 1,
    ] {
        group.valid(
            format!("tag {tag}"),
            asks(&plaintext(true, &[pulse, (tag, &[0xE0, 7, 0xA9]), pulse])),
        );
    }
    let group = area.group(
        "decode",
        "unknown records among others",
        &["IOMT-ENV-012", "IOMT-ENV-025"],
        "UnknownDropped",
    );
    for tag in [2, 4, 6, 8, 10, 12, 14] {
        group.valid(
            format!("tag {tag} takes no sequence"),
            asks(&plaintext(true, &[pulse, (tag, &[7]), pulse])),
        );
    }
    group.valid(
        "three in a row",
        asks(&plaintext(
            true,
            &[(52, &[1]), (54, &[]), (4_000, &[2, 3]), pulse],
        )),
    );
    group.valid("an empty one", asks(&plaintext(true, &[(52, &[]), pulse])));
    group.valid(
        "one without a time base before it",
        asks(&plaintext(false, &[(52, &[9, 9])])),
    );
    group.valid(
        "a long one",
        asks(&plaintext(true, &[(84, &many("a later body", 300)), pulse])),
    );
    codes(&mut area);
    bodies(&mut area);
    area
}

fn codes(area: &mut Area) {
    let group = area.group(
        "decode",
        "numbers of open lists",
        &["IOMT-REC-004", "IOMT-DATA-030", "IOMT-DATA-042"],
        "OpenCode",
    );
    let full = |metric: u32, unit: u32, status: u16| {
        [
            varint(metric.into()),
            varint(unit.into()),
            vec![0],
            varint(status.into()),
            vec![0, 6, 0],
        ]
        .concat()
    };
    for (what, body) in [
        ("a metric of nobody", full(9_999_999, 264_864, 0)),
        ("a unit of nobody", full(147_842, 7, 0)),
        ("the last codes", full(u32::MAX, u32::MAX, 0)),
        ("a vendor's codes", full(0x8059_8007, 0x8059_8008, 0)),
        ("status bits of nobody", full(147_842, 264_864, 0x031F)),
    ] {
        group.valid(what, asks(&plaintext(true, &[(18, &body)])));
    }
    for reason in [0, 9, 77, 0xFF] {
        group.valid(
            format!("a gap for reason {reason}"),
            asks(&plaintext(false, &[(42, &[5, 2, reason])])),
        );
    }
    for kind in [0_u16, 4, 99, 0x7FFF, u16::MAX] {
        let body = [&[0][..], &varint(kind.into()), &[0, 0, 0]].concat();
        group.valid(
            format!("an event of kind {kind}"),
            asks(&plaintext(true, &[(36, &body)])),
        );
    }
    for stage in [0, 9, 0xEE] {
        group.valid(
            format!("a sleep of stage {stage}"),
            asks(&plaintext(true, &[(76, &[0, stage, 5])])),
        );
    }
    let group = area.group(
        "decode",
        "qualities of a clock",
        &["IOMT-REC-005"],
        "Quality",
    );
    for quality in [0, 1, 2, 3, 4, 0x80, 0xFF] {
        let body = [0, 0x80, 0xA0, 0xBF, 0xE9, 0xD6, 0x66, quality, 0x32, 0, 5];
        group.valid(
            format!("quality {quality}"),
            asks(&plaintext(true, &[(40, &body)])),
        );
    }
    group.refused(
        "an offset from UTC that is neither there nor not",
        asks(&plaintext(true, &[(40, &[0, 2, 1, 0x32, 2, 5])])),
    );
}

fn bodies(area: &mut Area) {
    let pulse: (u32, &[u8]) = (16, &[1, 0, 0x90, 1]);
    let group = area.group(
        "decode",
        "known records with a field more",
        &["IOMT-REC-003", "IOMT-REC-001", "IOMT-ENV-015"],
        "LongerBody",
    );
    for (name, record) in all() {
        let (tag, body) = last_body(&written(&[record]));
        let longer = [&body[..], &[3, 9, 9, 9]].concat();
        group.any(name, asks(&plaintext(true, &[(tag, &longer), pulse])));
    }
    let group = area.group(
        "decode",
        "records behind one that is refused",
        &["IOMT-ENV-015", "IOMT-ENV-012"],
        "RefusedTogether",
    );
    for (what, record) in [
        ("an unknown critical one", (17, &[7][..])),
        ("a short code of nobody", (16, &[0xEE, 0, 4])),
        ("a body cut short", (18, &[0xB8])),
        ("a set of nobody", (26, &[9, 0, 2])),
        ("an empty body", (36, &[])),
    ] {
        group.refused(
            what,
            asks(&plaintext(true, &[pulse, record, pulse, (42, &[5, 2, 1])])),
        );
    }
}
