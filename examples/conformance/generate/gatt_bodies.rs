//! Values of continuous glucose, of what surrounds a glucose, and of body composition.

use crc::{CRC_16_MCRF4XX, Crc};

use super::gatt_values::{MOMENT, Sample, short};

/// Size, flags, concentration, minutes, and the fields of the flags; with a checksum where it is asked for.
pub(super) fn cgm(
    flags: u8,
    [status, calibration, warning]: [u8; 3],
    has_checksum: bool,
) -> Vec<u8> {
    let fields: [(u8, &[u8]); 5] = [
        (0x80, &[status]),
        (0x40, &[calibration]),
        (0x20, &[warning]),
        (0x01, &short(-15, -1)),
        (0x02, &short(873, -1)),
    ];
    let present = fields.iter().filter(|(flag, _)| flags & flag != 0);
    let fields: Vec<u8> = present.flat_map(|(_, field)| field.to_vec()).collect();
    let checksum = if has_checksum { 2 } else { 0 };
    let size = u8::try_from(6 + fields.len() + checksum).unwrap_or(u8::MAX);
    let mut record = [&[size, flags][..], &short(103, 0), &[0x39, 0x05], &fields].concat();
    if has_checksum {
        record.extend(
            Crc::<u16>::new(&CRC_16_MCRF4XX)
                .checksum(&record)
                .to_le_bytes(),
        );
    }
    record
}

pub(super) fn all() -> Vec<Sample> {
    let mut all = Vec::new();
    for flags in (0..=0xFF_u8).filter(|flags| flags & 0x1C == 0) {
        // Three octets of three kinds: no two may be taken for one another.
        let bytes = cgm(flags, [0x02, 0x04, 0x11], flags & 1 == 0);
        all.push((
            "2aa7",
            format!("continuous glucose, flags {flags:#04x}"),
            bytes,
        ));
    }
    let several = [cgm(0, [0; 3], true), cgm(0x81, [1, 0, 0], false)].concat();
    all.push(("2aa7", "continuous glucose, two records".into(), several));
    all.extend(contexts());
    all.extend(bodies());
    all
}

fn contexts() -> Vec<Sample> {
    let value = |flags: u8| {
        let extended: &[u8] = if flags & 0x80 == 0 { &[] } else { &[0] };
        let fields: [(u8, &[u8]); 6] = [
            (0x01, &[&[3][..], &short(50, -3)].concat()),
            (0x02, &[2]),
            (0x04, &[0x51]),
            (0x08, &[0x08, 0x07, 60]),
            (0x10, &[&[4][..], &short(12, -6)].concat()),
            (0x40, &short(65, -1)),
        ];
        let present = fields.iter().filter(|(flag, _)| flags & flag != 0);
        let fields: Vec<u8> = present.flat_map(|(_, field)| field.to_vec()).collect();
        [&[flags, 0x2A, 0x01][..], extended, &fields].concat()
    };
    [
        0, 1, 2, 4, 8, 0x10, 0x30, 0x20, 0x40, 0x80, 0x5F, 0x7F, 0xFF,
    ]
    .map(|flags| {
        (
            "2a34",
            format!("glucose context, flags {flags:#04x}"),
            value(flags),
        )
    })
    .to_vec()
}

/// Flags, fat, and the fields of the flags.
pub(super) fn composition(flags: u16, fat: u16) -> Vec<u8> {
    let fields: [(u16, &[u8]); 11] = [
        (1 << 1, &MOMENT),
        (1 << 2, &[3]),
        (1 << 3, &[0x71, 0x1B]),
        (1 << 4, &[0x92, 0x01]),
        (1 << 5, &[0x70, 0x17]),
        (1 << 6, &[0x5C, 0x2B]),
        (1 << 7, &[0xD2, 0x28]),
        (1 << 8, &[0x41, 0x1F]),
        (1 << 9, &[0x03, 0x14]),
        (1 << 10, &[0x6C, 0x39]),
        (1 << 11, &[0xD6, 0x06]),
    ];
    let present = fields.iter().filter(|(flag, _)| flags & flag != 0);
    let fields: Vec<u8> = present.flat_map(|(_, field)| field.to_vec()).collect();
    [&flags.to_le_bytes()[..], &fat.to_le_bytes(), &fields].concat()
}

fn bodies() -> Vec<Sample> {
    (0..13)
        .map(|place| 1 << place)
        .chain([0, 0x0FFE, 0x0FFF, 0x1555, 0x0AAB])
        .map(|flags| {
            (
                "2a9c",
                format!("body composition, flags {flags:#06x}"),
                composition(flags, 245),
            )
        })
        .collect()
}
