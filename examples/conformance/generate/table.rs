//! The counts of all areas, for the README.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::area::Area;

pub(super) fn table(areas: &[Area]) -> String {
    let mut text = String::from(
        "| file | operations | vectors | valid | invalid | acceptable | most frequent flag |\n|---|---|---|---|---|---|---|\n",
    );
    let (mut all, mut by_flag) = (0, BTreeMap::<&str, usize>::new());
    for area in areas {
        let (results, flags) = area.counts();
        let count = |result: &str| results.get(result).copied().unwrap_or_default();
        let (flag, often) = flags
            .iter()
            .max_by_key(|(_, count)| **count)
            .map_or(("", 0), |(flag, count)| (*flag, *count));
        let ops: Vec<_> = area.ops().iter().map(|op| format!("`{op}`")).collect();
        writeln!(
            text,
            "| `{}.json` | {} | {} | {} | {} | {} | {flag}, {often} |",
            area.name,
            ops.join(", "),
            area.len(),
            count("valid"),
            count("invalid"),
            count("acceptable"),
        )
        .unwrap();
        all += area.len();
        for (flag, count) in flags {
            *by_flag.entry(flag).or_default() += count;
        }
    }
    let (flag, most) = by_flag.into_iter().max_by_key(|(_, count)| *count).unwrap();
    assert!(
        areas.iter().all(|area| area.len() >= 30),
        "an area has fewer than 30"
    );
    assert!(
        all >= 3_000 && most * 10 <= all,
        "{all} vectors, {most} with one flag"
    );
    writeln!(text, "| all | | {all} | | | | {flag}, {most} |").unwrap();
    text
}
