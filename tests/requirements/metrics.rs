//! The table of metrics is that of the crate.

use std::fmt::Write as _;

use iomt::reading::{Metric, MetricFacts};

const PAGE: &str = include_str!("../../src/guide/specification/metrics.md");

fn row(facts: &MetricFacts) -> String {
    let code = |text: &str| match text {
        "" => String::new(),
        text => format!("`{text}`"),
    };
    let plausible = facts.plausible;
    let cells = [
        facts.metric.code().to_string(),
        facts.name.to_owned(),
        code(facts.reference_id),
        facts
            .unit
            .map_or(String::new(), |unit| unit.code().to_string()),
        code(facts.unit.and_then(|unit| unit.ucum()).unwrap_or_default()),
        plausible.map_or(String::new(), |(least, most)| format!("{least} to {most}")),
        facts.loinc.unwrap_or_default().to_owned(),
    ];
    let mut row = String::from("|");
    for cell in cells {
        write!(row, " {cell} |").unwrap();
    }
    row
}

// IOMT-FHIR-004, IOMT-DATA-030
#[test]
fn the_documented_metrics_are_those_of_the_table() {
    let documented: Vec<&str> = PAGE
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .collect();
    let rows: Vec<String> = Metric::all().iter().map(row).collect();
    assert_eq!(documented, rows);
}
