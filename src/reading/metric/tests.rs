use super::*;
use crate::reading::Unit;
use std::collections::{HashMap, HashSet};
use std::string::ToString;
use std::vec::Vec;

/// Twice in the table, on purpose: one code and unit with the LOINC codes of the continuous and the spot value.
const TWO_LOINC_CODES: [(Metric, Unit); 1] = [(Metric::SPO2, Unit::PERCENT)];

#[test]
fn no_metric_in_one_unit_appears_twice_but_where_it_is_stated() {
    let mut seen = HashSet::new();
    for row in Metric::all() {
        let is_new = seen.insert((row.metric, row.unit));
        let stated = row
            .unit
            .is_some_and(|unit| TWO_LOINC_CODES.contains(&(row.metric, unit)));
        assert!(is_new || stated, "{row:?}");
    }
    assert_eq!(seen.len(), Metric::all().len() - TWO_LOINC_CODES.len());
}

#[test]
fn a_name_and_a_reference_id_belong_to_one_metric() {
    let (mut names, mut ids) = (HashMap::new(), HashMap::new());
    for row in Metric::all() {
        assert_eq!(*names.entry(row.name).or_insert(row.metric), row.metric);
        if row.reference_id.is_empty() {
            assert_eq!(row.evidence, Evidence::OwnTerm);
        } else {
            assert_eq!(
                *ids.entry(row.reference_id).or_insert(row.metric),
                row.metric
            );
        }
    }
}

#[test]
fn a_shared_loinc_leads_back_to_one_metric() {
    let shared: HashSet<&str> = Metric::all()
        .iter()
        .filter_map(|row| row.loinc)
        .filter(|loinc| {
            Metric::all()
                .iter()
                .filter(|row| row.loinc == Some(*loinc))
                .count()
                > 1
        })
        .collect();
    assert_eq!(shared, HashSet::from(["8867-4", "9279-1"]));
    let back = |loinc| Metric::from_loinc(loinc).map(|row| row.metric);
    assert_eq!(back("8867-4"), Some(Metric::HEART_RATE));
    assert_eq!(back("9279-1"), Some(Metric::RESPIRATION_RATE));
    assert_eq!(back("2708-6"), Some(Metric::SPO2));
    assert_eq!(back("0-0"), None);
}

#[test]
fn every_loinc_code_has_its_check_digit() {
    for loinc in Metric::all().iter().filter_map(|row| row.loinc) {
        let (number, check) = loinc.split_once('-').unwrap();
        // Luhn, as LOINC's own manual has it.
        let sum: u32 = number
            .chars()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let digit = digit.to_digit(10).unwrap();
                let doubled = if place % 2 == 0 { digit * 2 } else { digit };
                doubled / 10 + doubled % 10
            })
            .sum();
        assert_eq!(((10 - sum % 10) % 10).to_string(), check, "{loinc}");
    }
}

#[test]
fn ranges_are_in_order_and_units_have_a_ucum_code() {
    for row in Metric::all() {
        if let Some((least, most)) = row.plausible {
            assert!(least < most, "{row:?}");
            assert!(row.unit.and_then(Unit::ucum).is_some(), "{row:?}");
        }
        assert_ne!(
            row.evidence == Evidence::OwnTerm,
            row.metric.vendor_term().is_none()
        );
    }
}

// IOMT-DATA-033
#[test]
fn a_vendors_term_is_never_one_of_the_standard() {
    let codes: Vec<u32> = Metric::all().iter().map(|row| row.metric.code()).collect();
    assert!(
        codes
            .iter()
            .all(|code| *code != Metric::vendor(0, 0).code())
    );
    assert_eq!(
        Metric::vendor(0xFFFE, 0xFFFF).vendor_term(),
        Some((0xFFFE, 0x7FFF))
    );
}

/// The documentation of each constant in its own words, and its line; `tests/schema_file` holds the rest of it.
fn documented() -> Vec<(&'static str, &'static str)> {
    let source = include_str!("codes.rs");
    let mut all = Vec::new();
    let mut documentation = "";
    for line in source.lines().map(str::trim) {
        if line.starts_with("pub const ") {
            all.push((documentation, line));
            documentation = "";
        } else if documentation.is_empty() {
            documentation = line.strip_prefix("/// ").unwrap_or_default();
        }
    }
    all
}

#[test]
fn a_code_that_one_source_alone_has_is_documented_as_unverified_and_no_other() {
    let documented = documented();
    let metrics: HashSet<Metric> = Metric::all().iter().map(|row| row.metric).collect();
    assert_eq!(documented.len(), metrics.len());
    for row in Metric::all() {
        let mut found = documented.iter().filter(|(text, _)| match row.evidence {
            Evidence::OwnTerm => text.to_lowercase().starts_with(&row.name.to_lowercase()),
            _ => text.contains(&std::format!("(`{}`)", row.reference_id)),
        });
        let (text, line) = found.next().unwrap_or_else(|| panic!("{row:?}"));
        assert_eq!(
            text.contains("*unverified*"),
            row.evidence == Evidence::SingleSource,
            "{line}"
        );
        assert_eq!(
            text.contains("no term of ISO/IEEE 11073-10101 is known"),
            row.evidence == Evidence::OwnTerm,
            "{line}"
        );
    }
}
