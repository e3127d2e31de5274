//! The page of all metrics, and of all units.

use std::fmt::Write as _;

use iomt::reading::{Evidence, Metric, MetricFacts, Unit};

use crate::constants::unit_codes;

const HEAD: &str = "Every metric that has a name: code, unit and what other systems call it; every unit, and how it is written in UCUM.

Append-only. A metric with two rows comes in two units, or has two codes of LOINC, of which the first is its own. Plausible ranges are engineering
judgement: they tell a unit that was mixed up, not a sick patient. Codes above 2^31 are of no vendor: the standard has no term that is known.

A code is *verified* where two or more independent published tables agree, *unverified* where one table alone has it, and *own* where it is of this
protocol. A unit and a code of LOINC are verified unless *unverified* stands behind them; an empty place has no code that is known. Not taken: 19889-5
for end-tidal CO2 as a pressure, for published profiles pair 19891-1 with the same term, and 91557-9 for fat-free mass, which is lean body weight.

| code | name | term of 11073-10101 | the code is | unit | UCUM | plausible | LOINC | Bluetooth |
|---|---|---|---|---|---|---|---|---|
";

const UNITS: &str = "
Values of two units of one dimension can be converted, of two dimensions never. `/min` is written for beats and for breaths.

| unit | UCUM | dimension | the code is |
|---|---|---|---|
";

pub(crate) fn page() -> String {
    let metrics = Metric::all().iter().map(row);
    let units = unit_codes().into_iter().map(unit_row);
    let (metrics, units) = (metrics.collect::<String>(), units.collect::<String>());
    format!("{HEAD}{metrics}{UNITS}{units}")
}

fn unit_row(number: u32) -> String {
    let unit = Unit::from_code(number);
    let (ucum, evidence) = (unit.ucum().unwrap(), unit.evidence().unwrap());
    let dimension = spaced(&format!("{:?}", unit.dimension().unwrap()));
    format!(
        "| {number} | `{ucum}` | {dimension} | {} |\n",
        word(evidence)
    )
}

/// The words of a name in camel case.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

fn row(facts: &MetricFacts) -> String {
    let plausible = facts.plausible;
    let gatt = facts.gatt.map(|gatt| format!("{gatt:04X}"));
    let cells = [
        facts.metric.code().to_string(),
        facts.name.to_owned(),
        code(facts.reference_id),
        word(facts.evidence).to_owned(),
        facts.unit.map_or(String::new(), unit),
        code(facts.unit.and_then(Unit::ucum).unwrap_or_default()),
        plausible.map_or(String::new(), |(least, most)| format!("{least} to {most}")),
        facts
            .loinc
            .zip(facts.loinc_evidence)
            .map_or(String::new(), marked),
        code(&gatt.unwrap_or_default()),
    ];
    let mut row = String::from("|");
    for cell in cells {
        write!(row, " {cell} |").unwrap();
    }
    row + "\n"
}

const fn word(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Verified => "verified",
        Evidence::SingleSource => "*unverified*",
        Evidence::OwnTerm => "own",
        _ => panic!("no word for this evidence"),
    }
}

/// A code of a unit or of LOINC, with its evidence where that is not the usual one.
fn marked((code, evidence): (impl std::fmt::Display, Evidence)) -> String {
    match evidence {
        Evidence::Verified => code.to_string(),
        other => format!("{code}, {}", word(other)),
    }
}

fn unit(unit: Unit) -> String {
    let evidence = unit.evidence().unwrap();
    marked((unit.code(), evidence))
}

fn code(text: &str) -> String {
    match text {
        "" => String::new(),
        text => format!("`{text}`"),
    }
}
