//! The documentation of the constants of metrics and units: behind each one's own words a line from the tables.

use iomt::reading::{Evidence, Metric, MetricFacts, Unit};

pub(crate) fn metrics() -> String {
    with_lines("reading/metric/codes.rs", |code| {
        let metric = Metric::from_code(code);
        let rows = Metric::all().iter().filter(|row| row.metric == metric);
        let rows: Vec<String> = rows.map(facts).collect();
        assert!(!rows.is_empty(), "{metric} is in no table");
        rows.join(". Also ") + "."
    })
}

/// `` `/min`, 0 to 300; LOINC 8867-4; Bluetooth `2A37` ``.
fn facts(row: &MetricFacts) -> String {
    let unit = row.unit.and_then(Unit::ucum);
    let unit = unit.map_or("No unit".into(), |ucum| format!("`{ucum}`"));
    let range = row.plausible;
    let range = range.map_or("no plausible range".into(), |(least, most)| {
        format!("{least} to {most}")
    });
    let loinc = row.loinc.map_or("no verified LOINC".into(), |loinc| {
        match row.loinc_evidence {
            Some(Evidence::Verified) => format!("LOINC {loinc}"),
            _ => format!("LOINC {loinc}, of one source only"),
        }
    });
    let gatt = row.gatt.map(|gatt| format!("; Bluetooth `{gatt:04X}`"));
    format!("{unit}, {range}; {loinc}{}", gatt.unwrap_or_default())
}

pub(crate) fn units() -> String {
    with_lines("reading/unit/codes.rs", |code| {
        let unit = Unit::from_code(code);
        let known = unit.ucum().zip(unit.dimension());
        let (ucum, dimension) = known.unwrap_or_else(|| panic!("{unit} is in no table"));
        format!("`{ucum}` in UCUM; dimension: `{dimension:?}`.")
    })
}

/// The codes of all units that have a name, in the order of their constants.
pub(crate) fn unit_codes() -> Vec<u32> {
    let source = super::source("reading/unit/codes.rs");
    let constants = source
        .lines()
        .filter_map(|line| line.split_once(": Self = Self::"));
    constants.map(|(_, code)| code_of(code)).collect()
}

/// A source file with this line behind the documentation of each of its constants; such a line begins with a code, or with `No unit`.
fn with_lines(file: &str, line_of: impl Fn(u32) -> String) -> String {
    let mut made = String::new();
    for line in super::source(file).lines() {
        let text = line.trim_start();
        if text.starts_with("/// `") || text.starts_with("/// No unit") {
            continue;
        }
        if let Some((_, code)) = line.split_once(": Self = Self::") {
            made += &format!("    /// {}\n", line_of(code_of(code)));
        }
        made += line;
        made.push('\n');
    }
    made
}

/// The code of a constant, by the call that makes it.
fn code_of(call: &str) -> u32 {
    let number = |text: &str| text.replace('_', "").parse().unwrap();
    let (function, argument) = call.trim_end_matches(");").split_once('(').unwrap();
    match (function, argument.split_once(", ")) {
        ("from_code", None) => number(argument),
        ("vendor", Some(("Self::NO_VENDOR", term))) => {
            Metric::vendor(Metric::NO_VENDOR, u16::try_from(number(term)).unwrap()).code()
        }
        other => panic!("{other:?} makes no constant"),
    }
}
