//! Values of the two clocks, of health observations that bear one of them, and what is wrong with them.

use super::gatt_values::{MOMENT, Sample, long};

/// Local time 2024-03-15T14:30:45.678 in milliseconds since 2000.
const COUNT: u64 = 763_828_245_678;

pub(super) fn elapsed(flags: u8, count: u64, source: u8, offset: i8) -> Vec<u8> {
    let [count @ .., _, _] = count.to_le_bytes();
    [&[flags][..], &count, &[source, offset.cast_unsigned()]].concat()
}

/// Date, day of the week, 1/256 s and reason.
pub(super) fn current(day: u8, fractions: u8, reason: u8) -> Vec<u8> {
    [&MOMENT[..], &[day, fractions, reason]].concat()
}

pub(super) fn all() -> Vec<Sample> {
    let mut all: Vec<Sample> = (0..=7)
        .map(|day| {
            let bytes = current(day, 0x81 - day, 1 << (day & 3));
            (
                "2a2b",
                format!("current time, day {day} of the week"),
                bytes,
            )
        })
        .collect();
    for flags in (0..0x40).filter(|flags| flags & 3 != 3) {
        let bytes = elapsed(flags, COUNT + u64::from(flags), flags & 7, -38);
        let bytes = match flags & 4 {
            0 => bytes,
            _ => [&bytes[..], &[1, 3]].concat(),
        };
        all.push(("2bf2", format!("elapsed time, flags {flags:#04x}"), bytes));
    }
    all.push((
        "2bf2",
        "elapsed time, the last that 48 bits hold".into(),
        elapsed(0x0E, (1 << 48) - 1, 1, 0),
    ));
    all.push((
        "2bf2",
        "elapsed time, ticks that call themselves UTC".into(),
        elapsed(0x3B, COUNT, 7, 4),
    ));
    all.extend(observations());
    all
}

/// A heart rate of a generic health sensor: class 1.
pub(super) fn rate(flags: u16) -> Vec<u8> {
    let fields: [(u16, &[u8]); 10] = [
        (1 << 0, &147_842_u32.to_le_bytes()),
        (1 << 1, &elapsed(0x38, COUNT, 1, 4)),
        (1 << 2, &long(305, -1)),
        (1 << 3, &[0x2A, 0x00]),
        (1 << 4, &[0x31, 0x32, 0x33, 0x34]),
        (1 << 5, &[7]),
        (1 << 6, &[2, 1, 2, 3, 4, 5, 6, 7, 8]),
        (1 << 7, &[1, 9, 8, 7, 6]),
        (1 << 8, &[1, 0x35, 0x36, 0x37, 0x38]),
        (
            1 << 9,
            &[1, 0x0A, 0x0B, 0x0C, 0x0D, 3, 0, 0x1B, 0xE1, 0xE2, 0xE3],
        ),
    ];
    let present = fields.iter().filter(|(flag, _)| flags & flag != 0);
    let fields: Vec<u8> = present.flat_map(|(_, field)| field.to_vec()).collect();
    body(
        1,
        flags,
        &[&fields[..], &0x0AA0_u16.to_le_bytes(), &long(723, -1)].concat(),
    )
}

/// Class, length, flags, and the rest.
pub(super) fn body(class: u8, flags: u16, rest: &[u8]) -> Vec<u8> {
    let len = u16::try_from(2 + rest.len()).unwrap_or(u16::MAX);
    [&[class][..], &len.to_le_bytes(), &flags.to_le_bytes(), rest].concat()
}

/// In one segment.
pub(super) fn whole(body: &[u8]) -> Vec<u8> {
    [&[0x07], body].concat()
}

/// A number of a compound.
pub(super) fn component(metric: u32, mantissa: i32) -> Vec<u8> {
    [
        &metric.to_le_bytes()[..],
        &[1],
        &0x0F20_u16.to_le_bytes(),
        &long(mantissa, 0),
    ]
    .concat()
}

fn observations() -> Vec<Sample> {
    let mut all: Vec<Sample> = (0..10)
        .map(|place| 1 | 1 << place)
        .chain([0, 2, 0x3FF, 0x15A, 0x2A5])
        .map(|flags| {
            (
                "2b8b",
                format!("health observation, flags {flags:#05x}"),
                whole(&rate(flags)),
            )
        })
        .collect();
    let metric = 150_020_u32.to_le_bytes();
    let typed = |class, value: &[u8]| whole(&body(class, 1, &[&metric[..], value].concat()));
    let pressure = [
        &[3][..],
        &component(150_021, 128),
        &component(150_022, 82),
        &component(150_023, 97),
    ]
    .concat();
    let discrete = [&150_024_u32.to_le_bytes()[..], &[2, 1, 2, 3, 4]].concat();
    let mixed = [&[2][..], &discrete, &component(150_021, 128)].concat();
    let words = [&[1][..], &discrete].concat();
    let many = |count: u8| {
        let components = (0..count)
            .flat_map(|place| component(150_021 + u32::from(place), 100 + i32::from(place)));
        [count].into_iter().chain(components).collect::<Vec<u8>>()
    };
    let samples = [
        &0x0AA0_u16.to_le_bytes()[..],
        &long(25, -1),
        &long(0, 0),
        &long(4, -3),
        &[3, 2, 3, 0, 0, 0, 1, 2, 3, 4, 5, 6],
    ]
    .concat();
    for (what, class, value) in [
        ("a code", 2, vec![1, 2, 3, 4]),
        ("a text", 3, [&[5, 0][..], b"quiet"].concat()),
        ("samples", 4, samples),
        ("events", 5, vec![1, 1, 2, 3, 4]),
        ("states", 6, vec![1, 7, 3, 5]),
        ("a compound", 7, pressure.clone()),
        ("a compound with a code", 7, mixed),
        ("a compound of codes alone", 7, words),
        ("a compound of eight", 7, many(8)),
        ("a compound of nine, more than a reading holds", 7, many(9)),
        ("a compound of none", 7, vec![0]),
        (
            "attributes",
            8,
            vec![1, 0x0A, 0x0B, 0x0C, 0x0D, 2, 0, 0x1B, 0xE1, 0xE2],
        ),
        ("a bundle of none", 255, vec![0]),
    ] {
        all.push((
            "2b8b",
            format!("health observation, {what}"),
            typed(class, &value),
        ));
    }
    // Its members have what the bundle says, unless they say it themselves.
    let heart = rate(0);
    let own = rate(0x009);
    let cuff = body(7, 1, &[&metric[..], &pressure].concat());
    let members = [&[3][..], &heart, &own, &cuff].concat();
    let said = [
        &149_530_u32.to_le_bytes()[..],
        &elapsed(0x02, 763_828_245, 1, 0),
        &[0x11, 0],
    ]
    .concat();
    all.push((
        "2b8b",
        "health observation, a bundle of three".into(),
        whole(&body(255, 0x00B, &[said, members].concat())),
    ));
    all
}
