use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::{fhir_records, medication};

const FLAGS: &[Flag] = &[
    Flag {
        name: "Precision",
        bug: "LOST_DIGITS",
        says: "drops trailing zeros of a quantity",
        effect: "36.60 becomes 36.6",
    },
    Flag {
        name: "Absent",
        bug: "MISSING_CHECK",
        says: "shows a number where there is none",
        effect: "a failed measurement becomes a value",
    },
    Flag {
        name: "Bound",
        bug: "MISSING_CHECK",
        says: "shows a bound as a number",
        effect: "a glucose below 40 becomes 40",
    },
    Flag {
        name: "Status",
        bug: "MISSING_CHECK",
        says: "passes over the status of a reading",
        effect: "a test is taken for a patient's value",
    },
    Flag {
        name: "Unit",
        bug: "TABLE",
        says: "has another table of units or codes",
        effect: "mmol/L is shown as mg/dL",
    },
    Flag {
        name: "Identity",
        bug: "KEY",
        says: "names a record otherwise",
        effect: "what is sent twice is stored twice",
    },
    Flag {
        name: "Outcome",
        bug: "TABLE",
        says: "tells another outcome of a dose",
        effect: "a dose that was missed counts as taken, and the other way round",
    },
    Flag {
        name: "Profile",
        bug: "TABLE",
        says: "claims a profile that the resource does not keep",
        effect: "a server refuses the upload, or takes half a blood pressure for a whole one",
    },
    Flag {
        name: "Waveform",
        bug: "TABLE",
        says: "writes other samples, or at another pace",
        effect: "a curve is too high, too low, or too fast",
    },
    Flag {
        name: "Damaged",
        bug: "MISSING_CHECK",
        says: "takes a damaged block for samples",
        effect: "a curve is shown that nobody measured",
    },
    Flag {
        name: "Device",
        bug: "TABLE",
        says: "takes the parts of a UDI for others",
        effect: "a recalled lot is not found",
    },
    Flag {
        name: "Implausible",
        bug: "MISSING_CHECK",
        says: "does not mark a number that no living patient has",
        effect: "a unit that was mixed up goes unseen",
    },
    Flag {
        name: "Panel",
        bug: "TABLE",
        says: "makes another panel",
        effect: "systolic and diastolic change places",
    },
];

fn asks(reading: &Value) -> Value {
    json!({ "reading": reading, "subject": "Patient/7", "effective": "2026-03-29T07:08:09+02:00", "scope": "636c696e6963", "source": "646576696365203137", "run": "4660", "sequence": "42", "upload": "put" })
}

fn reading(metric: u32, unit: u32, value: &str, status: u16) -> Value {
    json!({ "metric": metric, "unit": unit, "value": value, "status": status })
}

fn with(mut request: Value, name: &str, value: Value) -> Value {
    request[name] = value;
    request
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "fhir",
        "Readings, doses and insulin as FHIR R4; an option.",
        FLAGS,
    );
    let pulse = || reading(147_842, 264_864, "72e0", 0);
    let group = area.group(
        "to_fhir",
        "metrics and units",
        &["IOMT-FHIR-004", "IOMT-DATA-030"],
        "Unit",
    );
    for (metric, unit, value) in [
        (147_842, 264_864, "72e0"),
        (149_530, 264_864, "71e0"),
        (150_456, 262_688, "97e0"),
        (151_562, 264_928, "16e0"),
        (150_364, 268_192, "3660e-2"),
        (188_736, 263_875, "8123e-2"),
        (160_184, 264_274, "104e0"),
        (160_020, 266_866, "58e-1"),
        (150_364, 266_560, "986e-1"),
        (188_740, 263_441, "1755e-1"),
        (152_584, 265_216, "412e0"),
        (67_996, 262_688, "88e0"),
        (150_021, 266_016, "138e0"),
        (0x8059_8007, 262_656, "3e0"),
        (9_999_999, 262_656, "3e0"),
        (147_842, 7, "72e0"),
        (147_842, 266_876, "72e0"),
    ] {
        group.valid(
            format!("{metric} in {unit}"),
            asks(&reading(metric, unit, value, 0)),
        );
    }
    let group = area.group(
        "to_fhir",
        "numbers",
        &["IOMT-FHIR-001", "IOMT-DATA-010"],
        "Precision",
    );
    for value in [
        "720e-1",
        "72e0",
        "7e1",
        "0e0",
        "0e-2",
        "-5e-1",
        "3660e-2",
        "2147483647e-3",
        "1e-9",
        "12e3",
    ] {
        group.valid(value, asks(&reading(147_842, 264_864, value, 0)));
    }
    let group = area.group(
        "to_fhir",
        "values that are none",
        &["IOMT-FHIR-002", "IOMT-DATA-013"],
        "Absent",
    );
    for value in ["nan", "nres", "+inf", "-inf"] {
        group.valid(value, asks(&reading(147_842, 264_864, value, 0)));
    }
    let group = area.group(
        "to_fhir",
        "bounds",
        &["IOMT-FHIR-002", "IOMT-DATA-013"],
        "Bound",
    );
    for value in ["<40e0", ">600e0", "<0e0", ">125e-1"] {
        group.valid(value, asks(&reading(160_184, 264_274, value, 0)));
    }
    let group = area.group(
        "to_fhir",
        "status",
        &["IOMT-FHIR-006", "IOMT-DATA-041"],
        "Status",
    );
    for status in [
        0x8000, 0x4000, 0x2000, 0x1000, 0x0800, 0x0400, 0x0080, 0x0040, 0x0020, 0xC000, 0x0001,
    ] {
        group.valid(
            format!("{status:#06x}"),
            asks(&reading(147_842, 264_864, "72e0", status)),
        );
    }
    let group = area.group(
        "to_fhir",
        "names",
        &["IOMT-FHIR-003", "IOMT-ENV-001"],
        "Identity",
    );
    let usual = || asks(&pulse());
    group.valid("the next sequence", with(usual(), "sequence", "43".into()));
    group.valid(
        "the last sequence",
        with(usual(), "sequence", "18446744073709551615".into()),
    );
    group.valid("another run", with(usual(), "run", "4661".into()));
    group.valid(
        "another source",
        with(usual(), "source", "6465766963652037".into()),
    );
    group.valid("another scope", with(usual(), "scope", "".into()));
    group.valid(
        "by identifier",
        with(usual(), "upload", "conditional".into()),
    );
    group.valid("with a device", with(usual(), "device", "Device/9".into()));
    let group = area.group("to_fhir", "panels", &["IOMT-FHIR-005"], "Panel");
    let cuff = |parts: &[Value]| {
        let mut request = with(usual(), "parts", parts.into());
        request["reading"] = Value::Null;
        with(request, "panel", 150_020.into())
    };
    let part = |metric: u32, value: &str, status: u16| reading(metric, 266_016, value, status);
    group.valid(
        "three parts",
        cuff(&[
            part(150_021, "138e0", 0),
            part(150_022, "88e0", 0),
            part(150_023, "104e0", 0),
        ]),
    );
    group.valid(
        "two parts",
        cuff(&[part(150_021, "138e0", 0), part(150_022, "88e0", 0)]),
    );
    group.valid(
        "one part absent",
        cuff(&[part(150_021, "138e0", 0), part(150_022, "nan", 0)]),
    );
    group.valid(
        "one part questionable",
        cuff(&[part(150_021, "138e0", 0x4000), part(150_022, "88e0", 0)]),
    );
    group.valid(
        "a test",
        cuff(&[
            part(150_021, "138e0", 0x0800),
            part(150_022, "88e0", 0x0800),
        ]),
    );
    group.valid(
        "kPa",
        cuff(&[
            reading(150_021, 265_987, "184e-1", 0),
            reading(150_022, 265_987, "117e-1", 0),
        ]),
    );
    let group = area.group(
        "to_fhir",
        "digits that stand behind the last that matters",
        &["IOMT-FHIR-001", "IOMT-FHIR-004"],
        "Precision",
    );
    for (metric, unit, value) in [
        (150_364, 268_192, "3860e-2"),
        (150_364, 268_192, "3700e-2"),
        (150_364, 268_192, "380e-1"),
        (150_364, 268_192, "-10e-1"),
        (188_736, 263_875, "73500e-3"),
        (188_736, 263_875, "7350e-2"),
        (188_740, 263_424, "1750e-3"),
        (188_740, 263_424, "175e-2"),
        (188_740, 263_424, "18e-1"),
        (188_740, 263_424, "2e0"),
        (160_020, 266_866, "500e-2"),
        (160_184, 264_274, "1000e-1"),
    ] {
        group.valid(
            format!("{value} of {unit}"),
            asks(&reading(metric, unit, value, 0)),
        );
    }
    medication::group(&mut area);
    fhir_records::groups(&mut area);
    plausible(&mut area);
    medication::unknown(&mut area);
    area
}

/// Numbers at the ends of a plausible range and outside of it; a test and a demonstration, which are no patient's.
fn plausible(area: &mut Area) {
    let group = area.group(
        "to_fhir",
        "numbers outside the plausible range",
        &["IOMT-FHIR-011", "IOMT-DATA-030"],
        "Implausible",
    );
    for (metric, unit, value) in [
        (147_842, 264_864, "300e0"),
        (147_842, 264_864, "301e0"),
        (147_842, 264_864, "-1e0"),
        (147_842, 264_864, "30000001e-5"),
        (150_364, 268_192, "30e0"),
        (150_364, 268_192, "2999e-2"),
        (150_364, 268_192, "986e-1"),
        (150_364, 266_560, "986e-1"),
        (160_184, 266_866, "98e0"),
        (160_184, 264_274, "54e-1"),
        (147_842, 264_864, ">301e0"),
        (9_999_999, 262_656, "301e0"),
        (147_842, 264_864, "1e9"),
    ] {
        let asked = asks(&reading(metric, unit, value, 0));
        group.valid(format!("{value} of {metric}"), asked);
    }
    let questionable = asks(&reading(147_842, 264_864, "301e0", 0x4000));
    group.valid("questionable, too", questionable);
    let invalid = asks(&reading(147_842, 264_864, "301e0", 0x8000));
    group.valid("a value that is not there", invalid);
    let mut cuff = asks(&Value::Null);
    cuff["panel"] = 150_020.into();
    let part = |metric, value| reading(metric, 265_987, value, 0);
    cuff["parts"] = json!([part(150_021, "189e-1"), part(150_022, "117e-1")]);
    group.valid("rounded pressures, each by its name", cuff.clone());
    let part = |metric, value| reading(metric, 266_016, value, 0);
    cuff["parts"] = json!([part(150_021, "281e0"), part(150_022, "88e0")]);
    group.valid("one part of a panel", cuff);
    let group = area.group(
        "to_fhir",
        "what was measured of nobody",
        &["IOMT-FHIR-002", "IOMT-FHIR-006"],
        "Status",
    );
    for status in [0x0800, 0x0400, 0x0C00, 0x8800, 0x1400, 0x4840] {
        let asked = asks(&reading(160_184, 264_274, "112e0", status));
        group.valid(format!("status {status:#06x}"), asked);
    }
}
