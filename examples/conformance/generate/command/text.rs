//! What commands and their answers say, in the clear.

use super::*;
use crate::generate::common::cuts;
use crate::generate::pairing_packets::beyond;

pub(super) fn written(area: &mut Area) {
    let group = area.group(
        "command",
        "commands that a server writes",
        &["IOMT-PAIR-080", "IOMT-PAIR-088"],
        "Fields",
    );
    let asks = |key: &[u8], first: &[u8], role: u8, rights: u8| json!({ "introduce": { "key": hex(key), "first": hex(first), "role": role, "rights": rights } });
    for (role, rights) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let name = format!("written {role} {rights}");
        group.valid(
            format!("role {role}, rights {rights}"),
            asks(&key(&name), &first(&name), role, rights),
        );
    }
    let revokes = |key: &[u8]| json!({ "revoke": hex(key) });
    for name in ["a", "b"] {
        group.valid(format!("revoke {name}"), revokes(&key(name)));
    }
    for role in [2, 3, 127, 128, 255] {
        let request = asks(&key("a"), &first("a"), role, 0);
        group
            .invalid(format!("role {role}"), "out_of_range", request)
            .flagged("Role");
    }
    for rights in [2, 3, 4, 8, 16, 32, 64, 128, 129, 255] {
        let request = asks(&key("a"), &first("a"), 0, rights);
        group
            .invalid(format!("rights {rights}"), "out_of_range", request)
            .flagged("Rights");
    }
    let long = [&key("long")[..], &[7]].concat();
    for len in [0, 1, 31, 33] {
        for (what, request) in [
            ("an introduced key", asks(&long[..len], &first("a"), 0, 0)),
            ("a first secret", asks(&key("a"), &long[..len], 0, 0)),
            ("a revoked key", revokes(&long[..len])),
        ] {
            group
                .invalid(format!("{what} of {len} bytes"), "out_of_range", request)
                .flagged("CutCommand");
        }
    }
}

pub(super) fn read(area: &mut Area) {
    let group = area.group(
        "command",
        "commands that a device reads, and the hint of the session that an introduction is for",
        &["IOMT-PAIR-080", "IOMT-PAIR-072"],
        "Fields",
    );
    for (role, rights) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        for name in ["a", "b"] {
            group.valid(
                format!("introduce {name}, role {role}, rights {rights}"),
                reads(introduce(name, role, rights)),
            );
        }
    }
    for name in ["a", "b", "c"] {
        group.valid(format!("revoke {name}"), reads(revoke(name)));
    }
    for (what, first) in [("zeros", [0; 32]), ("ones", [0xFF; 32])] {
        let body = [&key("d")[..], &first, &[0, 0]].concat();
        group.valid(format!("a first secret of {what}"), reads(record(3, &body)));
    }
}

/// Each command: its name, the whole of it, and its body.
fn three(name: &str) -> [(&'static str, Vec<u8>, Vec<u8>); 3] {
    [
        ("introduce", introduce(name, 0, 1), introduction(name, 0, 1)),
        (
            "announce",
            introduce("next", 1, 0),
            introduction("next", 1, 0),
        ),
        ("revoke", revoke(name), key(name).to_vec()),
    ]
}

pub(super) fn cut(area: &mut Area) {
    let group = area.group(
        "command",
        "commands that were cut",
        &["IOMT-PAIR-080", "IOMT-PAIR-081"],
        "CutCommand",
    );
    for (what, whole, body) in three("cut") {
        for cut in cuts(&whole) {
            let comment = format!("{what}, {} bytes", cut.len());
            group.invalid(comment, "truncated", reads(cut));
        }
        let tag = whole[0].into();
        for cut in cuts(&body) {
            let comment = format!("{what}, a body of {} bytes", cut.len());
            group.invalid(comment, "malformed", reads(record(tag, &cut)));
        }
    }
}

pub(super) fn longer(area: &mut Area) {
    let group = area.group(
        "command",
        "commands that go on",
        &["IOMT-PAIR-080", "IOMT-PAIR-081"],
        "Trailing",
    );
    for (what, whole, body) in three("long") {
        let tag = whole[0].into();
        for more in [&[0][..], &[1], &[0xFF], &[0, 0], &[1, 2, 3]] {
            let longer = [&body[..], more].concat();
            group.invalid(
                format!("{what}, {} in the body", hex(more)),
                "malformed",
                reads(record(tag, &longer)),
            );
            group.invalid(
                format!("{what}, {} behind the record", hex(more)),
                "trailing_bytes",
                reads([&whole[..], more].concat()),
            );
        }
        group.invalid(
            format!("{what}, and a revocation behind it"),
            "trailing_bytes",
            reads([&whole[..], &revoke("b")].concat()),
        );
    }
    let group = area.group(
        "command",
        "varints that are none",
        &["IOMT-PAIR-080", "IOMT-DATA-003", "IOMT-DATA-004"],
        "LongVarint",
    );
    let body = introduction("a", 0, 0);
    for (what, head) in [
        ("an over-long tag", &[0x83, 0, 66][..]),
        ("an over-long length", &[3, 0xC2, 0]),
        ("a tag of 33 bits", &[0x83, 0x80, 0x80, 0x80, 0x10, 66]),
        (
            "a length of 64 bits",
            &[3, 0xC2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
        ),
        (
            "a length of 65 bits",
            &[3, 0xC2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2],
        ),
        ("a tag that does not end", &[0x83; 11]),
    ] {
        group.invalid(what, "malformed", reads([head, &body].concat()));
    }
}

pub(super) fn reserved(area: &mut Area) {
    let group = area.group(
        "command",
        "roles that version 1 does not have",
        &["IOMT-PAIR-081"],
        "Role",
    );
    for role in 2..=255 {
        let request = reads(introduce("a", role, 0));
        group.invalid(format!("role {role}"), "reserved", request);
    }
    let group = area.group(
        "command",
        "rights that version 1 does not have",
        &["IOMT-PAIR-081"],
        "Rights",
    );
    for bit in 1..8 {
        for role in [0, 1] {
            for rights in [1 << bit, 1 << bit | 1] {
                group.invalid(
                    format!("role {role}, rights {rights}"),
                    "reserved",
                    reads(introduce("b", role, rights)),
                );
            }
        }
    }
    for rights in [0xFE, 0xFF] {
        let request = reads(introduce("b", 0, rights));
        group.invalid(format!("rights {rights}"), "reserved", request);
    }
}

/// Tags of commands that may be passed over, and of those that may not.
const EVEN: [u64; 9] = [0, 2, 4, 6, 16, 126, 128, 16_384, 0xFFFF_FFFE];
const ODD: [u64; 9] = [1, 7, 9, 11, 17, 127, 129, 16_385, 0xFFFF_FFFF];

pub(super) fn unknown(area: &mut Area) {
    let group = area.group(
        "command",
        "commands that nobody knows",
        &["IOMT-PAIR-081"],
        "Unknown",
    );
    for tag in EVEN {
        for body in [&[][..], &[7, 0xA9], &introduction("a", 9, 9)[..40]] {
            let comment = format!("tag {tag}, {} bytes", body.len());
            group.valid(comment, reads(record(tag, body)));
        }
    }
    for tag in ODD {
        for body in [&[][..], &[7, 0xA9]] {
            let comment = format!("tag {tag}, {} bytes", body.len());
            group
                .invalid(comment, "unknown_critical", reads(record(tag, body)))
                .flagged("UnknownCritical");
        }
    }
}

pub(super) fn keys(area: &mut Area) {
    let group = area.group(
        "command",
        "keys that are none",
        &["IOMT-PAIR-081", "IOMT-PAIR-008"],
        "KeyBeyond",
    );
    let mut high = key("high");
    high[31] |= 0x80;
    for (what, key) in [
        ("2^255 - 19", beyond(0xED, 0x7F)),
        ("2^255 - 18", beyond(0xEE, 0x7F)),
        ("2^255 - 1", beyond(0xFF, 0x7F)),
        ("2^256 - 1", beyond(0xFF, 0xFF)),
        ("a key with its highest bit", high),
    ] {
        for role in [0, 1] {
            let body = [&key[..], &first("a"), &[role, 0]].concat();
            group.invalid(
                format!("introduce {what}, role {role}"),
                "bad_key",
                reads(record(3, &body)),
            );
        }
        let request = reads(record(5, &key));
        group.invalid(format!("revoke {what}"), "bad_key", request);
    }
    let last = beyond(0xEC, 0x7F);
    group.valid("revoke 2^255 - 20", reads(record(5, &last)));
    let body = [&last[..], &first("a"), &[0, 0]].concat();
    group.valid("introduce 2^255 - 20", reads(record(3, &body)));
}

pub(super) fn answers(area: &mut Area) {
    let group = area.group(
        "outstanding",
        "answers in control frames",
        &["IOMT-PAIR-084", "IOMT-OUT-002"],
        "Answer",
    );
    let answer = |taken: u64, outcome: u8| record(10, &[varint(taken), vec![outcome]].concat());
    for taken in [1, 2, 127, 128, 16_384, 0xFFFF_FFFF] {
        for outcome in [1, 2, 3, 4, 5] {
            let comment = format!("taken {taken}, outcome {outcome}");
            group.valid(comment, reads(answer(taken, outcome)));
        }
    }
    for (taken, outcome) in [(1, 1), (300, 4), (0xFFFF_FFFF_u32, 5)] {
        group.valid(
            format!("written, taken {taken}, outcome {outcome}"),
            json!({ "records": [{ "answer": { "taken": taken, "outcome": outcome } }] }),
        );
    }
    for outcome in [0, 6, 128, 255] {
        let comment = format!("an outcome that version 1 does not have, {outcome}");
        group.valid(comment, reads(answer(1, outcome)));
    }
    let status = record(2, &[5, 6, 7, 8]);
    group.valid(
        "behind a status",
        reads([&status[..], &answer(300, 2)].concat()),
    );
    let body = [varint(300), vec![2]].concat();
    for cut in cuts(&body) {
        group.invalid(
            format!("{} bytes, and a status behind it", cut.len()),
            "truncated",
            reads([record(10, &cut), status.clone()].concat()),
        );
    }
    for (what, class, body) in [
        ("a byte more", "trailing_bytes", &[1, 1, 0][..]),
        ("taken over-long", "malformed_varint", &[0x81, 0, 1]),
        (
            "taken of 33 bits",
            "malformed",
            &[0x81, 0x80, 0x80, 0x80, 0x10, 1],
        ),
    ] {
        let request = reads([record(10, body), status.clone()].concat());
        group.invalid(what, class, request);
    }
}
