use serde_json::json;

use super::area::{Area, Flag};
use crate::shim::text::hex;

const FLAGS: &[Flag] = &[
    Flag {
        name: "UnsignedMantissa",
        bug: "SIGN",
        says: "treats the mantissa as unsigned",
        effect: "-0.1 is shown as 409.5",
    },
    Flag {
        name: "BiasedExponent",
        bug: "SIGN",
        says: "reads the exponent as unsigned or biased",
        effect: "36.4 is shown as a number of sixteen digits",
    },
    Flag {
        name: "SpecialValue",
        bug: "MISSING_CHECK",
        says: "takes a special value for a number",
        effect: "a failed measurement is shown as 2047",
    },
    Flag {
        name: "SpecialWithExponent",
        bug: "MISSING_CHECK",
        says: "knows the special values with exponent 0 only",
        effect: "a failed measurement is shown as a number",
    },
    Flag {
        name: "SwappedOctets",
        bug: "BYTE_ORDER",
        says: "reads the high octet first",
        effect: "every number is another",
    },
    Flag {
        name: "SpecialWritten",
        bug: "ENCODING",
        says: "writes a special value otherwise",
        effect: "a failed measurement arrives as a number",
    },
    Flag {
        name: "Precision",
        bug: "LOST_DIGITS",
        says: "changes the exponent of a number that fits as it is",
        effect: "2.0 becomes 2",
    },
    Flag {
        name: "Inexact",
        bug: "ROUNDING",
        says: "rounds what no code says exactly",
        effect: "a value that nobody measured",
    },
    Flag {
        name: "EdgeOfRange",
        bug: "OFF_BY_ONE",
        says: "does not know where the numbers end and the special values begin",
        effect: "the largest number is taken for a special value, or the other way round",
    },
];

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "sfloat",
        "SFLOAT (16 bits) and FLOAT (32 bits) of ISO/IEEE 11073-20601, low octet first.",
        FLAGS,
    );
    decode_short(&mut area);
    decode_long(&mut area);
    encode(&mut area);
    other_exponents(&mut area);
    area
}

fn decode_short(area: &mut Area) {
    let code = |exponent: i8, mantissa: i16| {
        (u16::from(exponent.cast_unsigned() & 0xF) << 12) | (mantissa.cast_unsigned() & 0x0FFF)
    };
    let asks = |code: u16| json!({ "width": 16, "bytes": hex(code.to_le_bytes()) });
    let group = area.group(
        "sfloat",
        "octets of SFLOAT that differ",
        &["IOMT-DATA-001", "IOMT-DATA-023"],
        "SwappedOctets",
    );
    for code in [
        0x0062, 0xF3D4, 0xF16C, 0x0100, 0x0001, 0x1000, 0x0010, 0xE2C9, 0x00FF, 0xFF00, 0x7123,
        0x8456, 0x0780, 0x1234, 0x07FF, 0x0802,
    ] {
        group.valid(format!("{code:#06x}"), asks(code));
    }
    let group = area.group(
        "sfloat",
        "every exponent of SFLOAT",
        &["IOMT-DATA-020", "IOMT-DATA-023"],
        "BiasedExponent",
    );
    for exponent in -8..=7 {
        for mantissa in [364, 98, 2045] {
            group.valid(
                format!("{mantissa} × 10^{exponent}"),
                asks(code(exponent, mantissa)),
            );
        }
    }
    // Octets that are equal: here their order can not be what is wrong.
    for code in [0x7171, 0xE2E2, 0x1313] {
        group.valid(format!("{code:#06x}"), asks(code));
    }
    let group = area.group(
        "sfloat",
        "negative mantissas of SFLOAT",
        &["IOMT-DATA-020", "IOMT-DATA-023"],
        "UnsignedMantissa",
    );
    for exponent in [-8, -3, -1, 0, 2, 7] {
        for mantissa in [-1, -2, -37, -273, -1024, -2045] {
            group.valid(
                format!("{mantissa} × 10^{exponent}"),
                asks(code(exponent, mantissa)),
            );
        }
    }
    let group = area.group(
        "sfloat",
        "special values of SFLOAT",
        &["IOMT-DATA-021", "IOMT-DATA-022"],
        "SpecialValue",
    );
    for special in 0x07FE..=0x0802 {
        group.any(format!("{special:#06x}"), asks(special));
    }
    let group = area.group(
        "sfloat",
        "special mantissas of SFLOAT with any exponent",
        &["IOMT-DATA-021", "IOMT-DATA-022"],
        "SpecialWithExponent",
    );
    for exponent in [1, 3, 7, 8, 0xB, 0xF] {
        for special in 0x07FE..=0x0802_u16 {
            group.any(
                format!("{:#06x}", exponent << 12 | special),
                asks(exponent << 12 | special),
            );
        }
    }
    let group = area.group(
        "sfloat",
        "mantissas beside the special ones of SFLOAT",
        &["IOMT-DATA-021", "IOMT-DATA-023"],
        "EdgeOfRange",
    );
    for exponent in [0, 1, 0xF] {
        for mantissa in [0x7FC, 0x7FD, 0x803, 0x804_u16] {
            group.valid(
                format!("{:#06x}", exponent << 12 | mantissa),
                asks(exponent << 12 | mantissa),
            );
        }
    }
}

fn decode_long(area: &mut Area) {
    let code = |exponent: i8, mantissa: i32| {
        (u32::from(exponent.cast_unsigned()) << 24) | (mantissa.cast_unsigned() & 0x00FF_FFFF)
    };
    let asks = |code: u32| json!({ "width": 32, "bytes": hex(code.to_le_bytes()) });
    let group = area.group(
        "sfloat",
        "negative mantissas of FLOAT",
        &["IOMT-DATA-020", "IOMT-DATA-023"],
        "UnsignedMantissa",
    );
    for exponent in [-128, -3, 0, 5, 127] {
        for mantissa in [-1, -364, -8_388_605, -65_536] {
            group.valid(
                format!("{mantissa} × 10^{exponent}"),
                asks(code(exponent, mantissa)),
            );
        }
    }
    let group = area.group(
        "sfloat",
        "exponents of FLOAT",
        &["IOMT-DATA-020", "IOMT-DATA-023"],
        "BiasedExponent",
    );
    for exponent in [-128, -127, -64, -8, -2, -1, 0, 1, 2, 15, 64, 127] {
        for mantissa in [3_660, 8_388_605] {
            group.valid(
                format!("{mantissa} × 10^{exponent}"),
                asks(code(exponent, mantissa)),
            );
        }
    }
    let group = area.group(
        "sfloat",
        "special values of FLOAT",
        &["IOMT-DATA-021", "IOMT-DATA-022"],
        "SpecialValue",
    );
    for special in 0x007F_FFFE..=0x0080_0002 {
        group.any(format!("{special:#010x}"), asks(special));
    }
    let group = area.group(
        "sfloat",
        "special mantissas of FLOAT with any exponent",
        &["IOMT-DATA-021", "IOMT-DATA-022"],
        "SpecialWithExponent",
    );
    for exponent in [1, 0x7F, 0x80, 0xFF] {
        for special in 0x007F_FFFE..=0x0080_0002_u32 {
            group.any(
                format!("{:#010x}", exponent << 24 | special),
                asks(exponent << 24 | special),
            );
        }
    }
    let group = area.group(
        "sfloat",
        "mantissas beside the special ones of FLOAT",
        &["IOMT-DATA-021", "IOMT-DATA-023"],
        "EdgeOfRange",
    );
    for exponent in [0, 0xFE] {
        for mantissa in [0x7F_FFFC, 0x7F_FFFD, 0x80_0003, 0x80_0004_u32] {
            group.valid(
                format!("{:#010x}", exponent << 24 | mantissa),
                asks(exponent << 24 | mantissa),
            );
        }
    }
    let group = area.group(
        "sfloat",
        "octets of FLOAT that differ",
        &["IOMT-DATA-001", "IOMT-DATA-023"],
        "SwappedOctets",
    );
    for code in [
        0xFF00_016C,
        0xFE00_0E4C,
        0x0000_0001,
        0x0100_0000,
        0x0001_0000,
        0xFD12_3456,
        0x0078_9ABC,
        0xFC00_FF00,
    ] {
        group.valid(format!("{code:#010x}"), asks(code));
    }
}

fn encode(area: &mut Area) {
    let asks = |width: u8, value: &str| json!({ "width": width, "value": value });
    let group = area.group(
        "sfloat",
        "numbers that keep their exponent",
        &["IOMT-DATA-012", "IOMT-DATA-023"],
        "Precision",
    );
    for value in [
        "98e0", "980e-1", "364e-1", "-1e-1", "0e0", "0e-3", "2045e7", "-2045e-8", "20e-1", "2e0",
        "120e0", "1e7", "-37e-2",
    ] {
        group.valid(format!("{value} as SFLOAT"), asks(16, value));
    }
    for value in [
        "98e0",
        "3660e-2",
        "-8388605e-128",
        "8388605e127",
        "0e-128",
        "123456e-3",
        "-1e0",
    ] {
        group.valid(format!("{value} as FLOAT"), asks(32, value));
    }
    let group = area.group(
        "sfloat",
        "numbers that take another exponent without loss",
        &["IOMT-DATA-012", "IOMT-DATA-023"],
        "Precision",
    );
    for value in [
        "20450e0",
        "10000e-1",
        "3000e0",
        "1e8",
        "2e10",
        "0e100",
        "0e-100",
        "-40000e-2",
        "100000000e0",
        "500e-9",
        "-2000000000e0",
        "1e9",
    ] {
        group.any(format!("{value} as SFLOAT"), asks(16, value));
    }
    for value in [
        "2147483640e0",
        "-1000000000e-128",
        "83886050e0",
        "-83886070e-2",
        "2147483000e3",
        "2000000000e127",
    ] {
        group.any(format!("{value} as FLOAT"), asks(32, value));
    }
    let group = area.group(
        "sfloat",
        "numbers without a code",
        &["IOMT-DATA-024"],
        "Inexact",
    );
    for value in [
        "2046e0",
        "-2046e0",
        "2047e0",
        "-2048e0",
        "12345e0",
        "-12345e-2",
        "1e11",
        "1e-9",
        "2045e8",
        "1234e8",
        "2147483647e0",
        "-2147483648e0",
        "7e-12",
        "20451e-1",
    ] {
        group.invalid(
            format!("{value} as SFLOAT"),
            "not_representable",
            asks(16, value),
        );
    }
    for value in [
        "8388606e0",
        "8388607e0",
        "-8388608e0",
        "-8388606e0",
        "2147483647e0",
        "-2147483648e3",
        "83886061e0",
        "12345678e0",
    ] {
        group.invalid(
            format!("{value} as FLOAT"),
            "not_representable",
            asks(32, value),
        );
    }
    let group = area.group(
        "sfloat",
        "special values written",
        &["IOMT-DATA-025"],
        "SpecialWritten",
    );
    for value in ["nan", "nres", "+inf", "-inf"] {
        group.valid(format!("{value} as SFLOAT"), asks(16, value));
        group.valid(format!("{value} as FLOAT"), asks(32, value));
    }
}

/// Each special mantissa with each exponent that [`decode_short`] has not.
fn other_exponents(area: &mut Area) {
    let group = area.group(
        "sfloat",
        "special mantissas of SFLOAT with every other exponent",
        &["IOMT-DATA-021", "IOMT-DATA-022"],
        "SpecialWithExponent",
    );
    for exponent in [2, 4, 5, 6, 9, 0xA, 0xC, 0xD, 0xE] {
        for special in 0x07FE..=0x0802_u16 {
            let code = exponent << 12 | special;
            let asked = json!({ "width": 16, "bytes": hex(code.to_le_bytes()) });
            group.any(format!("{code:#06x}"), asked);
        }
    }
}
