//! Varints, signed numbers, kinds of a value, short codes.

use super::*;

pub(super) fn numbers(area: &mut Area) {
    let full = |metric: &[u8], unit: &[u8], offset: &[u8], status: &[u8], rest: &[u8]| {
        [metric, unit, offset, status, rest].concat()
    };
    let (metric, unit) = (&varint(150_456)[..], &varint(262_688)[..]);
    let usual: &[u8] = &[0, 0x8C, 1, 0];
    let group = area.group(
        "decode",
        "over-long varints",
        &["IOMT-DATA-003", "IOMT-REC-001"],
        "LongVarint",
    );
    for (what, body) in [
        (
            "metric",
            full(&[0xB8, 0x97, 0x89, 0], unit, &[0], &[0], usual),
        ),
        (
            "unit",
            full(metric, &[0xA0, 0x84, 0x90, 0], &[0], &[0], usual),
        ),
        ("offset", full(metric, unit, &[0x80, 0], &[0], usual)),
        ("status", full(metric, unit, &[0], &[0x80, 0], usual)),
        (
            "mantissa",
            full(metric, unit, &[0], &[0], &[0, 0x8C, 0x81, 0, 0]),
        ),
    ] {
        group.refused(what, asks(&plaintext(true, &[(18, &body)])));
    }
    for (what, bytes) in [
        ("tag", vec![14, 0x90, 0, 4, 1, 0, 0x90, 1]),
        ("length", vec![14, 0x10, 0x84, 0, 1, 0, 0x90, 1]),
        ("head", vec![0x8E, 0, 0x10, 0]),
        ("time base", vec![14, 3, 2, 0x80, 0]),
        ("skip", vec![14, 5, 2, 0x81, 0]),
    ] {
        group.refused(what, asks(&bytes));
    }
    let group = area.group(
        "decode",
        "varints beyond their field",
        &["IOMT-DATA-004", "IOMT-ENV-013"],
        "VarintRange",
    );
    let beyond = [0x80, 0x80, 0x80, 0x80, 0x10];
    for (what, body) in [
        ("metric of 33 bits", full(&beyond, unit, &[0], &[0], usual)),
        ("unit of 33 bits", full(metric, &beyond, &[0], &[0], usual)),
        (
            "offset of 33 bits",
            full(metric, unit, &beyond, &[0], usual),
        ),
        (
            "status of 17 bits",
            full(metric, unit, &[0], &[0x80, 0x80, 4], usual),
        ),
        (
            "mantissa of 33 bits",
            full(
                metric,
                unit,
                &[0],
                &[0],
                &[0, 0x80, 0x80, 0x80, 0x80, 0x10, 0],
            ),
        ),
    ] {
        group.refused(what, asks(&plaintext(true, &[(18, &body)])));
    }
    let nine = [0xFF; 9];
    for (what, bytes) in [
        ("a tag of 33 bits", [&[14][..], &beyond, &[0]].concat()),
        (
            "a length of 64 bits",
            [&[14, 0x10][..], &nine, &[1]].concat(),
        ),
        ("a head of 65 bits", [&nine[..], &[2]].concat()),
        ("a head of eleven bytes", [&nine[..], &[0xFF, 1]].concat()),
    ] {
        group.refused(what, asks(&bytes));
    }
    let group = area.group(
        "decode",
        "signed numbers",
        &["IOMT-REC-013", "IOMT-DATA-012"],
        "Sign",
    );
    for number in [
        0_i64,
        -1,
        1,
        -2,
        63,
        -64,
        64,
        -65,
        8_191,
        -8_192,
        8_192,
        i32::MAX.into(),
        i32::MIN.into(),
        -5,
        1_000_003,
    ] {
        let zigzag = varint(((number << 1) ^ (number >> 63)).cast_unsigned());
        let body = [&[1, 0][..], &zigzag].concat();
        group.valid(number.to_string(), asks(&plaintext(true, &[(16, &body)])));
    }
    kinds(area, &|rest| full(metric, unit, &[0], &[0], rest));
}

pub(super) fn kinds(area: &mut Area, full: &dyn Fn(&[u8]) -> Vec<u8>) {
    let group = area.group(
        "decode",
        "kinds of a value",
        &["IOMT-DATA-013", "IOMT-DATA-014", "IOMT-DATA-015"],
        "Kind",
    );
    for kind in 0..=6 {
        let rest = if (1..=4).contains(&kind) {
            [kind, 0, 0]
        } else {
            [kind, 0x53, 0xFE]
        };
        group.valid(
            format!("kind {kind}"),
            asks(&plaintext(true, &[(18, &full(&rest))])),
        );
    }
    for kind in [7, 8, 0x7F, 0x80, 0xFF] {
        group.invalid(
            format!("kind {kind}"),
            "out_of_range",
            asks(&plaintext(true, &[(18, &full(&[kind, 0, 0]))])),
        );
    }
    for kind in 1..=4 {
        for (what, number) in [("a mantissa", [2, 0]), ("an exponent", [0, 0xFF])] {
            let rest = [&[kind][..], &number].concat();
            group.invalid(
                format!("kind {kind} with {what}"),
                "out_of_range",
                asks(&plaintext(true, &[(18, &full(&rest))])),
            );
        }
    }
}

pub(super) fn short_codes(area: &mut Area) {
    let group = area.group("decode", "every short code", &["IOMT-REC-010"], "ShortCode");
    for code in 1..=28 {
        group.valid(
            format!("code {code}"),
            asks(&plaintext(true, &[(16, &[code, 3, 0xD2, 9])])),
        );
    }
    let group = area.group(
        "decode",
        "short codes that nobody knows",
        &["IOMT-REC-011", "IOMT-ENV-015"],
        "ShortCode",
    );
    for code in [0, 29, 30, 64, 127, 128, 200, 255] {
        group.invalid(
            format!("code {code}"),
            "out_of_range",
            asks(&plaintext(
                true,
                &[(16, &[code, 3, 0xD2, 9]), (16, &[1, 0, 4])],
            )),
        );
    }
}
