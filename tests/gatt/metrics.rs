//! The table of metrics against the facts that it was made from, where the environment names the folder that has them.

use iomt::reading::{Evidence, Metric, MetricFacts, Unit};
use serde_json::Value as Json;

/// Terms that the standard lacks, or whose code nobody has verified: they are the crate's own, found by their name.
fn is_own(fact: &Json) -> bool {
    !matches!(
        fact["mdc_status"].as_str(),
        Some("verified" | "single-source")
    )
}

fn matches(fact: &Json, row: &MetricFacts) -> bool {
    let loinc = match fact["loinc_status"].as_str() {
        Some("verified") => fact["loinc"].as_str(),
        _ => None,
    };
    let evidence = match fact["mdc_status"].as_str() {
        Some("verified") => Evidence::Verified,
        Some("single-source") => Evidence::SingleSource,
        _ => Evidence::OwnTerm,
    };
    let gatt = fact["gatt_char"]
        .as_str()
        .and_then(|text| u16::from_str_radix(text.trim_start_matches("0x"), 16).ok());
    (row.loinc, row.evidence, row.gatt) == (loinc, evidence, gatt)
        && (is_own(fact)
            || fact["mdc_code32"] == row.metric.code()
                && fact["mdc_refid"] == row.reference_id
                && is_unit(fact, row))
}

/// Where Bluetooth sends another unit than the nomenclature lists: per cent, and kilojoules.
const OTHER_UNITS: [(Metric, Unit); 2] = [
    (Metric::PERFUSION_INDEX, Unit::PERCENT),
    (Metric::ENERGY_EXPENDED, Unit::KILOJOULE),
];

fn is_unit(fact: &Json, row: &MetricFacts) -> bool {
    let code = row.unit.map(|unit| u64::from(unit.code()));
    let is_other = row
        .unit
        .is_some_and(|unit| OTHER_UNITS.contains(&(row.metric, unit)));
    // Two have no code there, only UCUM.
    let is_in_ucum =
        fact["mdc_unit_code32"].is_null() && fact["ucum"].as_str() == row.unit.and_then(Unit::ucum);
    fact["mdc_unit_code32"].as_u64() == code || is_other || is_in_ucum
}

// IOMT-DATA-030
#[test]
fn the_table_of_metrics_is_that_of_the_facts() {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("IOMT_SHARED is not set: no facts of metrics");
        return;
    };
    let path = std::path::Path::new(&shared).join("data/metrics/metric_facts.json");
    let text = std::fs::read_to_string(path).expect("the facts can be read");
    let facts: Vec<Json> = serde_json::from_str(&text).expect("the facts are JSON");
    for fact in &facts {
        let rows = Metric::all().iter().filter(|row| matches(fact, row));
        let count = rows.count();
        let is_right = if is_own(fact) { count >= 1 } else { count == 1 };
        assert!(is_right, "{count} rows for {fact}");
    }
    assert_eq!(facts.len(), Metric::all().len());
    println!("{} facts of metrics agree", facts.len());
}
