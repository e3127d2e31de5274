use serde_json::json;

use super::area::{Area, Flag};

const FLAGS: &[Flag] = &[
    Flag {
        name: "Precision",
        bug: "LOST_DIGITS",
        says: "drops trailing zeros",
        effect: "2.0 and 2 are measurements of another resolution",
    },
    Flag {
        name: "NotANumber",
        bug: "MISSING_CHECK",
        says: "takes a text that is no decimal",
        effect: "a typing error becomes a measurement",
    },
    Flag {
        name: "TooManyDigits",
        bug: "OVERFLOW",
        says: "lets a mantissa pass 32 bits",
        effect: "a number wraps around, or is cut",
    },
    Flag {
        name: "ByDigits",
        bug: "COMPARISON",
        says: "compares mantissas without their exponents",
        effect: "36.6 is taken for more than 37",
    },
    Flag {
        name: "BinaryFloat",
        bug: "ROUNDING",
        says: "goes through a binary float",
        effect: "the last digits are others",
    },
    Flag {
        name: "Rounded",
        bug: "LOST_DIGITS",
        says: "rounds instead of refusing",
        effect: "a value that nobody measured",
    },
];

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "decimal",
        "Decimals: their text, their order, another exponent.",
        FLAGS,
    );
    parse(&mut area);
    format(&mut area);
    compare(&mut area);
    rescale(&mut area);
    long(&mut area);
    area
}

/// More digits than many a library makes a number of.
fn long(area: &mut Area) {
    let group = area.group(
        "decimal",
        "texts of thousands of digits",
        &["IOMT-DATA-016", "IOMT-ERR-003"],
        "TooManyDigits",
    );
    let (zeros, digits) = ("0".repeat(5_000), "73910264588".repeat(455));
    let asks = |text: String| json!({ "do": "parse", "text": text });
    group.valid("zeros in front of a seven", asks(format!("{zeros}7")));
    group.valid("zeros in front of a point", asks(format!("-{zeros}.5")));
    group.valid("zeros alone", asks(zeros.clone()));
    for (what, text) in [
        ("digits", digits.clone()),
        ("a seven in front of zeros", format!("7{zeros}")),
        ("digits behind the point", format!("0.{digits}")),
        ("zeros behind the point", format!("-1.{zeros}")),
        ("zeros behind the point of zero", format!("0.{zeros}")),
        ("letters behind digits", format!("{digits}e1")),
    ] {
        group.invalid(what, "malformed", asks(text));
    }
    let group = area.group(
        "decimal",
        "texts that are none",
        &["IOMT-DATA-016"],
        "NotANumber",
    );
    for text in [
        "\u{664}\u{662}",
        "\u{ff14}\u{ff12}",
        "1_000",
        "4\u{0}2",
        "\u{2212}4",
    ] {
        let escaped = text.escape_unicode().to_string();
        group.invalid(escaped, "malformed", asks(text.to_owned()));
    }
}

fn parse(area: &mut Area) {
    let group = area.group(
        "decimal",
        "texts of numbers",
        &["IOMT-DATA-012"],
        "Precision",
    );
    for text in [
        "0",
        "-0",
        "+7",
        "72",
        "36.6",
        "36.60",
        "0.0",
        "0.05",
        "-0.05",
        "00042",
        "100",
        "1000000",
        "2147483647",
        "-2147483648",
        "2147483.647",
        "-0.002147483648",
        "0.000000001",
        "1.10",
        "98.0",
        "5.4321",
        "120",
        "0.9",
        "-273.15",
        "10.010",
    ] {
        group.valid(text, json!({ "do": "parse", "text": text }));
    }
    let group = area.group(
        "decimal",
        "texts that are none",
        &["IOMT-DATA-012"],
        "NotANumber",
    );
    for text in [
        "", ".", "-", "+", "+-1", "--1", "1.", ".5", "-.5", "1e3", "1,5", " 1", "1 ", "1.2.3",
        "0x10", "NaN", "inf", "1_000", "½", "١", "1.-2", "1.+2",
    ] {
        group.invalid(
            format!("“{text}”"),
            "out_of_range",
            json!({ "do": "parse", "text": text }),
        );
    }
    let group = area.group(
        "decimal",
        "texts with too many digits",
        &["IOMT-DATA-010"],
        "TooManyDigits",
    );
    for text in [
        "2147483648",
        "-2147483649",
        "4294967296",
        "21474836.48",
        "99999999999",
        "18446744073709551616",
        "0.2147483648",
    ] {
        group.invalid(text, "out_of_range", json!({ "do": "parse", "text": text }));
    }
    let zeros = |count: usize| format!("0.{}1", "0".repeat(count - 1));
    group.valid("127 places", json!({ "do": "parse", "text": zeros(127) }));
    group.valid("128 places", json!({ "do": "parse", "text": zeros(128) }));
    group.invalid(
        "129 places",
        "out_of_range",
        json!({ "do": "parse", "text": zeros(129) }),
    );
    let whole = |zeros: usize| format!("1{}", "0".repeat(zeros));
    group.valid(
        "zeros that are the power of ten",
        json!({ "do": "parse", "text": whole(38) }),
    );
    group.valid(
        "the largest power of ten",
        json!({ "do": "parse", "text": whole(136) }),
    );
    group.invalid(
        "a power of ten above the largest",
        "out_of_range",
        json!({ "do": "parse", "text": whole(137) }),
    );
    group.invalid(
        "a point behind a power of ten",
        "out_of_range",
        json!({ "do": "parse", "text": format!("{}.0", whole(10)) }),
    );
}

fn format(area: &mut Area) {
    let group = area.group(
        "decimal",
        "numbers as text",
        &["IOMT-DATA-010", "IOMT-DATA-012"],
        "Precision",
    );
    for decimal in [
        "0e0",
        "0e3",
        "0e-2",
        "72e0",
        "366e-1",
        "3660e-2",
        "-5e-2",
        "5e2",
        "-12e3",
        "2147483647e0",
        "-2147483648e0",
        "2147483647e-9",
        "2147483647e-10",
        "-2147483648e-12",
        "1e9",
        "7e-20",
        "105e1",
        "1e-1",
        "10e-1",
        "123456789e-4",
    ] {
        group.valid(decimal, json!({ "do": "format", "decimal": decimal }));
    }
}

fn compare(area: &mut Area) {
    let group = area.group(
        "decimal",
        "equal values of other exponents",
        &["IOMT-DATA-011"],
        "ByDigits",
    );
    for (a, b) in [
        ("98e0", "980e-1"),
        ("2e0", "20e-1"),
        ("0e0", "0e-7"),
        ("0e5", "0e-128"),
        ("5e2", "500e0"),
        ("-36e0", "-3600e-2"),
        ("1e9", "1000000000e0"),
        ("7e127", "70e126"),
        ("-4e-120", "-400e-122"),
        ("2147483640e0", "214748364e1"),
    ] {
        group.valid(
            format!("{a} and {b}"),
            json!({ "do": "compare", "a": a, "b": b }),
        );
    }
    let group = area.group(
        "decimal",
        "values that differ",
        &["IOMT-DATA-011"],
        "ByDigits",
    );
    for (a, b) in [
        ("366e-1", "37e0"),
        ("37e0", "366e-1"),
        ("-366e-1", "-37e0"),
        ("5e0", "-5e0"),
        ("-1e-128", "0e0"),
        ("0e0", "1e-128"),
        ("1e127", "2147483647e0"),
        ("-1e127", "2147483647e-128"),
        ("99e-1", "1e1"),
        ("100e-1", "99e-1"),
        ("2147483647e0", "2147483647e-1"),
        ("12e1", "119e0"),
        ("1e1", "100000001e-7"),
        ("3e3", "29e2"),
    ] {
        group.valid(
            format!("{a} and {b}"),
            json!({ "do": "compare", "a": a, "b": b }),
        );
    }
    let group = area.group(
        "decimal",
        "values that a binary float does not tell apart",
        &["IOMT-DATA-010", "IOMT-DATA-011"],
        "BinaryFloat",
    );
    for (a, b) in [
        ("2147483647e120", "2147483646e120"),
        ("1e-100", "2e-100"),
        ("2147483647e-127", "2147483646e-127"),
        ("16777217e0", "16777216e0"),
        ("1e40", "1000000001e31"),
        ("-16777217e-3", "-16777216e-3"),
    ] {
        group.valid(
            format!("{a} and {b}"),
            json!({ "do": "compare", "a": a, "b": b }),
        );
    }
}

fn rescale(area: &mut Area) {
    let group = area.group(
        "decimal",
        "another exponent without loss",
        &["IOMT-DATA-010"],
        "Precision",
    );
    for (decimal, exponent) in [
        ("72e0", -1),
        ("720e-1", 0),
        ("7200e-2", 0),
        ("-36e0", -3),
        ("0e0", 127),
        ("0e9", -128),
        ("5e2", 0),
        ("500e0", 2),
        ("214748364e0", -1),
        ("1e-5", -9),
        ("1000000000e0", 9),
        ("41e0", 0),
    ] {
        group.valid(
            format!("{decimal} at {exponent}"),
            json!({ "do": "rescale", "decimal": decimal, "exponent": exponent }),
        );
    }
    let group = area.group(
        "decimal",
        "another exponent that would lose digits",
        &["IOMT-DATA-024"],
        "Rounded",
    );
    for (decimal, exponent) in [
        ("725e-1", 0),
        ("1e0", 1),
        ("-999e0", 3),
        ("214748365e0", -1),
        ("-214748365e0", -1),
        ("2147483647e0", -1),
        ("3e0", -10),
        ("1e127", 0),
        ("1000000001e0", 9),
        ("1e-128", 127),
    ] {
        group.invalid(
            format!("{decimal} at {exponent}"),
            "not_representable",
            json!({ "do": "rescale", "decimal": decimal, "exponent": exponent }),
        );
    }
}
