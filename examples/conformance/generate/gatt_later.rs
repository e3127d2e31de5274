//! The characteristics whose vectors came later: new cases stand behind the old ones.

use super::area::{Area, Group};
use super::common::cuts;
use super::gatt::{asks, longest_of};
use super::gatt_bodies::{self, cgm, composition};
use super::gatt_clocks::{self, body, component, current, elapsed, rate, whole};
use super::gatt_values::{NO_NUMBERS, Sample, short};

pub(super) fn add(area: &mut Area) {
    let samples = [gatt_bodies::all(), gatt_clocks::all()].concat();
    fields(area, &samples);
    let longest = longest_of(&samples);
    let group = group(
        area,
        "values that are cut, of later characteristics",
        &["IOMT-GATT-001"],
        "CutValue",
    );
    for (uuid, what, bytes) in &longest {
        for cut in cuts(bytes) {
            group.any(
                format!("{what}, {} of {} bytes", cut.len(), bytes.len()),
                asks(uuid, &cut),
            );
        }
    }
    let group = self::group(
        area,
        "bytes that no flag explains, of later characteristics",
        &["IOMT-GATT-002"],
        "Trailing",
    );
    for (uuid, what, bytes) in &longest {
        group.any(
            format!("{what} and a byte"),
            asks(uuid, &[&bytes[..], &[7]].concat()),
        );
    }
    annunciation(area);
    checksums(area);
    special(area);
    reserved(area);
    segments(area);
    nesting(area);
}

fn group<'a>(
    area: &'a mut Area,
    about: &'static str,
    requirements: &'static [&'static str],
    flag: &'static str,
) -> &'a mut Group {
    area.group("gatt", about, requirements, flag)
        .judged("any_error")
}

fn fields(area: &mut Area, samples: &[Sample]) {
    let group = group(
        area,
        "fields of continuous glucose, body composition, glucose context, clocks and health observations",
        &["IOMT-GATT-005", "IOMT-GATT-009", "IOMT-GATT-011"],
        "Fields",
    );
    for (uuid, what, bytes) in samples {
        group.any(what, asks(uuid, bytes));
        match *uuid {
            "2a9c" if bytes[0] & 1 == 1 => group.flagged("Units"),
            "2bf2" => group.flagged("Elapsed"),
            _ => group,
        };
    }
}

/// Each bit of each octet: two of them mark the value, two bound it, and the order is status, calibration, warning.
fn annunciation(area: &mut Area) {
    let group = group(
        area,
        "the three octets of the annunciation",
        &["IOMT-GATT-006", "IOMT-GATT-010"],
        "Annunciation",
    );
    for (place, octet) in ["status", "calibration", "warning"].into_iter().enumerate() {
        for bit in 0..8 {
            let mut octets = [0; 3];
            octets[place] = 1 << bit;
            let bytes = cgm(0xE0, octets, bit & 1 == 1);
            group.any(format!("{octet}, bit {bit}"), asks("2aa7", &bytes));
        }
    }
    for (flag, octet) in [(0x80, "status"), (0x40, "calibration"), (0x20, "warning")] {
        group.any(
            format!("{octet} alone"),
            asks("2aa7", &cgm(flag, [0x08; 3], false)),
        );
        group.any(
            format!("{octet} alone, 40"),
            asks("2aa7", &cgm(flag, [0x40; 3], false)),
        );
    }
}

fn checksums(area: &mut Area) {
    let group = group(
        area,
        "checksums of continuous glucose",
        &["IOMT-GATT-007"],
        "Checksum",
    );
    let right = cgm(0x63, [0, 4, 0x10], true);
    for bit in 0..16 {
        let mut wrong = right.clone();
        let place = wrong.len() - 2 + bit / 8;
        wrong[place] ^= 1 << (bit % 8);
        group.refused(format!("bit {bit} of a checksum"), asks("2aa7", &wrong));
    }
    let mut changed = right.clone();
    changed[2] ^= 1;
    group.refused("another concentration", asks("2aa7", &changed));
    group.refused(
        "one that is wrong behind one that is right",
        asks("2aa7", &[&right[..], &changed].concat()),
    );
    let mut swapped = right.clone();
    let last = swapped.len() - 1;
    swapped.swap(last - 1, last);
    group.refused("high octet first", asks("2aa7", &swapped));
    for (what, size) in [
        ("of nothing", 0),
        ("below its fields", 5),
        ("above its fields", 7),
        ("above the value", 255),
    ] {
        let mut record = cgm(0, [0; 3], false);
        record[0] = size;
        group.refused(format!("a size {what}"), asks("2aa7", &record));
    }
    group.refused("no record", asks("2aa7", &[]));
}

fn special(area: &mut Area) {
    let group = group(
        area,
        "numbers that are none, of later characteristics",
        &["IOMT-GATT-003", "IOMT-GATT-010"],
        "Special",
    );
    for (what, code) in NO_NUMBERS {
        let mut record = cgm(0x20, [0, 0, 0x40], false);
        record[2..4].copy_from_slice(&code);
        group.any(
            format!("a continuous glucose of {what}"),
            asks("2aa7", &record),
        );
        group.any(
            format!("a haemoglobin of {what}"),
            asks("2a34", &[&[0x40, 1, 0][..], &code].concat()),
        );
        group.any(
            format!("a meal of {what}"),
            asks("2a34", &[&[1, 1, 0, 1][..], &code].concat()),
        );
    }
    group.any(
        "a body composition that failed",
        asks("2a9c", &composition(0, 0xFFFF)),
    );
    group.any(
        "one that failed, with its time and user",
        asks("2a9c", &composition(6, 0xFFFF)),
    );
    for flag in 3..12 {
        group.refused(
            format!("one that failed, with a value of flag {flag}"),
            asks("2a9c", &composition(1 << flag, 0xFFFF)),
        );
    }
}

fn reserved(area: &mut Area) {
    let group = group(
        area,
        "codes that are reserved, of later characteristics",
        &["IOMT-GATT-003"],
        "Reserved",
    );
    for day in [8, 9, 255] {
        group.refused(
            format!("day {day} of the week"),
            asks("2a2b", &current(day, 0, 0)),
        );
    }
    for source in [8, 9, 255] {
        group.refused(
            format!("a clock of source {source}"),
            asks("2bf2", &elapsed(2, 1, source, 0)),
        );
    }
    for (what, field) in [
        ("carbohydrate 0", &[1, 1, 0, 0, 0x32, 0xD0][..]),
        ("carbohydrate 8", &[1, 1, 0, 8, 0x32, 0xD0]),
        ("meal 0", &[2, 1, 0, 0]),
        ("meal 6", &[2, 1, 0, 6]),
        ("tester 0", &[4, 1, 0, 0x10]),
        ("tester 4", &[4, 1, 0, 0x14]),
        ("health 0", &[4, 1, 0, 0x01]),
        ("health 6", &[4, 1, 0, 0x61]),
        ("an exercise of 101 %", &[8, 1, 0, 0, 0, 101]),
        ("medication 0", &[0x10, 1, 0, 0, 0x0C, 0xA0]),
        ("medication 6", &[0x10, 1, 0, 6, 0x0C, 0xA0]),
    ] {
        group.refused(what, asks("2a34", field));
    }
    group.any(
        "nobody tells of tester and health",
        asks("2a34", &[4, 1, 0, 0xFF]),
    );
    group.any(
        "an extended flag of a later version",
        asks("2a34", &[0x82, 1, 0, 1, 3, 9, 9]),
    );
    group.any(
        "a body composition with a later flag",
        asks("2a9c", &[0, 0x20, 0xF5, 0, 1, 2, 3]),
    );
    for class in [0, 9, 254] {
        group.refused(
            format!("an observation of class {class}"),
            asks("2b8b", &whole(&body(class, 0, &[0; 6]))),
        );
    }
    group.refused(
        "a text that is no UTF-8",
        asks("2b8b", &whole(&body(3, 0, &[2, 0, 0xC3, 0x28]))),
    );
    let date = |year: u16, month: u8, day: u8| {
        let [low, high] = year.to_le_bytes();
        [low, high, month, day, 1, 2, 3, 0, 0, 0]
    };
    group.refused(
        "a current time on 30 February",
        asks("2a2b", &date(2_024, 2, 30)),
    );
    group.any("a current time of no year", asks("2a2b", &date(0, 2, 29)));
}

fn segments(area: &mut Area) {
    let group = group(
        area,
        "segments of an observation",
        &["IOMT-GATT-012"],
        "Segment",
    );
    for header in [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x83, 0xFD, 0xFF] {
        group.any(
            format!("header {header:#04x}"),
            asks("2b8b", &[&[header][..], &rate(1)].concat()),
        );
    }
}

/// Lengths and lists of an observation.
fn nesting(area: &mut Area) {
    let group = group(
        area,
        "lengths and lists of an observation",
        &["IOMT-GATT-001", "IOMT-GATT-002"],
        "Nesting",
    );
    let right = rate(1);
    for (what, len) in [
        ("one byte short", 11),
        ("one byte long", 13),
        ("zero", 0),
        ("65535", 0xFFFF),
    ] {
        let mut wrong = right.clone();
        wrong[1..3].copy_from_slice(&u16::to_le_bytes(len));
        group.refused(
            format!("a length that is {what}"),
            asks("2b8b", &whole(&wrong)),
        );
    }
    for flag in [6, 7, 8] {
        let empty = body(1, 1 << flag, &[0, 0xA0, 0x0A, 72, 0, 0, 0]);
        group.refused(
            format!("an empty list of flag {flag}"),
            asks("2b8b", &whole(&empty)),
        );
    }
    let bundle = body(255, 0, &[&[1][..], &right].concat());
    group.refused(
        "a bundle in a bundle",
        asks("2b8b", &whole(&body(255, 0, &[&[1][..], &bundle].concat()))),
    );
    let inner = [
        &[1][..],
        &150_021_u32.to_le_bytes(),
        &[7],
        &[1],
        &component(150_022, 82),
    ]
    .concat();
    group.refused(
        "a compound in a compound",
        asks(
            "2b8b",
            &whole(&body(
                7,
                1,
                &[&150_020_u32.to_le_bytes()[..], &inner].concat(),
            )),
        ),
    );
    let short_of = [&[2][..], &component(150_021, 128)].concat();
    group.refused(
        "a compound with one component fewer",
        asks("2b8b", &whole(&body(7, 0, &short_of))),
    );
    group.any(
        "a number of 9.8, class 1",
        asks(
            "2b8b",
            &whole(&body(
                1,
                1,
                &[
                    &160_184_u32.to_le_bytes()[..],
                    &[0x52, 0x12, 98, 0, 0, 0xFF],
                ]
                .concat(),
            )),
        ),
    );
    group.refused(
        "an SFLOAT in the place of a FLOAT",
        asks(
            "2b8b",
            &whole(&body(
                1,
                1,
                &[
                    &160_184_u32.to_le_bytes()[..],
                    &[0x52, 0x12],
                    &short(98, -1),
                ]
                .concat(),
            )),
        ),
    );
}
