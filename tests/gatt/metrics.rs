//! The table of metrics against the facts that it was made from, where the environment names the folder that has them.

use iomt::reading::{Decimal, Evidence, Metric, MetricFacts, Unit};
use serde_json::Value as Json;

/// Whether the standard has no term for it, or one whose code nobody has verified: then the code is the crate's own.
fn is_own(fact: &Json) -> bool {
    !matches!(
        fact["mdc_status"].as_str(),
        Some("verified" | "single-source")
    )
}

/// Where Bluetooth sends another unit than the nomenclature lists: per cent, and kilojoules.
const OTHER_UNITS: [(Metric, Unit); 2] = [
    (Metric::PERFUSION_INDEX, Unit::PERCENT),
    (Metric::ENERGY_EXPENDED, Unit::KILOJOULE),
];

/// Rows that the facts do not have: published nomenclatures do, and published profiles have 14749-6 for plasma.
const ADDED: [(Metric, Unit); 5] = [
    (Metric::GLUCOSE_PLASMA, Unit::MILLIMOLE_PER_LITRE),
    (Metric::GLUCOSE_CAPILLARY, Unit::MILLIMOLE_PER_LITRE),
    (Metric::GLUCOSE_INTERSTITIAL, Unit::MILLIMOLE_PER_LITRE),
    (Metric::GLUCOSE_CONTROL, Unit::MILLIGRAM_PER_DECILITRE),
    (Metric::GLUCOSE_CONTROL, Unit::MILLIMOLE_PER_LITRE),
];

/// The columns in which a row differs from its fact.
fn differences(fact: &Json, row: &MetricFacts) -> Vec<&'static str> {
    let evidence = match fact["mdc_status"].as_str() {
        Some("verified") => Evidence::Verified,
        Some("single-source") => Evidence::SingleSource,
        _ => Evidence::OwnTerm,
    };
    let loinc = fact["loinc"].as_str();
    let loinc = loinc.filter(|_| fact["loinc_status"] == "verified");
    // The facts call a code verified that stands in one published table; the table says which do.
    let sources = fact["loinc_sources"].as_array().map_or(0, Vec::len);
    let loinc_evidence = loinc.map(|_| match sources {
        0 | 1 => Evidence::SingleSource,
        _ => Evidence::Verified,
    });
    let gatt = fact["gatt_char"].as_str();
    let gatt = gatt.and_then(|text| u16::from_str_radix(text.trim_start_matches("0x"), 16).ok());
    let is_code = is_own(fact) || fact["mdc_code32"] == row.metric.code();
    let is_name = is_own(fact) || fact["mdc_refid"] == row.reference_id;
    let columns = [
        ("code", is_code),
        ("term", is_name),
        ("evidence", evidence == row.evidence),
        ("LOINC", loinc == row.loinc),
        ("evidence of LOINC", loinc_evidence == row.loinc_evidence),
        ("Bluetooth", gatt == row.gatt),
        ("unit", is_unit(fact, row)),
        ("range", is_range(fact, row)),
    ];
    let differ = columns.into_iter().filter(|(_, is_same)| !is_same);
    differ.map(|(column, _)| column).collect()
}

fn is_unit(fact: &Json, row: &MetricFacts) -> bool {
    let ucum = fact["ucum"].as_str();
    let Some(unit) = row.unit else {
        return ucum.is_none();
    };
    // Some have no code there, only UCUM.
    let code = fact["mdc_unit_code32"].as_u64();
    let is_code = code.is_none_or(|code| code == u64::from(unit.code()));
    OTHER_UNITS.contains(&(row.metric, unit)) || is_code && ucum == unit.ucum()
}

/// `0.02..20`, and what is said behind it; energy there is in kilocalories.
fn is_range(fact: &Json, row: &MetricFacts) -> bool {
    let text = fact["range"].as_str().unwrap_or_default();
    let words = text.split(' ').next().unwrap_or_default();
    let told = words.split_once("..").map(|(least, most)| {
        let [least, most] = [least, most].map(|text| text.parse::<Decimal>().expect("a number"));
        (least, most)
    });
    if row.metric == Metric::ENERGY_EXPENDED {
        let in_kilojoules = (Decimal::from(0), Decimal::from(42_000));
        return row.plausible == Some(in_kilojoules) && text == "0..10000";
    }
    told == row.plausible
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
    let (of_facts, added) = Metric::all().split_at(facts.len());
    let added: Vec<_> = added.iter().map(|row| (row.metric, row.unit)).collect();
    assert_eq!(added, ADDED.map(|(metric, unit)| (metric, Some(unit))));
    for (fact, row) in facts.iter().zip(of_facts) {
        let differ = differences(fact, row);
        assert!(differ.is_empty(), "{differ:?} of {row:?} in {fact}");
    }
    println!("{} facts of metrics agree", facts.len());
}
