//! Enumerations at their edges, and every month of a calendar.

use super::area::Area;
use super::gatt::asks;
use super::gatt_values::{MOMENT, short};

pub(super) fn add(area: &mut Area) {
    glucose(area);
    pulse_bounds(area);
    calendar(area);
    contexts(area);
    sensors(area);
}

/// Every type, in both units, and every place: types 1, 8 and 9 are metrics of their own.
fn glucose(area: &mut Area) {
    let value = |flags: u8, octet: u8| {
        let number = match flags & 4 {
            0 => short(104, -5),
            _ => short(58, -4),
        };
        asks(
            "2a18",
            &[&[flags, 7, 1][..], &MOMENT, &number, &[octet]].concat(),
        )
    };
    let group = area.group(
        "gatt",
        "every type and place of a glucose",
        &["IOMT-GATT-003", "IOMT-GATT-010"],
        "Enumeration",
    );
    for kind in 1..=10 {
        for (flags, unit) in [(2, "kg/L"), (6, "mol/L")] {
            group.valid(format!("type {kind}, {unit}"), value(flags, 0x10 | kind));
        }
    }
    for place in [2, 3, 4, 15] {
        group.valid(format!("place {place}"), value(2, place << 4 | 8));
    }
    for kind in [0, 11, 12, 15] {
        group.refused(format!("type {kind}"), value(2, 0x10 | kind));
    }
    for place in [0, 5, 6, 7, 8, 14] {
        group.refused(format!("place {place}"), value(2, place << 4 | 1));
    }
}

/// Bits 3 and 4 of a measurement status are one field; the others are their own.
fn pulse_bounds(area: &mut Area) {
    let group = area.group(
        "gatt",
        "measurement statuses of a cuff",
        &["IOMT-GATT-003", "IOMT-GATT-010"],
        "Enumeration",
    );
    let value = |uuid, kilo: u8, status: u16| {
        let three = match kilo {
            0 => [short(138, 0), short(88, 0), short(104, 0)],
            _ => [short(184, -1), short(117, -1), short(139, -1)],
        };
        let fields = [&three.concat()[..], &short(71, 0), &status.to_le_bytes()].concat();
        asks(uuid, &[&[0x14 | kilo][..], &fields].concat())
    };
    for uuid in ["2a35", "2a36"] {
        for (kilo, unit) in [(0, "mm Hg"), (1, "kPa")] {
            for range in 0..4 {
                let asked = value(uuid, kilo, range << 3);
                let comment = format!("{uuid} in {unit}, pulse-rate range {range}");
                match range {
                    3 => group.any(comment, asked),
                    _ => group.valid(comment, asked),
                };
            }
        }
        for bit in [0, 1, 2, 5, 6, 7, 8, 15] {
            group.any(format!("{uuid}, bit {bit}"), value(uuid, 0, 1 << bit));
        }
        for status in [0x1F, 0x39, 0xFF, 0xFFFF] {
            group.any(format!("{uuid}, {status:#06x}"), value(uuid, 0, status));
        }
    }
}

fn calendar(area: &mut Area) {
    let group = area.group(
        "gatt",
        "the last day of each month, and the day behind it",
        &["IOMT-GATT-008"],
        "Calendar",
    );
    let on = |year: u16, month: u8, day: u8| {
        let [low, high] = year.to_le_bytes();
        let moment = [low, high, month, day, 7, 8, 9];
        asks("2a1c", &[&[2, 0x4C, 0x0E, 0, 0xFE][..], &moment].concat())
    };
    let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (month, days) in (1..).zip(days) {
        group.valid(format!("{days} of month {month}"), on(2_027, month, days));
        let beyond = days + 1;
        group.refused(
            format!("{beyond} of month {month}"),
            on(2_027, month, beyond),
        );
    }
    for year in [1_600, 2_000, 2_028, 2_400] {
        group.valid(format!("29 February {year}"), on(year, 2, 29));
        group.refused(format!("30 February {year}"), on(year, 2, 30));
    }
    for year in [1_700, 1_900, 2_027, 2_029, 2_030, 2_100, 2_200] {
        group.refused(format!("29 February {year}"), on(year, 2, 29));
    }
    for month in [4, 6, 9, 11] {
        group.refused(format!("31 of month {month} of no year"), on(0, month, 31));
    }
}

/// The codes of a glucose context: the first, the last, and those beside them.
fn contexts(area: &mut Area) {
    let group = area.group(
        "gatt",
        "codes of a glucose context, at their edges",
        &["IOMT-GATT-003"],
        "Enumeration",
    );
    let asked = |flag: u8, field: &[u8]| asks("2a34", &[&[flag, 1, 0][..], field].concat());
    for code in 0..=255_u8 {
        let is_near = code < 10 || code == 15 || code == 255;
        if !is_near {
            continue;
        }
        group.any(
            format!("carbohydrate {code}"),
            asked(1, &[code, 0x32, 0xD0]),
        );
        group.any(format!("meal {code}"), asked(2, &[code]));
        group.any(
            format!("medication {code}"),
            asked(0x10, &[code, 0x0C, 0xA0]),
        );
    }
    for code in 0..16_u8 {
        group.any(format!("tester {code}"), asked(4, &[0x10 | code]));
        group.any(format!("health {code}"), asked(4, &[code << 4 | 1]));
    }
    for intensity in [0, 1, 99, 100, 101, 255] {
        group.any(
            format!("an exercise of {intensity} %"),
            asked(8, &[0x2C, 1, intensity]),
        );
    }
}

/// Each bit of the status of an oximeter and its sensor.
fn sensors(area: &mut Area) {
    let group = area.group(
        "gatt",
        "each bit of an oximeter's statuses",
        &["IOMT-GATT-003", "IOMT-GATT-010"],
        "Enumeration",
    );
    let pair = [short(97, 0), short(71, 0)].concat();
    for bit in 0..16 {
        let status = u16::to_le_bytes(1 << bit);
        group.any(
            format!("measurement status, bit {bit}"),
            asks("2a5e", &[&[2][..], &pair, &status].concat()),
        );
    }
    for bit in 0..24 {
        let [status @ .., _] = u32::to_le_bytes(1 << bit);
        group.any(
            format!("sensor status, bit {bit}"),
            asks("2a5e", &[&[4][..], &pair, &status].concat()),
        );
    }
}

/// A flag that is reserved today may bring bytes with it, which nobody can read yet.
pub(super) fn reserved_flags(area: &mut Area) {
    let group = area.group(
        "gatt",
        "each reserved flag, alone and with bytes behind, and bytes without a flag",
        &["IOMT-GATT-002"],
        "LaterFlag",
    );
    let pair = [short(97, 0), short(71, 0)].concat();
    let glucose = [&[7, 1][..], &MOMENT].concat();
    for (uuid, reserved, body) in [
        ("2a18", 5..8, &glucose[..]),
        ("2a5e", 5..8, &pair),
        ("2a5f", 5..8, &pair),
        ("2a1c", 3..8, &[0x4C, 0x0E, 0, 0xFE]),
        ("2a9d", 4..8, &[0x70, 0x3A]),
    ] {
        let with = |flags: u8, behind: &[u8]| asks(uuid, &[&[flags], body, behind].concat());
        for bit in reserved {
            group.valid(format!("{uuid}, flag {bit}"), with(1 << bit, &[]));
            for behind in [&[0xA5][..], &[0xA5, 0x5A, 7]] {
                let comment = format!("{uuid}, flag {bit} and {} behind", behind.len());
                group.valid(comment, with(1 << bit, behind));
            }
        }
        group.refused(
            format!("{uuid}, no flag and a byte behind"),
            with(0, &[0xA5]),
        );
    }
}
