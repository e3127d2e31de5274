//! Values of Bluetooth characteristics, field by field.

use crate::shim::text::u24;

/// A value, and what it is.
pub(super) type Sample = (&'static str, String, Vec<u8>);

/// Low octet first: mantissa and exponent of an SFLOAT.
pub(super) fn short(mantissa: i16, exponent: i8) -> [u8; 2] {
    let code =
        (u16::from(exponent.cast_unsigned() & 0xF) << 12) | (mantissa.cast_unsigned() & 0x0FFF);
    code.to_le_bytes()
}

pub(super) fn long(mantissa: i32, exponent: i8) -> [u8; 4] {
    let [a, b, c] = u24(mantissa.cast_unsigned());
    [a, b, c, exponent.cast_unsigned()]
}

/// 29 March 2026, 07:08:09
pub(super) const MOMENT: [u8; 7] = [0xEA, 0x07, 3, 29, 7, 8, 9];

pub(super) const NAN: [u8; 2] = [0xFF, 0x07];

/// Every SFLOAT that is no number.
pub(super) const NO_NUMBERS: [(&str, [u8; 2]); 5] = [
    ("NaN", NAN),
    ("NRes", [0, 8]),
    ("+infinity", [0xFE, 7]),
    ("-infinity", [2, 8]),
    ("reserved", [1, 8]),
];

/// The flags, then those of the fields whose flag is set.
fn flagged(flags: u8, before: &[u8], fields: &[(u8, &[u8])]) -> Vec<u8> {
    let mut value = [&[flags][..], before].concat();
    for (bit, field) in fields {
        if flags & bit == *bit {
            value.extend_from_slice(field);
        }
    }
    value
}

pub(super) fn all() -> Vec<Sample> {
    [
        hearts(),
        pressures(),
        temperatures(),
        glucose(),
        weights(),
        oximeters(),
        batteries(),
    ]
    .concat()
}

fn hearts() -> Vec<Sample> {
    (0..32_u8)
        .map(|flags| {
            let rate: &[u8] = if flags & 1 == 1 { &[0x2C, 0x01] } else { &[84] };
            let value = flagged(
                flags,
                rate,
                &[(8, &[0x39, 0x30]), (16, &[0x40, 3, 0x91, 2])],
            );
            ("2a37", format!("heart rate, flags {flags:#04x}"), value)
        })
        .collect()
}

fn pressures() -> Vec<Sample> {
    let fields = |kilo: bool| {
        if kilo {
            [short(184, -1), short(117, -1), short(139, -1)]
        } else {
            [short(138, 0), short(88, 0), short(104, 0)]
        }
    };
    let mut all: Vec<Sample> = (0..32_u8)
        .map(|flags| {
            let values = fields(flags & 1 == 1).concat();
            let value = flagged(
                flags,
                &values,
                &[
                    (2, &MOMENT),
                    (4, &short(71, 0)),
                    (8, &[3]),
                    (16, &[0x15, 0]),
                ],
            );
            ("2a35", format!("blood pressure, flags {flags:#04x}"), value)
        })
        .collect();
    for flags in [0, 1, 2, 4, 31] {
        let values = [&fields(flags & 1 == 1)[0][..], &NAN, &NAN].concat();
        let value = flagged(
            flags,
            &values,
            &[(2, &MOMENT), (4, &short(71, 0)), (8, &[3]), (16, &[0, 0])],
        );
        all.push(("2a36", format!("cuff pressure, flags {flags:#04x}"), value));
    }
    all.push((
        "2a35",
        "blood pressure, the mean is absent".into(),
        [&[0][..], &short(138, 0), &short(88, 0), &NAN].concat(),
    ));
    all
}

fn temperatures() -> Vec<Sample> {
    let mut all: Vec<Sample> = (0..8_u8)
        .map(|flags| {
            let value = if flags & 1 == 1 {
                long(986, -1)
            } else {
                long(3_660, -2)
            };
            (
                "2a1c",
                format!("temperature, flags {flags:#04x}"),
                flagged(flags, &value, &[(2, &MOMENT), (4, &[2])]),
            )
        })
        .collect();
    for site in 1..=9 {
        all.push((
            "2a1c",
            format!("temperature at site {site}"),
            flagged(4, &long(371, -1), &[(4, &[site])]),
        ));
    }
    all.push((
        "2a1c",
        "temperature that failed".into(),
        vec![0, 0xFF, 0xFF, 0x7F, 0],
    ));
    all
}

fn glucose() -> Vec<Sample> {
    (0..32_u8)
        .map(|flags| {
            let head = [&[7, 1][..], &MOMENT].concat();
            let sample = match flags & 4 {
                0 => short(104, -5),
                _ => short(58, -4),
            };
            let sample = [&sample[..], &[0x11]].concat();
            let value = flagged(
                flags,
                &head,
                &[(1, &[0x3C, 0xFF]), (2, &sample), (8, &[0x02, 0x01])],
            );
            ("2a18", format!("glucose, flags {flags:#04x}"), value)
        })
        .collect()
}

fn weights() -> Vec<Sample> {
    (0..16_u8)
        .map(|flags| {
            let value = flagged(
                flags,
                &[0x76, 0x3F],
                &[(2, &MOMENT), (4, &[3]), (8, &[0xF1, 0, 0xDB, 6])],
            );
            ("2a9d", format!("weight, flags {flags:#04x}"), value)
        })
        .collect()
}

fn oximeters() -> Vec<Sample> {
    let pair = |spo2: i16, rate: i16| [short(spo2, 0), short(rate, 0)].concat();
    let spot = (0..32_u8).map(|flags| {
        let value = flagged(
            flags,
            &pair(97, 71),
            &[
                (1, &MOMENT),
                (2, &[0x20, 1]),
                (4, &[1, 0, 0]),
                (8, &short(123, -2)),
            ],
        );
        ("2a5e", format!("oximeter, flags {flags:#04x}"), value)
    });
    let on = (0..32_u8).map(|flags| {
        let value = flagged(
            flags,
            &pair(97, 71),
            &[
                (1, &pair(96, 72)),
                (2, &pair(98, 70)),
                (4, &[0x20, 1]),
                (8, &[1, 0, 0]),
                (16, &short(123, -2)),
            ],
        );
        (
            "2a5f",
            format!("continuous oximeter, flags {flags:#04x}"),
            value,
        )
    });
    spot.step_by(2).chain(on.step_by(3)).collect()
}

fn batteries() -> Vec<Sample> {
    [0, 1, 55, 99, 100]
        .map(|level| ("2a19", format!("battery, {level} %"), vec![level]))
        .to_vec()
}
