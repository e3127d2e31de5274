use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::cuts;
use super::gatt_values::{MOMENT, NO_NUMBERS, Sample, all, short};
use crate::shim::text::hex;

const FLAGS: &[Flag] = &[
    Flag {
        name: "Units",
        bug: "TABLE",
        says: "takes one unit for another",
        effect: "mmol/L is shown as mg/dL, kPa as mmHg",
    },
    Flag {
        name: "Fields",
        bug: "ENCODING",
        says: "looks for a field where it is not",
        effect: "a time is shown as a pulse",
    },
    Flag {
        name: "CutValue",
        bug: "LENGTH",
        says: "takes a value that ends before a promised field",
        effect: "a field is made up",
    },
    Flag {
        name: "Trailing",
        bug: "LENGTH",
        says: "takes bytes that no flag explains",
        effect: "a device's mistake goes unnoticed",
    },
    Flag {
        name: "Reserved",
        bug: "MISSING_CHECK",
        says: "takes a reserved number for a value",
        effect: "a reserved code is shown as a number",
    },
    Flag {
        name: "LaterFlag",
        bug: "EVOLUTION",
        says: "refuses a flag of a later version",
        effect: "a newer device can not be read",
    },
    Flag {
        name: "Special",
        bug: "MISSING_CHECK",
        says: "shows a measurement that failed as a number",
        effect: "2047 mmHg",
    },
    Flag {
        name: "Calendar",
        bug: "MISSING_CHECK",
        says: "takes a date that is on no calendar",
        effect: "readings stand at times that never were",
    },
    Flag {
        name: "Unknown",
        bug: "MISSING_CHECK",
        says: "reads a characteristic that it does not know",
        effect: "bytes of nobody become a reading",
    },
    Flag {
        name: "Enumeration",
        bug: "TABLE",
        says: "takes one code for another, or a reserved one for a known one",
        effect: "a value is shown as what it is not",
    },
    Flag {
        name: "Annunciation",
        bug: "ENCODING",
        says: "takes the octets of the annunciation in another order",
        effect: "a sensor that is too cold is shown as one that is well",
    },
    Flag {
        name: "Checksum",
        bug: "MISSING_CHECK",
        says: "does not check the checksum or the size of a record",
        effect: "a damaged glucose is shown",
    },
    Flag {
        name: "Elapsed",
        bug: "TABLE",
        says: "takes one kind of elapsed time for another",
        effect: "ticks, or a local time, become an instant",
    },
    Flag {
        name: "Segment",
        bug: "STATE_MACHINE",
        says: "takes one segment for the whole",
        effect: "half an observation is read",
    },
    Flag {
        name: "Nesting",
        bug: "LENGTH",
        says: "does not hold the parts of an observation to its length",
        effect: "bytes of the next observation become a part of this one",
    },
];

pub(super) fn asks(uuid: &str, bytes: &[u8]) -> Value {
    json!({ "uuid": uuid, "bytes": hex(bytes) })
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "gatt",
        "Values of Bluetooth health characteristics, and what they say; an option.",
        FLAGS,
    );
    let group = area
        .group(
            "gatt",
            "every combination of flags",
            &[
                "IOMT-GATT-005",
                "IOMT-GATT-009",
                "IOMT-GATT-010",
                "IOMT-GATT-013",
            ],
            "Fields",
        )
        .judged("any_error");
    for (uuid, what, bytes) in all() {
        group.any(what, asks(uuid, &bytes));
        if matches!(uuid, "2a35" | "2a18" | "2a1c" | "2a9d") && bytes[0] & 5 != 0 {
            group.flagged("Units");
        }
    }
    let group = area
        .group(
            "gatt",
            "values that are cut",
            &["IOMT-GATT-001"],
            "CutValue",
        )
        .judged("any_error");
    for (uuid, what, bytes) in longest() {
        for cut in cuts(&bytes) {
            group.any(
                format!("{what}, {} of {} bytes", cut.len(), bytes.len()),
                asks(uuid, &cut),
            );
        }
    }
    let group = area
        .group(
            "gatt",
            "bytes that no flag explains",
            &["IOMT-GATT-002"],
            "Trailing",
        )
        .judged("any_error");
    for (uuid, what, bytes) in longest() {
        group.any(
            format!("{what} and a byte"),
            asks(uuid, &[&bytes[..], &[7]].concat()),
        );
    }
    group.refused(
        "a heart rate and half an interval",
        asks("2a37", &[0x10, 84, 0x40]),
    );
    group.refused(
        "a heart rate that promises intervals",
        asks("2a37", &[0x10, 84]),
    );
    numbers(&mut area);
    dates(&mut area);
    let group = area
        .group(
            "gatt",
            "flags of later versions",
            &["IOMT-GATT-002"],
            "LaterFlag",
        )
        .judged("any_error");
    for (uuid, bytes) in [
        ("2a37", vec![0x20, 84, 1, 2]),
        ("2a37", vec![0x80, 84]),
        ("2a1c", vec![0x08, 0x4C, 0x0E, 0, 0xFE]),
        ("2a1c", vec![0x80, 0x4C, 0x0E, 0, 0xFE, 9]),
        ("2a9d", vec![0x40, 0x76, 0x3F, 1]),
        (
            "2a35",
            [
                &[0x20][..],
                &short(138, 0),
                &short(88, 0),
                &short(104, 0),
                &[5],
            ]
            .concat(),
        ),
    ] {
        group.any(
            format!("{uuid}, flags {:#04x}", bytes[0]),
            asks(uuid, &bytes),
        );
    }
    let group = area.group(
        "gatt",
        "characteristics of nobody",
        &["IOMT-GATT-003"],
        "Unknown",
    );
    for uuid in ["2a00", "2a38", "2a39", "ffff", "0000"] {
        group.invalid(uuid, "unknown_characteristic", asks(uuid, &[0, 84]));
    }
    super::gatt_later::add(&mut area);
    super::gatt_edges::add(&mut area);
    super::gatt_states::add(&mut area);
    super::gatt_edges::reserved_flags(&mut area);
    area
}

/// Of each characteristic the value with most fields.
fn longest() -> Vec<Sample> {
    longest_of(&all())
}

pub(super) fn longest_of(samples: &[Sample]) -> Vec<Sample> {
    let mut found: Vec<Sample> = Vec::new();
    for sample in samples {
        match found.iter_mut().find(|(uuid, ..)| *uuid == sample.0) {
            Some(known) if known.2.len() < sample.2.len() => known.clone_from(sample),
            Some(_) => {}
            None => found.push(sample.clone()),
        }
    }
    found
}

fn numbers(area: &mut Area) {
    let group = area
        .group(
            "gatt",
            "numbers that are none",
            &["IOMT-GATT-003", "IOMT-GATT-010", "IOMT-DATA-021"],
            "Special",
        )
        .judged("any_error");
    let pressure = |first: [u8; 2]| [&[0][..], &first, &short(88, 0), &short(104, 0)].concat();
    for (what, code) in NO_NUMBERS {
        group.any(
            format!("a pressure of {what}"),
            asks("2a35", &pressure(code)),
        );
        group.any(
            format!("a saturation of {what}"),
            asks("2a5e", &[&[0][..], &code, &short(71, 0)].concat()),
        );
        group.any(
            format!("a glucose of {what}"),
            asks("2a18", &[&[2, 7, 1][..], &MOMENT, &code, &[0x11]].concat()),
        );
    }
    for (what, code) in [
        ("NaN", [0xFF, 0xFF, 0x7F, 0]),
        ("NRes", [0, 0, 0x80, 0]),
        ("+infinity", [0xFE, 0xFF, 0x7F, 0]),
        ("-infinity", [2, 0, 0x80, 0]),
        ("reserved", [1, 0, 0x80, 0]),
    ] {
        group.any(
            format!("a temperature of {what}"),
            asks("2a1c", &[&[0][..], &code].concat()),
        );
    }
    group.any("a weight that failed", asks("2a9d", &[0, 0xFF, 0xFF]));
    group.any("negative pressures", asks("2a35", &pressure(short(-5, 0))));
    let group = area
        .group(
            "gatt",
            "reserved values",
            &["IOMT-GATT-003", "IOMT-GATT-004"],
            "Reserved",
        )
        .judged("any_error");
    for level in [101, 128, 200, 255] {
        group.any(format!("a battery of {level} %"), asks("2a19", &[level]));
    }
    for site in [0, 10, 11, 0x7F, 0xFF] {
        group.any(
            format!("a temperature at site {site}"),
            asks("2a1c", &[4, 0x4C, 0x0E, 0, 0xFE, site]),
        );
    }
    for place in [0x00, 0x0B, 0xB1, 0xF1, 0x15, 0x1F, 0xFA] {
        group.any(
            format!("a glucose of type and place {place:#04x}"),
            asks(
                "2a18",
                &[&[2, 7, 1][..], &MOMENT, &short(104, -5), &[place]].concat(),
            ),
        );
    }
}

fn dates(area: &mut Area) {
    let group = area
        .group(
            "gatt",
            "dates",
            &["IOMT-GATT-008", "IOMT-GATT-009"],
            "Calendar",
        )
        .judged("any_error");
    let temperature =
        |moment: [u8; 7]| asks("2a1c", &[&[2, 0x4C, 0x0E, 0, 0xFE][..], &moment].concat());
    let on = |year: u16, month: u8, day: u8, hours: u8, minutes: u8, seconds: u8| {
        let [low, high] = year.to_le_bytes();
        [low, high, month, day, hours, minutes, seconds]
    };
    for (what, moment) in [
        ("a leap day", on(2_024, 2, 29, 23, 59, 59)),
        ("no leap day", on(2_026, 2, 29, 0, 0, 0)),
        ("no leap day in 2100", on(2_100, 2, 29, 0, 0, 0)),
        ("a leap day in 2000", on(2_000, 2, 29, 0, 0, 0)),
        ("31 April", on(2_026, 4, 31, 0, 0, 0)),
        ("month 13", on(2_026, 13, 1, 0, 0, 0)),
        ("day 32", on(2_026, 1, 32, 0, 0, 0)),
        ("24 hours", on(2_026, 1, 1, 24, 0, 0)),
        ("60 minutes", on(2_026, 1, 1, 0, 60, 0)),
        ("60 seconds", on(2_026, 1, 1, 0, 0, 60)),
        ("year 1581", on(1_581, 1, 1, 0, 0, 0)),
        ("year 1582", on(1_582, 1, 1, 0, 0, 0)),
        ("year 9999", on(9_999, 12, 31, 0, 0, 0)),
        ("year 10000", on(10_000, 1, 1, 0, 0, 0)),
        ("no year", on(0, 3, 29, 7, 8, 9)),
        ("no month", on(2_026, 0, 29, 7, 8, 9)),
        ("no day", on(2_026, 3, 0, 7, 8, 9)),
        ("nothing known", on(0, 0, 0, 7, 8, 9)),
        ("30 February of no year", on(0, 2, 30, 7, 8, 9)),
        ("29 February of no year", on(0, 2, 29, 7, 8, 9)),
    ] {
        group.any(what, temperature(moment));
    }
}
