//! What devices say of themselves, bit by bit: states of sensors, ends of counts, clocks that were set anew.

use super::area::Area;
use super::gatt::asks;
use super::gatt_clocks::{body, elapsed, whole};
use super::gatt_values::{MOMENT, long, short};

pub(super) fn add(area: &mut Area) {
    meters(area);
    continuous(area);
    energies(area);
    clocks(area);
    observations(area);
}

fn meters(area: &mut Area) {
    let group = area.group(
        "gatt",
        "each bit of a glucose meter's annunciation",
        &["IOMT-GATT-010"],
        "Enumeration",
    );
    for bit in 0..16 {
        let fields = [&short(104, -5)[..], &[0x11], &u16::to_le_bytes(1 << bit)].concat();
        let value = [&[0x0A, 7, 1][..], &MOMENT, &fields].concat();
        group.valid(format!("annunciation, bit {bit}"), asks("2a18", &value));
    }
}

fn continuous(area: &mut Area) {
    let group = area.group(
        "gatt",
        "each bit of a continuous sensor's annunciation",
        &["IOMT-GATT-006", "IOMT-GATT-010"],
        "Annunciation",
    );
    let octets = [
        (0x80, "status"),
        (0x40, "calibration and temperature"),
        (0x20, "warning"),
    ];
    for (flag, octet) in octets {
        for bit in 0..8 {
            let value = [
                &[9, flag | 1][..],
                &short(121, 0),
                &[5, 0, 1 << bit],
                &short(2, 0),
            ];
            group.valid(format!("{octet}, bit {bit}"), asks("2aa7", &value.concat()));
        }
    }
}

fn energies(area: &mut Area) {
    let group = area.group(
        "gatt",
        "an energy at the end of its count",
        &["IOMT-GATT-010", "IOMT-GATT-013"],
        "Enumeration",
    );
    for count in [0, 1, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF] {
        let value = [&[8, 84][..], &u16::to_le_bytes(count)].concat();
        group.valid(format!("{count} kJ"), asks("2a37", &value));
    }
}

/// Each source, of the timeline that holds and of an earlier one.
fn clocks(area: &mut Area) {
    let group = area.group(
        "gatt",
        "sources of an elapsed time, on the current timeline and on an earlier one",
        &["IOMT-GATT-009", "IOMT-GATT-014"],
        "Enumeration",
    );
    for source in 0..8 {
        for (flags, what) in [
            (0x02, "UTC, an earlier timeline"),
            (0x22, "UTC, the current timeline"),
            (0x10, "local time, an earlier timeline"),
            (0x30, "local time, the current timeline"),
        ] {
            let value = elapsed(flags, 763_828_245, source, 4);
            group.valid(format!("source {source}, {what}"), asks("2bf2", &value));
        }
    }
}

fn observations(area: &mut Area) {
    let group = area.group(
        "gatt",
        "each bit of a health observation's status",
        &["IOMT-GATT-010"],
        "Enumeration",
    );
    for bit in 0..16 {
        let fields = [
            &150_456_u32.to_le_bytes()[..],
            &u16::to_le_bytes(1 << bit),
            &0x0220_u16.to_le_bytes(),
            &long(98, 0),
        ];
        let value = whole(&body(1, 0x009, &fields.concat()));
        group.valid(
            format!("measurement status, bit {bit}"),
            asks("2b8b", &value),
        );
    }
}
